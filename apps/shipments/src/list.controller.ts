import { Controller, Get, Header, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { Container, Id, ImoNumber, Mineral, Timestamp, Unlocode } from '#contracts/fields.js';
import { EXCEPTION_TYPES, type ExceptionType, type ShipmentStatus, STATUSES } from '#contracts/shipments.js';
import { ApiPage, ApiPageAs, ApiQueryOf } from '#service/openapi.js';
import { linkToNext, Page, PageQuery, pageOf, positionOf } from '#service/page.js';
import { ProblemError } from '#service/problem.js';
import { ORDERS, type Order, type Position, positionText, readPosition } from './find-shipments.js';
import { csvOf, rowOf } from './shipments-csv.js';
import { COLLECTION_SCHEMA, type FeatureCollection, featureOf } from './shipments-geojson.js';
import { ShipmentSummary, summaryOf } from './shipment-view.js';
import { type ShipmentDocument, ShipmentsCollection } from './shipments.collection.js';

const NAME = /[\p{L}\p{N}]/u;

/** All that is given must hold. */
class ShipmentsQuery extends PageQuery {
  @IsOptional() @Id() deal?: string;
  @IsOptional() @Mineral() mineral?: string;
  @IsOptional() @IsIn([...STATUSES]) status?: ShipmentStatus;
  /** The UN/LOCODE of where it is, or was last known to be. */
  @IsOptional() @Unlocode() place?: string;
  @IsOptional() @Unlocode() origin?: string;
  @IsOptional() @Unlocode() destination?: string;
  /** What the name of one of its parties begins with; letters and digits count, capitals do not. */
  @IsOptional() @IsString() @MaxLength(200) @Matches(NAME) party?: string;
  /** The IMO number of a vessel that it was on, is on or is to be on. */
  @IsOptional() @ImoNumber() vessel?: string;
  @IsOptional() @Container() container?: string;
  /** What is wrong with it, and not acknowledged. */
  @IsOptional() @IsIn([...EXCEPTION_TYPES]) exception?: ExceptionType;
  /** Expected at this moment or later. */
  @IsOptional() @Timestamp() etaFrom?: string;
  /** Expected before this moment. */
  @IsOptional() @Timestamp() etaTo?: string;
  /**
   * What any of its names begins with, from any of its words on: `4711` finds `PO-2026-4711`. A name is a reference, a
   * container (also without its owner's letters), its deal's id, its own. Letters and digits count, capitals do not.
   */
  @IsOptional() @IsString() @MaxLength(300) @Matches(NAME) q?: string;
  /** By id, when it was updated or its ETA; with `-` the last first. By ETA, those that have none are left out. */
  @IsOptional() @IsIn([...ORDERS]) sort: Order = 'id';
}

/** Lists of shipments. */
@ApiTags('shipments')
@Controller()
export class ListController {
  constructor(private readonly shipments: ShipmentsCollection) {}

  @Get('shipments')
  @ApiOperation({ summary: 'Shipments, by whatever is known of them' })
  @ApiQueryOf(ShipmentsQuery)
  @ApiPage(
    ShipmentSummary,
    'In the order of `sort`, those at the same moment by id; `next` is the cursor of what follows.',
    'query-too-slow',
  )
  async list(@Query() query: ShipmentsQuery): Promise<Page<ShipmentSummary>> {
    return pageOf(await this.found(query), query.limit, positionIn(query), summaryOf);
  }

  @Get('shipments.csv')
  @Header('content-type', 'text/csv; charset=utf-8; header=present')
  @Header('content-disposition', 'attachment; filename="shipments.csv"')
  @ApiOperation({ summary: 'The same list as CSV, for spreadsheets' })
  @ApiQueryOf(ShipmentsQuery)
  @ApiPageAs(
    'text/csv',
    { type: 'string' },
    'A page, by RFC 4180, with its header; while there is more, the header `Link` leads to the next page.',
    'query-too-slow',
  )
  async csv(
    @Query() query: ShipmentsQuery,
    @Req() { url }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return csvOf(await this.page(query, url, reply, (shipment) => rowOf(summaryOf(shipment))));
  }

  @Get('shipments.geojson')
  @Header('content-type', 'application/geo+json')
  @ApiOperation({ summary: 'The same list as GeoJSON, for maps: where each shipment is' })
  @ApiQueryOf(ShipmentsQuery)
  @ApiPageAs(
    'application/geo+json',
    COLLECTION_SCHEMA,
    'A page, by RFC 7946; while there is more, the header `Link` leads to the next page.',
    'query-too-slow',
  )
  async geojson(
    @Query() query: ShipmentsQuery,
    @Req() { url }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeatureCollection> {
    const features = await this.page(query, url, reply, (shipment) => featureOf(summaryOf(shipment)));
    return { type: 'FeatureCollection', features };
  }

  /** A page without a place for its cursor, which goes into the header. */
  private async page<T>(
    query: ShipmentsQuery,
    url: string,
    reply: FastifyReply,
    show: (shipment: ShipmentDocument) => T,
  ): Promise<readonly T[]> {
    const { items, next } = pageOf(await this.found(query), query.limit, positionIn(query), show);
    if (next !== undefined) void reply.header('link', linkToNext(url, 'cursor', next));
    return items;
  }

  private found({ limit, cursor, sort: order, ...filter }: ShipmentsQuery): Promise<ShipmentDocument[]> {
    const after = cursor === undefined ? undefined : afterOf(order, cursor);
    return this.shipments.list({ filter, order, after, limit: limit + 1 });
  }
}

const positionIn =
  ({ sort }: ShipmentsQuery) =>
  (shipment: ShipmentDocument): string =>
    positionText(sort, shipment);

function afterOf(order: Order, cursor: string): Position {
  const position = readPosition(order, positionOf(cursor)!);
  if (position) return position;
  throw new ProblemError('invalid-query', 'the cursor is not one that this list has given', [
    {
      pointer: '/cursor',
      code: 'malformed',
      message: 'must be the `next` of the page before, in its `sort`',
    },
  ]);
}
