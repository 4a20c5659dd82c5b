import { Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RefusedEvent } from '#contracts/fault.js';
import { Id, Optional, Text, Timestamp, WebAddress } from '#contracts/fields.js';
import { FeedRegistered, MARKET_NEWS_INBOUND } from '#contracts/market-news.js';
import type { Received } from '#messaging/effects.js';
import { checkedBody, refusedBody } from '#service/body.js';
import { Intake } from '#service/intake.js';
import { JsonBody } from '#service/json-body.js';
import { ApiAccepted, ApiAnswer, ApiBodyOf, ApiPage, ApiQueryOf } from '#service/openapi.js';
import { type Page, pageOf, PageQuery, positionOf } from '#service/page.js';
import { ProblemError } from '#service/problem.js';
import { CONFIG } from '#service/service.module.js';
import { Count } from '#service/view-fields.js';
import { within } from '#service/within.js';
import type { MarketNewsConfig } from './config.js';
import type { FeedEvent } from './feed.js';
import { checkedUrl, RefusedAddress } from './feeds/public-address.js';
import { FeedsCollection, type PolledFeed } from './feeds.collection.js';
import { KnownBy } from './item-view.js';
import { registeredFeed, removedFeed } from './posted-item.js';

/** A feed, and how polling it goes. */
class FeedView {
  @Id() readonly id!: string;
  @WebAddress() readonly url!: string;
  @Optional() @Text(200) readonly publisher?: string;
  @Timestamp() readonly registeredAt!: string;
  @Optional() @Timestamp() readonly polledAt?: string;
  /** When it is polled next. */
  @Optional() @Timestamp() readonly dueAt?: string;
  /** How often polling has failed in a row, and why the last time. */
  @Count() readonly failures!: number;
  @Optional() @Text(500) readonly failure?: string;
}

/** While MongoDB is away, or slow, a feed is taken in all the same; past the limit it is then a dead letter. */
const COUNTED_WITHIN_MS = 1_000;
const FEED_ID = /^feed-[0-9a-f]{32}$/;

@ApiTags('feeds')
@Controller('feeds')
export class FeedsController {
  constructor(
    private readonly intake: Intake,
    private readonly feeds: FeedsCollection,
    @Inject(CONFIG) private readonly config: MarketNewsConfig,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Have a feed polled for news: RSS, Atom or JSON Feed, from the public Internet' })
  @ApiBodyOf(FeedRegistered, { url: 'https://news.example/minerals.xml', publisher: 'Example News' })
  @ApiAccepted(KnownBy, 'It is on all in-sync replicas of Kafka, and is polled soon.', 'limit-reached')
  async register(@JsonBody() body: unknown, @Headers() headers: Record<string, string>): Promise<KnownBy> {
    const data = checkedBody(FeedRegistered, body);
    this.checkAddress(data.url);
    const now = new Date();
    const event = registeredFeed(data, { from: '/market-news/feeds', now });
    await this.checkLimits({ event, partition: 0, offset: 0, receivedAt: now });
    await this.intake.accept(MARKET_NEWS_INBOUND, { batch: false, events: [event] }, headers);
    return { id: event.subject };
  }

  /** What can be seen to be refused is refused to its face; what its host is looked up as, when it is polled. */
  private checkAddress(url: string): void {
    try {
      checkedUrl(url, this.config.feedsAllowPrivateAddresses);
    } catch (error) {
      if (!(error instanceof RefusedAddress)) throw error;
      throw new RefusedEvent('invalid-data', error.reason, [
        { pointer: '/url', code: 'not-allowed', message: error.reason },
      ]);
    }
  }

  private async checkLimits(received: Received<FeedEvent>): Promise<void> {
    const refused = await within(COUNTED_WITHIN_MS, this.feeds.pastLimits([received])).catch(() => []);
    if (refused[0]) throw refusedBody(refused[0].error);
  }

  @Delete(':id')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Have a feed polled no more; what it has brought stays. Of a feed that is not there: nothing',
  })
  @ApiAccepted(KnownBy, 'It is on all in-sync replicas of Kafka, and takes effect soon.', 'not-found')
  async remove(@Param('id') id: string, @Headers() headers: Record<string, string>): Promise<KnownBy> {
    if (!FEED_ID.test(id)) throw notFound(id);
    const event = removedFeed(id, { from: '/market-news/feeds', now: new Date() });
    await this.intake.accept(MARKET_NEWS_INBOUND, { batch: false, events: [event] }, headers);
    return { id };
  }

  @Get(':id')
  @ApiOperation({ summary: 'A feed, and how polling it goes' })
  @ApiAnswer(FeedView, 'Its address, and when it was and will be polled.', 'not-found')
  async get(@Param('id') id: string): Promise<FeedView> {
    const found = await this.feeds.find(id);
    if (!found) throw notFound(id);
    return viewOf(found);
  }

  @Get()
  @ApiOperation({ summary: 'The feeds, and how polling them goes' })
  @ApiQueryOf(PageQuery)
  @ApiPage(FeedView, 'In the order of ids; `next` is the cursor of what follows.')
  async list(@Query() { limit, cursor }: PageQuery): Promise<Page<FeedView>> {
    const found = await this.feeds.list(positionOf(cursor), limit + 1);
    return pageOf(found, limit, ({ feed }) => feed._id, viewOf);
  }
}

const notFound = (id: string): ProblemError => new ProblemError('not-found', `no feed ${id} is polled`);

const viewOf = ({ feed, poll }: PolledFeed): FeedView => ({
  id: feed._id,
  url: feed.url,
  ...(feed.publisher !== undefined && { publisher: feed.publisher }),
  registeredAt: feed.registeredAt.toISOString(),
  ...(poll?.polledAt && { polledAt: poll.polledAt.toISOString() }),
  ...(poll && { dueAt: poll.dueAt.toISOString() }),
  failures: poll?.failures ?? 0,
  ...(poll?.failure !== undefined && { failure: poll.failure }),
});
