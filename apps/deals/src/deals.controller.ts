import { createHash, randomUUID } from 'node:crypto';
import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { readEnvelope, refusedAttribute } from '#contracts/cloudevent.js';
import type { ContractClass } from '#contracts/contract.js';
import {
  DealAmended,
  DealRegistered,
  DEALS_DELIVERIES,
  DEALS_INBOUND,
  RecountRequested,
} from '#contracts/deals.js';
import type { Topic } from '#contracts/topic.js';
import { Mineral } from '#contracts/fields.js';
import { checkedBody, inBody, refusedBody } from '#service/body.js';
import { Accepted, Intake } from '#service/intake.js';
import { JsonBody } from '#service/json-body.js';
import { ApiAccepted, ApiAnswer, ApiBodyOf, ApiPage, ApiQueryOf } from '#service/openapi.js';
import { Page, pageOf, PageQuery, positionOf } from '#service/page.js';
import { ProblemError } from '#service/problem.js';
import { dealOf, DealView, deliveryOf, DeliveryView } from './deal-view.js';
import { IDEMPOTENCY_KEY, refusalOf, type TermsEvent } from './terms.js';
import { DealsCollection } from './deals.collection.js';
import { DeliveriesCollection } from './deliveries.collection.js';

class DealsQuery extends PageQuery {
  @IsOptional() @Mineral() mineral?: string;
  @IsOptional()
  @IsBoolean()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown)))
  fulfilled?: boolean;
}

const IDEMPOTENCY = {
  name: 'idempotency-key',
  required: false,
  description:
    'Says that a request is the same one, sent again: it has no second effect, whatever came in between. ' +
    'Of two requests of other content the first holds, and the second goes to the dead letters. ' +
    'Without a key each request is one of its own.',
};

const DEAL_EXAMPLE: { readonly id: string } & DealRegistered = {
  id: 'DEAL-1',
  title: 'Antimony for Missouri',
  parties: [
    { role: 'seller', name: 'Frontier Works Organization', country: 'PK' },
    { role: 'buyer', name: 'US Strategic Metals', country: 'US' },
  ],
  commitments: [
    {
      mineral: 'antimony',
      quantity: '100',
      unit: 'TNE',
      basis: 'wet',
      price: { amount: '21500.50', currency: 'USD', per: 'TNE' },
    },
  ],
};

/** Each door has a source of its own, so that one key may be used for all. */
const DOORS = new Map<ContractClass, { readonly source: string; readonly topic: Topic }>([
  [DealRegistered, { source: '/deals', topic: DEALS_INBOUND }],
  [DealAmended, { source: '/deals/amendments', topic: DEALS_INBOUND }],
  // Among the deliveries that are to be counted: whoever counts them, in order, is the one to count them again.
  [RecountRequested, { source: '/deals/recounts', topic: DEALS_DELIVERIES }],
]);

