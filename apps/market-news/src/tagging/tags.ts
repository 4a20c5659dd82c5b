import { isLegalForm } from '../reference/legal-forms.js';
import { amountsIn } from './amounts.js';
import { isLeadTheMetal } from './lead.js';
import type { Hit } from './phrase-book.js';
import type { Reference } from './reference.js';
import { isJoined, isNameLike, type Word, wordsOf } from './words.js';

/** What is read of an item. */
export interface NewsText {
  readonly title: string;
  readonly summary?: string | undefined;
}

export const TEXT_FIELDS = ['title', 'summary'] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** The words in an item that justify something, and where they stand: `item[field].slice(start, end) === words`. */
export interface Evidence {
  readonly words: string;
  readonly field: TextField;
  readonly start: number;
  readonly end: number;
}

export const TAG_KINDS = ['mineral', 'country', 'amount'] as const;

/** Something that an item's text alone names. */
export interface Tag extends Evidence {
  readonly kind: (typeof TAG_KINDS)[number];
  /** A mineral's plain name, a country's ISO code, or a currency and an amount. */
  readonly term: string;
  /** Of a mineral: the citation of the list that held it to be critical on the item's day. */
  readonly list?: string | undefined;
}

/** More of a text than this is not read: it bounds what one item can cost. */
export const LONGEST_TEXT = 20_000;
/** A text that names more is a list and no news; the first ones count. */
const MOST_TAGS = 100;

/**
 * What an item names: each mineral, country and amount once, where it stands first, in the order of the text. Pure;
 * takes time in proportion to the text, of which no more than `LONGEST_TEXT` characters a field are read.
 * @param day the item's day, for the list of critical minerals in force on it: `2025-08-26`
 */
export function tagsOf(text: NewsText, reference: Reference, day: string): Tag[] {
  const first = new Map<string, Tag>();
  for (const field of TEXT_FIELDS) {
    for (const tag of tagsOfField(field, (text[field] ?? '').slice(0, LONGEST_TEXT), reference, day)) {
      const key = `${tag.kind} ${tag.term}`;
      if (!first.has(key)) first.set(key, tag);
    }
  }
  return [...first.values()].slice(0, MOST_TAGS);
}

function tagsOfField(field: TextField, text: string, reference: Reference, day: string): Tag[] {
  const words = wordsOf(text);
  const evidence = (start: number, end: number): Evidence => ({
    words: text.slice(start, end),
    field,
    start,
    end,
  });
  const placeOf = ({ from, to }: Hit<unknown>): Evidence => evidence(words[from]!.start, words[to]!.end);
  const minerals = mineralsIn(text, words, reference).flatMap((hit) =>
    hit.means.map((term): Tag => {
      const list = reference.criticalOn(term, day);
      return { kind: 'mineral', term, ...placeOf(hit), ...(list !== undefined && { list }) };
    }),
  );
  const countries = reference.countries
    .find(text, words)
    .filter(({ to }) => text[words[to]!.end] !== '$') // US$ is a currency
    .flatMap((hit) => hit.means.map((term): Tag => ({ kind: 'country', term, ...placeOf(hit) })));
  const amounts = amountsIn(text).map(({ term, start, end }): Tag => ({
    kind: 'amount',
    term,
    ...evidence(start, end),
  }));
  return [...minerals, ...countries, ...amounts].sort((a, b) => a.start - b.start);
}

function mineralsIn(text: string, words: readonly Word[], reference: Reference): Hit<readonly string[]>[] {
  const hits = reference.minerals.find(text, words);
  const certain = new Set<number>();
  for (const hit of hits) {
    if (isLead(words, hit)) continue;
    for (let at = hit.from; at <= hit.to; at++) certain.add(at);
  }
  return hits.filter(
    (hit) =>
      !isCompanyName(text, words, hit) &&
      (!isLead(words, hit) || isLeadTheMetal(text, words, hit.from, (at) => certain.has(at))),
  );
}

const isLead = (words: readonly Word[], { from, to }: Hit<unknown>): boolean =>
  from === to && words[from]!.folded === 'lead';

/**
 * `Lithium Corporation` names a company, and no mineral. Without its legal form nothing tells a company's name from
 * the mineral's (`USA Rare Earth buys`, `China Rare Earth exports`), so there it counts.
 */
const isCompanyName = (text: string, words: readonly Word[], { to }: Hit<unknown>): boolean => {
  const [last, next] = [words[to]!, words[to + 1]];
  return (
    next !== undefined &&
    isLegalForm(next.folded) &&
    next.folded !== 'as' && // `Copper As a Weapon` is seen more often than a Norwegian company
    text[next.end] !== '-' && // `Nickel Co-production`
    isNameLike(last) &&
    isNameLike(next) &&
    isJoined(text, last, next)
  );
};
