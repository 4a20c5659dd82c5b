import { type Look, rateOf, watched } from './clock.js';

const looks = (counts: readonly (number | undefined)[]): (() => Promise<Look | undefined>) => {
  const left = [...counts];
  return async () => {
    const count = left.shift();
    return count === undefined ? undefined : { count };
  };
};
const watch = async (counts: readonly (number | undefined)[]) =>
  (await watched(looks(counts), { from: 10, to: 100, everyMs: 1 }, () => undefined)).map(
    ({ count }) => count,
  );

it('begins with the first look that finds the warm-up done, and ends with the first that finds all done', async () => {
  expect(await watch([undefined, 0, 4, 12, 12, 60, 101, 101])).toEqual([12, 12, 60, 101]);
});

it('begins with the look before, where the warm-up and all the rest were done between two looks', async () => {
  expect(await watch([0, 4, 100])).toEqual([4, 100]);
});

it('measures nothing where all was done before it looked', async () => {
  await expect(watch([undefined, 100])).rejects.toThrow('give it more');
});

it('divides what was done between the first look and the last by the time between them', () => {
  const seen = [
    { count: 1_000, at: 5_000 },
    { count: 1_100, at: 6_000 },
    { count: 5_000, at: 7_000 },
  ];

  expect(rateOf(seen)).toBe(2_000);
});
