import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Counter, Registry } from 'prom-client';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { RefusedEvent } from '#contracts/fault.js';
import { type ItemPosted, MARKET_NEWS_INBOUND } from '#contracts/market-news.js';
import { checkEvent } from '#contracts/topic.js';
import { Intake } from '#service/intake.js';
import { Poller } from '#service/poller.js';
import { CONFIG } from '#service/service.module.js';
import type { MarketNewsConfig } from './config.js';
import { type Fetched, fetchFeed } from './feeds/fetch-feed.js';
import { nextPoll } from './feeds/next-poll.js';
import { type Feed, readFeed } from './feeds/read-feed.js';
import { type FeedDocument, FeedsCollection, type PollDocument } from './feeds.collection.js';
import { digestOf, postedItem } from './posted-item.js';

/** One fewer than the threads that Node looks hosts up in: slow names of feeds must not keep MongoDB's and Kafka's waiting. */
const POLLS_AT_ONCE = 3;
const TIMEOUT_MS = 20_000;
/** Longer than a poll can take: the fetch within its timeout, the sending within Kafka's few retries. */
const LEASE_MS = 120_000;
const MOST_BYTES = 2 * 1024 * 1024;
const LONGEST_IDLE_MS = 5_000;

/** Polls the feeds that are due: each by one instance at a time, which holds a lease on it in MongoDB. */
@Injectable()
export class FeedsPoller extends Poller {
  private readonly polls: Counter<'outcome'>;

  constructor(
    private readonly feeds: FeedsCollection,
    private readonly intake: Intake,
    @Inject(CONFIG) private readonly config: MarketNewsConfig,
    private readonly log: PinoLogger,
    registry: Registry,
  ) {
    super();
    this.polls = new Counter({
      name: 'orebound_feed_polls_total',
      help: 'Polls of feeds, by outcome: changed, unchanged, failed.',
      labelNames: ['outcome'],
      registers: [registry],
    });
  }

  protected run(): Promise<unknown> {
    return Promise.all(Array.from({ length: POLLS_AT_ONCE }, () => this.pollOneByOne()));
  }

  private async pollOneByOne(): Promise<void> {
    const idleMs = Math.min(LONGEST_IDLE_MS, this.intervalMs / 2);
    while (!this.signal.aborted) {
      const polled = await this.pollOne().catch((error: unknown) => {
        this.log.warn({ error: String(error) }, 'feeds cannot be polled; trying again');
        return false;
      });
      if (!polled) await this.pauseAtMost(idleMs);
    }
  }

  private get intervalMs(): number {
    return this.config.feedsIntervalSeconds * 1_000;
  }

  /** @returns whether a feed was due */
  private async pollOne(): Promise<boolean> {
    const lease = randomUUID();
    const claimed = await this.feeds.claim(lease, new Date(), LEASE_MS);
    if (!claimed) return false;
    const { feed, poll } = claimed;
    const fetched = await fetchFeed(feed.url, poll, {
      allowPrivate: this.config.feedsAllowPrivateAddresses,
      timeoutMs: TIMEOUT_MS,
      mostBytes: MOST_BYTES,
      signal: this.signal,
    });
    try {
      await this.take(feed, poll, lease, fetched);
    } catch (error) {
      // Kafka is away, or we stop. The feed is asked again, with the validators of before, so that nothing is missed.
      await this.feeds.release(feed._id, lease, new Date(Date.now() + LONGEST_IDLE_MS));
      throw error;
    }
    return true;
  }

  private async take(feed: FeedDocument, poll: PollDocument, lease: string, fetched: Fetched): Promise<void> {
    this.signal.throwIfAborted();
    const now = new Date();
    const read = readable(fetched);
    const sent = read.outcome === 'changed' ? await this.send(feed, poll, read.feed, now) : poll.sent;
    const failures = read.outcome === 'failed' ? poll.failures + 1 : 0;
    const retryAfter = read.outcome === 'failed' ? read.retryAfter : undefined;
    const { etag, lastModified } = read.outcome === 'changed' ? read.validators : poll;
    await this.feeds.finish(feed._id, lease, {
      dueAt: nextPoll({ failures, retryAfter }, { intervalMs: this.intervalMs }, now, Math.random()),
      polledAt: now,
      failures,
      sent,
      ...(etag !== undefined && { etag }),
      ...(lastModified !== undefined && { lastModified }),
      ...(read.outcome === 'failed' && { failure: read.reason.slice(0, 500) }),
    });
    this.polls.inc({ outcome: read.outcome });
    if (read.outcome === 'failed') {
      this.log.info(
        { feed: feed._id, url: feed.url, reason: read.reason, failures },
        'a feed could not be polled',
      );
    }
  }

  /** Sends what the feed has that it had not last time. @returns digests of all that it has */
  private async send(document: FeedDocument, poll: PollDocument, feed: Feed, now: Date): Promise<string[]> {
    const publisher = document.publisher ?? feed.title;
    const said = feed.entries.flatMap(({ guid, ...entry }) => {
      const data: ItemPosted = {
        ...entry,
        ...(publisher !== undefined && { publisher }),
        feed: document.url,
        textType: 'text',
      };
      const event = postedItem(data, { from: '/market-news/feeds', guid, now });
      return this.isTakable(event, document) ? [{ event, digest: digestOf(data, guid) }] : [];
    });
    const before = new Set(poll.sent);
    const events = said.filter(({ digest }) => !before.has(digest)).map(({ event }) => event);
    if (events.length > 0) await this.intake.accept(MARKET_NEWS_INBOUND, { batch: true, events }, {});
    return [...new Set(said.map(({ digest }) => digest))];
  }

  /** Whether the topic takes it. One item that it does not take keeps none of the others back. */
  private isTakable(event: CloudEvent, { _id }: FeedDocument): boolean {
    try {
      checkEvent(MARKET_NEWS_INBOUND, event);
      return true;
    } catch (error) {
      if (!(error instanceof RefusedEvent)) throw error;
      this.log.info(
        { feed: _id, item: event.subject, faults: error.faults },
        'an item of a feed is left out',
      );
      return false;
    }
  }
}

type Read =
  | (Extract<Fetched, { outcome: 'changed' }> & { readonly feed: Feed })
  | Exclude<Fetched, { outcome: 'changed' }>;

/** What was fetched, read; failed where it is no feed. */
function readable(fetched: Fetched): Read {
  if (fetched.outcome !== 'changed') return fetched;
  try {
    return { ...fetched, feed: readFeed(fetched.text, fetched.url) };
  } catch (error) {
    return { outcome: 'failed', reason: `no feed: ${(error as Error).message}` };
  }
}
