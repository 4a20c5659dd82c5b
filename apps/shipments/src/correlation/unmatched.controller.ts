import { Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { RefusedEvent } from '#contracts/fault.js';
import { MatchAssigned, SHIPMENTS_CORRELATION } from '#contracts/shipments.js';
import { checkedBody } from '#service/body.js';
import { Accepted, Intake } from '#service/intake.js';
import { JsonBody } from '#service/json-body.js';
import { ApiAccepted, ApiAnswer, ApiBodyOf, ApiPage, ApiQueryOf } from '#service/openapi.js';
import { type Page, pageOf, PageQuery, positionOf } from '#service/page.js';
import { ProblemError } from '#service/problem.js';
import { ShipmentsCollection } from '../shipments.collection.js';
import { REASONS } from './decide.js';
import { UnmatchedCollection, type UnmatchedDocument } from './unmatched.collection.js';
import { summaryOf, UnmatchedSummary, unmatchedOf, UnmatchedView } from './unmatched-view.js';

class UnmatchedQuery extends PageQuery {
  @IsOptional() @IsIn([...REASONS]) reason?: (typeof REASONS)[number];
  /** The value of any of its references: a booking, a container. */
  @IsOptional() @IsString() @MaxLength(300) reference?: string;
}

/** Events that wait for their shipment: what an operator sees of them, and does about them. */
@ApiTags('unmatched')
@Controller('unmatched')
export class UnmatchedController {
  constructor(
    private readonly unmatched: UnmatchedCollection,
    private readonly shipments: ShipmentsCollection,
    private readonly intake: Intake,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Events that wait, because no shipment is known by their references, or several are',
  })
  @ApiQueryOf(UnmatchedQuery)
  @ApiPage(UnmatchedSummary, 'What waits longest comes first; `next` is the cursor of what follows.')
  async list(@Query() { reason, reference, limit, cursor }: UnmatchedQuery): Promise<Page<UnmatchedSummary>> {
    const now = new Date();
    const after = cursor === undefined ? undefined : readPosition(positionOf(cursor)!);
    const found = await this.unmatched.list({ reason, reference, after, limit: limit + 1 });
    return pageOf(found, limit, positionText, (each) => summaryOf(each, now));
  }

  @Get(':id')
  @ApiOperation({
    summary: 'An event that names its shipment by references: what it says, and what was found',
  })
  @ApiAnswer(UnmatchedView, 'With the event as it came, for as long as it waits.', 'not-found')
  async get(@Param('id') id: string): Promise<UnmatchedView> {
    return unmatchedOf(await this.known(id), new Date());
  }

  @Post(':id/match')
  @HttpCode(202)
  @ApiOperation({ summary: 'Say which shipment a waiting event is of' })
  @ApiBodyOf(MatchAssigned, { shipmentId: 'SHP-1' })
  @ApiAccepted(
    Accepted,
    'It is on all in-sync replicas of Kafka, and takes effect soon.',
    'not-found',
    'already-matched',
    'database-away',
  )
  async match(
    @Param('id') id: string,
    @JsonBody() body: unknown,
    @Headers() headers: Record<string, string>,
  ): Promise<Accepted> {
    const { shipmentId } = checkedBody(MatchAssigned, body);
    const { status, shipments } = await this.known(id);
    if (status === 'matched' && shipments?.join() !== shipmentId)
      throw new ProblemError('already-matched', `it is of ${shipments?.join(', ')} already`);
    if (!(await this.shipments.find(shipmentId))) {
      const message = `must be a shipment that is known; no event has been heard of ${shipmentId}`;
      throw new RefusedEvent('invalid-data', message, [
        { pointer: '/shipmentId', code: 'not-allowed', message },
      ]);
    }
    const event = {
      id: `${id} ${shipmentId}`,
      source: '/shipments/unmatched/match',
      type: MatchAssigned.type,
      subject: id,
      time: new Date().toISOString(),
      data: { shipmentId },
      extensions: {},
    };
    return this.intake.accept(SHIPMENTS_CORRELATION, { batch: false, events: [event] }, headers);
  }

  private async known(id: string): Promise<UnmatchedDocument> {
    const found = await this.unmatched.find(id);
    if (!found) throw new ProblemError('not-found', `no event waits, or has waited, as ${id}`);
    return found;
  }
}

const positionText = ({ since, _id }: UnmatchedDocument): string => `${since.toISOString()} ${_id}`;

function readPosition(text: string): { since: Date; id: string } {
  const [, moment, id] = /^(\S{1,40}) (\S{1,200})$/.exec(text) ?? [];
  const since = new Date(moment ?? NaN);
  if (id !== undefined && !Number.isNaN(since.getTime())) return { since, id };
  throw new ProblemError('invalid-query', 'the cursor is not one that a list has given', [
    { pointer: '/cursor', code: 'malformed', message: 'must be the `next` of the page before' },
  ]);
}
