import { Inject, Injectable } from '@nestjs/common';
import { type Model, type mongo, Schema } from 'mongoose';
import { bulkUpsert, DUPLICATE_KEY } from '#messaging/bulk-upsert.js';
import { FeedRegistered, FeedRemoved } from '#contracts/market-news.js';
import type { Effects, EventBatch, Received, Refusal } from '#messaging/effects.js';
import type { Stored } from '#messaging/planner.js';
import { Projection } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { CONFIG } from '#service/service.module.js';
import type { MarketNewsConfig } from './config.js';
import { type Feed, type FeedEvent, foldFeed, hostOf, isRegistration, pastLimits } from './feed.js';
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
  /** Digests of what the feed's items said last time: that need not be sent again. */
  readonly sent: readonly string[];
}

/** What a poll has come to. */
export type PollResult = Pick<PollDocument, 'dueAt' | 'failures' | 'sent' | 'etag' | 'lastModified'> & {
  readonly polledAt: Date;
  readonly failure?: string | undefined;
};

const feedSchema = new Schema<FeedDocument>({ _id: String }, { strict: false, versionKey: false }).index({
  removedAt: 1,
  host: 1,
});
const pollSchema = new Schema<PollDocument>({ _id: String }, { strict: false, versionKey: false }).index({
  dueAt: 1,
});

/** A feed, and how polling it goes. */
export interface PolledFeed {
  readonly feed: FeedDocument;
  readonly poll: PollDocument | undefined;
}

/** Those that were not removed: in MongoDB, null is also what is not there. */
const LIVE = { removedAt: null } as unknown as { removedAt?: Date };
const DURABLE = { writeConcern: { w: 'majority', j: true } } as const;

@Injectable()
export class FeedsCollection {
  private readonly model: Model<FeedDocument>;
  private readonly polls: mongo.Collection<PollDocument>;
  private readonly projection: Projection<Feed, FeedEvent>;

  constructor(
    database: Database,
    @Inject(CONFIG) private readonly config: MarketNewsConfig,
  ) {
    this.model = database.model<FeedDocument>('feeds', feedSchema);
    database.model<PollDocument>('polls', pollSchema);
    this.polls = database.collection<PollDocument>('polls');
    this.projection = new Projection({
      collection: database.collection<FeedDocument>('feeds'),
      source: '/market-news',
      evolve: foldFeed,
    });
  }

  /** Takes feeds in, as many as there may be, and has those that are new polled at once. */
  async apply(batch: EventBatch<FeedEvent>): Promise<Effects> {
    const tooMany = await this.pastLimits(batch.received);
    const refused = new Set(tooMany.map(({ offset }) => offset));
    const received = batch.received.filter(({ offset }) => !refused.has(offset));
    const effects = await this.projection.apply({ ...batch, received });
    // Behind the feeds, so that no poll is without its feed; and again with every repeat, so that none is left out.
    const ofType = (type: string): Received<FeedEvent>[] =>
      received.filter(({ event }) => event.type === type);
    await this.schedule(
      new Map(ofType(FeedRegistered.type).map(({ event, receivedAt }) => [event.subject, receivedAt])),
    );
    await this.unschedule(ofType(FeedRemoved.type).map(({ event }) => event.subject));
    return { ...effects, refused: [...effects.refused, ...tooMany] };
  }

  /**
   * What of these would be one feed too many. Two instances that take feeds in at the same moment do not see each
   * other's: by so many the limit may be passed.
   */
  async pastLimits(received: readonly Received<FeedEvent>[]): Promise<Refusal[]> {
    const registered = received.flatMap(({ event }) => (isRegistration(event) ? [event] : []));
    if (registered.length === 0) return [];
    const ids = received.map(({ event }) => event.subject);
    const known = await this.model
      .find({ ...LIVE, _id: { $in: ids } }, { host: 1 })
      .lean<{ _id: string; host: string }[]>();
    const hosts = new Set(registered.map(({ data }) => hostOf(data.url)));
    const countByHost = new Map<string, number>();
    for (const host of hosts) countByHost.set(host, await this.model.countDocuments({ ...LIVE, host }));
    const count = await this.model.countDocuments(LIVE);
    return pastLimits(
      received,
      { hosts: new Map(known.map(({ _id, host }) => [_id, host])), count, countByHost },
      { feeds: this.config.feedsMost, feedsAHost: this.config.feedsMostPerHost },
    );
  }

  private async schedule(dueAt: ReadonlyMap<string, Date>): Promise<void> {
    // One that is there already is as good as done: another has scheduled it in the same moment.
    await bulkUpsert(
      this.polls,
      [...dueAt].map(([_id, due]) => ({
        updateOne: {
          filter: { _id },
          update: { $setOnInsert: { dueAt: due, failures: 0, sent: [] } },
          upsert: true,
        },
      })),
      new Set([DUPLICATE_KEY]),
    );
  }

  /** Of feeds that were removed. One that was registered again meanwhile may have lost its new poll, and gets another. */
  private async unschedule(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.polls.deleteMany({ _id: { $in: [...ids] } }, DURABLE);
    const live = await this.model.find({ ...LIVE, _id: { $in: [...ids] } }).lean<FeedDocument[]>();
    await this.schedule(new Map(live.map(({ _id, registeredAt }) => [_id, registeredAt])));
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
    const feed = await this.model
      .findOne({ ...LIVE, _id: poll._id })
      .select({ outbox: 0 })
      .lean<FeedDocument>();
    if (feed) return { feed, poll };
    await this.unschedule([poll._id]); // an instance that was behind has scheduled it again
    return this.claim(lease, now, leaseMs);
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

  async find(id: string): Promise<PolledFeed | undefined> {
    return (await this.polled({ _id: id }, 1))[0];
  }

  /** In the order of ids. */
  list(after: string | undefined, limit: number): Promise<PolledFeed[]> {
    return this.polled(after === undefined ? {} : { _id: { $gt: after } }, limit);
  }

  private async polled(which: { _id?: string | { $gt: string } }, limit: number): Promise<PolledFeed[]> {
    const feeds = await this.model
      .find({ ...LIVE, ...which })
      .select({ outbox: 0 })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<FeedDocument[]>();
    const polls = await this.polls.find({ _id: { $in: feeds.map(({ _id }) => _id) } }).toArray();
    const byId = new Map(polls.map((poll) => [poll._id, poll]));
    return feeds.map((feed) => ({ feed, poll: byId.get(feed._id) }));
  }
}
