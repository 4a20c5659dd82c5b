/**
 * A piece of news: one document, however often and wherever it is said. Its state is a function of the set of its
 * sightings: the last one gives the words, that of a copy only where there is no other; the first one says since when
 * it is known; and each feed or source in which it was seen is kept once. The greatest and the least of a set do not
 * depend on the order in which the set was learnt of, nor on repeats.
 */
import type { EventOf } from '#contracts/contract.js';
import { RefusedEvent } from '#contracts/fault.js';
import { type ItemPosted, ItemPublished, MARKET_NEWS_EVENTS } from '#contracts/market-news.js';
import { announce } from '#messaging/announcement.js';
import type { Evolve } from '#messaging/planner.js';
import { isOnSiteOf } from './canonical-url.js';
import { NameIndex } from './party-name.js';
import type { Reference } from './tagging/reference.js';
import { type Tag, tagsOf } from './tagging/tags.js';
import { termsOfItem } from './terms.js';
import { bounded, textOfHtml, tidied } from './text-of-html.js';

export type ItemEvent = EventOf<typeof ItemPosted>;

/** Where and when an item was seen. */
export interface Sighting {
  /** When, by whom and as which event: sightings are ordered by it, and the least is the first. */
  readonly key: string;
  /** The feed's address, or the source of what was posted. */
  readonly source: string;
  /** When it says, but not later than Orebound learnt of it. */
  readonly at: Date;
}

/** What an item says: all of it from one sighting. */
export interface Content {
  readonly title: string;
  readonly summary?: string | undefined;
  readonly url?: string | undefined;
  readonly publisher?: string | undefined;
  /** As it was sent, with its offset, and the instant. */
  readonly publishedAt?: { readonly sent: string; readonly instant: Date } | undefined;
}

export interface Item extends Content {
  /** The rank of the sighting that gives the words (`rankOf`). A greater one replaces them. */
  readonly sighting: string;
  /** What items are ordered by: when it was published, but not later than it was first seen. */
  readonly at: Date;
  /** When Orebound first learnt of it. */
  readonly receivedAt: Date;
  /** The first feeds and sources that had it, in order. */
  readonly seenIn: readonly Sighting[];
  readonly tags: readonly Tag[];
  /** `mineral:copper`, `country:US`: what can be asked for. */
  readonly tagged: readonly string[];
  /** What finds the deals and shipments it may touch; see `terms.ts`. */
  readonly terms: readonly string[];
}

const MOST_SOURCES = 50;
const LONGEST_TITLE = 500;
const LONGEST_SUMMARY = 20_000;

const instantOf = (timestamp: string): Date => new Date(timestamp.toUpperCase());

function sightingOf({ source, id, time, data }: ItemEvent, receivedAt: Date): Sighting {
  const said = time === undefined ? receivedAt : instantOf(time);
  const at = said < receivedAt ? said : receivedAt;
  return { key: `${at.toISOString()} ${source} ${id}`, source: data.feed ?? source, at };
}

/**
 * Which sighting gives an item its words: the greatest by this. The last one, so that a correction counts; but what
 * the feed of another site has copied counts for less than what the item's own site, or a person, has said.
 */
const rankOf = ({ feed, url }: ItemPosted, { key }: Sighting): string =>
  `${feed !== undefined && url !== undefined && !isOnSiteOf(feed, url) ? 'copy' : 'own'} ${key}`;

/** The first sighting of each source, the first sources of all. */
function withSighting(seenIn: readonly Sighting[], sighting: Sighting): readonly Sighting[] {
  const known = seenIn.find(({ source }) => source === sighting.source);
  if (known && known.key <= sighting.key) return seenIn;
  const all = [...seenIn.filter((other) => other !== known), sighting];
  const first = all.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, MOST_SOURCES);
  return first.includes(sighting) ? first : seenIn;
}

export const mineralsOf = ({ tags }: Pick<Item, 'tags'>): string[] =>
  tags.filter(({ kind }) => kind === 'mineral').map(({ term }) => term);
export const countriesOf = ({ tags }: Pick<Item, 'tags'>): string[] =>
  tags.filter(({ kind }) => kind === 'country').map(({ term }) => term);

/** What the text of an item comes to. */
type Named = Pick<Item, 'tags' | 'tagged' | 'terms'>;

