/** A shipment's life as our own CloudEvents; its registration is said in these alone, whatever else is. Pure. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import {
  ClosedOut,
  EventReferred,
  EventRetracted,
  ItineraryPlanned,
  MilestoneReported,
  ObservationReported,
  ShipmentRegistered,
} from '#contracts/shipments.js';
import { type Fact, isWithdrawal, type Message, type ReportedFact, type Writer } from './message.js';
import { containersOf, type Report, type Shipment } from './voyage.js';
import { localTime } from './world.js';

const FORWARDER = '/upstream/forwarder';
const CARRIER = '/upstream/carrier';
const TERMINAL = '/upstream/terminal';
/** What a terminal says, who knows containers and bookings and not our id of the shipment. */
const AT_GATES = ['gate-in', 'discharged', 'gate-out'];
/** What a vessel does, with all that it carries. */
const UNDER_WAY = ['booked', 'departed', 'arrived'];
const DAY = 86_400_000;

interface Said {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly at: number;
  readonly port: string;
  readonly data: object;
  readonly subject?: string;
  readonly fact?: Fact;
}

const message = ({ id: shipment }: Shipment, { at, port, fact, ...said }: Said): Message => {
  const time = localTime(at, port);
  const event: CloudEvent = {
    subject: shipment,
    ...said,
    id: `${shipment}-${said.id}`,
    time,
    extensions: {},
  };
  return { shipment, format: 'cloudevents', event, ...(fact && { fact }) };
};

/** What its forwarder says: that there is such a shipment, and how it is to travel. */
export function registrationOf(shipment: Shipment): Message[] {
  const { ports, lots, registered: at, dealId } = shipment;
  const [port, destination] = [ports[0]!, ports.at(-1)!];
  const registered: ShipmentRegistered = {
    dealId,
    route: {
      origin: { unlocode: port },
      destination: { unlocode: destination },
      deadline: localTime(shipment.arrivals.at(-1)! + 14 * DAY, destination),
    },
    cargo: lots.map((lot) => ({
      ...lot,
      containers: [...lot.containers],
      unit: 'TNE',
      basis: 'wet',
      hsCode: '261710',
    })),
    parties: [
      { role: 'shipper', name: 'Frontier Works Organization', country: 'PK' },
      { role: 'consignee', name: 'US Strategic Metals', country: 'US' },
    ],
    incoterm: 'CIF',
    references: [
      { type: 'booking', value: shipment.booking },
      { type: 'transport-document', value: shipment.transportDocument },
      { type: 'purchase-order', value: shipment.purchaseOrder },
    ],
  };
  const planned: ItineraryPlanned = {
    legs: shipment.vessels.map(({ name, imo }, nth) => ({
      transport: { mode: 'vessel', vesselName: name, vesselImo: imo },
      from: { unlocode: ports[nth]! },
      to: { unlocode: ports[nth + 1]! },
      departure: localTime(shipment.departures[nth]!, ports[nth]!),
      arrival: localTime(shipment.arrivals[nth]!, ports[nth + 1]!),
    })),
  };
  const fact: Fact = { kind: 'registered', dealId, destination, lots };
  const said = { source: FORWARDER, at, port };
  return [
    message(shipment, { ...said, id: 'registered', type: ShipmentRegistered.type, data: registered, fact }),
    message(shipment, { ...said, id: 'planned', type: ItineraryPlanned.type, data: planned }),
  ];
}

/** That it is not to be after all. */
export function cancellationOf(shipment: Shipment): Message[] {
  const { cancelled: at, ports } = shipment;
  if (at === undefined) return [];
  const data: ClosedOut = {
    outcome: 'cancelled',
    at: localTime(at, ports[0]!),
    reason: 'the booking was cancelled',
  };
  const fact: Fact = { kind: 'closed', outcome: 'cancelled', at };
  const said = { source: FORWARDER, type: ClosedOut.type, at, port: ports[0]! };
  return [message(shipment, { ...said, id: 'cancelled', data, fact })];
}

const idOf = ({ key, said }: Report): string => `${key}-${said}`;

export const asCloudEvents: Writer = (shipment, told) => {
  if (isWithdrawal(told)) {
    const { withdraws, said: at } = told;
    const { key, port } = withdraws;
    const data: EventRetracted = {
      eventId: `${shipment.id}-${idOf(withdraws)}`,
      reason: 'it was another vessel',
    };
    const fact: Fact = { kind: 'withdrawn', key: idOf(withdraws) };
    return [
      message(shipment, {
        id: `${key}-withdrawn`,
        source: CARRIER,
        type: EventRetracted.type,
        at,
        port,
        data,
        fact,
      }),
    ];
  }
  const { milestone, classifier, at, said, port, vessel, voyage } = told;
  const isOfTheWhole = told.isWhole && UNDER_WAY.includes(milestone ?? '');
  const about = {
    at: localTime(at, port),
    place: { unlocode: port },
    ...(!isOfTheWhole && { containers: [...told.containers] }),
  };
  if (milestone === undefined) {
    const data: ObservationReported = { kind: 'packing', ...about };
    const type = ObservationReported.type;
    return [message(shipment, { id: idOf(told), source: TERMINAL, type, at: said, port, data })];
  }
  const data: MilestoneReported = {
    milestone,
    classifier,
    ...about,
    ...(vessel && {
      transport: { mode: 'vessel', vesselName: vessel.name, vesselImo: vessel.imo, voyage: voyage! },
    }),
  };
  const fact: ReportedFact = {
    kind: 'reported',
    key: idOf(told),
    milestone,
    classifier,
    at,
    said,
    port,
    ...(about.containers && { containers: about.containers }),
  };
  const isReferred = AT_GATES.includes(milestone);
  const referred: EventReferred = {
    references: [
      { type: 'booking', value: shipment.booking },
      ...containersOf(shipment).map((value) => ({ type: 'container' as const, value })),
    ],
    milestone: data,
  };
  return [
    message(shipment, {
      id: idOf(told),
      source: isReferred ? TERMINAL : CARRIER,
      type: isReferred ? EventReferred.type : MilestoneReported.type,
      subject: isReferred ? told.containers[0]! : shipment.id,
      at: said,
      port,
      data: isReferred ? referred : data,
      fact,
    }),
  ];
};
