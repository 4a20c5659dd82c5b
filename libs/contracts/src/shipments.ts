/** The events of shipments: what upstream systems send, and what the shipments service publishes. */
import {
  Extensions,
  Flag,
  Id,
  ListOf,
  Nested,
  OneOf,
  Optional,
  Containers,
  Text,
  Timestamp,
  WholeNumber,
} from './fields.js';
import { DcsaEventReported, DcsaV2Message, DcsaV3Message } from './dcsa.js';
import { EpcisEventCaptured, EpcisMessage } from './epcis.js';
import { inbound, published } from './topic.js';
import {
  CargoLot,
  ConditionLimit,
  DatedReference,
  EventReference,
  INCOTERMS,
  Leg,
  Measurement,
  Party,
  Place,
  Reference,
  Seal,
  Transport,
  Weighing,
} from './trade.js';

/**
 * The milestones of a shipment, in the order in which a shipment passes them. `arrived` is at the port of discharge,
 * `delivered` at the consignee.
 */
export const MILESTONES = [
  'booked',
  'gate-in',
  'loaded',
  'departed',
  'transshipped',
  'arrived',
  'discharged',
  'customs-held',
  'customs-released',
  'gate-out',
  'delivered',
  'assayed',
  'accepted',
] as const;
export type Milestone = (typeof MILESTONES)[number];

/** Planned, estimated, actual: DCSA's eventClassifierCode. */
export const CLASSIFIERS = ['PLN', 'EST', 'ACT'] as const;
export type Classifier = (typeof CLASSIFIERS)[number];

export class Route {
  @Nested(() => Place) origin!: Place;
  /** Where the shipment arrives: its port, or dock, of discharge. */
  @Nested(() => Place) destination!: Place;
  /** When it must have arrived. */
  @Optional() @Timestamp() deadline?: string;
}

/**
 * An event that may be said anew. Of the events of one source that revise the same, the last revision stands, whichever
 * comes first, and the others are as if they had never been sent.
 */
export class Revision {
  /** What all revisions of the event share: its name at its source. */
  @Text(1024) of!: string;
  /** When it was revised. Of two that were revised at the same instant the later `id` stands. */
  @Timestamp() at!: string;
}

export class ShipmentRegistered {
  static readonly type = 'orebound.shipment.registered.v1';
  static readonly description =
    'A shipment is known: what it carries, from where to where, for which deal. A later one replaces it whole.';
  @Optional() @Id() dealId?: string;
  @Nested(() => Route) route!: Route;
  @ListOf(() => CargoLot, { min: 1, max: 100 }) cargo!: CargoLot[];
  @Optional() @ListOf(() => Party, { min: 1, max: 20 }) parties?: Party[];
  @Optional() @OneOf(INCOTERMS) incoterm?: (typeof INCOTERMS)[number];
  /** By what others name it, beside its deal and the containers of its cargo. */
  @Optional() @ListOf(() => DatedReference, { min: 1, max: 200 }) references?: DatedReference[];
  /** Within what the goods must be kept. */
  @Optional() @ListOf(() => ConditionLimit, { min: 1, max: 6 }) limits?: ConditionLimit[];
  /** Days that a container may stand at the port of discharge before demurrage is due. */
  @Optional() @WholeNumber(365) freeDays?: number;
  @Optional() @Extensions() extensions?: Record<string, unknown>;
}

/** Taken back like any event, by `EventRetracted`. */
export class ReferencesAssigned {
  static readonly type = 'orebound.shipment.references-assigned.v1';
  static readonly description =
    'By what else a shipment is named: what others report by these references is about it. They add to those it has.';
  @ListOf(() => DatedReference, { min: 1, max: 200 }) references!: DatedReference[];
  @Optional() @Extensions() extensions?: Record<string, unknown>;
}

export class MilestoneReported {
  static readonly type = 'orebound.shipment.milestone-reported.v1';
  static readonly description = 'A milestone was passed (ACT), or is planned (PLN) or estimated (EST) to be.';
  @OneOf(MILESTONES) milestone!: Milestone;
  @OneOf(CLASSIFIERS, 'planned, estimated or actual: PLN, EST or ACT') classifier!: Classifier;
  /** When the milestone was passed, or is planned or estimated to be. (The envelope's time is when it was said.) */
  @Timestamp() at!: string;
  @Optional() @Nested(() => Place) place?: Place;
  @Optional() @Nested(() => Transport) transport?: Transport;
  /** The containers that it is of; of the whole shipment where it names none. */
  @Optional() @Containers(500) containers?: string[];
  /** The seals that were found there. */
  @Optional() @ListOf(() => Seal, { min: 1, max: 500 }) seals?: Seal[];
  /** What was weighed there. */
  @Optional() @ListOf(() => Weighing, { min: 1, max: 500 }) weights?: Weighing[];
  @Optional() @Text(2000) remarks?: string;
  @Optional() @Nested(() => Revision) revision?: Revision;
  @Optional() @Extensions() extensions?: Record<string, unknown>;
}

