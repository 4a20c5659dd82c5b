/** Words for stories of shipments, as the specs tell them. */
import type { Classifier, ExceptionType, Milestone, Outcome, Revision } from '#contracts/shipments.js';
import {
  ClosedOut,
  EventRetracted,
  ExceptionAcknowledged,
  ItineraryPlanned,
  MilestoneReported,
  ObservationReported,
  ReferencesAssigned,
  ShipmentRegistered,
  TimePassed,
} from '#contracts/shipments.js';
import type {
  CargoLot,
  ConditionLimit,
  DatedReference,
  Measurement,
  Place,
  Seal,
  Transport,
  Weighing,
} from '#contracts/trade.js';
import { type Accepted, type Shipment, type ShipmentEvent, take, UNKNOWN } from './shipment.js';
import { shipmentOf, type ShipmentView } from './shipment-view.js';
import { keyOf } from './standing.js';

export const KARACHI: Place = { unlocode: 'PKKHI', name: 'Karachi' };
export const SALALAH: Place = { unlocode: 'OMSLL', name: 'Salalah' };
export const SAINT_LOUIS: Place = { unlocode: 'USSTL', name: 'Saint Louis' };

interface Said {
  id?: string;
  source?: string;
  /** When it was said; `undefined` for an event without a time. */
  said?: string | undefined;
  /** When we learnt of it. */
  learnt?: string;
}

interface Reported extends Said {
  at?: string;
  place?: Place | undefined;
  transport?: Transport;
  containers?: readonly string[] | undefined;
  seals?: readonly Seal[] | undefined;
  weights?: readonly Weighing[] | undefined;
  classifier?: Classifier;
  revision?: Revision | undefined;
}

let ids = 0;

function accepted(
  type: ShipmentEvent['type'],
  data: object,
  { id = `event-${++ids}`, source = '/carrier', learnt = '2025-11-01T00:00:00Z', ...rest }: Said,
): Accepted {
  const said = 'said' in rest ? rest.said : '2025-09-10T00:00:00Z';
  const event = {
    id,
    source,
    type,
    subject: 'SHP-1',
    ...(said !== undefined && { time: said }),
    data,
    extensions: {},
  };
  return { event: event as ShipmentEvent, receivedAt: new Date(learnt) };
}

export const ANTIMONY: CargoLot = {
  lot: 'L1',
  mineral: 'antimony',
  quantity: '20.500',
  unit: 'TNE',
  basis: 'wet',
};

/** Five containers. */
export const CONTAINERS = [
  'CSQU3054383',
  'MSKU0000006',
  'TGHU7593090',
  'MSCU6639871',
  'HLXU2008419',
] as const;

/** In five containers: copper in the first two, neodymium in the next two, antimony with the last; cerium in none. */
export const IN_FIVE: readonly CargoLot[] = [
  { ...ANTIMONY, lot: 'CU', mineral: 'copper', containers: CONTAINERS.slice(0, 2) },
  { ...ANTIMONY, lot: 'ND', mineral: 'neodymium', containers: CONTAINERS.slice(2, 4) },
  { ...ANTIMONY, lot: 'SB', containers: CONTAINERS.slice(4) },
  { ...ANTIMONY, lot: 'CE', mineral: 'cerium' },
];

/** Registered: from Karachi to Saint Louis, with antimony, unless told otherwise. */
export const registered = ({
  dealId,
  to = SAINT_LOUIS,
  cargo = [ANTIMONY],
  references,
  deadline,
  limits,
  freeDays,
  ...said
}: Said & {
  dealId?: string;
  to?: Place;
  cargo?: readonly CargoLot[];
  references?: readonly DatedReference[];
  deadline?: string | undefined;
  limits?: readonly ConditionLimit[] | undefined;
  freeDays?: number;
} = {}): Accepted =>
  accepted(
    ShipmentRegistered.type,
    {
      route: { origin: KARACHI, destination: to, ...(deadline !== undefined && { deadline }) },
      cargo,
      ...(dealId !== undefined && { dealId }),
      ...(limits && { limits }),
      ...(freeDays !== undefined && { freeDays }),
      ...(references && { references }),
    },
    said,
  );

/** Given references, on 10 September unless told otherwise. */
export const assigned = (references: readonly DatedReference[], said: Said = {}): Accepted =>
  accepted(ReferencesAssigned.type, { references }, said);

/** Any milestone: passed on 1 October unless told otherwise. */
export const reported = (milestone: Milestone, told: Reported = {}): Accepted => {
  const {
    at = '2025-10-01T00:00:00Z',
    place,
    transport,
    containers,
    seals,
    weights,
    classifier = 'ACT',
    revision,
    ...said
  } = told;
  const data = {
    milestone,
    classifier,
    at,
    ...(place && { place }),
    ...(transport && { transport }),
    ...(containers && { containers }),
    ...(seals && { seals }),
    ...(weights && { weights }),
    ...(revision && { revision }),
  };
  return accepted(MilestoneReported.type, data, said);
};

export const departed = (told: Reported = {}): Accepted =>
  reported('departed', { at: '2025-09-12T06:00:00+05:00', place: KARACHI, ...told });
