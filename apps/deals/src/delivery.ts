/** What one shipment has delivered: a fact with a single writer, the owner of the shipment's partition. */
import type { EventOf } from '#contracts/contract.js';
import { DEALS_DELIVERIES, DeliveryRecorded } from '#contracts/deals.js';
import { RefusedEvent } from '#contracts/fault.js';
import { type ArrivalRetracted, ShipmentArrived } from '#contracts/shipments.js';
import type { CargoLot, Place } from '#contracts/trade.js';
import { announce, type Announcement } from '#messaging/announcement.js';
import { type Total, totalsOf } from './weight.js';

export type ArrivalEvent = EventOf<typeof ShipmentArrived | typeof ArrivalRetracted>;

/** `provisional`: by the declared cargo. `retracted`: it had not arrived after all. */
export const DELIVERY_STATUSES = ['provisional', 'retracted'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export interface Delivery {
  /** The `sequence` of the arrival event that it stands on. */
  readonly arrivalSequence: string;
  readonly dealId?: string | undefined;
  readonly status: DeliveryStatus;
  /** When it arrived, or was said to have. */
  readonly at: string;
  readonly place?: Place | undefined;
  readonly cargo: readonly CargoLot[];
  /**
   * What deals were told, the newest first, so that what a deal has counted can be counted again wherever it stands.
   * Only what may still be on its way to a deal matters: the hundred newest are kept.
   */
  readonly told: readonly Told[];
}

/** What a shipment delivered, and to which deal, from one place in `shipments.arrivals` on. */
export interface Told {
  /** `<partition>/<offset>` */
  readonly position: string;
  readonly dealId?: string | undefined;
  /** Nothing, where it had not arrived after all. */
  readonly delivered: readonly Total[];
}

export const MOST_TOLD = 100;

/**
 * Takes what shipments says of one shipment's arrival. The newest word replaces all before it, by `sequence`.
 * @param position where in `shipments.arrivals` it says so
 * @returns undefined when it is not newer than what is known; a refusal where it has no sequence
 */
export function deliver(
  before: Delivery | undefined,
  event: ArrivalEvent,
  position: string,
): Delivery | undefined | RefusedEvent {
  const { sequence } = event.extensions;
  if (sequence === undefined || !/^\d{1,20}$/.test(sequence)) {
    return new RefusedEvent('invalid-envelope', 'an arrival without its sequence cannot be ordered', [
      { pointer: '/sequence', code: 'required', message: 'must be given' },
    ]);
  }
  if (before && BigInt(sequence) <= BigInt(before.arrivalSequence)) return undefined;
  const { dealId, at } = event.data;
  const deal = dealId === undefined ? {} : { dealId };
  const place = event.type === ShipmentArrived.type ? { place: event.data.place } : {};
  const cargo = event.type === ShipmentArrived.type ? event.data.cargo : [];
  const now: Told = { position, ...deal, delivered: totalsOf(cargo) };
  return {
    arrivalSequence: sequence,
    status: event.type === ShipmentArrived.type ? 'provisional' : 'retracted',
    at,
    ...place,
    cargo,
    ...deal,
    told: [now, ...(before?.told ?? [])].slice(0, MOST_TOLD),
  };
}

/** What a changed delivery means for the deals it concerns: each is told what counts now and what counted before. */
export function recordedFor(
  shipmentId: string,
  before: Delivery | undefined,
  after: Delivery,
): Announcement[] {
  const { position } = after.told[0]!;
  const counted = (delivery: Delivery | undefined, deal: string): CargoLot[] =>
    delivery?.dealId === deal ? delivery.cargo.map(weighed) : [];
  const deals = new Set([before?.dealId, after.dealId].filter((deal) => deal !== undefined));
  return [...deals].flatMap((deal) => {
    const is = counted(after, deal);
    const was = counted(before, deal);
    if (is.length === 0 && was.length === 0) return [];
    const data = {
      shipmentId,
      at: after.at,
      position,
      ...(is.length > 0 && { is }),
      ...(was.length > 0 && { was }),
    };
    return [announce(DEALS_DELIVERIES, DeliveryRecorded, data, { subject: deal, time: after.at })];
  });
}

/** A lot without what no total asks for: what is and what was would else be more than one event may hold. */
const weighed = ({ lot, mineral, quantity, unit, basis }: CargoLot): CargoLot => ({
  lot,
  mineral,
  quantity,
  unit,
  basis,
});
