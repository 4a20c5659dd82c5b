/** A shipment as it is shown over HTTP. */
import {
  type Classifier,
  EventRetracted,
  MilestoneReported,
  type ShipmentStatus,
} from '#contracts/shipments.js';
import type { CargoLot, Party, Place, Transport } from '#contracts/trade.js';
import { type Accepted, inOrderOfHappening, keyOf, type MilestoneClaim, type Shipment } from './shipment.js';

interface Identified {
  readonly _id: string;
}

export interface ShipmentSummary {
  readonly id: string;
  readonly status: ShipmentStatus;
  readonly statusAt?: string;
  readonly dealId?: string;
  readonly origin?: Place;
  readonly destination?: Place;
  readonly deadline?: string;
  readonly position?: Place;
  readonly eta?: string;
  readonly arrivedAt?: string;
  readonly cargo: readonly CargoLot[];
}

/** A milestone, with what its event says of the transport. */
export interface MilestoneView extends Omit<MilestoneClaim, 'happenedAt'> {
  readonly transport?: Transport;
}

export interface ShipmentView extends ShipmentSummary {
  readonly parties: readonly Party[];
  readonly incoterm?: string;
  readonly milestones: readonly MilestoneView[];
  /** Each time that the arrival was estimated or planned anew, the latest last; `eta` is an estimate where there is one. */
  readonly etaHistory: readonly {
    readonly eta: string;
    readonly classifier: Classifier;
    readonly said: string;
    readonly source: string;
  }[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface TimelineView {
  readonly id: string;
  readonly events: readonly {
    readonly id: string;
    readonly source: string;
    readonly type: string;
    /** As its sender wrote it, offset and all; absent where it was not given. */
    readonly time?: string;
    /** The instant by which it takes its place among the others. */
    readonly happenedAt: string;
    readonly receivedAt: string;
    readonly retracted: boolean;
    readonly data: unknown;
  }[];
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

function etaHistoryOf(
  { registration, retracted }: Shipment,
  history: readonly Accepted[],
): ShipmentView['etaHistory'] {
  const destination = registration?.data.route.destination.unlocode;
  return inOrderOfHappening(history).flatMap(({ event, happenedAt: said }) => {
    if (event.type !== MilestoneReported.type || retracted.includes(keyOf(event))) return [];
    const { milestone, classifier, at, place } = event.data;
    const elsewhere = place !== undefined && destination !== undefined && place.unlocode !== destination;
    if (milestone !== 'arrived' || classifier === 'ACT' || elsewhere) return [];
    return [{ eta: at, classifier, said: said.toISOString(), source: event.source }];
  });
}

export function timelineOf(
  { _id, retracted }: Shipment & Identified,
  history: readonly Accepted[],
): TimelineView {
  return {
    id: _id,
    events: inOrderOfHappening(history).map(({ event, receivedAt, happenedAt }) => ({
      id: event.id,
      source: event.source,
      type: event.type,
      ...(event.time !== undefined && { time: event.time }),
      happenedAt: happenedAt.toISOString(),
      receivedAt: receivedAt.toISOString(),
      // A retraction is final, so one that was itself taken back still stands.
      retracted: event.type !== EventRetracted.type && retracted.includes(keyOf(event)),
      data: event.data,
    })),
  };
}
