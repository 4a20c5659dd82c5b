import type { DependencyStatus } from './dependencies.js';
import { readiness } from './health.js';

const NOW = new Date('2025-10-02T12:00:00Z');
const up = (name: string): DependencyStatus => ({ name, up: true, known: true, since: NOW });
const away = (name: string): DependencyStatus => ({
  name,
  up: false,
  known: true,
  since: NOW,
  error: 'no answer',
});
const unknown = (name: string): DependencyStatus => ({ ...away(name), known: false });

const consumer = (told: Partial<Parameters<typeof readiness>[1]> = {}): Parameters<typeof readiness>[1] => ({
  waiting: undefined,
  assignment: new Map([['shipments.inbound', [0, 1]]]),
  lag: [],
  stalled: [],
  deadLetters: { count: 0, last: undefined },
  ...told,
});

const given = (dependencies: DependencyStatus[], told: Partial<Parameters<typeof readiness>[1]> = {}) => ({
  then: (status: string, ...reasons: RegExp[]): void => {
    const answer = readiness(dependencies, consumer(told), NOW);
    expect([answer.status, answer.reasons.length]).toEqual([status, reasons.length]);
    reasons.forEach((reason, index) => expect(answer.reasons[index]).toMatch(reason));
  },
});

const BOTH = [up('kafka'), up('mongodb')];

describe('a service is', () => {
  it('ok while all answers and nothing waits', () => given(BOTH).then('ok'));

  it('unavailable before each dependency has answered once, so that a wrong address stops a rollout', () =>
    given([up('kafka'), unknown('mongodb')]).then('unavailable', /mongodb has not answered yet/));

  it('degraded, and not unavailable, while one is away: the other half of it still works', () => {
    given([up('kafka'), away('mongodb')]).then('degraded', /mongodb is away, since 2025-10-02T12:00:00.000Z/);
    given([away('kafka'), up('mongodb')]).then('degraded', /kafka is away/);
  });

  it('unavailable while all are away', () =>
    given([away('kafka'), away('mongodb')]).then('unavailable', /kafka/, /mongodb/));

  it('degraded while a partition waits, or stands still', () => {
    given(BOTH, { waiting: { on: 'mongodb', since: NOW } }).then('degraded', /mongodb/);
    given(BOTH, { stalled: ['shipments.inbound/3'] }).then('degraded', /shipments\.inbound\/3/);
  });

  it('degraded for five minutes after an event was refused, and then no longer', () => {
    given(BOTH, { deadLetters: { count: 1, last: new Date(NOW.getTime() - 60_000) } }).then(
      'degraded',
      /dead letters/,
    );
    given(BOTH, { deadLetters: { count: 1, last: new Date(NOW.getTime() - 301_000) } }).then('ok');
  });

  it('as far behind as its partitions are together', () => {
    const lag = [
      { topic: 'a', partition: 0, committed: 5, end: 9 },
      { topic: 'a', partition: 1, committed: 7, end: 7 },
      { topic: 'b', partition: 0, committed: 9, end: 8 }, // measured while it was being committed
    ];
    expect(readiness(BOTH, consumer({ lag }), NOW).consumer.lag).toBe(4);
  });
});
