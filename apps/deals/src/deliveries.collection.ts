import { Injectable } from '@nestjs/common';
import { type Model, Schema } from 'mongoose';
import { RefusedEvent } from '#contracts/fault.js';
import type { CargoLot } from '#contracts/trade.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import { type Evolution, Projection, type Stored } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { fromDecimal128, toDecimal128 } from '#service/decimal128.js';
import { type ArrivalEvent, deliver, type Delivery, recordedFor } from './delivery.js';

/** One document a shipment: what it has delivered, to which deal. */
export type DeliveryDocument = Stored<Delivery>;

const schema = new Schema<DeliveryDocument>({ _id: String }, { strict: false, versionKey: false }).index({
  dealId: 1,
  _id: 1,
});

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
      keeps: () => false, // the sequence tells a repeat
      codecs: { cargo },
    });
  }

  apply(batch: EventBatch<ArrivalEvent>): Promise<Effects> {
    return this.projection.apply(batch);
  }

  async listOfDeal(dealId: string, after: string | undefined, limit: number): Promise<DeliveryDocument[]> {
    const found = await this.model
      .find({ dealId, ...(after !== undefined && { _id: { $gt: after } }) })
      .select(['-outbox', '-pending'])
      .sort({ _id: 1 })
      .limit(limit)
      .lean<DeliveryDocument[]>();
    return found.map((document) => ({ ...document, cargo: cargo.decode(document.cargo) }));
  }
}

function evolve(
  before: Delivery | undefined,
  { event, partition, offset }: Received<ArrivalEvent>,
  shipmentId: string,
): Evolution<Delivery> {
  const after = deliver(before, event);
  if (after === undefined) return 'repeated';
  if (after instanceof RefusedEvent) return after;
  return { state: after, announcements: recordedFor(shipmentId, before, after, `${partition}/${offset}`) };
}

const cargo = {
  encode: (lots: readonly CargoLot[]): unknown =>
    lots.map((lot) => ({ ...lot, quantity: toDecimal128(lot.quantity) })),
  decode: (stored: unknown): readonly CargoLot[] =>
    (stored as CargoLot[]).map((lot) => ({ ...lot, quantity: fromDecimal128(lot.quantity) })),
};
