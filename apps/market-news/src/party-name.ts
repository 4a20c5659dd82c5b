import { isLegalForm } from './reference/legal-forms.js';
import { phraseKey } from './tagging/phrase-book.js';
import type { Reference } from './tagging/reference.js';
import { type Evidence, LONGEST_TEXT, type NewsText, TEXT_FIELDS, type TextField } from './tagging/tags.js';
import { fold, isJoined, isNameLike, type Word, wordsOf } from './tagging/words.js';

/** One way in which news may name a party. */
export interface PartyName {
  /** Its words without the legal form, folded. */
  readonly words: readonly string[];
  /** `exact`, for an abbreviation that the party gave itself: as it is written. */
  readonly exact?: string;
  /** Found only with a legal form behind it: `Lithium Corporation` without it is lithium. */
  readonly withLegalForm: boolean;
}

const ABBREVIATION = /^[\p{Lu}\p{N}&-]{3,12}$/u;
const LONGEST_KEY = 100;
/** Names of more words than this are companies that nobody can put into a headline. */
const MOST_WORDS = 12;

/**
 * The names by which to look for a party: without its legal form, and by the abbreviation that it gives itself in
 * brackets, `Frontier Works Organization (FWO)`; not by what else stands there: `(Pvt)`, `(USA)`, `(NYSE)`. A name that
 * is then a mineral, a country, a word of the trade or of every text, or shorter than three letters, is looked for with
 * its legal form alone.
 */
export function namesOf(party: string, reference: Reference): PartyName[] {
  const [, outer = party, inner] = /^([^()]*)\(([^()]*)\)[^()]*$/u.exec(party) ?? [];
  const words = withoutLegalForm(wordsOf(outer.trim() === '' ? party : outer)).slice(0, MOST_WORDS);
  const names: PartyName[] = [];
  if (words.length > 0) {
    const folded = words.map((word) => word.folded);
    names.push({ words: folded, withLegalForm: isCommon(folded.join(' '), reference) });
  }
  if (inner !== undefined && ABBREVIATION.test(inner.trim()) && wordsOf(inner).length === 1) {
    const exact = inner.trim();
    const folded = fold(exact);
    if (!isLegalForm(folded) && !EXCHANGES.has(folded) && !isCommon(folded, reference))
      names.push({ words: [phraseKey(exact)], exact, withLegalForm: false });
  }
  return names;
}

function withoutLegalForm(words: readonly Word[]): readonly Word[] {
  let end = words.length;
  while (end > 1 && isLegalForm(words[end - 1]!.folded)) end--;
  const start = end > 1 && words[0]!.folded === 'the' ? 1 : 0;
  return words.slice(start, end);
}

/** Words that are half of every company's name in this trade, and no name by themselves. */
const TRADE_WORDS = new Set([
  ...['chemicals', 'commodities', 'energy', 'exploration', 'global', 'group', 'holding', 'holdings'],
  ...['international', 'materials', 'metal', 'metals', 'mine', 'mineral', 'minerals', 'mines', 'mining'],
  ...['products', 'refining', 'resources', 'royalty', 'shipping', 'strategic', 'trading', 'ventures'],
]);

/** Words that a company may be called by, and that begin sentences about anything. */
const EVERYDAY_WORDS = new Set([
  ...['all', 'any', 'buyer', 'company', 'consignee', 'first', 'main', 'new', 'next', 'none', 'one', 'other'],
  ...[
    'our',
    'seller',
    'shipper',
    'supplier',
    'that',
    'the',
    'this',
    'top',
    'undisclosed',
    'unknown',
    'various',
  ],
]);

/** Where a company is listed is told in brackets too. */
const EXCHANGES = new Set([
  ...['amex', 'asx', 'bse', 'cse', 'hkex', 'jse', 'lse', 'nasdaq', 'nse', 'nyse', 'otc', 'psx', 'tse', 'tsx'],
  'tsxv',
]);

/** Countries that go by letters which are too short or too common to be taken for them in a text. */
const COUNTRY_LETTERS = new Set(['drc', 'prc', 'rsa', 'uae', 'ksa', 'eu']);

const isCommon = (name: string, reference: Reference): boolean => {
  if (name.length < 3 || [TRADE_WORDS, EVERYDAY_WORDS, COUNTRY_LETTERS].some((words) => words.has(name)))
    return true;
  const words = wordsOf(name.toUpperCase());
  return [reference.minerals, reference.countries].some((book) =>
    book
      .find(name.toUpperCase(), words)
      .some(({ means, from, to }) => means.length > 0 && from === 0 && to === words.length - 1),
  );
};

/** What a name is indexed by: its first two words, or its one. Every text that has the name has the key. */
export const keyOf = ({ words }: PartyName): string => words.slice(0, 2).join(' ').slice(0, LONGEST_KEY);

const MOST_KEYS = 2_000;

/** The words of an item, to look names up in. */
export class NameIndex {
  private readonly texts: readonly { field: TextField; text: string; words: readonly Word[] }[];
  private readonly places: ReadonlyMap<string, readonly { text: number; at: number }[]>;

  constructor(news: NewsText) {
    this.texts = TEXT_FIELDS.map((field) => {
      const text = (news[field] ?? '').slice(0, LONGEST_TEXT);
      return { field, text, words: wordsOf(text) };
    });
    const places = new Map<string, { text: number; at: number }[]>();
    this.texts.forEach(({ words }, text) =>
      words.forEach((word, at) => {
        if (!isNameLike(word)) return;
        const found = places.get(word.folded);
        if (found) found.push({ text, at });
        else places.set(word.folded, [{ text, at }]);
      }),
    );
    this.places = places;
  }

  /** Every key that a name in the text may be indexed by, the first ones of a text that has too many. */
  keys(): string[] {
    const keys = new Set<string>();
    for (const { words } of this.texts) {
      for (const [at, word] of words.entries()) {
        if (!isNameLike(word)) continue;
        keys.add(word.folded.slice(0, LONGEST_KEY));
        const next = words[at + 1];
        if (next) keys.add(`${word.folded} ${next.folded}`.slice(0, LONGEST_KEY));
        if (keys.size >= MOST_KEYS) return [...keys].slice(0, MOST_KEYS);
      }
    }
    return [...keys];
  }

  /** Where a name stands first; its first and its last word with a capital, as a name has. */
  find(name: PartyName): Evidence | undefined {
    for (const { text: index, at } of this.places.get(name.words[0]!) ?? []) {
      const { field, text, words } = this.texts[index]!;
      if (!name.words.every((word, nth) => words[at + nth]?.folded === word)) continue;
      const last = at + name.words.length - 1 + (name.withLegalForm ? 1 : 0);
      const named = words.slice(at, last + 1);
      if (last >= words.length) continue;
      if (name.withLegalForm && !isLegalForm(named.at(-1)?.folded ?? '')) continue;
      if (!named.every((word, nth) => nth === 0 || isWithin(text, named[nth - 1]!, word))) continue;
      if (!isNameLike(named.at(-1)!)) continue;
      const [start, end] = [words[at]!.start, words[last]!.end];
      if (name.exact !== undefined && text.slice(start, end) !== name.exact) continue;
      return { words: text.slice(start, end), field, start, end };
    }
    return undefined;
  }
}

/** Within a name there may be more than a space: `Smith & Sons`, `L'Oréal`, `Lithium, Inc`. */
const isWithin = (text: string, left: Word, right: Word): boolean =>
  isJoined(text, left, right) ||
  /^(?:\s?[&+]\s?|[.,'’]\s?)$/u.test(text.slice(left.end, Math.min(right.start, left.end + 4)));
