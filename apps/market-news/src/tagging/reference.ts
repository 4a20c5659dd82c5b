import { COUNTRIES, NOT_COUNTRIES } from '../reference/countries.js';
import { criticalOn } from '../reference/critical-minerals.js';
import { ALIASES, EXACT_ALIASES, GROUPS, MINERALS, NOT_MINERALS, ORES } from '../reference/minerals.js';
import { type Phrase, PhraseBook } from './phrase-book.js';

/** What tags are made from. Each phrase means some minerals or countries, or, in a set phrase, none. */
export interface Reference {
  readonly minerals: PhraseBook<readonly string[]>;
  readonly countries: PhraseBook<readonly string[]>;
  /** The citation of the list that holds a mineral to be critical on a day. */
  readonly criticalOn: (mineral: string, day: string) => string | undefined;
}

type Phrases = Phrase<readonly string[]>[];

const inAnyWriting = (table: Readonly<Record<string, readonly string[]>>): Phrases =>
  Object.entries(table).map(([text, means]) => ({ text, writing: 'any', means }));

/** A set phrase first, so that of two as long it is the one that is found. */
const setPhrases = (phrases: readonly string[]): Phrases =>
  phrases.map((text) => ({ text, writing: 'any', means: [] }));

/** Orebound's reference data: the United States' lists, and what `reference/` says of words and countries. */
export const REFERENCE: Reference = {
  minerals: new PhraseBook([
    ...setPhrases(NOT_MINERALS),
    ...MINERALS.map((name) => ({ text: name, writing: 'any' as const, means: [name] })),
    ...inAnyWriting(ALIASES),
    ...inAnyWriting(ORES),
    ...Object.entries(EXACT_ALIASES).map(([text, means]) => ({ text, writing: 'exact' as const, means })),
  ]),
  countries: new PhraseBook([
    ...setPhrases(NOT_COUNTRIES),
    ...Object.entries(COUNTRIES).flatMap(([code, names]) =>
      names.map((text) => ({ text, writing: 'capital' as const, means: [code] })),
    ),
  ]),
  criticalOn: (mineral, day) => criticalOn(mineral, day, GROUPS.get(mineral)),
};
