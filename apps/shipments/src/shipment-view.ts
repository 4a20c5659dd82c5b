/** A shipment as it is shown over HTTP. */
import { IsBoolean } from 'class-validator';
import { Extensions, Id, Nested, OneOf, Optional, Text, Timestamp } from '#contracts/fields.js';
import {
  type Classifier,
  CLASSIFIERS,
  EventRetracted,
  type Milestone,
  MilestoneReported,
  MILESTONES,
  ObservationReported,
  ShipmentRegistered,
  type ShipmentStatus,
  STATUSES,
} from '#contracts/shipments.js';
import { Warning, warningsOf } from '#contracts/identifiers.js';
import { CargoLot, INCOTERMS, Party, Place, Transport } from '#contracts/trade.js';
import { AnyOf, ManyOf } from '#service/view-fields.js';
import { type Accepted, inOrderOfHappening, type Shipment } from './shipment.js';
import { fateOf, keyOf } from './standing.js';

interface Identified {
  readonly _id: string;
}

export class ShipmentSummary {
  @Id() readonly id!: string;
  /** `announced`: heard of before it was registered. Then the last milestone passed. */
  @OneOf(STATUSES) readonly status!: ShipmentStatus;
  @Optional() @Timestamp() readonly statusAt?: string;
  @Optional() @Id() readonly dealId?: string;
  @Optional() @Nested(() => Place) readonly origin?: Place;
  @Optional() @Nested(() => Place) readonly destination?: Place;
  @Optional() @Timestamp() readonly deadline?: string;
  /** Where it was last known to be. */
  @Optional() @Nested(() => Place) readonly position?: Place;
  @Optional() @Timestamp() readonly eta?: string;
  @Optional() @Timestamp() readonly arrivedAt?: string;
  @ManyOf(() => CargoLot) readonly cargo!: readonly CargoLot[];
}

/** A milestone as it is last known at one place, and the event that says so. */
export class MilestoneView {
  @OneOf(MILESTONES) readonly milestone!: Milestone;
  @OneOf(CLASSIFIERS, 'planned, estimated or actual: PLN, EST or ACT') readonly classifier!: Classifier;
  @Timestamp() readonly at!: string;
  @Optional() @Nested(() => Place) readonly place?: Place;
  @Optional() @Nested(() => Transport) readonly transport?: Transport;
  @Text(1024) readonly source!: string;
  @Text(1024) readonly id!: string;
}

class EtaView {
  @Timestamp() readonly eta!: string;
  @OneOf(CLASSIFIERS, 'planned or estimated: PLN or EST') readonly classifier!: Classifier;
  @Timestamp() readonly said!: string;
  @Text(1024) readonly source!: string;
}

export class ShipmentView extends ShipmentSummary {
  @ManyOf(() => Party) readonly parties!: readonly Party[];
  @Optional() @OneOf(INCOTERMS) readonly incoterm?: (typeof INCOTERMS)[number];
  @ManyOf(() => MilestoneView) readonly milestones!: readonly MilestoneView[];
  /** Each time that the arrival was estimated or planned anew, the latest last; `eta` is an estimate where there is one. */
  @ManyOf(() => EtaView) readonly etaHistory!: readonly EtaView[];
  @Optional() @Extensions() readonly extensions?: Readonly<Record<string, unknown>>;
}

const SHIPMENT_EVENTS = [ShipmentRegistered, MilestoneReported, ObservationReported, EventRetracted] as const;

