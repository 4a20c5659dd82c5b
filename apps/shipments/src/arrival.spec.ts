import fc from 'fast-check';
import { arrivedCargo } from './arrival.js';
import { inAnyOrder, life } from './shipment.arbitrary.js';
import {
  arrived,
  CONTAINERS,
  departed,
  given,
  IN_FIVE,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
  shipmentAfter,
} from './shipment.story.js';

const [FIRST, SECOND, THIRD, FOURTH, FIFTH] = CONTAINERS;
const inFive = registered({ cargo: IN_FIVE });
const part = (at: string, ...containers: string[]) => arrived({ at, containers });
const lotsAfter = (...events: Parameters<typeof shipmentAfter>[0]) => {
  const { registration, arrival } = shipmentAfter(events);
  return registration && arrival ? arrivedCargo(registration, arrival).map(({ lot }) => lot) : [];
};

describe('a shipment in several containers', () => {
  it('has partly arrived once two of five have', () => {
    given(inFive, departed(), part('2025-10-02T00:00:00Z', SECOND, FIRST)).then({
      status: 'partly-arrived',
      statusAt: '2025-10-02T00:00:00Z',
      arrival: { at: '2025-10-02T00:00:00Z', place: SAINT_LOUIS, containers: [FIRST, SECOND] },
    });
  });

  it('has arrived when the last of them has', () => {
    given(
      inFive,
      part('2025-10-02T00:00:00Z', FIRST, SECOND),
      part('2025-10-05T00:00:00Z', FIFTH),
      part('2025-10-04T00:00:00Z', THIRD, FOURTH),
    ).then({ status: 'arrived', arrival: { at: '2025-10-05T00:00:00Z', place: SAINT_LOUIS } });
  });

  it('has arrived when that is said of the whole', () => {
    given(inFive, part('2025-10-02T00:00:00Z', FIRST), arrived({ at: '2025-10-04T00:00:00Z' })).then({
      status: 'arrived',
      arrival: { at: '2025-10-04T00:00:00Z', place: SAINT_LOUIS },
    });
  });

  it('is still partly arrived while those that have arrived go on', () => {
    given(
      inFive,
      part('2025-10-02T00:00:00Z', FIRST),
      reported('gate-out', { at: '2025-10-03T00:00:00Z', containers: [FIRST], place: SAINT_LOUIS }),
      departed({ at: '2025-10-03T00:00:00Z', containers: [THIRD] }),
    ).then({ status: 'partly-arrived', statusAt: '2025-10-02T00:00:00Z' });
  });

  it('stands where it is said to stand as a whole, behind the arrival', () => {
    given(
      inFive,
      part('2025-10-02T00:00:00Z', FIRST),
      reported('delivered', { at: '2025-10-06T00:00:00Z' }),
    ).then({ status: 'delivered' });
  });

  it('has not arrived by a container that is not its own, nor by one at another port', () => {
    given(inFive, departed(), part('2025-10-02T00:00:00Z', 'ABCU1234560')).then({
      status: 'departed',
      arrival: undefined,
    });
    given(inFive, departed(), arrived({ place: SALALAH, containers: [FIRST] })).then({
      status: 'departed',
      arrival: undefined,
    });
  });

  it('arrives with any of them where its registration names none', () => {
    given(registered(), part('2025-10-02T00:00:00Z', FIRST)).then({
      status: 'arrived',
      arrival: { at: '2025-10-02T00:00:00Z', place: SAINT_LOUIS },
    });
  });

  it('has a container where the later of two reports says', () => {
    const wrong = part('2025-10-03T00:00:00Z', FIRST, SECOND);
    given(inFive, part('2025-10-02T00:00:00Z', FIRST), wrong, retracted(wrong)).then({
      arrival: { at: '2025-10-02T00:00:00Z', place: SAINT_LOUIS, containers: [FIRST] },
    });
  });
});

describe('the cargo that has arrived', () => {
  it('is the lots all of whose containers have: weights are not split', () => {
    expect(lotsAfter(inFive, part('2025-10-02T00:00:00Z', FIRST, SECOND, THIRD))).toEqual(['CU']);
    expect(lotsAfter(inFive, part('2025-10-02T00:00:00Z', FIRST))).toEqual([]);
  });

  it('is a lot without containers when the whole shipment has arrived', () => {
    expect(lotsAfter(inFive, part('2025-10-02T00:00:00Z', ...CONTAINERS))).toEqual(['CU', 'ND', 'SB', 'CE']);
    expect(lotsAfter(inFive, arrived())).toEqual(['CU', 'ND', 'SB', 'CE']);
  });

  it('never shrinks by an arrival more', () => {
    const more = fc.tuple(life, fc.subarray([...CONTAINERS], { minLength: 1 }));
    fc.assert(
      fc.property(more, ([events, containers]) => {
        const then = part('2025-10-09T00:00:00Z', ...containers);
        expect(lotsAfter(...events, then)).toEqual(expect.arrayContaining(lotsAfter(...events)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same whether containers are reported together or one by one, in any order', () => {
    const alone = CONTAINERS.map((container) => part('2025-10-02T00:00:00Z', container));
    fc.assert(
      fc.property(fc.subarray(alone).chain(inAnyOrder), (some) => {
        const containers = [...new Set(some)].flatMap(
          ({ event }) => (event.data as { containers: string[] }).containers,
        );
        const together = containers.length > 0 ? [part('2025-10-02T00:00:00Z', ...containers)] : [];
        expect(shipmentAfter([...some, inFive]).arrival).toEqual(
          shipmentAfter([inFive, ...together]).arrival,
        );
      }),
      { numRuns: 500 },
    );
  });
});