export class ObservationReported {
  static readonly type = 'orebound.shipment.observation-reported.v1';
  static readonly description =
    'Something was seen or measured that is no milestone. It is kept in the timeline and moves no status.';
  /** What was observed, in the words of the standard it comes from: `inspecting`, `DRFT`, `sensor`. */
  @Text(200) kind!: string;
  @Timestamp() at!: string;
  @Optional() @Nested(() => Place) place?: Place;
  @Optional() @Containers(500) containers?: string[];
  @Optional() @ListOf(() => Measurement, { min: 1, max: 200 }) measurements?: Measurement[];
  /** The seals that were found there. */
  @Optional() @ListOf(() => Seal, { min: 1, max: 500 }) seals?: Seal[];
  @Optional() @Text(2000) remarks?: string;
  @Optional() @Nested(() => Revision) revision?: Revision;
  @Optional() @Extensions() extensions?: Record<string, unknown>;
}

/** How a shipment ends without being accepted by whoever it was for. */
export const OUTCOMES = ['cancelled', 'lost', 'returned'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export class ClosedOut {
  static readonly type = 'orebound.shipment.closed-out.v1';
  static readonly description =
    'A shipment was cancelled, lost, or returned to its shipper. Whatever else is reported of it, it stays so until this is retracted.';
  @OneOf(OUTCOMES) outcome!: Outcome;
  @Timestamp() at!: string;
  @Optional() @Text(2000) reason?: string;
}

export class ItineraryPlanned {
  static readonly type = 'orebound.shipment.itinerary-planned.v1';
  static readonly description =
    'How a shipment is to travel from its origin to its destination, leg by leg. A later one replaces it whole.';
  @ListOf(() => Leg, { min: 1, max: 20 }) legs!: Leg[];
  @Optional() @Text(2000) remarks?: string;
}

/** What can be wrong with a shipment. */
export const EXCEPTION_TYPES = [
  'delayed',
  'misdirected',
  'rerouted',
  'held',
  'damaged',
  'seal-mismatch',
  'cargo-mismatch',
  'impossible-order',
  'conditions-exceeded',
  'overdue',
] as const;
export type ExceptionType = (typeof EXCEPTION_TYPES)[number];

export const SEVERITIES = ['warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export class TimePassed {
  static readonly type = 'orebound.shipment.time-passed.v1';
  static readonly description =
    'It is later than this, and what was expected of a shipment by then has not been heard of. Said by our own clock.';
  @Timestamp() until!: string;
}

export class ExceptionAcknowledged {
  static readonly type = 'orebound.shipment.exception-acknowledged.v1';
  static readonly description =
    'An operator has seen an exception and says why nothing more is to be done. Other evidence raises it again.';
  @OneOf(EXCEPTION_TYPES) exception!: ExceptionType;
  /** The event that the exception stands on. */
  @Nested(() => EventReference) evidence!: EventReference;
  @Text(2000) reason!: string;
  /** Who says so. */
  @Text(200) by!: string;
}

export class EventRetracted {
  static readonly type = 'orebound.shipment.event-retracted.v1';
  static readonly description =
    'An event of the same source was wrong: the shipment is as if it had never been sent. A retraction is final.';
  /**
   * The `id` of the event taken back, or of one that has a revision, what it is of: then all its revisions are. Its
   * source is the retraction's own: nobody takes back what another said.
   */
  @Text(1024) eventId!: string;
  /** Takes back the revisions until then alone: a later one stands. Of an event without a revision, nothing. */
  @Optional() @Timestamp() upTo?: string;
  @Optional() @Text(2000) reason?: string;
}

/**
 * For who does not know our id of the shipment. The envelope's subject is then whatever the sender calls it: it only
 * says which of the sender's events stay in order. Exactly one of `milestone`, `observation` and `retraction` is given.
 */
export class EventReferred {
  static readonly type = 'orebound.shipment.event-referred.v1';
  static readonly description =
    'An event of the shipment that the references name. It waits until one is known by them, and is then of that shipment.';
  /** Any of them may be enough; more of them tell shipments apart. */
  @ListOf(() => Reference, { min: 1, max: 200 }) references!: Reference[];
  @Optional() @Nested(() => MilestoneReported) milestone?: MilestoneReported;
  @Optional() @Nested(() => ObservationReported) observation?: ObservationReported;
  @Optional() @Nested(() => EventRetracted) retraction?: EventRetracted;
}

export const STATUSES = ['announced', 'registered', ...MILESTONES, 'partly-arrived', ...OUTCOMES] as const;
/**
 * `announced`: heard of before it was registered. Then the last milestone passed; `partly-arrived` while some of its
 * containers have arrived and others have not; an outcome once it was closed out.
 */
export type ShipmentStatus = (typeof STATUSES)[number];

export class StatusChanged {
  static readonly type = 'orebound.shipment.status-changed.v1';
  static readonly description = 'A shipment stands elsewhere in its lifecycle than before.';
  @OneOf(STATUSES) status!: ShipmentStatus;
  @Optional() @OneOf(STATUSES) previous?: ShipmentStatus;
  /** When the milestone that gave the status was passed. */
  @Timestamp() at!: string;
  @Optional() @Nested(() => Place) place?: Place;
  @Optional() @Id() dealId?: string;
}

export class EtaChanged {
  static readonly type = 'orebound.shipment.eta-changed.v1';
  static readonly description =
    'A shipment is expected to arrive at another time than before; without eta, no longer at a known time.';
  @Optional() @Timestamp() eta?: string;
  @Optional() @Timestamp() previous?: string;
  @Optional() @Id() dealId?: string;
}

export class ShipmentArrived {
  static readonly type = 'orebound.shipment.arrived.v1';
  static readonly description =
    'A shipment has arrived at its port of discharge, or lots of it have. A later one of the same shipment (by sequence) replaces it.';
  /** When it arrived. */
  @Timestamp() at!: string;
  @Nested(() => Place) place!: Place;
  @Optional() @Id() dealId?: string;
  /** All that has arrived so far: lots of which every container has. */
  @ListOf(() => CargoLot, { min: 1, max: 100 }) cargo!: CargoLot[];
  /** Whether containers are still to come. */
  @Optional() @Flag() partial?: boolean;
}

export class ArrivalRetracted {
  static readonly type = 'orebound.shipment.arrival-retracted.v1';
  static readonly description =
    'A shipment that was said to have arrived has not: the arrival before (by sequence) is taken back.';
  @Optional() @Id() dealId?: string;
  /** When it was said to have arrived. */
  @Timestamp() at!: string;
}

export class MatchSought {
  static readonly type = 'orebound.shipment.match-sought.v1';
  static readonly description = 'An event waits for the shipment that its references name: it is looked for.';
  @Timestamp() since!: string;
}

export class ReferencesChanged {
  static readonly type = 'orebound.shipment.references-changed.v1';
  static readonly description =
    'A shipment is named otherwise than before: what waits for its references is looked at again.';
  @Optional() @Id() dealId?: string;
}

export class MatchAssigned {
  static readonly type = 'orebound.shipment.match-assigned.v1';
  static readonly description = 'An operator has said which shipment a waiting event is of.';
  @Id() shipmentId!: string;
}

export class MatchExpired {
  static readonly type = 'orebound.shipment.match-expired.v1';
  static readonly description = 'An event has waited for its shipment for as long as any does.';
  /** Since when: of one that waits anew, only the wait that is meant ends. */
  @Timestamp() since!: string;
}

export class ExceptionRaised {
  static readonly type = 'orebound.shipment.exception-raised.v1';
  static readonly description =
    'Something is wrong with a shipment, or is so by other evidence than before. Of one exception the last word (by sequence) holds.';
  @OneOf(EXCEPTION_TYPES) exception!: ExceptionType;
  @OneOf(SEVERITIES) severity!: Severity;
  @Timestamp() since!: string;
  /** Words for a person. */
  @Text(1000) detail!: string;
  @Nested(() => EventReference) evidence!: EventReference;
  @Optional() @Id() dealId?: string;
}

export class ExceptionCleared {
  static readonly type = 'orebound.shipment.exception-cleared.v1';
  static readonly description =
    'What was wrong with a shipment no longer is, or was acknowledged by an operator.';
  @OneOf(EXCEPTION_TYPES) exception!: ExceptionType;
  @Flag() acknowledged!: boolean;
  /** The operator's. */
  @Optional() @Text(2000) reason?: string;
  @Optional() @Id() dealId?: string;
}

/** What a shipment is folded from. */
export const SHIPMENT_EVENTS = [
  ShipmentRegistered,
  ReferencesAssigned,
  MilestoneReported,
  ObservationReported,
  ItineraryPlanned,
  ClosedOut,
  ExceptionAcknowledged,
  TimePassed,
  EventRetracted,
] as const;

export const SHIPMENTS_INBOUND = inbound(
  'shipments.inbound',
  'shipment',
  [...SHIPMENT_EVENTS, EpcisEventCaptured, DcsaEventReported, EventReferred],
  {
    'application/vnd.gs1.epcis+json': EpcisMessage,
    'application/vnd.dcsa.tnt.v2+json': DcsaV2Message,
    'application/vnd.dcsa.tnt.v3+json': DcsaV3Message,
  },
);
/** What the shipments service says to itself about events that do not name their shipment by our id. */
export const SHIPMENTS_CORRELATION = published('shipments.correlation', 'waiting event, or shipment', [
  MatchSought,
  ReferencesChanged,
  MatchAssigned,
  MatchExpired,
]);
export const SHIPMENTS_EVENTS = published('shipments.events', 'shipment', [
  ShipmentRegistered,
  StatusChanged,
  EtaChanged,
  ExceptionRaised,
  ExceptionCleared,
]);
export const SHIPMENTS_ARRIVALS = published('shipments.arrivals', 'shipment', [
  ShipmentArrived,
  ArrivalRetracted,
]);
