import fc from 'fast-check';
import { expectationsOf, overdueAtOf } from './expectations.js';
import { life } from './shipment.arbitrary.js';
import type { Accepted } from './shipment.js';
import {
  acknowledged,
  arrived,
  clock,
  closedOut,
  CONTAINERS,
  departed,
  estimated,
  given,
  IN_FIVE,
  itinerary,
  KARACHI,
  planned,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
  shipmentAfter,
} from './shipment.story.js';
import { refusalOfTime, timePassed } from './time-passed.js';

const expectedAfter = (...events: Accepted[]) =>
  expectationsOf(shipmentAfter(events)).map(({ milestone, place }) => [milestone, place?.unlocode]);
const sailing = (at: string, place = KARACHI, said?: string) =>
  departed({ classifier: 'PLN', at, place, ...(said !== undefined && { said }) });

describe('what is expected next', () => {
  it('is what was planned or estimated and has not been passed, the earliest first', () => {
    const events = [registered(), estimated('2025-10-02T00:00:00Z'), sailing('2025-09-12T00:00:00Z')];
    expect(expectedAfter(...events)).toEqual([
      ['departed', 'PKKHI'],
      ['arrived', 'USSTL'],
    ]);
    expect(expectedAfter(...events, departed())).toEqual([['arrived', 'USSTL']]);
    expect(expectedAfter(...events, arrived())).toEqual([]);
  });

  it('is by the estimate where there is one', () => {
    const [next] = expectationsOf(
      shipmentAfter([estimated('2025-10-03T00:00:00Z'), planned('2025-10-02T00:00:00Z')]),
    );
    expect(next).toMatchObject({ classifier: 'EST', at: '2025-10-03T00:00:00Z' });
  });

  it('is not what lies behind it: who calls at the second port has left the first', () => {
    const way = itinerary([KARACHI, SALALAH, SAINT_LOUIS]);
    const plans = [sailing('2025-09-12T00:00:00Z'), sailing('2025-09-21T00:00:00Z', SALALAH)];
    expect(expectedAfter(registered(), way, ...plans, arrived({ place: SALALAH }))).toEqual([
      ['departed', 'OMSLL'],
    ]);
  });

  it('is still the arrival while containers are missing', () => {
    const first = arrived({ containers: [CONTAINERS[0]] });
    const events = [registered({ cargo: IN_FIVE }), estimated('2025-10-02T00:00:00Z'), first];
    expect(expectedAfter(...events)).toEqual([['arrived', 'USSTL']]);
  });

  it('is nothing of a shipment that was closed out', () => {
    expect(expectedAfter(registered(), estimated('2025-10-02T00:00:00Z'), closedOut('lost'))).toEqual([]);
  });

  it('is never what has been passed at that place', () => {
    fc.assert(
      fc.property(life, (events) => {
        const shipment = shipmentAfter(events);
        const open = expectationsOf(shipment).filter(() => !shipment.arrival?.containers);
        for (const { milestone, place } of open) {
          const passed = shipment.milestones.filter(
            (claim) =>
              claim.classifier === 'ACT' &&
              claim.milestone === milestone &&
              place !== undefined &&
              claim.place?.unlocode === place.unlocode,
          );
          expect(passed).toEqual([]);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a shipment is overdue', () => {
  const expected = [registered(), estimated('2025-10-02T00:00:00Z')];
  const due = '2025-10-03T00:00:00.000Z';
  const overdueAfter = (...events: Accepted[]) =>
    (shipmentAfter(events).exceptions ?? []).filter(({ type }) => type === 'overdue');
  const dueAfter = (...events: Accepted[]) => overdueAtOf(shipmentAfter(events))?.toISOString();

  it('a day behind the next thing expected, once the clock says so', () => {
    expect(dueAfter(...expected)).toBe(due);
    given(...expected).then({ exceptions: undefined });
    expect(overdueAfter(...expected, clock('2025-10-02T23:59:59Z'))).toEqual([]);
    const passed = clock(due, { id: 'tick' });
    expect(dueAfter(...expected, passed)).toBeUndefined();
    expect(overdueAfter(...expected, passed)).toMatchObject([
      { since: due, id: 'tick', detail: 'arrived at USSTL was expected 2025-10-02T00:00:00Z' },
    ]);
  });

  it('no longer when it comes, or is expected later', () => {
    const passed = clock(due);
    expect(overdueAfter(...expected, passed, arrived())).toEqual([]);
    const later = estimated('2025-10-09T00:00:00Z', { said: '2025-10-03T00:00:00Z' });
    expect(overdueAfter(...expected, passed, later)).toEqual([]);
    expect(dueAfter(...expected, passed, later)).toBe('2025-10-10T00:00:00.000Z');
  });

  it('once more by the next thing that does not come, whoever has acknowledged the last', () => {
    const [first, second] = [clock('2025-09-13T00:00:00Z'), clock(due)];
    const events = [...expected, sailing('2025-09-12T00:00:00Z'), first, acknowledged('overdue', first)];
    expect(overdueAfter(...events)).toMatchObject([{ acknowledged: { by: 'operator' } }]);
    const [open] = overdueAfter(...events, departed(), second);
    expect(open).toMatchObject({ id: second.event.id });
    expect(open).not.toHaveProperty('acknowledged');
  });

  it.each([
    ['said since', '2025-10-04T00:00:00Z'],
    ['said before, and heard since', '2025-09-01T00:00:00Z'],
  ])('once more by what is expected even earlier, %s, whoever has acknowledged the last', (_, said) => {
    const passed = clock(due);
    const events = [...expected, passed, acknowledged('overdue', passed)];
    expect(overdueAfter(...events)).toMatchObject([{ acknowledged: { by: 'operator' } }]);
    const earlier = sailing('2025-09-12T00:00:00Z', KARACHI, said);
    expect(dueAfter(...events, earlier)).toBe('2025-09-13T00:00:00.000Z');
    const again = clock('2025-09-13T00:00:00Z');
    const [open] = overdueAfter(...events, earlier, again);
    expect(open).toMatchObject({ id: again.event.id, since: '2025-09-13T00:00:00.000Z' });
    expect(open).not.toHaveProperty('acknowledged');
    // That one taken back, the one that was acknowledged is what is overdue, as before.
    expect(overdueAfter(...events, earlier, again, retracted(earlier))).toMatchObject([
      { id: passed.event.id, acknowledged: { by: 'operator' } },
    ]);
  });

  it('not by a clock that is ahead of the time at which Kafka took its event: it may be said again', () => {
    const event = timePassed('SHP-1', new Date(due));
    const isRefused = (taken: string): boolean => refusalOfTime(event, new Date(taken)) !== undefined;
    expect(isRefused('2025-10-02T23:00:00Z')).toBe(true);
    expect(isRefused('2025-10-02T23:55:00Z')).toBe(false);
    expect(isRefused(due)).toBe(false);
  });

  it('not by what has no time', () => {
    expect(dueAfter(registered(), reported('loaded'))).toBeUndefined();
  });

  it('by one event of the clock, however many say so', () => {
    expect(timePassed('SHP-1', new Date(due))).toEqual(timePassed('SHP-1', new Date(due)));
    expect(timePassed('SHP-1', new Date(due)).id).not.toBe(timePassed('SHP-2', new Date(due)).id);
  });
});
