import { isJoined, type Word } from './words.js';

/** Beside one of these, `lead` is the metal: `lead ore`, `refined lead`, `lead prices`, `lead-acid`. */
const METAL_CONTEXT = new Set([
  ...['acid', 'battery', 'batteries', 'bullion', 'concentrate', 'concentrates', 'deposit', 'deposits'],
  ...['futures', 'ingot', 'ingots', 'metal', 'mine', 'mines', 'mining', 'ore', 'ores', 'price', 'prices'],
  ...['refined', 'scrap', 'smelter', 'smelters', 'smelting', 'sulfide', 'sulphide'],
]);

/** Before these, or after those, `lead` is a verb or a place in front, even where a mineral stands beside it. */
const VERB_BEFORE = new Set(['a', 'in', 'the', 'helps', 'help', 'take', 'takes']);
/** Before these it is a verb whatever follows: `to lead mining`. `the lead mine` is the metal's. */
const VERB_ALWAYS = new Set([
  ...['can', 'could', 'may', 'might', 'must', 'shall', 'should', 'they', 'to', 'we', 'will', 'would', 'you'],
]);
const VERB_AFTER = new Set([
  ...['a', 'an', 'another', 'by', 'her', 'his', 'its', 'our', 'the', 'their', 'this', 'to', 'up', 'with'],
]);

const LIST_GAP = /^\s?[,/]\s?$|^\s?[&+]\s?$|^\s?[-–]\s?$/u;
const LIST_WORDS = new Set(['and', 'or', 'plus']);

/**
 * Whether the word `lead` at `at` is the metal. Its rule, in words:
 *
 * 1. It is beside a word of its own sentence that speaks of ore, price or metal (`METAL_CONTEXT`), or follows `price of`
 *    or `prices of`; unless the word before it makes it a verb for certain (`VERB_ALWAYS`).
 * 2. Or it stands in a list with another mineral (joined by a comma, slash, hyphen, `and`, `or`), unless the word
 *    before it or behind it makes it a verb.
 *
 * A capital is no evidence: `Lead` begins many a headline.
 * @param isMineral whether the word at a place belongs to another mineral's name
 */
export function isLeadTheMetal(
  text: string,
  words: readonly Word[],
  at: number,
  isMineral: (at: number) => boolean,
): boolean {
  const before = words[at - 1]?.folded ?? '';
  const after = words[at + 1]?.folded ?? '';
  if (VERB_ALWAYS.has(before)) return false;
  const [previous, word, next] = [words[at - 1], words[at]!, words[at + 1]];
  if (next && METAL_CONTEXT.has(after) && isJoined(text, word, next)) return true;
  if (previous && METAL_CONTEXT.has(before) && isJoined(text, previous, word)) return true;
  if (before === 'of' && /^prices?$/.test(words[at - 2]?.folded ?? '')) return true;
  if (VERB_BEFORE.has(before) || VERB_AFTER.has(after)) return false;
  return isListedWith(text, words, at, -1, isMineral) || isListedWith(text, words, at, 1, isMineral);
}

/** Whether a mineral is the next member of the list, to the left (-1) or right (1). */
const isListedWith = (
  text: string,
  words: readonly Word[],
  at: number,
  step: -1 | 1,
  isMineral: (at: number) => boolean,
): boolean => {
  if (LIST_WORDS.has(words[at + step]?.folded ?? '')) return isMineral(at + 2 * step);
  const [left, right] = step === 1 ? [words[at], words[at + 1]] : [words[at - 1], words[at]];
  if (!left || !right) return false;
  return LIST_GAP.test(text.slice(left.end, Math.min(right.start, left.end + 4))) && isMineral(at + step);
};
