import fc from 'fast-check';
import { backoff, pause } from './backoff.js';

describe('backoff', () => {
  it('doubles from 100 ms to 5 s, and stays there', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => backoff(attempt, 0))).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000,
    ]);
  });

  it('takes off half at most, whatever chance says', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const most = backoff(attempt, 0);
        return backoff(attempt, random) <= most && backoff(attempt, random) >= most / 2;
      }),
    );
  });

  it('a pause ends at once when told to stop, before and during', async () => {
    const stop = new AbortController();
    const waiting = pause(1_000_000, stop.signal);
    stop.abort();
    await waiting;
    await pause(1_000_000, stop.signal);
  });
});