export const arrived = (told: Reported = {}): Accepted =>
  reported('arrived', { at: '2025-10-02T09:40:00-05:00', place: SAINT_LOUIS, ...told });
export const estimated = (at: string, told: Reported = {}): Accepted =>
  arrived({ classifier: 'EST', at, ...told });
export const planned = (at: string, told: Reported = {}): Accepted =>
  arrived({ classifier: 'PLN', at, ...told });

/** Cancelled, lost or returned: on 4 October unless told otherwise. */
export const closedOut = (outcome: Outcome, told: Said & { at?: string } = {}): Accepted => {
  const { at = '2025-10-04T00:00:00Z', ...said } = told;
  return accepted(ClosedOut.type, { outcome, at }, said);
};

/** By way of these places, on a vessel. */
export const itinerary = (
  places: readonly Place[],
  {
    times = [],
    ...said
  }: Said & { times?: readonly { readonly departure?: string; readonly arrival?: string }[] } = {},
): Accepted => {
  const legs = places.slice(1).map((to, index) => ({
    transport: { mode: 'vessel' as const },
    from: places[index]!,
    to,
    ...times[index],
  }));
  return accepted(ItineraryPlanned.type, { legs }, said);
};

/** Seen or measured, on 20 September unless told otherwise. */
export const observed = (
  kind: string,
  told: Said & {
    at?: string;
    containers?: readonly string[] | undefined;
    measurements?: readonly Measurement[] | undefined;
    seals?: readonly Seal[] | undefined;
  } = {},
): Accepted => {
  const { at = '2025-09-20T00:00:00Z', containers, measurements, seals, ...said } = told;
  const seen = {
    ...(containers && { containers }),
    ...(measurements && { measurements }),
    ...(seals && { seals }),
  };
  return accepted(ObservationReported.type, { kind, at, ...seen }, said);
};

/** An operator has seen an exception that stands on an event. */
export const acknowledged = (exception: ExceptionType, { event }: Accepted, said: Said = {}): Accepted =>
  accepted(
    ExceptionAcknowledged.type,
    {
      exception,
      evidence: { source: event.source, id: event.id },
      reason: 'the consignee agrees',
      by: 'operator',
    },
    { source: '/shipments/operators', ...said },
  );

/** The clock says that it is later than this; learnt at that moment unless told otherwise. */
export const clock = (until: string, said: Said = {}): Accepted =>
  accepted(TimePassed.type, { until }, { source: '/shipments/clock', said: until, learnt: until, ...said });

/** Takes an event back, in the name of its own source unless told otherwise. */
export const retracted = ({ event }: Accepted, said: Said = {}): Accepted =>
  accepted(EventRetracted.type, { eventId: nameOf(event) }, { source: event.source, ...said });

/** What an event is taken back by. */
export const nameOf = ({ id, data }: ShipmentEvent): string =>
  'revision' in data && data.revision ? data.revision.of : id;

/** Takes back what has revisions: all of them, or those up to an instant. */
export const withdrawn = (
  eventId: string,
  { upTo, ...said }: Said & { upTo?: string | undefined } = {},
): Accepted => accepted(EventRetracted.type, { eventId, ...(upTo !== undefined && { upTo }) }, said);

/** The state after each event, as it is folded: repeats are told, a retraction has the history. */
export function statesAfter(events: readonly Accepted[]): { state: Shipment; by: Accepted }[] {
  const known = new Set<string>();
  const history: Accepted[] = [];
  let state = UNKNOWN;
  return events.flatMap((by) => {
    const { event, receivedAt } = by;
    if (known.has(keyOf(event))) return [];
    known.add(keyOf(event));
    const taken = take(state, event, receivedAt);
    state = taken === 'needs-history' ? take(state, event, receivedAt, history) : taken;
    history.push(by);
    return [{ state, by }];
  });
}

/** A state whose list of revisions has a fixed order, and not that of hearing. */
export const inFixedOrder = ({ revisions, ...state }: Shipment): Shipment => ({
  ...state,
  ...(revisions && { revisions: revisions.toSorted((a, b) => (a.of < b.of ? -1 : 1)) }),
});

/** What a shipment has come to, by the events in the order in which they were learnt of; its revisions in a fixed order. */
export const shipmentAfter = (events: readonly Accepted[]): Shipment =>
  inFixedOrder(statesAfter(events).at(-1)?.state ?? UNKNOWN);

/** What is shown of it on 10 October. */
export const viewAfter = (...events: readonly Accepted[]): ShipmentView =>
  shipmentOf({ _id: 'SHP-1', ...shipmentAfter(events) }, events, new Date('2025-10-10T00:00:00Z'));

/** `given(booked, departed).then({ status: 'departed' })`: what must hold of the state; all else may be as it is. */
export const given = (...events: readonly Accepted[]) => ({
  then: (expected: Partial<Shipment>): void => {
    const state = shipmentAfter(events);
    for (const [field, value] of Object.entries(expected)) {
      expect({ [field]: state[field as keyof Shipment] }).toEqual({ [field]: value });
    }
  },
  thenAs: (...others: readonly Accepted[]): void => {
    expect(shipmentAfter(events)).toEqual(shipmentAfter(others));
  },
});
