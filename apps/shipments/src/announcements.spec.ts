import fc from 'fast-check';
import type { ContractClass } from '#contracts/contract.js';
import {
  ArrivalRetracted,
  EtaChanged,
  ShipmentArrived,
  ExceptionCleared,
  ExceptionRaised,
  ShipmentRegistered,
  SHIPMENTS_ARRIVALS,
  SHIPMENTS_CORRELATION,
  SHIPMENTS_EVENTS,
  type ShipmentStatus,
  StatusChanged,
} from '#contracts/shipments.js';
import { checkData } from '#contracts/check-data.js';
import type { Announcement } from '#messaging/announcement.js';
import { arrivedCargo } from './arrival.js';
import { announcementsOf } from './announcements.js';
import { inAnyOrder, life } from './shipment.arbitrary.js';
import { type Accepted, type Shipment, UNKNOWN } from './shipment.js';
import {
  acknowledged,
  ANTIMONY,
  arrived,
  closedOut,
  CONTAINERS,
  departed,
  estimated,
  IN_FIVE,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
  shipmentAfter,
  statesAfter,
} from './shipment.story.js';

/** All that is published of a shipment while its events come in, in the order of `sequence`. */
function announcedOf(events: readonly Accepted[]): Announcement[] {
  let before = UNKNOWN;
  return statesAfter(events).flatMap(({ state, by: { event, receivedAt } }) => {
    const announcements = announcementsOf(before, state, event.time ?? receivedAt.toISOString());
    before = state;
    return announcements;
  });
}

const given = (...events: Accepted[]) => ({
  when: (event: Accepted) => ({
    then: (...expected: [type: string, data: object][]): void => {
      const before = announcedOf(events).length;
      const said = announcedOf([...events, event]).slice(before);
      expect(said.map(({ type, data }) => [type, data])).toEqual(
        expected.map(([type, data]) => [type, expect.objectContaining(data) as object]),
      );
    },
  }),
});

