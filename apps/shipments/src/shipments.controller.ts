import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { Id, Mineral } from '#contracts/fields.js';
import { type ShipmentStatus, STATUSES } from '#contracts/shipments.js';
import { ApiAnswer, ApiPage, ApiQueryOf } from '#service/openapi.js';
import { Page, PageQuery, pageOf, positionOf } from '#service/page.js';
import { ProblemError } from '#service/problem.js';
import {
  ShipmentSummary,
  shipmentOf,
  summaryOf,
  timelineOf,
  ShipmentView,
  TimelineView,
} from './shipment-view.js';
import { ShipmentsCollection } from './shipments.collection.js';

class ShipmentsQuery extends PageQuery {
  @IsOptional() @Id() deal?: string;
  @IsOptional() @Mineral() mineral?: string;
  @IsOptional() @IsIn([...STATUSES]) status?: ShipmentStatus;
}

@ApiTags('shipments')
@Controller('shipments')
export class ShipmentsController {
  constructor(private readonly shipments: ShipmentsCollection) {}

  @Get()
  @ApiOperation({ summary: 'Shipments, by deal, mineral and status' })
  @ApiQueryOf(ShipmentsQuery)
  @ApiPage(ShipmentSummary, 'In the order of ids; `next` is the cursor of what follows.')
  async list(
    @Query() { deal, mineral, status, limit, cursor }: ShipmentsQuery,
  ): Promise<Page<ShipmentSummary>> {
    const found = await this.shipments.list({
      deal,
      mineral,
      status,
      after: positionOf(cursor),
      limit: limit + 1,
    });
    return pageOf(found, limit, ({ _id }) => _id, summaryOf);
  }

  @Get(':id')
  @ApiOperation({ summary: 'A shipment: where it is, what it carries, what is expected of it' })
  @ApiAnswer(ShipmentView, 'Times are as they were sent, with their offset.', 'not-found')
  async get(@Param('id') id: string): Promise<ShipmentView> {
    const shipment = await this.known(id);
    return shipmentOf(shipment, await this.shipments.historyOf(shipment));
  }

  @Get(':id/timeline')
  @ApiOperation({
    summary: 'Every event of a shipment in the order of happening, those taken back among them',
  })
  @ApiAnswer(TimelineView, 'Each with when it happened and when we learnt of it.', 'not-found')
  async timeline(@Param('id') id: string): Promise<TimelineView> {
    const shipment = await this.known(id);
    return timelineOf(shipment, await this.shipments.historyOf(shipment));
  }

  private async known(id: string) {
    const found = await this.shipments.find(id);
    if (!found) throw new ProblemError('not-found', `no event has been heard of a shipment ${id}`);
    return found;
  }
}
