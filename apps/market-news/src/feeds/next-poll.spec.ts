import fc from 'fast-check';
import { nextPoll } from './next-poll.js';

const NOW = new Date('2025-10-02T10:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const wait = (failures: number, retryAfter?: string, random = 0.5): number =>
  nextPoll({ failures, retryAfter }, { intervalMs: HOUR }, NOW, random).getTime() - NOW.getTime();

describe('the next poll', () => {
  it('is after the interval, a tenth more or less', () => {
    expect(wait(0)).toBe(HOUR);
    expect(wait(0, undefined, 0)).toBe(54 * 60_000);
    expect(wait(0, undefined, 1)).toBe(66 * 60_000);
  });

  it('is twice as late with every failure, up to a day', () => {
    expect([1, 2, 3].map((failures) => wait(failures))).toEqual([2 * HOUR, 4 * HOUR, 8 * HOUR]);
    expect(wait(1_000)).toBe(DAY);
  });

  it('waits for as long as the server asks, in seconds or until a date, but no longer than a week', () => {
    expect(wait(1, '36000')).toBe(10 * HOUR);
    expect(wait(1, 'Fri, 03 Oct 2025 10:00:00 GMT')).toBe(DAY);
    expect(wait(1, '999999999')).toBe(7 * DAY);
    expect(wait(1, 'soon')).toBe(2 * HOUR);
    expect(wait(1, 'Wed, 01 Oct 2025 10:00:00 GMT')).toBe(2 * HOUR);
  });

  it('is never sooner than nine tenths of the interval, nor later than a week and a bit', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.option(fc.string(), { nil: undefined }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, retryAfter, random) => {
          const ms = wait(failures, retryAfter, random);
          expect(ms).toBeGreaterThanOrEqual(0.9 * HOUR);
          expect(ms).toBeLessThanOrEqual(7 * DAY);
        },
      ),
    );
  });
});