/** What an event says, bounded, and reduced to text. */
function contentOf(data: ItemPosted): Content {
  const textOf = data.textType === 'text' ? tidied : textOfHtml;
  const summary = bounded(textOf(data.summary ?? ''), LONGEST_SUMMARY);
  return {
    title: bounded(textOf(data.title), LONGEST_TITLE),
    ...(summary !== '' && { summary }),
    ...(data.url !== undefined && { url: data.url }),
    ...(data.publisher !== undefined && { publisher: data.publisher }),
    ...(data.publishedAt !== undefined && {
      publishedAt: { sent: data.publishedAt, instant: instantOf(data.publishedAt) },
    }),
  };
}

const contentIn = ({ title, summary, url, publisher, publishedAt }: Item): Content => ({
  title,
  ...(summary !== undefined && { summary }),
  ...(url !== undefined && { url }),
  ...(publisher !== undefined && { publisher }),
  ...(publishedAt !== undefined && { publishedAt }),
});

const namedIn = ({ tags, tagged, terms }: Item): Named => ({ tags, tagged, terms });

/** What is named follows from the text, and from the day: a mineral may have become critical on it. */
const isReadTheSame = (item: Item, { title, summary }: Content, at: Date): boolean =>
  item.title === title && item.summary === summary && dayOf(item.at) === dayOf(at);

function namedBy({ title, summary }: Content, at: Date, reference: Reference): Named {
  const text = { title, summary };
  const tags = tagsOf(text, reference, dayOf(at));
  return {
    tags,
    tagged: tags.filter(({ kind }) => kind !== 'amount').map(({ kind, term }) => `${kind}:${term}`),
    terms: termsOfItem(mineralsOf({ tags }), countriesOf({ tags }), new NameIndex(text)),
  };
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const LONGEST_WORDS = 200;

/** What the text names, as the contract has it: amounts of money apart from what can be linked. */
function announcedOf(tags: readonly Tag[]): Pick<ItemPublished, 'tags' | 'amounts'> {
  const named: Required<Pick<ItemPublished, 'tags' | 'amounts'>> = { tags: [], amounts: [] };
  for (const { kind, term, list, words, ...place } of tags) {
    const evidence = { words: bounded(words, LONGEST_WORDS), ...place };
    if (kind === 'amount') {
      const [currency, amount] = term.split(' ') as [string, string];
      named.amounts.push({ amount, currency, ...evidence });
    } else named.tags.push({ kind, term, ...evidence, ...(list !== undefined && { list }) });
  }
  return { tags: named.tags, ...(named.amounts.length > 0 && { amounts: named.amounts }) };
}

const publishedOf = ({ title, summary, url, publishedAt, publisher, tags }: Item): ItemPublished => ({
  title,
  ...(summary !== undefined && { summary }),
  ...(url !== undefined && { url }),
  ...(publishedAt !== undefined && { publishedAt: publishedAt.sent }),
  ...(publisher !== undefined && { publisher }),
  ...announcedOf(tags),
});

const NO_TITLE = new RefusedEvent('invalid-data', 'the title has no text', [
  { pointer: '/data/title', code: 'malformed', message: 'must have text beside its markup' },
]);

/** Folds a sighting into an item. It is published when it is new, and when it then says something else than before. */
export const itemFold =
  (reference: Reference): Evolve<Item, ItemEvent> =>
  (item, { event, receivedAt }) => {
    const content = contentOf(event.data);
    if (content.title === '') return NO_TITLE;
    const sighting = sightingOf(event, receivedAt);
    const rank = rankOf(event.data, sighting);
    const counts = !item || item.sighting < rank;
    const seenIn = withSighting(item?.seenIn ?? [], sighting);
    const learnt = item && item.receivedAt <= receivedAt ? item.receivedAt : receivedAt;
    if (!counts && seenIn === item.seenIn && learnt === item.receivedAt) return 'repeated';

    const said = counts ? content : contentIn(item);
    const [published, first] = [said.publishedAt?.instant, seenIn[0]!.at];
    const at = published && published < first ? published : first;
    const state: Item = {
      ...said,
      ...(item && isReadTheSame(item, said, at) ? namedIn(item) : namedBy(said, at, reference)),
      sighting: counts ? rank : item.sighting,
      at,
      receivedAt: learnt,
      seenIn,
    };
    const announced = publishedOf(state);
    const isNews = !item || JSON.stringify(announced) !== JSON.stringify(publishedOf(item));
    return {
      state,
      announcements: isNews ? [announce(MARKET_NEWS_EVENTS, ItemPublished, announced)] : [],
    };
  };
