import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { Container, Id, ImoNumber, Mineral, Timestamp, Unlocode } from '#contracts/fields.js';
import { EXCEPTION_TYPES, type ExceptionType, type ShipmentStatus, STATUSES } from '#contracts/shipments.js';
import { ApiPage, ApiQueryOf } from '#service/openapi.js';
import { Page, PageQuery, pageOf, positionOf } from '#service/page.js';
import { ProblemError } from '#service/problem.js';
import { ORDERS, type Order, type Position, positionText, readPosition } from './find-shipments.js';
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
   * What any of its names begins with: a reference, a container, its deal's id, its own. Letters and digits count,
   * capitals do not.
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
