/** The arithmetic of a benchmark. Pure. */

/** The middle one; of an even number the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  if (figures.length === 0) throw new Error('the median of nothing');
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The smallest figure that at least this share of all figures do not exceed (nearest rank): a figure that was measured,
 * never one between two.
 * @param share above 0, at most 1
 */
export function percentile(figures: ArrayLike<number>, share: number): number {
  if (figures.length === 0) throw new Error('a percentile of nothing');
  const sorted = Float64Array.from(figures).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/**
 * The order in which things are measured: forwards, backwards, forwards … (A B, B A, A B). What drifts with time, as
 * the speed of a shared machine does, then falls on all of them alike.
 */
export const interleaved = <T>(things: readonly T[], rounds: number): T[][] =>
  Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? [...things] : things.toReversed()));
