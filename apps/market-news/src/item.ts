/**
 * A piece of news: one document, however often and wherever it is said. Its state is a function of the set of its
 * sightings: the earliest one gives the words, and each feed or source in which it was seen is kept once. The least of
 * a set does not depend on the order in which the set was learnt of, nor on repeats.
 */
import type { EventOf } from '#contracts/contract.js';
import { RefusedEvent } from '#contracts/fault.js';
import { type ItemPosted, ItemPublished, MARKET_NEWS_EVENTS } from '#contracts/market-news.js';
import { announce } from '#messaging/announcement.js';
import type { Evolve } from '#messaging/projection.js';
import { NameIndex } from './party-name.js';
import type { Reference } from './tagging/reference.js';
import { type Tag, tagsOf } from './tagging/tags.js';
import { termsOfItem } from './terms.js';
import { bounded, textOfHtml } from './text-of-html.js';

export type ItemEvent = EventOf<typeof ItemPosted>;

/** Where and when an item was seen. */
export interface Sighting {
  /** When, by whom and as which event: sightings are ordered by it, and the least is the first. */
  readonly key: string;
  /** The feed's address, or the source of what was posted. */
  readonly source: string;
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
  /** The key of the sighting that gives the words. A lesser one replaces them. */
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

const sightingOf = ({ source, id, time, data }: ItemEvent, receivedAt: Date): Sighting => {
  const at = time === undefined ? receivedAt : instantOf(time);
  return { key: `${at.toISOString()} ${source} ${id}`, source: data.feed ?? source, at };
};

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

type Words = Pick<
  Item,
  'title' | 'summary' | 'url' | 'publisher' | 'publishedAt' | 'sighting' | 'at' | 'tags' | 'tagged' | 'terms'
>;

/** What a sighting comes to as the one that gives the words. */
function wordsFrom(title: string, data: ItemPosted, sighting: Sighting, reference: Reference): Words {
  const summary = bounded(textOfHtml(data.summary ?? ''), LONGEST_SUMMARY);
  const published = data.publishedAt === undefined ? undefined : instantOf(data.publishedAt);
  const at = published && published < sighting.at ? published : sighting.at;
  const text = { title, ...(summary !== '' && { summary }) };
  const tags = tagsOf(text, reference, at.toISOString().slice(0, 10));
  return {
    ...text,
    ...(data.url !== undefined && { url: data.url }),
    ...(data.publisher !== undefined && { publisher: data.publisher }),
    ...(published && { publishedAt: { sent: data.publishedAt!, instant: published } }),
    sighting: sighting.key,
    at,
    tags,
    tagged: tags.filter(({ kind }) => kind !== 'amount').map(({ kind, term }) => `${kind}:${term}`),
    terms: termsOfItem(mineralsOf({ tags }), countriesOf({ tags }), new NameIndex(text)),
  };
}

const LONGEST_WORDS = 200;

/** What the text names, as the contract has it: amounts of money apart from what can be linked. */
function namedIn(tags: readonly Tag[]): Pick<ItemPublished, 'tags' | 'amounts'> {
  const named: Required<Pick<ItemPublished, 'tags' | 'amounts'>> = { tags: [], amounts: [] };
  for (const { kind, term, list, words, ...place } of tags) {
    const evidence = { words: words.slice(0, LONGEST_WORDS), ...place };
    if (kind === 'amount') {
      const [currency, amount] = term.split(' ') as [string, string];
      named.amounts.push({ amount, currency, ...evidence });
    } else named.tags.push({ kind, term, ...evidence, ...(list !== undefined && { list }) });
  }
  return { tags: named.tags, ...(named.amounts.length > 0 && { amounts: named.amounts }) };
}

const publishedOf = ({ title, summary, url, publishedAt, publisher, tags }: Words): ItemPublished => ({
  title,
  ...(summary !== undefined && { summary }),
  ...(url !== undefined && { url }),
  ...(publishedAt !== undefined && { publishedAt: publishedAt.sent }),
  ...(publisher !== undefined && { publisher }),
  ...namedIn(tags),
});

const NO_TITLE = new RefusedEvent('invalid-data', 'the title has no text', [
  { pointer: '/data/title', code: 'malformed', message: 'must have text beside its markup' },
]);

/** Folds a sighting into an item. It is published when it is new, and when an earlier sighting gives it other words. */
export const itemFold =
  (reference: Reference): Evolve<Item, ItemEvent> =>
  (item, { event, receivedAt }) => {
    const title = bounded(textOfHtml(event.data.title), LONGEST_TITLE);
    if (title === '') return NO_TITLE;
    const sighting = sightingOf(event, receivedAt);
    const learnt = item && item.receivedAt <= receivedAt ? item.receivedAt : receivedAt;
    const seenIn = withSighting(item?.seenIn ?? [], sighting);
    if (item && item.sighting <= sighting.key) {
      return seenIn === item.seenIn && learnt === item.receivedAt
        ? 'repeated'
        : { state: { ...item, seenIn, receivedAt: learnt }, announcements: [] };
    }
    const words = wordsFrom(title, event.data, sighting, reference);
    return {
      state: { ...words, seenIn, receivedAt: learnt },
      announcements: [announce(MARKET_NEWS_EVENTS, ItemPublished, publishedOf(words))],
    };
  };
