import { isJoined, type Word, wordsOf } from './words.js';

/** How a phrase must be written to be found: any way; with a capital where the phrase has one; or exactly so. */
export type Writing = 'any' | 'capital' | 'exact';

export interface Phrase<T> {
  readonly text: string;
  readonly writing: Writing;
  readonly means: T;
}

/** A phrase in a text: words `from` to `to`, the last one included. */
export interface Hit<T> {
  readonly means: T;
  readonly from: number;
  readonly to: number;
}

interface Entry<T> {
  readonly words: readonly Word[];
  readonly writing: Writing;
  readonly means: T;
}

const CAPITAL = /^[\p{Lu}\p{Lt}]/u;

/**
 * Phrases, to be found as whole words. At each word the longest phrase that begins there counts, and the search goes
 * on behind it: so `Papua New Guinea` is not Guinea too. A phrase has a handful of words, so a text takes time in
 * proportion to its length.
 */
export class PhraseBook<T> {
  private readonly byFirstWord = new Map<string, Entry<T>[]>();

  constructor(phrases: Iterable<Phrase<T>>) {
    for (const { text, writing, means } of phrases) {
      const words = wordsOf(text);
      if (words.length === 0) continue;
      const entries = this.byFirstWord.get(words[0]!.folded) ?? [];
      entries.push({ words, writing, means });
      this.byFirstWord.set(words[0]!.folded, entries);
    }
    for (const entries of this.byFirstWord.values()) entries.sort((a, b) => b.words.length - a.words.length);
  }

  find(text: string, words: readonly Word[]): Hit<T>[] {
    const hits: Hit<T>[] = [];
    for (let at = 0; at < words.length; at++) {
      const entry = this.byFirstWord
        .get(words[at]!.folded)
        ?.find((candidate) => isAt(text, words, at, candidate));
      if (!entry) continue;
      const to = at + entry.words.length - 1;
      hits.push({ means: entry.means, from: at, to });
      at = to;
    }
    return hits;
  }
}

const isAt = <T>(text: string, words: readonly Word[], at: number, entry: Entry<T>): boolean =>
  entry.words.every((wanted, index) => {
    const word = words[at + index];
    return (
      word !== undefined &&
      word.folded === wanted.folded &&
      isWritten(word, wanted, entry.writing) &&
      (index === 0 || isJoined(text, words[at + index - 1]!, word))
    );
  });

const isWritten = (word: Word, wanted: Word, writing: Writing): boolean =>
  writing === 'any' ||
  (writing === 'exact' && word.written === wanted.written) ||
  // An abbreviation is as it is written: `us` is not a country. A name may stand in a headline of capitals.
  (writing === 'capital' &&
    (isAbbreviation(wanted.written)
      ? word.written === wanted.written
      : !CAPITAL.test(wanted.written) || CAPITAL.test(word.written)));

const isAbbreviation = (written: string): boolean => written.length > 1 && /^\p{Lu}+$/u.test(written);

/** A phrase as a key: its words, folded, with one space between them. */
export const phraseKey = (text: string): string =>
  wordsOf(text)
    .map(({ folded }) => folded)
    .join(' ');
