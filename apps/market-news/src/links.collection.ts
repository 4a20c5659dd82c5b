import { Injectable } from '@nestjs/common';
import { type Model, type mongo, Schema } from 'mongoose';
import type { Effects, EventBatch } from '#messaging/effects.js';
import type { Stored } from '#messaging/planner.js';
import { Projection } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { type ItemQuery, namesOneOfEach } from './items.collection.js';
import { foldLink, type JudgementEvent, type LinkState } from './link-state.js';
import { behind, LATEST_FIRST, type Position } from './position.js';

export type LinkDocument = Stored<LinkState>;

const schema = new Schema<LinkDocument>({ _id: String }, { strict: false, versionKey: false })
  .index({ subject: 1, linked: 1, at: -1, item: -1 })
  .index({ item: 1, linked: 1, score: -1 });

export type ShownLink = Pick<LinkState, 'kind' | 'id' | 'score' | 'reasons'>;

const LINKS_AT_ONCE = 1_000;
const MAJORITY = { readConcern: { level: 'majority' } } as const;

@Injectable()
export class LinksCollection {
  private readonly model: Model<LinkDocument>;
  private readonly collection: mongo.Collection<LinkDocument>;
  private readonly projection: Projection<LinkState, JudgementEvent>;

  constructor(database: Database) {
    this.model = database.model<LinkDocument>('links', schema);
    this.collection = database.collection<LinkDocument>('links');
    this.projection = new Projection({
      collection: this.collection,
      source: '/market-news',
      evolve: foldLink,
    });
  }

  apply(batch: EventBatch<JudgementEvent>, session?: mongo.ClientSession): Promise<Effects> {
    return this.projection.apply(batch, session);
  }

  /** Every pair that was ever linked, those that no longer are among them. */
  async *ever(
    side: 'item' | 'subject',
    ids: readonly string[],
    session: mongo.ClientSession,
  ): AsyncGenerator<Pick<LinkState, 'item' | 'subject'>> {
    yield* this.collection.find<Pick<LinkState, 'item' | 'subject'>>(
      { [side]: { $in: [...ids] } } as mongo.Filter<LinkDocument>,
      { projection: { _id: 0, item: 1, subject: 1 }, batchSize: LINKS_AT_ONCE, ...MAJORITY, session },
    );
  }

  /** The links of an item, the strongest first. */
  ofItem(item: string, limit: number): Promise<ShownLink[]> {
    return this.model
      .find({ item, linked: true })
      .select({ _id: 0, kind: 1, id: 1, score: 1, reasons: 1 })
      .sort({ score: -1 })
      .limit(limit)
      .lean<ShownLink[]>();
  }

  /** The items that are linked to a deal or shipment, the latest first. */
  async itemsOf(subject: string, { tagged, since, after, limit }: ItemQuery): Promise<Position[]> {
    const found = await this.model
      .find({
        subject,
        linked: true,
        ...namesOneOfEach(tagged),
        ...(since && { at: { $gte: since } }),
        ...(after && behind(after, 'item')),
      })
      .select({ _id: 0, item: 1, at: 1 })
      .sort({ ...LATEST_FIRST, item: -1 })
      .limit(limit)
      .lean<Pick<LinkState, 'item' | 'at'>[]>();
    return found.map(({ item, at }) => ({ at, id: item }));
  }
}
