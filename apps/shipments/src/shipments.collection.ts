import { Injectable } from '@nestjs/common';
import { type Model, Schema } from 'mongoose';
import type { ShipmentStatus } from '#contracts/shipments.js';
import type { CargoLot } from '#contracts/trade.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import { type Accepted, type Evolution, Projection, type Stored } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { fromDecimal128, toDecimal128 } from '#service/decimal128.js';
import { announcementsOf } from './announcements.js';
import {
  needsHistory,
  type Registration,
  type Shipment,
  type ShipmentEvent,
  take,
  UNKNOWN,
} from './shipment.js';

/** One document a shipment: its timeline, what is derived of it, and the events on their way out. */
export type ShipmentDocument = Stored<Shipment>;

const schema = new Schema<ShipmentDocument>({ _id: String }, { strict: false, versionKey: false })
  .index({ 'registration.data.dealId': 1, _id: 1 })
  .index({ 'registration.data.cargo.mineral': 1, _id: 1 })
  .index({ status: 1, _id: 1 });

/** What is asked for; all that is given must hold. */
export interface ShipmentQuery {
  readonly deal?: string | undefined;
  readonly mineral?: string | undefined;
  readonly status?: ShipmentStatus | undefined;
  /** The id to go on behind. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A list shows no timelines, and does not load them. */
const LISTED = ['_id', 'registration', 'status', 'statusAt', 'position', 'eta', 'arrival'];

@Injectable()
export class ShipmentsCollection {
  private readonly model: Model<ShipmentDocument>;
  private readonly projection: Projection<Shipment, ShipmentEvent>;

  constructor(database: Database) {
    this.model = database.model<ShipmentDocument>('shipments', schema);
    this.projection = new Projection({
      collection: database.collection<ShipmentDocument>('shipments'),
      source: '/shipments',
      evolve,
      keeps: () => true,
      codecs: { registration: { encode: encodeRegistration, decode: decodeRegistration } },
    });
  }

  apply(batch: EventBatch<ShipmentEvent>): Promise<Effects> {
    return this.projection.apply(batch);
  }

  async find(id: string): Promise<ShipmentDocument | undefined> {
    const found = await this.model.findOne({ _id: id }).lean<ShipmentDocument>();
    return found ? decoded(found) : undefined;
  }

  /** In the order of ids; one more than `limit` may be asked for, to see whether there is more. */
  async list({ deal, mineral, status, after, limit }: ShipmentQuery): Promise<ShipmentDocument[]> {
    const found = await this.model
      .find({
        ...(deal !== undefined && { 'registration.data.dealId': deal }),
        ...(mineral !== undefined && { 'registration.data.cargo.mineral': mineral }),
        ...(status !== undefined && { status }),
        ...(after !== undefined && { _id: { $gt: after } }),
      })
      .select(LISTED)
      .sort({ _id: 1 })
      .limit(limit)
      .lean<ShipmentDocument[]>();
    return found.map(decoded);
  }
}

function evolve(
  state: Shipment | undefined,
  { event, receivedAt }: Received<ShipmentEvent>,
  _id: string,
  history: readonly Accepted<ShipmentEvent>[] | undefined,
): Evolution<Shipment> {
  const before = state ?? UNKNOWN;
  const anew = needsHistory(before, event);
  if (anew && !history) return 'needs-history';
  const after = take(before, event, receivedAt, anew ? history : undefined);
  return {
    state: after,
    announcements: announcementsOf(before, after, event.time ?? receivedAt.toISOString()),
  };
}

/** Weights are exact in MongoDB too: Decimal128 keeps every digit of the text. */
function encodeRegistration(registration: Registration | undefined): unknown {
  return registration && withCargo(registration, toDecimal128);
}

function decodeRegistration(stored: unknown): Registration | undefined {
  return stored ? (withCargo(stored as Registration, fromDecimal128) as Registration) : undefined;
}

const withCargo = (registration: Registration, convert: (quantity: string) => unknown): unknown => ({
  ...registration,
  data: {
    ...registration.data,
    cargo: registration.data.cargo.map((lot: CargoLot) => ({ ...lot, quantity: convert(lot.quantity) })),
  },
});

const decoded = (document: ShipmentDocument): ShipmentDocument =>
  document.registration ? { ...document, registration: decodeRegistration(document.registration) } : document;
