/** Words for stories of shipments, as the specs tell them. */
import type { Classifier, Milestone, Revision } from '#contracts/shipments.js';
import { EventRetracted, MilestoneReported, ShipmentRegistered } from '#contracts/shipments.js';
import type { CargoLot, Place, Transport } from '#contracts/trade.js';
import { type Accepted, needsHistory, type Shipment, type ShipmentEvent, take, UNKNOWN } from './shipment.js';
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

/** Registered: from Karachi to Saint Louis, with antimony, unless told otherwise. */
export const registered = ({
  dealId,
  to = SAINT_LOUIS,
  cargo = [ANTIMONY],
  ...said
}: Said & { dealId?: string; to?: Place; cargo?: readonly CargoLot[] } = {}): Accepted =>
  accepted(
    ShipmentRegistered.type,
    { route: { origin: KARACHI, destination: to }, cargo, ...(dealId !== undefined && { dealId }) },
    said,
  );

/** Any milestone: passed on 1 October unless told otherwise. */
export const reported = (milestone: Milestone, told: Reported = {}): Accepted => {
  const { at = '2025-10-01T00:00:00Z', place, transport, classifier = 'ACT', revision, ...said } = told;
  const more = { ...(place && { place }), ...(transport && { transport }), ...(revision && { revision }) };
  const data = { milestone, classifier, at, ...more };
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
    state = take(state, event, receivedAt, needsHistory(state, event) ? history : undefined);
    history.push(by);
    return [{ state, by }];
  });
}

/** What a shipment has come to, by the events in the order in which they were learnt of; its `revisions` in any order. */
export const shipmentAfter = (events: readonly Accepted[]): Shipment => {
  const { revisions, ...state } = statesAfter(events).at(-1)?.state ?? UNKNOWN;
  return { ...state, ...(revisions && { revisions: revisions.toSorted((a, b) => (a.of < b.of ? -1 : 1)) }) };
};

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