@ApiTags('deals')
@Controller('deals')
export class DealsController {
  constructor(
    private readonly intake: Intake,
    private readonly deals: DealsCollection,
    private readonly deliveries: DeliveriesCollection,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary:
      'Register a deal, or anew: then it replaces all terms before it. Without an id it gets one from the ' +
      'idempotency key, or from its content, so sending again is no second deal.',
  })
  @ApiHeader(IDEMPOTENCY)
  @ApiBodyOf(DealRegistered, DEAL_EXAMPLE, 'id')
  @ApiAccepted(
    Accepted,
    'The registration is on all in-sync replicas of Kafka; Location is where the deal will be.',
    'invalid-envelope',
  )
  async register(
    @JsonBody() body: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Accepted> {
    const { id, ...data } = (body ?? {}) as Record<string, unknown>;
    // Before anything walks it: what holds to the contract is not nested deeper than that.
    checkedBody(DealRegistered, data);
    const subject = id ?? `deal-${digestOf(key === undefined ? { data } : { key })}`;
    const accepted = await this.accept(DealRegistered, subject, key, data, headers);
    void reply.header('location', `/deals/${accepted.accepted[0]!.subject}`);
    return accepted;
  }

  @Post(':id/amendments')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Amend a deal: what is given replaces what was; commitments by mineral and basis',
  })
  @ApiHeader(IDEMPOTENCY)
  @ApiBodyOf(DealAmended, {
    reason: 'the buyer takes more',
    commitments: [{ mineral: 'antimony', quantity: '120', unit: 'TNE', basis: 'wet' }],
  })
  @ApiAccepted(Accepted, 'The amendment is on all in-sync replicas of Kafka.', 'invalid-envelope')
  amend(
    @Param('id') id: string,
    @JsonBody() body: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Headers() headers: Record<string, string>,
  ): Promise<Accepted> {
    return this.accept(DealAmended, id, key, checkedBody(DealAmended, body), headers);
  }

  @Post(':id/recount')
  @HttpCode(202)
  @ApiOperation({
    summary: "Count a deal's totals again, exactly, from what each shipment has delivered; for operators",
  })
  @ApiHeader(IDEMPOTENCY)
  @ApiBodyOf(RecountRequested, { reason: 'a dead letter was replayed' })
  @ApiAccepted(
    Accepted,
    'The request is on all in-sync replicas of Kafka. A balance that it corrects is published.',
    'invalid-envelope',
  )
  recount(
    @Param('id') id: string,
    @JsonBody() body: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Headers() headers: Record<string, string>,
  ): Promise<Accepted> {
    return this.accept(RecountRequested, id, key, checkedBody(RecountRequested, body), headers);
  }

  /**
   * @param key of idempotency; with one, the event's id says that it is the same request again
   * @param data held against the contract already
   * @throws RefusedEvent where it is not as it must be; pointers are into the body
   */
  private async accept(
    contract: ContractClass,
    subject: unknown,
    key: string | undefined,
    data: unknown,
    headers: Record<string, string>,
  ): Promise<Accepted> {
    if (key === '') throw refusedAttribute(IDEMPOTENCY_KEY, 'malformed', 'must not be empty');
    const { source, topic } = DOORS.get(contract)!;
    const request = [typeof subject === 'string' ? subject : null, key, data];
    const attributes = {
      specversion: '1.0',
      id: key === undefined ? randomUUID() : digestOf(request),
      source,
      type: contract.type,
      subject,
      time: new Date().toISOString(),
      [IDEMPOTENCY_KEY]: key,
    };
    const event = { ...readEnvelope(attributes), data } as TermsEvent;
    const refusal = refusalOf(event);
    if (refusal) throw refusedBody(refusal);
    const { accepted, warnings } = await this.intake.accept(
      topic,
      { batch: false, events: [event] },
      headers,
    );
    return { accepted, ...(warnings && { warnings: warnings.map(inBody) }) };
  }

  @Get()
  @ApiOperation({ summary: 'Deals, by mineral and by whether they are fulfilled' })
  @ApiQueryOf(DealsQuery)
  @ApiPage(DealView, 'In the order of ids; `next` is the cursor of what follows.')
  async list(@Query() { mineral, fulfilled, limit, cursor }: DealsQuery): Promise<Page<DealView>> {
    const found = await this.deals.list({ mineral, fulfilled, after: positionOf(cursor), limit: limit + 1 });
    return pageOf(found, limit, ({ _id }) => _id, dealOf);
  }

  @Get(':id')
  @ApiOperation({ summary: 'A deal: its terms, and how far each commitment has been drawn down' })
  @ApiAnswer(DealView, 'Weights and money are decimal strings, exact.', 'not-found')
  async get(@Param('id') id: string): Promise<DealView> {
    const deal = await this.deals.find(id);
    if (!deal) throw unheardOf(id);
    return dealOf(deal);
  }

  @Get(':id/deliveries')
  @ApiOperation({ summary: 'What each shipment has delivered to a deal' })
  @ApiQueryOf(PageQuery)
  @ApiPage(DeliveryView, 'By shipment; `next` is the cursor of what follows.', 'not-found')
  async deliveriesOf(
    @Param('id') id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<DeliveryView>> {
    const found = await this.deliveries.listOfDeal(id, positionOf(cursor), limit + 1);
    // Shipments may have delivered to a deal that nobody has registered yet.
    if (found.length === 0 && !(await this.deals.find(id))) throw unheardOf(id);
    return pageOf(found, limit, ({ _id }) => _id, deliveryOf);
  }
}

const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);

const unheardOf = (id: string): ProblemError =>
  new ProblemError('not-found', `no event has been heard of a deal ${id}`);
