import { Injectable } from '@nestjs/common';
import { type Model, Schema } from 'mongoose';
import { RefusedEvent } from '#contracts/fault.js';
import type { CargoLot } from '#contracts/trade.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import type { Evolution, Stored } from '#messaging/planner.js';
import { Projection } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { fromDecimal128, toDecimal128 } from '#service/decimal128.js';
import { decodeWeights, encodeWeights } from './deals.collection.js';
import { type ArrivalEvent, deliver, type Delivery, recordedFor, type Told } from './delivery.js';
import type { Total } from './weight.js';

/** One document a shipment: what it has delivered, to which deal. */
export type DeliveryDocument = Stored<Delivery>;

const schema = new Schema<DeliveryDocument>({ _id: String }, { strict: false, versionKey: false })
  .index({ dealId: 1, _id: 1 })
  .index({ 'told.dealId': 1, _id: 1 });

@Injectable()
export class DeliveriesCollection {
  private readonly model: Model<DeliveryDocument>;
  private readonly projection: Projection<Delivery, ArrivalEvent>;

  constructor(database: Database) {
    this.model = database.model<DeliveryDocument>('deliveries', schema);
    this.projection = new Projection<Delivery, ArrivalEvent>({
      collection: database.collection<DeliveryDocument>('deliveries'),
      source: '/deals',
      evolve,
      // No history: the sequence tells a repeat.
      codecs: { cargo, told },
    });
  }

  apply(batch: EventBatch<ArrivalEvent>): Promise<Effects> {
    return this.projection.apply(batch);
  }

  async listOfDeal(dealId: string, after: string | undefined, limit: number): Promise<DeliveryDocument[]> {
    const found = await this.model
      .find({ dealId, ...(after !== undefined && { _id: { $gt: after } }) })
      .select(['-outbox', '-pending', '-told'])
      .sort({ _id: 1 })
      .limit(limit)
      .lean<DeliveryDocument[]>();
    return found.map((document) => ({ ...document, cargo: cargo.decode(document.cargo) }));
  }

  /** What each shipment that has ever delivered to a deal has told, as far as it is kept; by shipment. */
  async *toldOf(dealId: string): AsyncGenerator<readonly Told[]> {
    const found = this.model
      .find({ 'told.dealId': dealId }, { told: 1 })
      .sort({ _id: 1 })
      .readConcern('majority')
      .lean<Pick<DeliveryDocument, 'told'>[]>()
      .cursor({ batchSize: 1_000 });
    for await (const document of found) yield told.decode(document.told);
  }
}

function evolve(
  before: Delivery | undefined,
  { event, partition, offset }: Received<ArrivalEvent>,
  shipmentId: string,
): Evolution<Delivery> {
  const after = deliver(before, event, `${partition}/${offset}`);
  if (after === undefined) return 'repeated';
  if (after instanceof RefusedEvent) return after;
  return { state: after, announcements: recordedFor(shipmentId, before, after) };
}

const cargo = {
  encode: (lots: readonly CargoLot[]): unknown =>
    lots.map((lot) => ({ ...lot, quantity: toDecimal128(lot.quantity) })),
  decode: (stored: unknown): readonly CargoLot[] =>
    (stored as CargoLot[]).map((lot) => ({ ...lot, quantity: fromDecimal128(lot.quantity) })),
};

const told = {
  encode: (all: readonly Told[]): unknown =>
    all.map((one) => ({ ...one, delivered: encodeWeights(one.delivered) })),
  decode: (stored: unknown): readonly Told[] =>
    (stored as Told[]).map((one) => ({ ...one, delivered: decodeWeights<Total>(one.delivered) })),
};
