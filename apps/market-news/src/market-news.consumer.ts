import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf } from '#contracts/contract.js';
import {
  DealBalanceChanged,
  DealDrawnDown,
  DealFulfilled,
  DealReopened,
  DEALS_EVENTS,
} from '#contracts/deals.js';
import { FeedRegistered, FeedRemoved, ItemPosted, MARKET_NEWS_INBOUND } from '#contracts/market-news.js';
import {
  EtaChanged,
  ExceptionCleared,
  ExceptionRaised,
  SHIPMENTS_EVENTS,
  StatusChanged,
} from '#contracts/shipments.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import { type BatchOf, takes } from '#messaging/subscription.js';
import { FeedsCollection } from './feeds.collection.js';
import { Linker } from './linker.js';

/** How far a deal has been drawn down: news is about what it is about, however much of it has come. */
const BALANCES = [DealDrawnDown, DealBalanceChanged, DealFulfilled, DealReopened] as const;

/** How a shipment fares: news is about what it carries, wherever it is. */
const PROGRESS = [StatusChanged, EtaChanged, ExceptionRaised, ExceptionCleared] as const;

/** What market news consumes, and where it goes. */
@Controller()
export class MarketNewsConsumer {
  constructor(
    private readonly feeds: FeedsCollection,
    private readonly linker: Linker,
  ) {}

  /** What is posted or found → one document an item (item.ts), its links (linker.ts); feeds to poll (feed.ts). */
  @EventPattern<string>(MARKET_NEWS_INBOUND.name, takes(MARKET_NEWS_INBOUND))
  async *inbound(@Payload() batch: BatchOf<typeof MARKET_NEWS_INBOUND>): AsyncGenerator<Effects> {
    yield* this.linker.takeItems(ofType(batch, [ItemPosted]));
    yield await this.feeds.apply(ofType(batch, [FeedRegistered, FeedRemoved]));
  }

  /** The deals as they are now → one document a deal (subject.ts), its links. */
  @EventPattern<string>(DEALS_EVENTS.name, takes(DEALS_EVENTS, { ignores: [...BALANCES] }))
  deals(
    @Payload()
    batch: BatchOf<typeof DEALS_EVENTS, (typeof BALANCES)[number]>,
  ): AsyncGenerator<Effects> {
    return this.linker.takeSubjects(batch);
  }

  /** The shipments as they are registered → one document a shipment (subject.ts), its links. */
  @EventPattern<string>(SHIPMENTS_EVENTS.name, takes(SHIPMENTS_EVENTS, { ignores: [...PROGRESS] }))
  shipments(
    @Payload() batch: BatchOf<typeof SHIPMENTS_EVENTS, (typeof PROGRESS)[number]>,
  ): AsyncGenerator<Effects> {
    return this.linker.takeSubjects(batch);
  }
}

const ofType = <C extends typeof ItemPosted | typeof FeedRegistered | typeof FeedRemoved>(
  batch: BatchOf<typeof MARKET_NEWS_INBOUND>,
  contracts: readonly C[],
): EventBatch<EventOf<C>> => ({
  ...batch,
  received: (batch.received as readonly Received[]).filter((received): received is Received<EventOf<C>> =>
    contracts.some(({ type }) => received.event.type === type),
  ),
});
