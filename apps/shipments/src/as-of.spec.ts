import fc from 'fast-check';
import { historyAt } from './as-of.js';
import { auditOf } from './audit.js';
import { inAnyOrder, isRetraction, life } from './shipment.arbitrary.js';
import { type Accepted, foldOf } from './shipment.js';
import {
  arrived,
  inFixedOrder,
  departed,
  estimated,
  registered,
  retracted,
  shipmentAfter,
} from './shipment.story.js';

const learntOn = (day: number): string => `2025-10-${String(day).padStart(2, '0')}T00:00:00Z`;
const wrong = arrived({ at: '2025-10-02T00:00:00Z', learnt: learntOn(3), id: 'wrong' });
const events = [
  registered({ said: '2025-09-01T00:00:00Z', learnt: '2025-09-01T00:00:00Z' }),
  wrong,
  departed({ at: '2025-09-12T00:00:00Z', learnt: learntOn(4) }),
  retracted(wrong, { said: learntOn(6), learnt: learntOn(6) }),
];
const statusAt = (moment: Parameters<typeof historyAt>[1]): string =>
  foldOf(historyAt(events, moment)).status;

describe('a shipment as of a moment', () => {
  it('is what had happened by then, by what we know now', () => {
    expect(statusAt({ asOf: '2025-09-11T00:00:00Z' })).toBe('registered');
    expect(statusAt({ asOf: '2025-09-12T00:00:00Z' })).toBe('departed');
    expect(statusAt({ asOf: '2025-10-05T00:00:00Z' })).toBe('departed');
  });

  it('is what we knew then, wrong as it was', () => {
    expect(statusAt({ knownAt: '2025-10-02T00:00:00Z' })).toBe('registered');
    expect(statusAt({ knownAt: '2025-10-05T00:00:00Z' })).toBe('arrived');
    expect(statusAt({ knownAt: '2025-10-06T00:00:00Z' })).toBe('departed');
  });

  it('is what we knew at one moment of another', () => {
    expect(statusAt({ asOf: '2025-09-20T00:00:00Z', knownAt: '2025-10-03T00:00:00Z' })).toBe('registered');
    expect(statusAt({ asOf: '2025-09-20T00:00:00Z', knownAt: '2025-10-04T00:00:00Z' })).toBe('departed');
  });

  describe('of which a milestone was said anew', () => {
    const word = (nth: number, at: string, learnt: string): Accepted =>
      departed({ id: `dep@${nth}`, at, learnt, said: learnt, revision: { of: 'dep', at: learnt } });
    const told = [
      events[0]!,
      word(1, '2025-09-12T00:00:00Z', learntOn(1)),
      word(2, '2025-09-20T00:00:00Z', learntOn(3)),
    ];
    const shipmentAt = (moment: Parameters<typeof historyAt>[1]) => foldOf(historyAt(told, moment));

    it('had passed it when the last word says', () => {
      expect(shipmentAt({ asOf: '2025-09-15T00:00:00Z' }).status).toBe('registered');
      expect(shipmentAt({ asOf: '2025-09-21T00:00:00Z' }).statusAt).toBe('2025-09-20T00:00:00Z');
    });

    it('was known to have passed it as the word before says, until then', () => {
      expect(shipmentAt({ knownAt: learntOn(2) }).statusAt).toBe('2025-09-12T00:00:00Z');
      expect(shipmentAt({ knownAt: learntOn(3) }).statusAt).toBe('2025-09-20T00:00:00Z');
      expect(shipmentAt({ asOf: '2025-09-15T00:00:00Z', knownAt: learntOn(2) }).status).toBe('departed');
    });

    it('was estimated as had been said by then', () => {
      const eta = (nth: number): Accepted =>
        estimated(learntOn(nth + 10), {
          id: `eta@${nth}`,
          said: learntOn(nth),
          learnt: learntOn(nth),
          revision: { of: 'eta', at: learntOn(nth) },
        });
      const etaAt = (asOf: string) => foldOf(historyAt([events[0]!, eta(1), eta(3)], { asOf })).eta;
      expect([etaAt(learntOn(2)), etaAt(learntOn(4))]).toEqual([learntOn(11), learntOn(13)]);
    });
  });

  it('is what it is, where the moment is behind all of it', () => {
    fc.assert(
      fc.property(life, (all) => {
        const behind = { asOf: '2026-01-01T00:00:00Z', knownAt: '2026-01-01T00:00:00Z' };
        expect(inFixedOrder(foldOf(historyAt(all, behind)))).toEqual(shipmentAfter(all));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same in whatever order its events came in', () => {
    const told = life.chain((all) =>
      fc.tuple(fc.constant(all), inAnyOrder(all), fc.integer({ min: 1, max: 6 })),
    );
    fc.assert(
      fc.property(told, ([all, shuffled, day]) => {
        const some = [...new Set(shuffled)];
        for (const moment of [{ asOf: learntOn(day) }, { knownAt: learntOn(day) }])
          expect(inFixedOrder(foldOf(historyAt(some, moment)))).toEqual(
            inFixedOrder(foldOf(historyAt(all, moment))),
          );
      }),
      { numRuns: 1_000 },
    );
  });

  it('was known as it had been folded by then', () => {
    const told = fc.tuple(life, fc.integer({ min: 1, max: 6 }));
    fc.assert(
      fc.property(told, ([all, day]) => {
        const learnt = all.toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
        const byThen = learnt.filter(({ receivedAt }) => receivedAt <= new Date(learntOn(day)));
        expect(inFixedOrder(foldOf(historyAt(all, { knownAt: learntOn(day) })))).toEqual(
          shipmentAfter(byThen),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the audit', () => {
  const auditAfter = (...all: Accepted[]) => auditOf('SHP-1', all).late;

  it('has each event that came behind what had happened after it: how late, and what it changed', () => {
    const [departure] = auditAfter(...events.slice(0, 3));
    expect(departure).toMatchObject({
      happenedAt: '2025-09-12T00:00:00.000Z',
      receivedAt: '2025-10-04T00:00:00.000Z',
      lateBySeconds: 22 * 86_400,
      before: { status: 'arrived' },
      after: { status: 'arrived' },
    });
    const early = estimated('2025-10-01T00:00:00Z', { said: '2025-09-20T00:00:00Z', learnt: learntOn(5) });
    expect(
      auditAfter(events[0]!, departed({ at: '2025-09-21T00:00:00Z', learnt: learntOn(1) }), early),
    ).toMatchObject([
      { before: { status: 'departed' }, after: { status: 'departed', eta: '2025-10-01T00:00:00Z' } },
    ]);
  });

  it('has each retraction', () => {
    expect(auditAfter(...events).map(({ before, after }) => [before.status, after.status])).toEqual([
      ['arrived', 'arrived'],
      ['arrived', 'departed'],
    ]);
  });

  it('has nothing of what came in order', () => {
    fc.assert(
      fc.property(life, (all) => {
        const inOrder = all
          .filter((one) => !isRetraction(one))
          .map(({ event }) => {
            const { at } = event.data as { at?: string };
            return {
              event: { ...event, ...(at !== undefined && { time: at }) },
              receivedAt: new Date(at ?? event.time ?? 0),
            };
          });
        expect(auditOf('SHP-1', inOrder as Accepted[]).late).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('ends with where the shipment stands, where the last word was late', () => {
    fc.assert(
      fc.property(life, (all) => {
        const learnt = all.toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
        const last = auditOf('SHP-1', all).late.at(-1);
        fc.pre(
          last !== undefined &&
            last.id === learnt.at(-1)!.event.id &&
            last.source === learnt.at(-1)!.event.source,
        );
        expect(last!.after.status).toBe(shipmentAfter(all).status);
      }),
      { numRuns: 500 },
    );
  });
});
