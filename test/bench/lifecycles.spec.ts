import fc from 'fast-check';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { checkEvent } from '#contracts/topic.js';
import { type Claimant, type Shipment, take, UNKNOWN } from '../../apps/shipments/src/shipment.js';
import { estimate, EVENTS_A_SHIPMENT, lifecycle, reached, traffic, warmedTraffic } from './lifecycles.js';

const seed = fc.nat(100_000);
const now = new Date('2026-01-01T00:00:00Z');
const changed = (before: Shipment, after: Shipment) => ({
  ...(after.status !== before.status && { status: after.status }),
  ...(after.eta !== before.eta && { eta: after.eta! }),
});

it('makes events that hold to their contract', () => {
  fc.assert(
    fc.property(seed, (given) => {
      const events = [...lifecycle('SHP-1', given), estimate('SHP-1', given, given % 1_000)];
      for (const event of events) expect(checkEvent(SHIPMENTS_INBOUND, event)).toBe(event);
    }),
  );
});

it('tells by what a write has set which event of the lifecycle was the last, however many it took at once', () => {
  fc.assert(
    fc.property(seed, fc.array(fc.integer({ min: 1, max: EVENTS_A_SHIPMENT })), (given, cuts) => {
      const events = lifecycle('SHP-1', given) as unknown as Claimant[];
      let written: Shipment = { ...UNKNOWN, status: 'unheard-of' as never };
      let from = 0;
      for (const size of [...cuts, EVENTS_A_SHIPMENT]) {
        const batch = events.slice(from, from + size);
        if (batch.length === 0) return;
        from += batch.length;
        const state = batch.reduce(
          (before, event) => take(before, event, now, []),
          from === batch.length ? UNKNOWN : written,
        );
        expect(reached(changed(written, state))).toBe(from - 1);
        written = state;
      }
    }),
  );
});

it('gives every event of every shipment once, each shipment in its order', () => {
  const seen = new Map<string, string[]>();
  for (const { subject, id } of traffic(50, 7)) seen.set(subject, [...(seen.get(subject) ?? []), id]);

  expect(seen.size).toBe(50);
  for (const [shipment, ids] of seen) expect(ids).toEqual(lifecycle(shipment, 0).map(({ id }) => id));
});

it('warms up with other shipments than it counts', () => {
  const events = [...warmedTraffic({ warmUp: 40, events: 100 })];
  const [before, counted] = [events.slice(0, 40), events.slice(40)].map(
    (part) => new Set(part.map(({ subject }) => subject)),
  );

  expect([before!.size, counted!.size]).toEqual([4, 10]);
  expect([...before!].filter((shipment) => counted!.has(shipment))).toEqual([]);
});

it('estimates anew each time, later than before', () => {
  const etas = [0, 1, 2].map((nth) => estimate('SHP-1', 3, nth) as unknown as Claimant);
  const before = lifecycle('SHP-1', 3).slice(0, 2) as unknown as Claimant[];
  const states = [...before, ...etas].map((_, index, all) =>
    all.slice(0, index + 1).reduce((state, event) => take(state, event, now, []), UNKNOWN),
  );

  expect(new Set(states.slice(1).map(({ eta }) => eta)).size).toBe(4);
});
