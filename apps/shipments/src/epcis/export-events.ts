/**
 * A shipment's timeline → EPCIS 2.0 events. Pure and total; docs/mappings.md has it as tables.
 *
 * What has happened goes out, never what is planned. An event that came as EPCIS goes out with its identity, and another
 * with one that follows from its source and id; so what is captured again is the event that it was.
 */
import {
  EventRetracted,
  type Milestone,
  MilestoneReported,
  ObservationReported,
} from '#contracts/shipments.js';
import type { DatedReference, Place } from '#contracts/trade.js';
import { isUri } from '#contracts/uri.js';
import { uuidsV5 } from '#messaging/uuid-v5.js';
import type { TimelineEvent } from '../shipment-view.js';
import { eventFaults } from './check-event.js';
import type { EpcisEvent, Json } from './epcis-event.js';
import { LONGEST_URI } from './event-schema.js';
import { sensorElementsOf } from './export-sensors.js';
import { isDamaged, milestoneOf, unlocodeOf } from './milestone.js';
import { DAMAGED, EPCIS_SOURCE } from './translate-event.js';
import { isWord, wordOf } from './vocabulary.js';

/** What our own names in an event stand for: `orebound:milestone` is `urn:orebound:milestone`. */
export const CONTEXT = [
  'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
  { orebound: 'urn:orebound:' },
] as const;

/** What the events are of. */
export interface Exported {
  /** The shipment's id. */
  readonly id: string;
  readonly references?: readonly DatedReference[] | undefined;
  /** In the order of happening. */
  readonly events: readonly TimelineEvent[];
}

export type ExportedEvent = EpcisEvent & { readonly eventID: string; readonly recordTime: string };

type Fields = Readonly<Record<string, unknown>>;
type Reported = Omit<TimelineEvent, 'type' | 'data'> &
  (
    | { readonly type: typeof MilestoneReported.type; readonly data: MilestoneReported }
    | { readonly type: typeof ObservationReported.type; readonly data: ObservationReported }
  );

/** What comes of an EPCIS event beside the event itself (translate-event.ts). */
const PART = /#(?:sensors|damaged)$/u;
const uuidOf = uuidsV5('8f6b7c1e-3f0a-5d43-9c55-2a1d90b4e6f7');

const isIdentifier = (text: string): boolean => text.length <= LONGEST_URI && isUri(text);

/** What an EPCIS event came to may be several events of ours: the sensors' and the damage beside the milestone. */
function eventIdOf({ source, id }: Pick<TimelineEvent, 'source' | 'id'>): string {
  const own = id.replace(PART, '');
  return source === EPCIS_SOURCE && isIdentifier(own) ? own : `urn:uuid:${uuidOf(`${source} ${id}`)}`;
}

/** What DCSA plans or estimates, and is no milestone, is an observation too. */
const FORESEEN = /"eventClassifierCode":"(?:PLN|EST)"/u;

const hasHappened = (event: TimelineEvent): event is Reported =>
  event.type === MilestoneReported.type
    ? (event.data as MilestoneReported).classifier === 'ACT'
    : event.type === ObservationReported.type &&
      !FORESEEN.test(JSON.stringify((event.data as ObservationReported).extensions?.['dcsa'] ?? null));

export function epcisEventsOf(exported: Exported): ExportedEvent[] {
  const { events } = exported;
  const withdrawals = new Map(
    events.flatMap((event) =>
      event.type === EventRetracted.type
        ? [[`${event.source} ${(event.data as EventRetracted).eventId}`, event] as const]
        : [],
    ),
  );
  const happened = Map.groupBy(
    // What was said anew goes out as it was said last.
    events.filter((event) => hasHappened(event) && !event.revised) as Reported[],
    eventIdOf,
  );
  return [...happened].map(([eventID, parts]) => {
    const main = parts.find(({ id }) => !PART.test(id)) ?? parts[0]!;
    const withdrawal = main.retracted
      ? withdrawals.get(`${main.source} ${main.data.revision?.of ?? main.id}`)
      : undefined;
    return eventOf(exported, eventID, main, parts, withdrawal);
  });
}

