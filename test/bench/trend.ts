/** Whether figures taken over time rise: Mann–Kendall for whether, Theil–Sen for how fast. Pure. */
import { median } from './figures.js';

export interface Trend {
  /** The median of the slopes between all pairs: what the figures rise by from one to the next. */
  readonly slope: number;
  /**
   * How likely so steady a rise, or a steadier one, is where there is none: of all pairs, more rise than fall (Mann–Kendall,
   * one-sided, normal approximation with ties).
   */
  readonly chance: number;
}

/** @param figures at even distances in time, in order; at least eight, fewer tell nothing */
export function trendOf(figures: readonly number[]): Trend {
  const { length } = figures;
  if (length < LEAST) throw new Error(`${length} figures have no trend: at least ${LEAST}`);
  const slopes: number[] = [];
  let rising = 0;
  for (let i = 0; i < length; i++) {
    for (let j = i + 1; j < length; j++) {
      const rise = figures[j]! - figures[i]!;
      slopes.push(rise / (j - i));
      rising += Math.sign(rise);
    }
  }
  const ties = Object.values(Object.groupBy(figures, String)).map((tied) => tied!.length);
  const part = (n: number): number => n * (n - 1) * (2 * n + 5);
  const variance = (part(length) - ties.reduce((sum, n) => sum + part(n), 0)) / 18;
  // The continuity correction: S moves in steps, so half of one is not there yet.
  const z = variance > 0 ? (rising - Math.sign(rising)) / Math.sqrt(variance) : 0;
  return { slope: median(slopes), chance: 1 - normal(z) };
}

/** How unlikely a rise must be without a cause to count as one. */
const SIGNIFICANT = 0.01;
/** A rise below this part of the level, over all of the time, is no matter. */
const MATTERS = 0.02;

/** Whether figures rise steadily, and by enough to matter. */
export function rises(figures: readonly number[]): boolean {
  const { slope, chance } = trendOf(figures);
  return chance < SIGNIFICANT && slope * (figures.length - 1) > MATTERS * median(figures);
}

/**
 * The lowest figure of each of so many stretches of equal length. Memory goes up and down with the collection of garbage;
 * what leaks is what a stretch's lowest point never comes below again.
 */
export const lowest = (figures: readonly number[], stretches: number): number[] =>
  Array.from({ length: stretches }, (_, nth) =>
    Math.min(
      ...figures.slice(
        Math.floor((nth * figures.length) / stretches),
        Math.floor(((nth + 1) * figures.length) / stretches),
      ),
    ),
  );

const LEAST = 8;

/** The share of a normal distribution below z (Abramowitz and Stegun, 26.2.17; wrong by 1e-7 at most). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429].reduceRight(
    (sum, factor) => (sum + factor) * t,
    0,
  );
  const above = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return z < 0 ? above : 1 - above;
}
