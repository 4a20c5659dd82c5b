import { Injectable } from '@nestjs/common';
import { type Model, type mongo, Schema } from 'mongoose';
import type { Effects, EventBatch } from '#messaging/effects.js';
import type { Stored } from '#messaging/planner.js';
import { Projection } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { type Item, type ItemEvent, itemFold } from './item.js';
import { matchable, type MatchableItem, stateOf, type StoredItem } from './item-matching.js';
import { behind, LATEST_FIRST, type Position } from './position.js';
import { REFERENCE } from './tagging/reference.js';

export type ItemDocument = Stored<Item>;

const schema = new Schema<ItemDocument>({ _id: String }, { strict: false, versionKey: false })
  .index({ terms: 1 })
  .index({ tagged: 1, at: -1, _id: -1 })
  .index({ at: -1, _id: -1 });

/** What is asked for; all that is given must hold. */
export interface ItemQuery {
  /** Of each list an item names one: `mineral:neodymium` or `mineral:praseodymium`; `country:PK`. */
  readonly tagged: readonly (readonly string[])[];
  readonly since?: Date | undefined;
  readonly after?: Position | undefined;
  readonly limit: number;
}

/** The condition of an item, or of its link. */
export const namesOneOfEach = (tagged: ItemQuery['tagged']): { $and?: object[] } =>
  tagged.length === 0 ? {} : { $and: tagged.map((terms) => ({ tagged: { $in: [...terms] } })) };

const SHOWN = { terms: 0, outbox: 0 } as const;
const MATCHED = { title: 1, summary: 1, sighting: 1, at: 1, tags: 1, tagged: 1, terms: 1 } as const;
/** What a match loads of items at once; some have 20,000 characters. */
const MATCHED_AT_ONCE = 100;
const MAJORITY = { readConcern: { level: 'majority' } } as const;

@Injectable()
export class ItemsCollection {
  private readonly model: Model<ItemDocument>;
  private readonly collection: mongo.Collection<ItemDocument>;
  private readonly projection: Projection<Item, ItemEvent>;

  constructor(database: Database) {
    this.model = database.model<ItemDocument>('items', schema);
    this.collection = database.collection<ItemDocument>('items');
    this.projection = new Projection({
      collection: this.collection,
      source: '/market-news',
      evolve: itemFold(REFERENCE),
      // No history: the words that count and the sources are all that is kept of what was said.
    });
  }

  apply(batch: EventBatch<ItemEvent>, session?: mongo.ClientSession): Promise<Effects> {
    return this.projection.apply(batch, session);
  }

  async find(id: string): Promise<ItemDocument | undefined> {
    return (await this.model.findOne({ _id: id }).select(SHOWN).lean<ItemDocument>()) ?? undefined;
  }

  /** The latest first. */
  list({ tagged, since, after, limit }: ItemQuery): Promise<ItemDocument[]> {
    return this.model
      .find({
        ...namesOneOfEach(tagged),
        ...(since && { at: { $gte: since } }),
        ...(after && behind(after, '_id')),
      })
      .select(SHOWN)
      .sort({ ...LATEST_FIRST, _id: -1 })
      .limit(limit)
      .lean<ItemDocument[]>();
  }

  byIdsToShow(ids: readonly string[]): Promise<ItemDocument[]> {
    return this.model
      .find({ _id: { $in: [...ids] } })
      .select(SHOWN)
      .lean<ItemDocument[]>();
  }

  /** As links are judged from them: majority reads, in the session of who judges (`linker.ts`). */
  async byIds(ids: readonly string[], session: mongo.ClientSession): Promise<MatchableItem[]> {
    const found = await this.collection
      .find<StoredItem>({ _id: { $in: [...ids] } }, { projection: MATCHED, ...MAJORITY, session })
      .toArray();
    return found.map(matchable);
  }

  async *withTerms(terms: readonly string[], session: mongo.ClientSession): AsyncGenerator<MatchableItem> {
    const found = this.collection.find<StoredItem>(
      { terms: { $in: [...terms] } } as mongo.Filter<ItemDocument>,
      { projection: MATCHED, batchSize: MATCHED_AT_ONCE, ...MAJORITY, session },
    );
    for await (const item of found) yield matchable(item);
  }

  /** The state each item is in now, by its id. */
  async states(ids: readonly string[], session: mongo.ClientSession): Promise<ReadonlyMap<string, string>> {
    const found = await this.collection
      .find<Pick<StoredItem, '_id' | 'sighting' | 'at'>>(
        { _id: { $in: [...ids] } },
        { projection: { sighting: 1, at: 1 }, ...MAJORITY, session },
      )
      .toArray();
    return new Map(found.map((item) => [item._id, stateOf(item)]));
  }
}
