import { Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { Country, Id, Mineral, Timestamp } from '#contracts/fields.js';
import { ItemPosted, MARKET_NEWS_INBOUND } from '#contracts/market-news.js';
import { checkedBody } from '#service/body.js';
import { Intake } from '#service/intake.js';
import { JsonBody } from '#service/json-body.js';
import { ApiAccepted, ApiAnswer, ApiBodyOf, ApiPage, ApiQueryOf } from '#service/openapi.js';
import { type Page, pageOf, PageQuery, positionOf } from '#service/page.js';
import { ProblemError } from '#service/problem.js';
import { Exposure, exposureOf } from './exposure.js';
import { ItemSummary, ItemView, KnownBy, summaryOf, viewOf } from './item-view.js';
import { ItemsCollection } from './items.collection.js';
import { LinksCollection } from './links.collection.js';
import { type Position, positionText, readPosition } from './position.js';
import { postedItem } from './posted-item.js';
import { subjectId } from './subject.js';
import { SubjectsCollection } from './subjects.collection.js';
import { knownAs } from './tagging/known-as.js';
import { REFERENCE } from './tagging/reference.js';

const MOST_LINKS_SHOWN = 200;

const lowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

class ItemsQuery extends PageQuery {
  /** By any name that news has for it: `aluminium`, `NdPr`. */
  @IsOptional() @Mineral() @Transform(({ value }) => lowerCase(value)) mineral?: string;
  @IsOptional() @Country() country?: string;
  @IsOptional() @Id() deal?: string;
  @IsOptional() @Id() shipment?: string;
  /** Only what was published then or later. */
  @IsOptional() @Timestamp() since?: string;
}

@ApiTags('news')
@Controller()
export class ItemsController {
  constructor(
    private readonly intake: Intake,
    private readonly items: ItemsCollection,
    private readonly links: LinksCollection,
    private readonly subjects: SubjectsCollection,
  ) {}

  @Post('items')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Take in a piece of news; said again, with the same address, it is the same item',
  })
  @ApiBodyOf(ItemPosted, {
    title: 'Antimony from Pakistan',
    url: 'https://news.example/antimony-from-pakistan',
    publishedAt: '2025-09-08T09:00:00+05:00',
  })
  @ApiAccepted(KnownBy, 'It is on all in-sync replicas of Kafka; `id` is what it is known by.')
  async post(@JsonBody() body: unknown, @Headers() headers: Record<string, string>): Promise<KnownBy> {
    const data = checkedBody(ItemPosted, body);
    const event = postedItem(data, { from: '/market-news/items', now: new Date() });
    await this.intake.accept(MARKET_NEWS_INBOUND, { batch: false, events: [event] }, headers);
    return { id: event.subject };
  }

  @Get('items')
  @ApiOperation({
    summary: 'News, the latest first: of a deal or a shipment, by mineral, country and time',
  })
  @ApiQueryOf(ItemsQuery)
  @ApiPage(ItemSummary, '`next` is the cursor of what follows.')
  async list(@Query() query: ItemsQuery): Promise<Page<ItemSummary>> {
    const { deal, shipment, mineral, country, since, limit } = query;
    if (deal !== undefined && shipment !== undefined)
      throw new ProblemError('invalid-query', 'the query is not as it must be', [
        { pointer: '/shipment', code: 'not-allowed', message: 'must not be given beside a deal' },
      ]);
    const asked = {
      tagged: [
        ...(mineral === undefined ? [] : [knownAs(mineral, REFERENCE).map((name) => `mineral:${name}`)]),
        ...(country === undefined ? [] : [[`country:${country}`]]),
      ],
      since: since === undefined ? undefined : new Date(since.toUpperCase()),
      after: positionIn(query.cursor),
      limit: limit + 1,
    };
    if (deal === undefined && shipment === undefined) {
      const found = await this.items.list(asked);
      return pageOf(found, limit, ({ _id, at }) => positionText({ id: _id, at }), summaryOf);
    }
    const subject = deal === undefined ? subjectId('shipment', shipment!) : subjectId('deal', deal);
    const positions = await this.links.itemsOf(subject, asked);
    const items = new Map(
      (await this.items.byIdsToShow(positions.map(({ id }) => id))).map((item) => [item._id, item]),
    );
    // A link whose item is not there is passed over; the list goes on behind it all the same.
    const page = pageOf(positions, limit, positionText, ({ id }) => {
      const item = items.get(id);
      return item ? [summaryOf(item)] : [];
    });
    return { ...page, items: page.items.flat() };
  }

  @Get('items/:id')
  @ApiOperation({
    summary: 'An item: what it names, and what deals and shipments it touches, with the reasons',
  })
  @ApiAnswer(ItemView, 'The strongest links first, 200 at most.', 'not-found')
  async get(@Param('id') id: string): Promise<ItemView> {
    const item = await this.items.find(id);
    if (!item) throw new ProblemError('not-found', `no item ${id} has been heard of`);
    return viewOf(item, await this.links.ofItem(id, MOST_LINKS_SHOWN + 1), MOST_LINKS_SHOWN);
  }

  @Get('exposure/:mineral')
  @ApiOperation({ summary: 'How much stands behind a mineral in the deals that commit it, exact' })
  @ApiAnswer(Exposure, 'Sums are decimal strings, exact.', 'not-found')
  async exposure(@Param('mineral') asked: string): Promise<Exposure> {
    const mineral = asked.toLowerCase();
    const deals = this.subjects.dealsOf(knownAs(mineral, REFERENCE));
    const exposure = await exposureOf(mineral, deals, REFERENCE);
    if (exposure.deals === 0) throw new ProblemError('not-found', `no deal commits ${mineral}`);
    return exposure;
  }
}

/** @throws ProblemError where it is no cursor of a list of items */
function positionIn(cursor: string | undefined): Position | undefined {
  const text = positionOf(cursor);
  if (text === undefined) return undefined;
  const position = readPosition(text);
  if (!position) throw new ProblemError('invalid-query', 'the cursor is none that this list has given');
  return position;
}
