import fc from 'fast-check';
import { random } from '../simulate/mixing.js';
import { lowest, rises, trendOf } from './trend.js';

/** A level with noise of so much, and a rise of so much over all of it. */
const series = (seed: number, { level = 200, noise = 10, rise = 0, length = 40 } = {}): number[] => {
  const next = random(seed);
  return Array.from({ length }, (_, nth) => level + (next() - 0.5) * noise + (rise * nth) / (length - 1));
};

it('tells a slope, whatever the noise at single points', () => {
  const figures = Array.from({ length: 21 }, (_, nth) => 100 + 2 * nth);

  expect(trendOf(figures).slope).toBe(2);
  expect(trendOf(figures.with(3, 10_000)).slope).toBeCloseTo(2, 1);
});

it('agrees with what is reckoned by hand', () => {
  // S = 22 of ten figures without ties: Var = 125, z = 21 / √125 = 1.878, one-sided p = 0.030.
  // Of 45 pairs 6 fall: S = 33. Without ties the variance is 10 · 9 · 25 / 18 = 125, so z = 32 / √125 = 2.862.
  expect(trendOf([2, 1, 4, 3, 6, 5, 8, 10, 7, 9]).chance).toBeCloseTo(0.0021, 4);
  // Two alike among them, none falls: S = 27, the variance (8 · 7 · 21 - 2 · 1 · 9) / 18 = 64.33, z = 26 / √64.33 = 3.242.
  expect(trendOf([1, 2, 3, 3, 4, 5, 6, 7]).chance).toBeCloseTo(0.00059, 5);
});

it('takes noise for a rise about as seldom as it says', () => {
  const wrong = Array.from({ length: 1_000 }, (_, seed) => trendOf(series(seed)).chance).filter(
    (chance) => chance < 0.05,
  );

  expect(wrong.length).toBeGreaterThan(20);
  expect(wrong.length).toBeLessThan(80);
});

it('sees a leak of a twentieth through noise as large', () => {
  const seen = Array.from({ length: 200 }, (_, seed) => rises(series(seed, { rise: 10 })));

  expect(seen.filter(Boolean).length).toBeGreaterThan(190);
});

it('takes what falls, stays, or rises by next to nothing for flat', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      expect(rises(series(seed, { rise: -20 }))).toBe(false);
      expect(rises(series(seed, { noise: 0 }))).toBe(false);
      expect(rises(series(seed, { noise: 0, rise: 3 }))).toBe(false);
    }),
  );
});

it('sees one file descriptor after the other stay open', () => {
  expect(rises(Array.from({ length: 20 }, (_, nth) => 40 + Math.floor(nth / 4)))).toBe(true);
});

it('takes the lowest of each stretch, and every figure into one of them', () => {
  expect(lowest([5, 1, 7, 3, 9, 2], 3)).toEqual([1, 3, 2]);
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 8, maxLength: 100 }), (figures) => {
      expect(Math.min(...lowest(figures, 8))).toBe(Math.min(...figures));
    }),
  );
});

it('tells no trend of a handful of figures', () => {
  expect(() => trendOf([1, 2, 3])).toThrow('at least 8');
});