function eventOf(
  shipment: Exported,
  eventID: string,
  main: Reported,
  parts: readonly Reported[],
  withdrawal: TimelineEvent | undefined,
): ExportedEvent {
  const measurements = parts.flatMap(({ data }) => ('measurements' in data ? (data.measurements ?? []) : []));
  const common = {
    eventID,
    ...timeOf(main.data.at),
    recordTime: main.receivedAt,
    ...(measurements.length > 0 && { sensorElementList: sensorElementsOf(measurements) }),
    ...(main.retracted && { errorDeclaration: declarationOf(withdrawal, main) }),
  };
  const milestone = main.type === MilestoneReported.type ? main.data.milestone : undefined;
  const about = { ...common, ...thingsOf(shipment, main) };
  const words = main.source === EPCIS_SOURCE ? keptOf(main) : undefined;
  const damaged = parts.some(({ data }) => 'kind' in data && data.kind === DAMAGED);
  const state = damaged && { persistentDisposition: { set: [DAMAGED] } };
  const candidates = [
    ...(words ? [{ ...about, ...words }] : []),
    { ...about, ...state, ...(milestone ? passedOf(shipment, main, milestone) : observedOf(main)) },
    { ...about, ...state, ...seen(main), ...kindOf(main) },
  ]
    .filter((event) => eventFaults(event).length === 0)
    .map((event) => event as unknown as ExportedEvent)
    .filter((event) => unlocodeOf(event) === main.data.place?.unlocode && isDamaged(event) === damaged);
  // It may come back as less than it was where there is no word for it, and never as something else.
  const comesBackAs = (wanted: Milestone | undefined): ExportedEvent | undefined =>
    candidates.find((event) => milestoneOf(event) === wanted);
  return (comesBackAs(milestone) ?? comesBackAs(undefined))!;
}

/** `Z` and offsets that EPCIS does not have become UTC; the moment is the same. */
function timeOf(at: string): { eventTime: string; eventTimeZoneOffset: string } {
  const said = /[+-](?:(?:0\d|1[0-3]):\d{2}|14:00)$/u.exec(at)?.[0];
  return { eventTime: at.toUpperCase(), eventTimeZoneOffset: said ?? '+00:00' };
}

function declarationOf(withdrawal: TimelineEvent | undefined, main: Reported): Fields {
  const reason = withdrawal && (withdrawal.data as EventRetracted).reason;
  return {
    declarationTime: (withdrawal?.time ?? withdrawal?.receivedAt ?? main.receivedAt).toUpperCase(),
    ...(reason !== undefined && isWord('errorReason', reason) && { reason }),
  };
}

/** Our own name for what EPCIS has no identifier for; undefined where it would be longer than is taken. */
function ourUri(kind: string, value: string): string | undefined {
  const encoded = value.isWellFormed() ? encodeURIComponent(value) : '';
  return encoded !== '' && encoded.length <= 300 ? `urn:orebound:${kind}:${encoded}` : undefined;
}

const shipmentUri = ({ id }: Exported): string => ourUri('shipment', id)!;

/** The containers, or else the shipment; and the vessel that they are on. */
function thingsOf(shipment: Exported, { data }: Reported): Fields {
  const { containers = [] } = data;
  const vessel = 'transport' in data ? data.transport?.vesselImo : undefined;
  const things = containers.map((container) => `urn:epc:id:bic:${container}`);
  return {
    epcList: [
      ...(things.length > 0 ? things : [shipmentUri(shipment)]),
      ...(vessel === undefined ? [] : [`urn:epc:id:imovn:${vessel}`]),
    ],
    bizTransactionList: [{ bizTransaction: shipmentUri(shipment) }],
  };
}

const UNLOCODES = 'https://vocabulary.uncefact.org/unlocode#';

/** That things were seen, and where. */
const seen = ({ data: { place } }: Reported): Fields => ({
  type: 'ObjectEvent',
  action: 'OBSERVE',
  ...(place && { readPoint: { id: UNLOCODES + place.unlocode } }),
});

/** How a milestone is said in the words of the CBV, so that it is read as the same again where that can be. */
const STEPS: Readonly<Record<Milestone, Fields>> = {
  booked: { type: 'TransactionEvent', action: 'ADD', bizStep: 'reserving' },
  'gate-in': { bizStep: 'arriving' },
  loaded: { bizStep: 'loading' },
  departed: { bizStep: 'departing', disposition: 'in_transit' },
  transshipped: { bizStep: 'transporting', disposition: 'in_transit' },
  arrived: { bizStep: 'arriving', disposition: 'in_progress' },
  discharged: { bizStep: 'unloading' },
  'customs-held': { bizStep: 'holding' },
  'customs-released': { bizStep: 'accepting' },
  'gate-out': { bizStep: 'departing' },
  delivered: { bizStep: 'receiving' },
  assayed: { bizStep: 'sampling' },
  accepted: { bizStep: 'accepting' },
};

