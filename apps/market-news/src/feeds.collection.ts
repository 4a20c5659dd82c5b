import { Injectable } from '@nestjs/common';
import { type Model, type mongo, Schema } from 'mongoose';
import { bulkUpsert, DUPLICATE_KEY } from '#messaging/bulk-upsert.js';
import type { Effects, EventBatch } from '#messaging/effects.js';
import { Projection, type Stored } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { type Feed, type FeedEvent, foldFeed } from './feed.js';
import type { Validators } from './feeds/fetch-feed.js';

export type FeedDocument = Stored<Feed>;

/** How polling a feed goes. Written by whoever polls it; `feeds` is written by events alone. */
export interface PollDocument extends Validators {
  readonly _id: string;
  /** When it is to be polled; while it is being polled: when whoever polls it is taken for dead. */
  readonly dueAt: Date;
  /** Whose poll it is now. */
  readonly lease?: string;
  readonly polledAt?: Date;
  readonly failures: number;
  readonly failure?: string;
  /** The ids of the events that the feed's items came to last time: they need not be sent again. */
  readonly sent: readonly string[];
}

/** What a poll has come to. */
export type PollResult = Pick<PollDocument, 'dueAt' | 'failures' | 'sent' | 'etag' | 'lastModified'> & {
  readonly polledAt: Date;
  readonly failure?: string | undefined;
};

const feedSchema = new Schema<FeedDocument>({ _id: String }, { strict: false, versionKey: false });
const pollSchema = new Schema<PollDocument>({ _id: String }, { strict: false, versionKey: false }).index({
  dueAt: 1,
});

const DURABLE = { writeConcern: { w: 'majority', j: true } } as const;

@Injectable()
export class FeedsCollection {
  private readonly model: Model<FeedDocument>;
  private readonly polls: mongo.Collection<PollDocument>;
  private readonly projection: Projection<Feed, FeedEvent>;

  constructor(database: Database) {
    this.model = database.model<FeedDocument>('feeds', feedSchema);
    database.model<PollDocument>('polls', pollSchema);
    this.polls = database.collection<PollDocument>('polls');
    this.projection = new Projection({
      collection: database.collection<FeedDocument>('feeds'),
      source: '/market-news',
      evolve: foldFeed,
      keeps: () => false,
    });
  }

  /** Takes feeds in, and has those that are new polled at once. */
  async apply(batch: EventBatch<FeedEvent>): Promise<Effects> {
    const effects = await this.projection.apply(batch);
    // Behind the feeds, so that no poll is without its feed; and again with every repeat, so that none is left out.
    await this.schedule(
      batch.received.map(({ event, receivedAt }) => ({ id: event.subject, at: receivedAt })),
    );
    return effects;
  }

  private async schedule(feeds: readonly { id: string; at: Date }[]): Promise<void> {
    const once = new Map(feeds.map(({ id, at }) => [id, at]));
    // One that is there already is as good as done: another has scheduled it in the same moment.
    await bulkUpsert(
      this.polls,
      [...once].map(([_id, dueAt]) => ({
        updateOne: {
          filter: { _id },
          update: { $setOnInsert: { dueAt, failures: 0, sent: [] } },
          upsert: true,
        },
      })),
      new Set([DUPLICATE_KEY]),
    );
  }

  /** One feed that is due, for this caller alone until the lease runs out. */
  async claim(
    lease: string,
    now: Date,
    leaseMs: number,
  ): Promise<{ feed: FeedDocument; poll: PollDocument } | undefined> {
    const poll = await this.polls.findOneAndUpdate(
      { dueAt: { $lte: now } },
      { $set: { dueAt: new Date(now.getTime() + leaseMs), lease } },
      { sort: { dueAt: 1 }, returnDocument: 'after', ...DURABLE },
    );
    if (!poll) return undefined;
    const feed = await this.find(poll._id);
    return feed && { feed, poll };
  }

  /** Notes what a poll has come to, unless its lease ran out meanwhile and another has the feed. */
  async finish(id: string, lease: string, result: PollResult): Promise<void> {
    const { etag, lastModified, failure, ...rest } = result;
    const optional = { etag, lastModified, failure };
    const given = Object.entries(optional).filter(([, value]) => value !== undefined);
    const absent = Object.entries(optional).filter(([, value]) => value === undefined);
    await this.polls.updateOne(
      { _id: id, lease },
      {
        $set: { ...rest, ...Object.fromEntries(given) },
        $unset: { lease: '', ...Object.fromEntries(absent.map(([field]) => [field, ''])) },
      } as mongo.UpdateFilter<PollDocument>,
      DURABLE,
    );
  }

  /** Gives a feed back, to be polled again soon: what went wrong was not the feed's. */
  async release(id: string, lease: string, dueAt: Date): Promise<void> {
    await this.polls.updateOne({ _id: id, lease }, { $set: { dueAt }, $unset: { lease: '' } }, DURABLE);
  }

  async find(id: string): Promise<FeedDocument | undefined> {
    return (await this.model.findOne({ _id: id }).select({ outbox: 0 }).lean<FeedDocument>()) ?? undefined;
  }

  /** In the order of ids, each with how polling it goes. */
  async list(
    after: string | undefined,
    limit: number,
  ): Promise<{ feed: FeedDocument; poll: PollDocument | undefined }[]> {
    const feeds = await this.model
      .find(after === undefined ? {} : { _id: { $gt: after } })
      .select({ outbox: 0 })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<FeedDocument[]>();
    const polls = await this.polls.find({ _id: { $in: feeds.map(({ _id }) => _id) } }).toArray();
    const byId = new Map(polls.map((poll) => [poll._id, poll]));
    return feeds.map((feed) => ({ feed, poll: byId.get(feed._id) }));
  }
}
