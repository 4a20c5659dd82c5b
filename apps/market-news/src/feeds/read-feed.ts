import { type AtomFeed, type JsonFeed, parseFeed, type RdfFeed, type RssFeed } from 'feedsmith';
import { bounded, textOfHtml, tidied } from '../text-of-html.js';
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

/** A feed has its newest items; one that has more at once is an archive, of which the newest count. */
const MOST_ENTRIES = 200;
const LONGEST_TITLE = 500;
const LONGEST_SUMMARY = 20_000;
const LONGEST_GUID = 1_000;
/** Of markup that is reduced to text. A summary of more markup than this loses its end. */
const LONGEST_MARKUP = 200_000;

/** What a feed says, as its format means it: each is decoded once. */
interface Said {
  readonly words: string | undefined;
  readonly type: 'html' | 'text';
}
const html = (words: string | undefined): Said => ({ words, type: 'html' });
const plain = (words: string | undefined): Said => ({ words, type: 'text' });

interface RawEntry {
  readonly title: Said;
  readonly summary: Said;
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
    entries: newest(entries)
      .map((entry) => entryOf(entry, base))
      .filter((entry) => entry !== undefined),
  };
}

/**
 * Those that are taken, of a feed with more: the latest by date; and where dates leave room, of those without one the
 * first and the last ones, since a feed that has no dates does not say either which end is the new one.
 */
function newest(entries: readonly RawEntry[]): readonly RawEntry[] {
  if (entries.length <= MOST_ENTRIES) return entries;
  const dated: { entry: RawEntry; instant: number }[] = [];
  const undated: RawEntry[] = [];
  for (const entry of entries) {
    const timestamp = timestampOf(entry.date);
    if (timestamp === undefined) undated.push(entry);
    else dated.push({ entry, instant: Date.parse(timestamp.toUpperCase()) });
  }
  dated.sort((a, b) => b.instant - a.instant);
  const latest = dated.slice(0, MOST_ENTRIES).map(({ entry }) => entry);
  const room = MOST_ENTRIES - latest.length;
  const ends =
    undated.length <= room
      ? undated
      : [...undated.slice(0, Math.ceil(room / 2)), ...undated.slice(undated.length - Math.floor(room / 2))];
  return [...latest, ...ends];
}

function rawFeedOf(text: string): { title: Said; entries: RawEntry[] } {
  const parsed = parseFeed(text);
  switch (parsed.format) {
    case 'rss':
      return { title: html(parsed.feed.title), entries: (parsed.feed.items ?? []).map(fromRss) };
    case 'rdf':
      return { title: html(parsed.feed.title), entries: (parsed.feed.items ?? []).map(fromRdf) };
    case 'atom':
      return { title: ofAtom(parsed.feed.title), entries: (parsed.feed.entries ?? []).map(fromAtom) };
    case 'json':
      return { title: plain(parsed.feed.title), entries: (parsed.feed.items ?? []).map(fromJson) };
  }
}

type Deep<T> = T extends object ? { [K in keyof T]?: Deep<T[K]> | undefined } : T;

/** RSS does not say whether a title is text or HTML, and both are common; its descriptions are HTML. */
const fromRss = (item: Deep<RssFeed.Item<string>>): RawEntry => ({
  title: html(item.title),
  summary: html(item.description ?? item.content?.encoded),
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
  title: html(item.title),
  summary: html(item.description ?? item.content?.encoded),
  link: item.link,
  date: item.dc?.dates?.[0],
});

/** A text of Atom says what it is (RFC 4287, 3.1.1, and 4.1.3.1 of content); text where it says nothing. */
const ofAtom = (text: { value?: string | undefined; type?: string | undefined } | undefined): Said =>
  /^x?html$|^text\/html$/i.test(text?.type ?? '') ? html(text?.value) : plain(text?.value);

const fromAtom = (entry: Deep<AtomFeed.Entry<string>>): RawEntry => ({
  title: ofAtom(entry.title),
  summary: ofAtom(entry.summary?.value === undefined ? entry.content : entry.summary),
  link: entry.links?.find((link) => link?.rel === undefined || link.rel === 'alternate')?.href,
  guid: entry.id,
  date: entry.published ?? entry.updated,
});

const fromJson = (item: Deep<JsonFeed.Item<string>>): RawEntry => ({
  title: plain(item.title),
  summary:
    item.content_html !== undefined && (item.summary ?? item.content_text) === undefined
      ? html(item.content_html)
      : plain(item.summary ?? item.content_text),
  link: item.url ?? item.external_url,
  guid: item.id,
  date: item.date_published ?? item.date_modified,
});

const textOf = ({ words = '', type }: Said): string => {
  const bound = words.slice(0, LONGEST_MARKUP);
  return type === 'html' ? textOfHtml(bound) : tidied(bound);
};

/** An entry without a word in it is none. One without a title is known by how it begins. */
function entryOf(raw: RawEntry, base: string): FeedEntry | undefined {
  const summary = bounded(textOf(raw.summary), LONGEST_SUMMARY);
  const title = bounded(textOf(raw.title) || bounded(summary, 200), LONGEST_TITLE);
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
