import { type AtomFeed, type JsonFeed, parseFeed, type RdfFeed, type RssFeed } from 'feedsmith';
import { bounded, textOfHtml } from '../text-of-html.js';
import { timestampOf } from './feed-date.js';

/** An item as a feed has it, bounded, and reduced to text. */
export interface FeedEntry {
  readonly title: string;
  readonly summary?: string;
  readonly url?: string;
  /** What the feed says identifies it. */
  readonly guid?: string;
  readonly publishedAt?: string;
}

export interface Feed {
  readonly title?: string;
  readonly entries: readonly FeedEntry[];
}

/** A feed has its newest items; one that has more at once is an archive. */
const MOST_ENTRIES = 200;
const LONGEST_TITLE = 500;
const LONGEST_SUMMARY = 20_000;
const LONGEST_GUID = 1_000;
/** Of markup that is reduced to text. A summary of more markup than this loses its end. */
const LONGEST_MARKUP = 200_000;

interface RawEntry {
  readonly title?: string | undefined;
  readonly summary?: string | undefined;
  readonly link?: string | undefined;
  readonly guid?: string | undefined;
  readonly date?: string | undefined;
}

/**
 * Reads a feed of RSS, RDF, Atom or JSON Feed. Entities that a document declares are not expanded: the parser leaves
 * them as they stand.
 * @param base the feed's address, that relative links are resolved against
 * @throws when it is none of these
 */
export function readFeed(text: string, base: string): Feed {
  const { title, entries } = rawFeedOf(text);
  const name = bounded(textOf(title), 200);
  return {
    ...(name !== '' && { title: name }),
    entries: entries
      .slice(0, MOST_ENTRIES)
      .map((entry) => entryOf(entry, base))
      .filter((entry) => entry !== undefined),
  };
}

function rawFeedOf(text: string): { title?: string | undefined; entries: RawEntry[] } {
  const parsed = parseFeed(text);
  switch (parsed.format) {
    case 'rss':
      return { title: parsed.feed.title, entries: (parsed.feed.items ?? []).map(fromRss) };
    case 'rdf':
      return { title: parsed.feed.title, entries: (parsed.feed.items ?? []).map(fromRdf) };
    case 'atom':
      return { title: parsed.feed.title?.value, entries: (parsed.feed.entries ?? []).map(fromAtom) };
    case 'json':
      return { title: parsed.feed.title, entries: (parsed.feed.items ?? []).map(fromJson) };
  }
}

type Deep<T> = T extends object ? { [K in keyof T]?: Deep<T[K]> | undefined } : T;

const fromRss = (item: Deep<RssFeed.Item<string>>): RawEntry => ({
  title: item.title,
  summary: item.description ?? item.content?.encoded,
  // A guid is an address unless it says otherwise, but many that are none do not say so.
  link:
    item.link ??
    (item.guid?.isPermaLink === false || !URL.canParse(item.guid?.value ?? '')
      ? undefined
      : item.guid?.value),
  guid: item.guid?.value,
  date: item.pubDate ?? item.dc?.dates?.[0] ?? item.atom?.published ?? item.atom?.updated,
});

const fromRdf = (item: Deep<RdfFeed.Item<string>>): RawEntry => ({
  title: item.title,
  summary: item.description ?? item.content?.encoded,
  link: item.link,
  date: item.dc?.dates?.[0],
});

const fromAtom = (entry: Deep<AtomFeed.Entry<string>>): RawEntry => ({
  title: entry.title?.value,
  summary: entry.summary?.value ?? entry.content?.value,
  link: entry.links?.find((link) => link?.rel === undefined || link.rel === 'alternate')?.href,
  guid: entry.id,
  date: entry.published ?? entry.updated,
});

const fromJson = (item: Deep<JsonFeed.Item<string>>): RawEntry => ({
  title: item.title,
  summary: item.summary ?? item.content_text ?? item.content_html,
  link: item.url ?? item.external_url,
  guid: item.id,
  date: item.date_published ?? item.date_modified,
});

const textOf = (markup: string | undefined): string => textOfHtml((markup ?? '').slice(0, LONGEST_MARKUP));

/** An entry without a word in it is none. One without a title is known by how it begins. */
function entryOf(raw: RawEntry, base: string): FeedEntry | undefined {
  const summary = bounded(textOf(raw.summary), LONGEST_SUMMARY);
  const title = bounded(textOf(raw.title) || summary.slice(0, 200), LONGEST_TITLE);
  if (title === '') return undefined;
  const url = webAddress(raw.link, base);
  const guid = raw.guid?.trim().slice(0, LONGEST_GUID);
  const publishedAt = timestampOf(raw.date);
  return {
    title,
    ...(summary !== '' && { summary }),
    ...(url !== undefined && { url }),
    ...(guid && { guid }),
    ...(publishedAt !== undefined && { publishedAt }),
  };
}

const LONGEST_ADDRESS = 2_000;

/** A link as a contract takes it: absolute, http or https, without the few characters that `URL` leaves as they are. */
function webAddress(link: string | undefined, base: string): string | undefined {
  const given = link?.trim() ?? '';
  const url = given === '' ? null : URL.parse(given, base);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  url.username = '';
  url.password = '';
  const address = url.href.replace(/[\s<>"{}|\\^`]/gu, encodeURIComponent);
  return address.length <= LONGEST_ADDRESS ? address : undefined;
}