describe('what is published', () => {
  it('of a registration is the registration, and that the shipment stands there now', () => {
    given()
      .when(registered({ dealId: 'DEAL-1' }))
      .then(
        [ShipmentRegistered.type, { dealId: 'DEAL-1', cargo: [ANTIMONY] }],
        [StatusChanged.type, { status: 'registered', previous: 'announced', dealId: 'DEAL-1' }],
      );
  });

  it('of an arrival is the status and the arrival, with deal and cargo', () => {
    given(registered({ dealId: 'DEAL-1' }), departed())
      .when(arrived())
      .then(
        [StatusChanged.type, { status: 'arrived', previous: 'departed', at: '2025-10-02T09:40:00-05:00' }],
        [
          ShipmentArrived.type,
          { at: '2025-10-02T09:40:00-05:00', place: SAINT_LOUIS, dealId: 'DEAL-1', cargo: [ANTIMONY] },
        ],
      );
  });

  it('of an arrival before the registration comes with the registration', () => {
    given(arrived())
      .when(registered())
      .then([ShipmentRegistered.type, {}], [ShipmentArrived.type, { cargo: [ANTIMONY] }]);
  });

  it('of a call at another port is nothing', () => {
    given(registered(), departed())
      .when(arrived({ place: SALALAH }))
      .then();
  });

  it('of a new estimate is the change, with what was expected before', () => {
    given(registered(), estimated('2025-10-01T00:00:00Z', { said: '2025-09-20T00:00:00Z' }))
      .when(estimated('2025-10-02T00:00:00Z', { said: '2025-09-21T00:00:00Z' }))
      .then([EtaChanged.type, { eta: '2025-10-02T00:00:00Z', previous: '2025-10-01T00:00:00Z' }]);
  });

  it('of an estimate that is overtaken before it comes is nothing', () => {
    given(registered(), estimated('2025-10-02T00:00:00Z', { said: '2025-09-21T00:00:00Z' }))
      .when(estimated('2025-10-01T00:00:00Z', { said: '2025-09-20T00:00:00Z' }))
      .then();
  });

  it('of an arrival taken back says so, and where the shipment stands instead', () => {
    const arrival = arrived();
    given(registered({ dealId: 'DEAL-1' }), departed(), arrival)
      .when(retracted(arrival))
      .then(
        [StatusChanged.type, { status: 'departed', previous: 'arrived' }],
        [ArrivalRetracted.type, { dealId: 'DEAL-1', at: '2025-10-02T09:40:00-05:00' }],
      );
  });

  it('of an exception is that it is raised, raised by other evidence, and cleared', () => {
    const registration = registered({ dealId: 'DEAL-1', deadline: '2025-10-01T00:00:00Z' });
    const late = estimated('2025-10-05T00:00:00Z', { said: '2025-09-20T00:00:00Z' });
    const later = estimated('2025-10-06T00:00:00Z', { said: '2025-09-21T00:00:00Z' });
    const intime = estimated('2025-10-01T00:00:00Z', { said: '2025-09-22T00:00:00Z' });
    given(registration)
      .when(late)
      .then(
        [EtaChanged.type, {}],
        [
          ExceptionRaised.type,
          {
            exception: 'delayed',
            severity: 'warning',
            since: '2025-09-20T00:00:00.000Z',
            evidence: { source: '/carrier', id: late.event.id },
            dealId: 'DEAL-1',
          },
        ],
      );
    given(registration, late)
      .when(later)
      .then([EtaChanged.type, {}], [ExceptionRaised.type, { exception: 'delayed' }]);
    given(registration, late)
      .when(intime)
      .then([EtaChanged.type, {}], [ExceptionCleared.type, { exception: 'delayed', acknowledged: false }]);
    given(registration, late)
      .when(acknowledged('delayed', late))
      .then([
        ExceptionCleared.type,
        { exception: 'delayed', acknowledged: true, reason: 'the consignee agrees' },
      ]);
    given(registration, late, acknowledged('delayed', late))
      .when(later)
      .then([EtaChanged.type, {}], [ExceptionRaised.type, { exception: 'delayed' }]);
  });

  it('of a shipment that is returned after its arrival is that, and the arrival taken back', () => {
    given(registered({ dealId: 'DEAL-1' }), arrived())
      .when(closedOut('returned'))
      .then(
        [StatusChanged.type, { status: 'returned', previous: 'arrived', at: '2025-10-04T00:00:00Z' }],
        [ArrivalRetracted.type, { dealId: 'DEAL-1', at: '2025-10-02T09:40:00-05:00' }],
      );
  });

  it('of other cargo is the arrival once more, since its cargo is what a deal is drawn down by', () => {
    const cargo = [{ ...ANTIMONY, quantity: '21' }];
    given(registered({ said: '2025-09-01T00:00:00Z' }), arrived())
      .when(registered({ said: '2025-09-02T00:00:00Z', cargo }))
      .then([ShipmentRegistered.type, { cargo }], [ShipmentArrived.type, { cargo }]);
  });

  it('of an arrival at another dock of the same port is the arrival once more', () => {
    const place = { ...SAINT_LOUIS, facility: 'North dock' };
    given(registered(), arrived({ source: '/carrier' }))
      .when(arrived({ source: '/port', place }))
      .then([ShipmentArrived.type, { place }]);
  });

  it('of containers that arrive is all the cargo that has, as soon as a lot is whole', () => {
    const inFive = registered({ dealId: 'DEAL-1', cargo: IN_FIVE });
    const first = arrived({ containers: CONTAINERS.slice(0, 1) });
    const three = arrived({ at: '2025-10-03T00:00:00Z', containers: CONTAINERS.slice(1, 4) });
    given(inFive, departed())
      .when(first)
      .then([StatusChanged.type, { status: 'partly-arrived', previous: 'departed' }]);
    given(inFive, departed(), first)
      .when(three)
      .then(
        [StatusChanged.type, { status: 'partly-arrived', at: '2025-10-03T00:00:00Z' }],
        [ShipmentArrived.type, { dealId: 'DEAL-1', partial: true, cargo: IN_FIVE.slice(0, 2) }],
      );
    given(inFive, departed(), first, three)
      .when(retracted(three))
      .then(
        [StatusChanged.type, { status: 'partly-arrived', at: '2025-10-02T09:40:00-05:00' }],
        [ArrivalRetracted.type, { dealId: 'DEAL-1', at: '2025-10-03T00:00:00Z' }],
      );
  });

  it('of a milestone passed before the last one is nothing', () => {
    given(registered(), arrived())
      .when(reported('loaded', { at: '2025-09-11T00:00:00Z' }))
      .then();
  });
});

