import { Injectable } from '@nestjs/common';
import { type Model, type mongo, Schema } from 'mongoose';
import { TimePassed } from '#contracts/shipments.js';
import type { CargoLot } from '#contracts/trade.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import { type Accepted, History } from '#messaging/history.js';
import type { Evolution, Stored } from '#messaging/planner.js';
import { Projection } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { fromDecimal128, toDecimal128 } from '#service/decimal128.js';
import { announcementsOf } from './announcements.js';
import type { NamedShipment } from './correlation/decide.js';
import { findOf, type Order, type Position, type ShipmentFilter } from './find-shipments.js';
import { type ListedShipment, listingOf, WORDS } from './listing.js';
import { type Registration, type Shipment, type ShipmentEvent, take, UNKNOWN } from './shipment.js';
import { refusalOfTime } from './time-passed.js';

/** One document a shipment: what is derived of its events, and what is on its way out. The events are in its history. */
export type ShipmentDocument = Stored<ListedShipment>;

const schema = new Schema<ShipmentDocument>({ _id: String }, { strict: false, versionKey: false })
  .index({ about: 1, _id: 1 })
  .index({ now: 1, _id: 1 })
  .index({ updatedAt: 1, _id: 1 })
  .index({ etaAt: 1, _id: 1 }, { partialFilterExpression: { etaAt: { $exists: true } } })
  .index({ overdueAt: 1, _id: 1 }, { partialFilterExpression: { overdueAt: { $exists: true } } });

export interface ShipmentQuery {
  readonly filter: ShipmentFilter;
  readonly order: Order;
  /** Where the page before ended. */
  readonly after?: Position | undefined;
  readonly limit: number;
}

/** Sooner than who asked is told that there is no answer, so that MongoDB does not go on for nobody. */
const LIST_WITHIN_MS = 4_000;

/** A list shows no milestones, and does not load them. */
const LISTED = [
  '_id',
  'registration',
  'status',
  'statusAt',
  'position',
  'eta',
  'arrival',
  'exceptions.type',
  'exceptions.acknowledged',
  'etaAt',
  'updatedAt',
];

export type Overdue = Pick<ShipmentDocument, '_id'> & { readonly overdueAt: Date };

type Named = Pick<ShipmentDocument, '_id' | 'registration' | 'references'>;
const NAMES = { references: 1, 'registration.data.dealId': 1 } as const;

@Injectable()
export class ShipmentsCollection {
  private readonly model: Model<ShipmentDocument>;
  private readonly history: History<ShipmentEvent>;
  private readonly collection: mongo.Collection<ShipmentDocument>;
  private readonly projection: Projection<Shipment, ShipmentEvent>;

  constructor(database: Database) {
    this.model = database.model<ShipmentDocument>('shipments', schema);
    this.history = new History(database.collection('shipments.history'));
    this.collection = database.collection<ShipmentDocument>('shipments');
    this.projection = new Projection({
      collection: database.collection<Stored<Shipment>>('shipments'),
      source: '/shipments',
      evolve,
      findBy: (shipment, { id, before, learntAt }) =>
        listingOf(before as ListedShipment | undefined, shipment, id, learntAt),
      history: { of: this.history },
      codecs: { registration: { encode: encodeRegistration, decode: decodeRegistration } },
    });
  }

  apply(batch: EventBatch<ShipmentEvent>): Promise<Effects> {
    return this.projection.apply(batch);
  }

  async find(id: string): Promise<ShipmentDocument | undefined> {
    // Like its history, so that no entry is named that a failover has yet to bring to a majority.
    const found = await this.model.findOne({ _id: id }).readConcern('majority').lean<ShipmentDocument>();
    return found ? decoded(found) : undefined;
  }

  /** Every event that a shipment has accepted, in the order in which they were learnt of. */
  historyOf(shipment: ShipmentDocument): Promise<Accepted<ShipmentEvent>[]> {
    return this.history.of(shipment._id, shipment);
  }

  /** Shipments that have a reference of one of these values, with those that are. */
  async named(
    values: readonly string[],
    limit: number,
    session: mongo.ClientSession | undefined,
  ): Promise<NamedShipment[]> {
    const asked = new Set(values);
    const found = this.collection.find<Named>(
      // The words are coarser than the values, and have the index.
      { about: { $in: values.map(WORDS.name) }, 'references.value': { $in: [...values] } },
      {
        projection: NAMES,
        limit,
        readConcern: { level: 'majority' },
        ...(session && { session }),
      },
    );
    const named: NamedShipment[] = [];
    for await (const { _id: id, registration, references = [] } of found) {
      const held = references.filter(({ value }) => asked.has(value));
      named.push({ id, dealId: registration?.data.dealId, references: held });
    }
    return named;
  }

  /** The values of all references of these shipments. A read of the primary's own log, where the session then stands. */
  async referencesOf(ids: readonly string[], session: mongo.ClientSession): Promise<string[]> {
    const found = this.collection.find<Named>(
      { _id: { $in: [...ids] } },
      { projection: { 'references.value': 1 }, readConcern: { level: 'local' }, session },
    );
    const values = new Set<string>();
    for await (const { references = [] } of found) for (const { value } of references) values.add(value);
    return [...values];
  }

  /** One more than `limit` may be asked for, to see whether there is more. */
  async list({ filter: asked, order, after, limit }: ShipmentQuery): Promise<ShipmentDocument[]> {
    const { filter, sort } = findOf(asked, order, after);
    const found = await this.model
      .find(filter)
      .select(LISTED)
      .sort(sort)
      .limit(limit)
      .maxTimeMS(LIST_WITHIN_MS)
      .lean<ShipmentDocument[]>();
    return found.map(decoded);
  }

  /** Of which the next thing expected is overdue and that has not been said yet; the longest overdue first. */
  async overdue(now: Date, limit: number, after: Overdue | undefined): Promise<readonly Overdue[]> {
    return this.model
      .find({
        overdueAt: { $lte: now, ...(after && { $gte: after.overdueAt }) },
        ...(after && {
          $or: [
            { overdueAt: { $gt: after.overdueAt } },
            { overdueAt: after.overdueAt, _id: { $gt: after._id } },
          ],
        }),
      })
      .select(['overdueAt'])
      .sort({ overdueAt: 1, _id: 1 })
      .limit(limit)
      .lean<Overdue[]>();
  }
}

function evolve(
  state: Shipment | undefined,
  { event, receivedAt }: Received<ShipmentEvent>,
  _id: string,
  history: readonly Accepted<ShipmentEvent>[] | undefined,
): Evolution<Shipment> {
  const before: Shipment = state ?? UNKNOWN;
  const refusal = event.type === TimePassed.type ? refusalOfTime(event, receivedAt) : undefined;
  if (refusal) return refusal;
  const after = take(before, event, receivedAt, history);
  if (after === 'needs-history') return after;
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
