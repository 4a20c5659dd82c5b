import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { Id, Mineral, Timestamp } from '#contracts/fields.js';
import { EventRetracted, type ShipmentStatus, STATUSES } from '#contracts/shipments.js';
import { ApiAnswer, ApiPage, ApiQueryOf } from '#service/openapi.js';
import { Page, PageQuery, pageOf, positionOf } from '#service/page.js';
import { ProblemError } from '#service/problem.js';
import { historyAt } from './as-of.js';
import { AuditView, auditOf } from './audit.js';
import { foldOf } from './shipment.js';
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

class MomentQuery {
  /** What had happened by then, by what we know now. */
  @IsOptional() @Timestamp() asOf?: string;
  /** What we knew by then. */
  @IsOptional() @Timestamp() knownAt?: string;
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
  @ApiOperation({
    summary:
      'A shipment: where it is, what it carries, what is expected of it, what is wrong; now, or at a moment',
  })
  @ApiQueryOf(MomentQuery)
  @ApiAnswer(
    ShipmentView,
    'Times are as they were sent, with their offset.',
    'not-found',
    'invalid-query',
    'bad-request',
  )
  async get(@Param('id') id: string, @Query() moment: MomentQuery): Promise<ShipmentView> {
    const shipment = await this.known(id);
    const history = await this.shipments.historyOf(shipment);
    if (moment.asOf === undefined && moment.knownAt === undefined)
      return shipmentOf(shipment, history, new Date());
    const then = historyAt(history, moment);
    // What was taken back since is known, and yet nothing had happened.
    if (then.every(({ event }) => event.type === EventRetracted.type))
      throw new ProblemError('not-found', `nothing is known of ${id} of that moment`);
    return shipmentOf({ _id: id, ...foldOf(then) }, then, new Date(moment.asOf ?? moment.knownAt!));
  }

  @Get(':id/audit')
  @ApiOperation({ summary: 'What came late, or was taken back: how late, and what it changed' })
  @ApiAnswer(AuditView, 'In the order in which we learnt of it.', 'not-found')
  async audit(@Param('id') id: string): Promise<AuditView> {
    return auditOf(id, await this.shipments.historyOf(await this.known(id)));
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