function passedOf(shipment: Exported, main: Reported, milestone: Milestone): Fields {
  const orders = (shipment.references ?? []).flatMap(({ type, value }) => {
    const uri = type === 'purchase-order' ? ourUri(type, value) : undefined;
    return uri === undefined ? [] : [{ type: 'po', bizTransaction: uri }];
  });
  return {
    ...seen(main),
    ...STEPS[milestone],
    'orebound:milestone': milestone,
    ...(milestone === 'booked' && {
      bizTransactionList: [...orders, { bizTransaction: shipmentUri(shipment) }],
    }),
    // Whose it is then is whoever it was for; without that it would be customs that accept.
    ...(milestone === 'accepted' && {
      destinationList: [{ type: 'owning_party', destination: ourUri('consignee-of', shipment.id) }],
    }),
  };
}

/** What was observed is a step, or a state of the goods, where the CBV has the word or it is a URI. */
function observedOf(main: Reported): Fields {
  const kind = (main.data as ObservationReported).kind;
  if (kind === DAMAGED) return seen(main);
  if (isWord('disposition', kind)) return { ...seen(main), disposition: kind };
  const isStep = isWord('bizStep', kind) || (isIdentifier(kind) && !kind.startsWith('urn:epcglobal:cbv:'));
  return { ...seen(main), ...(isStep ? { bizStep: kind } : kindOf(main)) };
}

const kindOf = ({ type, data }: Reported): Fields =>
  type === ObservationReported.type ? { 'orebound:kind': data.kind } : {};

/** What we keep of an event that came as EPCIS (`keptOf` of translate-event.ts). */
interface Kept {
  readonly type?: string;
  readonly action?: string;
  readonly bizStep?: string;
  readonly disposition?: string;
  readonly persistentDisposition?: EpcisEvent['persistentDisposition'];
  readonly readPoint?: string;
  readonly bizLocation?: string;
  readonly added?: readonly { readonly name: string; readonly value: string }[];
}

/** The words of an event that came as EPCIS. What its lists held beside containers and a vessel we have not kept. */
function keptOf({ data }: Reported): Fields | undefined {
  const kept = data.extensions?.['epcis'] as Kept | undefined;
  if (kept === null || typeof kept !== 'object') return undefined;
  const { type, action, bizStep, disposition, persistentDisposition } = kept;
  return {
    type: 'ObjectEvent',
    // What is done to a container is not done to what we say that the event is of.
    action: type === 'ObjectEvent' && action ? action : 'OBSERVE',
    ...(type !== 'ObjectEvent' && { 'orebound:capturedAs': type }),
    ...(bizStep !== undefined && { bizStep: wordOf('bizStep', bizStep) }),
    ...(disposition !== undefined && { disposition: wordOf('disposition', disposition) }),
    ...(persistentDisposition !== undefined && { persistentDisposition }),
    ...placesOf(kept, data.place),
    ...addedOf(kept),
  };
}

/** Each with the identifier that it came with; the UN/LOCODE stands with the first. */
function placesOf({ readPoint, bizLocation }: Kept, place: Place | undefined): Fields {
  const said = place && { 'orebound:unlocode': place.unlocode };
  if (readPoint === undefined && bizLocation === undefined)
    return place ? { readPoint: { id: UNLOCODES + place.unlocode } } : {};
  return {
    ...(readPoint !== undefined && { readPoint: { id: readPoint, ...said } }),
    ...(bizLocation !== undefined && {
      bizLocation: { id: bizLocation, ...(readPoint === undefined && said) },
    }),
  };
}

/** A name with a prefix is nothing without the context that it stood in, and that we have not kept. */
function addedOf({ added }: Kept): Fields {
  if (!Array.isArray(added)) return {};
  const named = (added as readonly { name?: unknown; value?: unknown }[]).flatMap(({ name, value }) => {
    if (typeof name !== 'string' || typeof value !== 'string' || !/^https?:\/\//u.test(name)) return [];
    const said = parsed(value);
    return said === undefined ? [] : [[name, said] as const];
  });
  return Object.fromEntries(named);
}

/** Undefined where it was cut. */
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
