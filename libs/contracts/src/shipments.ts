/** The events of shipments: what upstream systems send, and what the shipments service publishes. */
import { Extensions, Id, ListOf, Nested, OneOf, Optional, Containers, Text, Timestamp } from './fields.js';
import { DcsaEventReported } from './dcsa.js';
import { inbound, published } from './topic.js';
import { CargoLot, INCOTERMS, Measurement, Party, Place, Transport } from './trade.js';

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
  @Optional() @Containers(500) containers?: string[];
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
  @Optional() @Text(2000) remarks?: string;
  @Optional() @Nested(() => Revision) revision?: Revision;
  @Optional() @Extensions() extensions?: Record<string, unknown>;
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

export const STATUSES = ['announced', 'registered', ...MILESTONES] as const;
/** `announced`: heard of before it was registered. Then the last milestone passed. */
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
    'A shipment has arrived at its port of discharge. A later one of the same shipment (by sequence) replaces it.';
  /** When it arrived. */
  @Timestamp() at!: string;
  @Nested(() => Place) place!: Place;
  @Optional() @Id() dealId?: string;
  @ListOf(() => CargoLot, { min: 1, max: 100 }) cargo!: CargoLot[];
}

export class ArrivalRetracted {
  static readonly type = 'orebound.shipment.arrival-retracted.v1';
  static readonly description =
    'A shipment that was said to have arrived has not: the arrival before (by sequence) is taken back.';
  @Optional() @Id() dealId?: string;
  /** When it was said to have arrived. */
  @Timestamp() at!: string;
}

export const SHIPMENTS_INBOUND = inbound('shipments.inbound', 'shipment', [
  ShipmentRegistered,
  MilestoneReported,
  ObservationReported,
  EventRetracted,
  DcsaEventReported,
]);
export const SHIPMENTS_EVENTS = published('shipments.events', 'shipment', [
  ShipmentRegistered,
  StatusChanged,
  EtaChanged,
]);
export const SHIPMENTS_ARRIVALS = published('shipments.arrivals', 'shipment', [
  ShipmentArrived,
  ArrivalRetracted,
]);