class TimelineEvent {
  @Text(1024) readonly id!: string;
  @Text(1024) readonly source!: string;
  @OneOf(SHIPMENT_EVENTS.map(({ type }) => type)) readonly type!: (typeof SHIPMENT_EVENTS)[number]['type'];
  /** As its sender wrote it, offset and all; absent where it was not given. */
  @Optional() @Timestamp() readonly time?: string;
  /** The instant by which it takes its place among the others. */
  @Timestamp() readonly happenedAt!: string;
  @Timestamp() readonly receivedAt!: string;
  @IsBoolean() readonly retracted!: boolean;
  /** Said anew since: another event of its source stands in its place. */
  @IsBoolean() readonly revised!: boolean;
  @AnyOf(SHIPMENT_EVENTS) readonly data!: InstanceType<(typeof SHIPMENT_EVENTS)[number]>;
  /** What is questionable in the data; absent where nothing is. */
  @Optional() @ManyOf(() => Warning) readonly warnings?: readonly Warning[];
}

export class TimelineView {
  @Id() readonly id!: string;
  @ManyOf(() => TimelineEvent) readonly events!: readonly TimelineEvent[];
}

export function summaryOf(shipment: Shipment & Identified): ShipmentSummary {
  const data = shipment.registration?.data;
  return {
    id: shipment._id,
    status: shipment.status,
    ...(shipment.statusAt !== undefined && { statusAt: shipment.statusAt }),
    ...(data?.dealId !== undefined && { dealId: data.dealId }),
    ...(data && { origin: data.route.origin, destination: data.route.destination }),
    ...(data?.route.deadline !== undefined && { deadline: data.route.deadline }),
    ...(shipment.position && { position: shipment.position }),
    ...(shipment.eta !== undefined && { eta: shipment.eta }),
    ...(shipment.arrival && { arrivedAt: shipment.arrival.at }),
    cargo: data?.cargo ?? [],
  };
}

export function shipmentOf(shipment: Shipment & Identified, history: readonly Accepted[]): ShipmentView {
  const data = shipment.registration?.data;
  return {
    ...summaryOf(shipment),
    parties: data?.parties ?? [],
    ...(data?.incoterm !== undefined && { incoterm: data.incoterm }),
    milestones: milestonesOf(shipment, history),
    etaHistory: etaHistoryOf(shipment, history),
    ...(data?.extensions && { extensions: data.extensions }),
  };
}

function milestonesOf({ milestones }: Shipment, history: readonly Accepted[]): MilestoneView[] {
  const events = new Map(history.map(({ event }) => [keyOf(event), event]));
  return milestones.map(({ happenedAt: _, ...shown }) => {
    const event = events.get(keyOf(shown));
    const transport = event?.type === MilestoneReported.type ? event.data.transport : undefined;
    return { ...shown, ...(transport && { transport }) };
  });
}

function etaHistoryOf(shipment: Shipment, history: readonly Accepted[]): ShipmentView['etaHistory'] {
  const destination = shipment.registration?.data.route.destination.unlocode;
  return inOrderOfHappening(history).flatMap(({ event, happenedAt: said }) => {
    if (event.type !== MilestoneReported.type || fateOf(shipment, event) !== 'stands') return [];
    const { milestone, classifier, at, place } = event.data;
    const elsewhere = place !== undefined && destination !== undefined && place.unlocode !== destination;
    if (milestone !== 'arrived' || classifier === 'ACT' || elsewhere) return [];
    return [{ eta: at, classifier, said: said.toISOString(), source: event.source }];
  });
}

export function timelineOf(shipment: Shipment & Identified, history: readonly Accepted[]): TimelineView {
  return {
    id: shipment._id,
    events: inOrderOfHappening(history).map(({ event, receivedAt, happenedAt }) => {
      // A retraction is final, so one that was itself taken back still stands.
      const fate = event.type === EventRetracted.type ? 'stands' : fateOf(shipment, event);
      const warnings = warningsOf(event.data);
      return {
        id: event.id,
        source: event.source,
        type: event.type,
        ...(event.time !== undefined && { time: event.time }),
        happenedAt: happenedAt.toISOString(),
        receivedAt: receivedAt.toISOString(),
        retracted: fate === 'retracted',
        revised: fate === 'revised',
        data: event.data,
        ...(warnings.length > 0 && { warnings }),
      };
    }),
  };
}
