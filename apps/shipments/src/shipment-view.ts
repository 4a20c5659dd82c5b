/** A shipment as it is shown over HTTP. */
import type { ShipmentStatus } from '#contracts/shipments.js';
import type { CargoLot, Party, Place } from '#contracts/trade.js';
import type { MilestoneClaim, Shipment, ShipmentEvent, TimelineEntry } from './shipment.js';

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

export interface ShipmentView extends ShipmentSummary {
  readonly parties: readonly Party[];
  readonly incoterm?: string;
  readonly milestones: readonly Omit<MilestoneClaim, 'rank' | 'happenedAt'>[];
  /** How often the expected arrival was said anew, the latest last. */
  readonly etaHistory: readonly { readonly eta: string; readonly said: string; readonly source: string }[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface TimelineView {
  readonly id: string;
  readonly events: readonly {
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly happenedAt: string;
    readonly receivedAt: string;
    readonly retracted: boolean;
    readonly data: unknown;
  }[];
}

export function summaryOf(shipment: Omit<Shipment, 'timeline'> & Identified): ShipmentSummary {
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

export function shipmentOf(shipment: Shipment & Identified): ShipmentView {
  const data = shipment.registration?.data;
  return {
    ...summaryOf(shipment),
    parties: data?.parties ?? [],
    ...(data?.incoterm !== undefined && { incoterm: data.incoterm }),
    milestones: shipment.milestones.map(({ rank: _, happenedAt: __, ...shown }) => shown),
    etaHistory: etaHistoryOf(shipment),
    ...(data?.extensions && { extensions: data.extensions }),
  };
}

const inOrder = (timeline: readonly TimelineEntry[]): TimelineEntry[] =>
  timeline.toSorted((a, b) => a.happenedAt.getTime() - b.happenedAt.getTime() || (a.id < b.id ? -1 : 1));

const isRetracted = ({ retracted }: Shipment, { source, id }: TimelineEntry): boolean =>
  retracted.includes(`${source} ${id}`);

function etaHistoryOf(shipment: Shipment): ShipmentView['etaHistory'] {
  const destination = shipment.registration?.data.route.destination.unlocode;
  return inOrder(shipment.timeline)
    .filter((entry) => !isRetracted(shipment, entry))
    .flatMap((entry) => {
      const event = JSON.parse(entry.event) as ShipmentEvent;
      if (event.type !== 'orebound.shipment.milestone-reported.v1') return [];
      const { milestone, classifier, at, place } = event.data;
      const elsewhere = place !== undefined && destination !== undefined && place.unlocode !== destination;
      if (milestone !== 'arrived' || classifier === 'ACT' || elsewhere) return [];
      return [{ eta: at, said: entry.happenedAt.toISOString(), source: entry.source }];
    });
}

export function timelineOf(shipment: Shipment & Identified): TimelineView {
  return {
    id: shipment._id,
    events: inOrder(shipment.timeline).map((entry) => {
      const { type, data } = JSON.parse(entry.event) as ShipmentEvent;
      return {
        id: entry.id,
        source: entry.source,
        type,
        happenedAt: entry.happenedAt.toISOString(),
        receivedAt: entry.receivedAt.toISOString(),
        retracted: isRetracted(shipment, entry),
        data,
      };
    }),
  };
}
