import { Injectable } from '@nestjs/common';
import { type Model, type mongo, Schema } from 'mongoose';
import type { Effects, EventBatch } from '#messaging/effects.js';
import type { Stored } from '#messaging/planner.js';
import { Projection } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { REASONS } from './decide.js';
import { foldUnmatched, type Unmatched, type UnmatchedEvent } from './unmatched.js';

export type UnmatchedDocument = Stored<Unmatched>;

/** What is looked for, without the event itself. */
export type Waiting = Pick<
  UnmatchedDocument,
  '_id' | 'status' | 'keys' | 'retracts' | 'references' | 'at' | 'looks' | 'reason' | 'candidates'
>;

export interface UnmatchedQuery {
  readonly reason?: (typeof REASONS)[number] | undefined;
  /** The value of any of its references. */
  readonly reference?: string | undefined;
  /** Behind the one of this moment and id. */
  readonly after?: { readonly since: Date; readonly id: string } | undefined;
  readonly limit: number;
}

const schema = new Schema<UnmatchedDocument>({ _id: String }, { strict: false, versionKey: false })
  .index({ status: 1, since: 1, _id: 1 })
  .index({ status: 1, reason: 1, since: 1, _id: 1 })
  .index({ status: 1, 'references.value': 1, since: 1, _id: 1 })
  .index({ status: 1, candidates: 1 })
  .index({ keys: 1 })
  .index({ status: 1, retracts: 1 })
  .index({ 'ended.partition': 1, 'ended.offset': 1 });

const SOUGHT = { keys: 1, status: 1, retracts: 1, references: 1, at: 1, looks: 1, reason: 1, candidates: 1 };
/** Of the primary's own log: it has every acknowledged write, and the session then stands behind all of them. */
const LATEST = { readConcern: { level: 'local' } } as const;

/** The waiting room: one document for each event that does not name its shipment by our id. */
@Injectable()
export class UnmatchedCollection {
  private readonly model: Model<UnmatchedDocument>;
  private readonly collection: mongo.Collection<UnmatchedDocument>;
  private readonly projection: Projection<Unmatched, UnmatchedEvent>;

  constructor(database: Database) {
    this.model = database.model<UnmatchedDocument>('unmatched', schema);
    this.collection = database.collection<UnmatchedDocument>('unmatched');
    this.projection = new Projection({
      collection: this.collection,
      source: '/shipments/unmatched',
      evolve: foldUnmatched,
    });
  }

  apply(batch: EventBatch<UnmatchedEvent>, session?: mongo.ClientSession): Promise<Effects> {
    return this.projection.apply(batch, session);
  }

  /** In the order of happening. */
  async byIds(ids: readonly string[], session: mongo.ClientSession): Promise<Waiting[]> {
    const found = await this.collection
      .find<Waiting>({ _id: { $in: [...ids] } }, { projection: SOUGHT, ...LATEST, session })
      .toArray();
    return found.sort((a, b) => a.at.getTime() - b.at.getTime() || (a._id < b._id ? -1 : 1));
  }

  /** What waits and has one of these references, and since when that has happened. */
  withReferences(values: readonly string[], session: mongo.ClientSession): Promise<Found[]> {
    return this.found({ 'references.value': { $in: [...values] } }, session);
  }

  /** What waits and may be of one of these shipments. */
  withCandidates(shipments: readonly string[], session: mongo.ClientSession): Promise<Found[]> {
    return this.found({ candidates: { $in: [...shipments] } }, session);
  }

  private found(which: mongo.Filter<UnmatchedDocument>, session: mongo.ClientSession): Promise<Found[]> {
    return this.collection
      .find<Found>({ status: 'waiting', ...which }, { projection: { at: 1 }, ...LATEST, session })
      .toArray();
  }

  /** Those whose wait was ended by an event of this part of a partition of `shipments.correlation`. */
  async endedBy(
    { partition, firstOffset, lastOffset }: EventBatch,
    session: mongo.ClientSession,
  ): Promise<UnmatchedDocument[]> {
    const ended = { 'ended.partition': partition, 'ended.offset': { $gte: firstOffset, $lte: lastOffset } };
    return this.collection
      .find(ended as mongo.Filter<UnmatchedDocument>, { projection: { outbox: 0 }, ...LATEST, session })
      .toArray();
  }

  /** The shipments that events have gone to, by `source id` of the event. */
  async shipmentsOf(
    keys: readonly string[],
    session: mongo.ClientSession | undefined,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    if (keys.length === 0) return new Map();
    const found = await this.collection
      .find<Pick<Unmatched, 'keys' | 'shipments'>>(
        { keys: { $in: [...keys] }, status: 'matched' },
        { projection: { keys: 1, shipments: 1 }, ...LATEST, ...(session && { session }) },
      )
      .toArray();
    // Of what was said anew each word may have gone to another.
    const byKey = new Map<string, readonly string[]>();
    for (const { keys: of, shipments = [] } of found)
      for (const key of of) byKey.set(key, [...new Set([...(byKey.get(key) ?? []), ...shipments])]);
    return byKey;
  }

  /** What waits and takes back any of these events (`source id`). */
  async retracting(
    keys: readonly string[],
    session: mongo.ClientSession | undefined,
  ): Promise<Pick<UnmatchedDocument, '_id' | 'retracts'>[]> {
    if (keys.length === 0) return [];
    return this.collection
      .find<Pick<UnmatchedDocument, '_id' | 'retracts'>>(
        { status: 'waiting', retracts: { $in: [...keys] } },
        { projection: { retracts: 1 }, ...LATEST, ...(session && { session }) },
      )
      .toArray();
  }

  async find(id: string): Promise<UnmatchedDocument | undefined> {
    const found = await this.model.findOne({ _id: id }).select({ outbox: 0 }).lean<UnmatchedDocument>();
    return found ?? undefined;
  }

  /** What waits, the longest first. */
  list({ reason, reference, after, limit }: UnmatchedQuery): Promise<UnmatchedDocument[]> {
    return this.model
      .find({
        status: 'waiting',
        ...(reason !== undefined && { reason }),
        ...(reference !== undefined && { 'references.value': reference }),
        ...(after && {
          $or: [{ since: { $gt: after.since } }, { since: after.since, _id: { $gt: after.id } }],
        }),
      })
      .select({ outbox: 0, event: 0 })
      .sort({ since: 1, _id: 1 })
      .limit(limit)
      .lean<UnmatchedDocument[]>();
  }

  /** Those that wait since before a moment, the longest first. */
  async since(before: Date, limit: number): Promise<Pick<UnmatchedDocument, '_id' | 'since'>[]> {
    return this.collection
      .find<Pick<UnmatchedDocument, '_id' | 'since'>>(
        { status: 'waiting', since: { $lte: before } },
        { projection: { since: 1 } },
      )
      .sort({ since: 1 })
      .limit(limit)
      .toArray();
  }

  /** How many wait, by why. */
  async counts(): Promise<ReadonlyMap<(typeof REASONS)[number], number>> {
    const counts = new Map<(typeof REASONS)[number], number>();
    for (const reason of REASONS)
      counts.set(reason, await this.collection.countDocuments({ status: 'waiting', reason }));
    return counts;
  }
}

type Found = Pick<UnmatchedDocument, '_id' | 'at'>;
