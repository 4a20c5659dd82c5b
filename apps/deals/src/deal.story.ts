/** Words for stories of deals and their deliveries, as the specs tell them. */
import { randomUUID } from 'node:crypto';
import { type Commitment, DealAmended, DealRegistered, type DeliveryRecorded } from '#contracts/deals.js';
import { ArrivalRetracted, ShipmentArrived } from '#contracts/shipments.js';
import type { CargoLot, Party } from '#contracts/trade.js';
import type { Announcement } from '#messaging/announcement.js';
import { type Deal, type DeliveryEvent, drawDown, UNKNOWN, withTerms } from './deal.js';
import { IDEMPOTENCY_KEY, type TermsSaid } from './terms.js';
import { type ArrivalEvent, deliver, type Delivery, recordedFor } from './delivery.js';

const PARTIES: Party[] = [
  { role: 'seller', name: 'Frontier Works Organization', country: 'PK' },
  { role: 'buyer', name: 'US Strategic Metals', country: 'US' },
];

/** 100 wet tonnes of antimony, unless told otherwise. */
export const commitment = (told: Partial<Commitment> = {}): Commitment => ({
  mineral: 'antimony',
  quantity: '100',
  unit: 'TNE',
  basis: 'wet',
  ...told,
});

/** 20 wet tonnes of antimony, unless told otherwise. */
export const lot = (told: Partial<CargoLot> = {}): CargoLot => ({
  lot: 'L1',
  mineral: 'antimony',
  quantity: '20',
  unit: 'TNE',
  basis: 'wet',
  ...told,
});

interface Said {
  id?: string;
  source?: string;
  said?: string | undefined;
  learnt?: string;
  /** The request's idempotency key. */
  key?: string;
}

let ids = 0;
const termsSaid = (type: string, data: object, said: Said): TermsSaid => {
  const { id = `terms-${++ids}`, source = '/trading-desk', learnt = '2025-11-01T00:00:00Z' } = said;
  const time = 'said' in said ? said.said : '2025-09-08T00:00:00Z';
  const event = {
    id,
    source,
    type,
    subject: 'DEAL-1',
    ...(time !== undefined && { time }),
    data,
    extensions: said.key === undefined ? {} : { [IDEMPOTENCY_KEY]: said.key },
  };
  return { event: event as TermsSaid['event'], receivedAt: new Date(learnt) };
};

export const registered = (told: Partial<DealRegistered> = {}, said: Said = {}): TermsSaid =>
  termsSaid(
    DealRegistered.type,
    { title: 'Supply of critical minerals', parties: PARTIES, commitments: [commitment()], ...told },
    said,
  );

export const amended = (told: Partial<DealAmended>, said: Said = {}): TermsSaid =>
  termsSaid(DealAmended.type, { reason: 'agreed anew', ...told }, { said: '2025-09-20T00:00:00Z', ...said });

/** A deal whose terms are what was said of them, in the order in which it was learnt of. */
export const dealWith = (...said: readonly TermsSaid[]): Deal =>
  said.reduce<Deal>((deal, _, index) => withTerms(deal, said.slice(0, index + 1)), UNKNOWN);

/** What a shipment's arrival, or that there was none, comes to for deals: `<partition>/<offset>` is its place. */
export class Arrivals {
  private readonly deliveries = new Map<string, Delivery>();
  private readonly ends = new Map<number, number>();

  arrived(
    shipmentId: string,
    told: { dealId?: string; cargo?: CargoLot[]; sequence: number },
  ): DeliveryEvent[] {
    const { dealId = 'DEAL-1', cargo = [lot()], sequence } = told;
    const data = { at: '2025-10-02T09:40:00-05:00', place: { unlocode: 'USSTL' }, cargo, dealId };
    return this.take(shipmentId, arrivalEvent(ShipmentArrived.type, data, sequence));
  }

  retracted(shipmentId: string, sequence: number): DeliveryEvent[] {
    const data = { at: '2025-10-02T09:40:00-05:00' };
    return this.take(shipmentId, arrivalEvent(ArrivalRetracted.type, data, sequence));
  }

  take(shipmentId: string, event: ArrivalEvent, partition = 0): DeliveryEvent[] {
    const offset = this.ends.get(partition) ?? 0;
    this.ends.set(partition, offset + 1);
    const before = this.deliveries.get(shipmentId);
    const after = deliver(before, event, `${partition}/${offset}`);
    if (after === undefined) return [];
    if (after instanceof Error) throw after;
    this.deliveries.set(shipmentId, after);
    return recordedFor(shipmentId, before, after).map(recorded);
  }

  /** What each shipment delivers now. */
  get now(): readonly Delivery[] {
    return [...this.deliveries.values()];
  }
}

export const arrivalEvent = (type: string, data: object, sequence: number): ArrivalEvent =>
  ({
    id: `arrival-${++ids}`,
    source: '/shipments',
    type,
    subject: 'SHP',
    data,
    extensions: { sequence: String(sequence).padStart(12, '0') },
  }) as unknown as ArrivalEvent;

const recorded = ({ data, subject }: Announcement): DeliveryEvent =>
  ({
    id: `recorded-${++ids}`,
    source: '/deals',
    type: 'orebound.delivery.recorded.v1',
    subject: subject!,
    data: data as DeliveryRecorded,
    extensions: {},
  }) as DeliveryEvent;

/** A deal after deliveries of it; one that has been counted before changes nothing. */
export const after = (deal: Deal, deliveries: readonly DeliveryEvent[]): Deal =>
  deliveries.reduce((state, event) => drawDown(state, event) ?? state, deal);

/** An arrival as shipments puts it into Kafka. */
export const arrivalMessage = (
  shipment: string,
  sequence: number,
  told: { dealId?: string; cargo?: CargoLot[]; retracted?: boolean; partition?: number } = {},
) => {
  const { dealId, cargo = [lot()], retracted = false, partition } = told;
  const at = '2025-10-02T09:40:00-05:00';
  const deal = dealId === undefined ? {} : { dealId };
  return {
    key: shipment,
    ...(partition !== undefined && { partition }),
    value: JSON.stringify(retracted ? { at, ...deal } : { at, place: { unlocode: 'USSTL' }, cargo, ...deal }),
    headers: {
      ce_specversion: '1.0',
      ce_id: randomUUID(),
      ce_source: '/shipments',
      ce_type: retracted ? ArrivalRetracted.type : ShipmentArrived.type,
      ce_subject: shipment,
      ce_time: at,
      ce_sequence: String(sequence).padStart(12, '0'),
      'content-type': 'application/json',
    },
  };
};
