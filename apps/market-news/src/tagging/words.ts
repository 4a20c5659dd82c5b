/** A word of a text, and where it stands: `start` and `end` count UTF-16 units, as JavaScript's `slice` does. */
export interface Word {
  /** As it is compared: without case, accents or the dots of an abbreviation. `Bastnäsite` is `bastnasite`. */
  readonly folded: string;
  /** As it is written, without the dots of an abbreviation: `U.S.` is `US`. */
  readonly written: string;
  readonly start: number;
  readonly end: number;
}

/** An abbreviation with dots, or a run of letters, marks and digits. Every character is looked at once. */
const WORD = /(?:\p{Lu}\.){2,}|[\p{L}\p{M}\p{N}]+/gu;
const MARKS = /\p{M}+/gu;

/** Without case, accents and compatibility forms: `Sb₂O₃` is `sb2o3`. */
export const fold = (text: string): string => text.normalize('NFKD').replace(MARKS, '').toLowerCase();

/** The words of a text, in order. Takes time in proportion to the text. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: found, index } of text.matchAll(WORD)) {
    const written = found.replaceAll('.', '').normalize('NFKC');
    words.push({ folded: fold(written), written, start: index, end: index + found.length });
  }
  return words;
}

const JOINT = /^(?:\s{1,3}|\s?[-\u00ad‐‑–]\s?)$/u;

/** Whether two words that follow each other can be of one phrase: only spaces or a hyphen stand between them. */
export const isJoined = (text: string, left: Word, right: Word): boolean =>
  right.start - left.end <= 3 && JOINT.test(text.slice(left.end, right.start));

/** Whether a word is written as a name is: with a capital somewhere, or in a script without case. */
export const isNameLike = ({ written }: Word): boolean => /[\p{Lu}\p{Lt}\p{Lo}]/u.test(written);
