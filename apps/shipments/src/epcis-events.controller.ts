import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Id, Timestamp } from '#contracts/fields.js';
import { ApiAnswer, ApiQueryOf } from '#service/openapi.js';
import { linkToNext, pageOf, positionOf } from '#service/page.js';
import { ProblemError } from '#service/problem.js';
import { epcisEventsOf } from './epcis/export-events.js';
import { type EventPosition, eventsMatching, positionText, readPosition } from './epcis/query-events.js';
import { EpcisQueryDocument, queryDocumentOf } from './epcis/query-view.js';
import { timelineOf } from './shipment-view.js';
import { ShipmentsCollection } from './shipments.collection.js';

/** One value or several, with `|` between them. */
const Values = (): PropertyDecorator => (target, property) => {
  for (const decorate of [IsOptional(), IsString(), MaxLength(8_000)]) decorate(target, property);
};

class EventsQuery {
  /** The shipment whose events are asked for: a parameter of our own. */
  @Id() shipment!: string;
  @Values() eventType?: string;
  @IsOptional() @Timestamp() GE_eventTime?: string;
  @IsOptional() @Timestamp() LT_eventTime?: string;
  @IsOptional() @Timestamp() GE_recordTime?: string;
  @IsOptional() @Timestamp() LT_recordTime?: string;
  @Values() EQ_action?: string;
  @Values() EQ_bizStep?: string;
  @Values() EQ_disposition?: string;
  @Values() EQ_readPoint?: string;
  @Values() EQ_bizLocation?: string;
  @Values() MATCH_epc?: string;
  @Values() MATCH_anyEPC?: string;
  @Values() EQ_eventID?: string;
  @IsInt() @Min(1) @Max(500) @Transform(({ value }) => Number(value)) perPage: number = 30;
  /** Of the `Link` of the page before. */
  @IsOptional() @Matches(/^[A-Za-z0-9_-]{1,1300}$/) nextPageToken?: string;
}

@ApiTags('shipments')
@Controller('epcis')
export class EpcisEventsController {
  constructor(private readonly shipments: ShipmentsCollection) {}

  @Get('events')
  @ApiOperation({ summary: 'What has happened to a shipment, as EPCIS 2.0 events' })
  @ApiQueryOf(EventsQuery, 'shipment')
  @ApiAnswer(
    EpcisQueryDocument,
    'A page of events; while there are more, the header `Link` has the address of the next with `rel="next"`.',
    'not-found',
    'invalid-query',
  )
  async events(
    @Query() { shipment: id, perPage, nextPageToken, ...filter }: EventsQuery,
    @Req() { url }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EpcisQueryDocument> {
    const after = nextPageToken === undefined ? undefined : afterOf(nextPageToken);
    const shipment = await this.shipments.find(id);
    if (!shipment) throw new ProblemError('not-found', `no event has been heard of a shipment ${id}`);
    const { events } = timelineOf(shipment, await this.shipments.historyOf(shipment));
    const exported = epcisEventsOf({ id, references: shipment.references, events });
    const found = eventsMatching(exported, filter, after);
    const { items, next } = pageOf(found, perPage, positionText, (event) => event);
    if (next !== undefined) void reply.header('link', linkToNext(url, 'nextPageToken', next));
    return queryDocumentOf(items, new Date());
  }
}

function afterOf(token: string): EventPosition {
  const position = readPosition(positionOf(token)!);
  if (position) return position;
  throw new ProblemError('invalid-query', 'the token is not one that this query has given', [
    {
      pointer: '/nextPageToken',
      code: 'malformed',
      message: 'must be that of the `Link` of the page before',
    },
  ]);
}
