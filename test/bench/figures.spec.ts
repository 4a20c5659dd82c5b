import fc from 'fast-check';
import { interleaved, median, percentile } from './figures.js';

/** Far beyond what is measured, and far from where two of them have no sum any more. */
const MOST = 1e15;
const figures = fc.array(fc.double({ noNaN: true, min: -MOST, max: MOST }), { minLength: 1 });

it.each([
  [[3], 3],
  [[1, 2], 1.5],
  [[10, 9, 2], 9],
  [[4, 1, 3, 2], 2.5],
])('takes the middle of %j for the median', (given, middle) => {
  expect(median(given)).toBe(middle);
});

it('has as many figures above the median as below', () => {
  fc.assert(
    fc.property(figures, (given) => {
      const middle = median(given);
      const below = given.filter((figure) => figure < middle).length;
      const above = given.filter((figure) => figure > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(given.length / 2);
    }),
  );
});

it('takes for a percentile a figure that was measured, by its nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  expect([0.01, 0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 95, 99, 100]);
});

it('has at least the share at or below the percentile, and less than the share below it', () => {
  fc.assert(
    fc.property(figures, fc.integer({ min: 1, max: 100 }), (given, percent) => {
      const found = percentile(given, percent / 100);
      const atMost = given.filter((figure) => figure <= found).length;
      const below = given.filter((figure) => figure < found).length;
      expect(atMost * 100).toBeGreaterThanOrEqual(percent * given.length);
      expect(below * 100).toBeLessThan(percent * given.length + 1e-6 * given.length);
    }),
  );
});

it('refuses to tell the middle of nothing', () => {
  expect(() => median([])).toThrow();
  expect(() => percentile([], 0.5)).toThrow();
});

it('measures forwards, then backwards, then forwards', () => {
  expect(interleaved(['a', 'b', 'c'], 3)).toEqual([
    ['a', 'b', 'c'],
    ['c', 'b', 'a'],
    ['a', 'b', 'c'],
  ]);
});