/** What is to be known of an arrival: what deals draw down by. */
function arrivalTold({ arrival, registration }: Pick<Shipment, 'arrival' | 'registration'>) {
  if (!arrival || !registration) return undefined;
  const { containers, ...said } = arrival;
  const cargo = arrivedCargo(registration, arrival);
  const { dealId } = registration.data;
  if (cargo.length === 0) return undefined;
  return { ...said, cargo, ...(containers && { partial: true }), ...(dealId !== undefined && { dealId }) };
}

/** Upon which a later word replaces the one before. */
function matterOf(topic: string, type: string, data: object): string {
  if (topic === 'shipments.arrivals') return 'arrival';
  return 'exception' in data ? `exception ${String(data.exception)}` : type;
}

/** Somebody who keeps the newest word on each matter, and learns of the words in any order. */
function consumerOf(announcements: readonly Announcement[], order: readonly number[]) {
  const newest = new Map<string, { sequence: number; type: string; data: object }>();
  for (const sequence of order) {
    const { topic, type, data } = announcements[sequence]!;
    const matter = matterOf(topic, type, data);
    if ((newest.get(matter)?.sequence ?? -1) < sequence) newest.set(matter, { sequence, type, data });
  }
  const arrival = newest.get('arrival');
  return {
    status: ((newest.get(StatusChanged.type)?.data as StatusChanged | undefined)?.status ??
      'announced') satisfies ShipmentStatus,
    eta: (newest.get(EtaChanged.type)?.data as EtaChanged | undefined)?.eta,
    exceptions: [...newest.values()]
      .filter(({ type }) => type === ExceptionRaised.type)
      .map(({ data }) => (data as ExceptionRaised).detail)
      .sort(),
    arrival: arrival?.type === ShipmentArrived.type ? (arrival.data as ShipmentArrived) : undefined,
  };
}

const told = life
  .chain((events) => fc.tuple(fc.constant(events), inAnyOrder(events)))
  .chain(([events, shuffled]) => {
    const announced = announcedOf(shuffled);
    const places = announced.map((_, index) => index);
    const order = fc
      .array(places.length > 0 ? fc.constantFrom(...places) : fc.constant(0), { maxLength: 3 })
      .chain((again) => {
        const all = places.length > 0 ? [...places, ...again] : [];
        return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
      });
    return fc.tuple(fc.constant(events), fc.constant(announced), order);
  });

describe('whoever keeps the newest word by sequence', () => {
  it('ends with the status, ETA, exceptions and arrival of the shipment, whatever order events came in and words went out', () => {
    fc.assert(
      fc.property(told, ([events, announced, order]) => {
        const { status, eta, arrival, registration, exceptions = [] } = shipmentAfter(events);
        expect(consumerOf(announced, order)).toEqual({
          status,
          eta,
          exceptions: exceptions
            .filter(({ acknowledged: seen }) => !seen)
            .map(({ detail }) => detail)
            .sort(),
          arrival: arrivalTold({ arrival, registration }),
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('never gets a word that breaks its contract', () => {
    const contracts = [SHIPMENTS_EVENTS, SHIPMENTS_ARRIVALS, SHIPMENTS_CORRELATION].flatMap(
      (topic): readonly ContractClass[] => topic.contracts,
    );
    fc.assert(
      fc.property(told, ([, announced]) => {
        for (const { type, data } of announced) {
          checkData(
            contracts.find((contract) => contract.type === type)!,
            'open',
            data,
          );
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
