import fc from 'fast-check';
import { inAnyOrder, life } from './shipment.arbitrary.js';
import type { Accepted } from './shipment.js';
import {
  ANTIMONY,
  arrived,
  closedOut,
  CONTAINERS,
  departed,
  IN_FIVE,
  KARACHI,
  observed,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  viewAfter,
} from './shipment.story.js';

const inFive = registered({ cargo: IN_FIVE });
const [FIRST, SECOND, THIRD, , FIFTH] = CONTAINERS;
const parcelsAfter = (...events: Accepted[]) =>
  new Map(viewAfter(...events).parcels.map((parcel) => [parcel.lot, parcel]));

const customs = (word: 'held' | 'released', day: number, ...containers: string[]) =>
  reported(`customs-${word}`, {
    place: SAINT_LOUIS,
    at: `2025-10-0${day}T00:00:00Z`,
    ...(containers.length > 0 && { containers }),
  });

describe('a parcel of a shipment', () => {
  it('is a lot of its registration, in the containers that it was registered in', () => {
    const { parcels } = viewAfter(inFive);
    expect(parcels.map(({ lot, containers }) => [lot, containers.map(({ container }) => container)])).toEqual(
      [
        ['CU', CONTAINERS.slice(0, 2)],
        ['ND', CONTAINERS.slice(2, 4)],
        ['SB', [FIFTH]],
        ['CE', []],
      ],
    );
    expect(viewAfter(departed()).parcels).toEqual([]);
  });

  it('tells of each container what it passed last, by itself or with the whole shipment', () => {
    const loaded = reported('loaded', { at: '2025-09-11T00:00:00Z', place: KARACHI, containers: [FIRST] });
    const parcels = parcelsAfter(inFive, loaded, departed(), reported('gate-out', { containers: [SECOND] }));
    const passed = (lot: string) =>
      parcels.get(lot)!.containers.map(({ container, passed: last }) => [container, last?.milestone]);
    expect(passed('CU')).toEqual([
      [FIRST, 'departed'],
      [SECOND, 'gate-out'],
    ]);
    expect(parcels.get('CE')).toEqual({
      lot: 'CE',
      passed: { milestone: 'departed', at: '2025-09-12T06:00:00+05:00', place: KARACHI },
      containers: [],
    });
  });

  it('has arrived once all of its containers have, and when the last of them did', () => {
    const part = (day: number, ...containers: string[]) =>
      arrived({ at: `2025-10-0${day}T00:00:00Z`, containers });
    const parcels = parcelsAfter(inFive, part(3, SECOND), part(2, FIRST, THIRD));
    expect([...parcels.values()].map(({ lot, arrivedAt }) => [lot, arrivedAt])).toEqual([
      ['CU', '2025-10-03T00:00:00Z'],
      ['ND', undefined],
      ['SB', undefined],
      ['CE', undefined],
    ]);
    expect(parcels.get('ND')!.containers.map(({ arrivedAt }) => arrivedAt)).toEqual([
      '2025-10-02T00:00:00Z',
      undefined,
    ]);
    const all = [...parcelsAfter(inFive, part(3, SECOND), arrived()).values()];
    expect(all.map(({ arrivedAt }) => arrivedAt)).toEqual([
      '2025-10-03T00:00:00Z',
      '2025-10-02T09:40:00-05:00',
      '2025-10-02T09:40:00-05:00',
      '2025-10-03T00:00:00Z',
    ]);
    expect(parcelsAfter(inFive, arrived(), closedOut('lost')).get('CU')).not.toHaveProperty('arrivedAt');
  });

  it('has the seals that its containers had last, not those that were taken back', () => {
    const sealed = (at: string, ...seals: string[]) =>
      reported('gate-in', { at, seals: seals.map((number) => ({ number, container: FIRST })) });
    const wrong = sealed('2025-09-20T00:00:00Z', 'X');
    const resealed = observed('RSEA', {
      at: '2025-09-15T00:00:00Z',
      said: '2025-09-15T00:00:00Z',
      seals: [{ number: 'C', container: FIRST }],
    });
    const whole = reported('loaded', { at: '2025-09-16T00:00:00Z', seals: [{ number: 'W' }] });
    const parcels = parcelsAfter(
      inFive,
      wrong,
      resealed,
      sealed('2025-09-11T00:00:00Z', 'B', 'A'),
      whole,
      retracted(wrong),
    );
    expect(parcels.get('CU')!.containers.map(({ sealed: seals }) => seals)).toEqual([
      { numbers: ['C'], at: '2025-09-15T00:00:00Z', source: '/carrier' },
      undefined,
    ]);
    expect(parcels.get('CE')!.sealed!.numbers).toEqual(['W']);
    const inOne = registered({ cargo: [{ ...ANTIMONY, containers: [FIRST] }] });
    expect(viewAfter(inOne, whole).parcels[0]!.containers[0]!.sealed!.numbers).toEqual(['W']);
  });

  it('is held while any of its containers is, and released when all of them are', () => {
    const held = [inFive, customs('held', 3)];
    const of = (...events: Accepted[]) =>
      [...parcelsAfter(...events).values()].map((parcel) => parcel.customs);
    expect(of(inFive)).toEqual([undefined, undefined, undefined, undefined]);
    expect(of(...held)).toEqual(['held', 'held', 'held', 'held']);
    expect(of(...held, customs('released', 4, FIRST, FIFTH))).toEqual(['held', 'held', 'released', 'held']);
    expect(of(...held, customs('released', 4))).toEqual(['released', 'released', 'released', 'released']);
    expect(of(inFive, customs('held', 3, FIRST))).toEqual(['held', undefined, undefined, undefined]);
    expect(of(inFive, customs('held', 3, FIRST), customs('released', 4, FIRST))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('in no container is held and released with whichever is, where none is known', () => {
    const of = (...events: Accepted[]) => viewAfter(registered(), ...events).parcels[0]!.customs;
    expect(of(customs('held', 3, FIRST))).toBe('held');
    expect(of(customs('held', 3, FIRST), customs('released', 4, FIRST))).toBe('released');
  });

  it('is not held unless that is an exception of its shipment, and is where the whole is, whatever has happened', () => {
    fc.assert(
      fc.property(life.chain(inAnyOrder), (events) => {
        const { parcels, exceptions, status, cargo } = viewAfter(...new Set(events));
        fc.pre(cargo.length > 0 && !['cancelled', 'lost', 'returned'].includes(status));
        const held = exceptions.find(({ type }) => type === 'held')?.detail;
        // Containers alone may be of no lot.
        fc.pre(!held?.includes(': '));
        expect(parcels.some((parcel) => parcel.customs === 'held')).toBe(held !== undefined);
      }),
      { numRuns: 2_000 },
    );
  });
});
