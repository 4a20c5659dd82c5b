import { setImmediate } from 'node:timers/promises';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { Timestamp } from '#contracts/fields.js';
import { EventRetracted } from '#contracts/shipments.js';
import { ApiAnswer, ApiQueryOf } from '#service/openapi.js';
import { ProblemError } from '#service/problem.js';
import { historyAt } from './as-of.js';
import { auditing, AuditView } from './audit.js';
import { type Accepted, foldOf, type Shipment } from './shipment.js';
import { shipmentOf, ShipmentView, timelineOf, TimelineView } from './shipment-view.js';
import { ShipmentsCollection } from './shipments.collection.js';

class MomentQuery {
  /** What had happened by then, by what we know now. */
  @IsOptional() @Timestamp() asOf?: string;
  /** What we knew by then. */
  @IsOptional() @Timestamp() knownAt?: string;
}

/** So long it works at one answer before others have their turn. */
const SLICE_MS = 20;
/** A thousand events that were taken back are audited in some 0.2 s; by ten thousand nobody waits for the answer. */
const AUDIT_WITHIN_MS = 10_000;

/** What takes steps, with all else that the process has to do between them. */
async function inSlices<T>(steps: Generator<undefined, T>): Promise<T> {
  const begun = performance.now();
  let slice = begun;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() - slice < SLICE_MS) continue;
    if (performance.now() - begun > AUDIT_WITHIN_MS)
      throw new ProblemError('query-too-slow', 'so much was taken back that the audit takes too long');
    await setImmediate();
    slice = performance.now();
  }
}

@ApiTags('shipments')
@Controller('shipments')
export class ShipmentsController {
  constructor(private readonly shipments: ShipmentsCollection) {}

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
    const { shipment, history } = await this.at(id, moment);
    return shipmentOf(shipment, history, new Date(moment.asOf ?? moment.knownAt ?? Date.now()));
  }

  @Get(':id/audit')
  @ApiOperation({ summary: 'What came late, or was taken back: how late, and what it changed' })
  @ApiAnswer(AuditView, 'In the order in which we learnt of it.', 'not-found', 'query-too-slow')
  async audit(@Param('id') id: string): Promise<AuditView> {
    return inSlices(auditing(id, await this.shipments.historyOf(await this.known(id))));
  }

  @Get(':id/timeline')
  @ApiOperation({
    summary:
      'Every event of a shipment in the order of happening, those taken back among them; now, or at a moment',
  })
  @ApiQueryOf(MomentQuery)
  @ApiAnswer(
    TimelineView,
    'Each with when it happened and when we learnt of it.',
    'not-found',
    'invalid-query',
    'bad-request',
  )
  async timeline(@Param('id') id: string, @Query() moment: MomentQuery): Promise<TimelineView> {
    const { shipment, history } = await this.at(id, moment);
    return timelineOf(shipment, history);
  }

  /** A shipment with its events; at a moment, with those of that moment alone. */
  private async at(
    id: string,
    moment: MomentQuery,
  ): Promise<{ shipment: Shipment & { readonly _id: string }; history: readonly Accepted[] }> {
    const shipment = await this.known(id);
    const history = await this.shipments.historyOf(shipment);
    if (moment.asOf === undefined && moment.knownAt === undefined) return { shipment, history };
    const then = historyAt(history, moment);
    // What was taken back since is known, and yet nothing had happened.
    if (then.every(({ event }) => event.type === EventRetracted.type))
      throw new ProblemError('not-found', `nothing is known of ${id} of that moment`);
    return { shipment: { _id: id, ...foldOf(then) }, history: then };
  }

  private async known(id: string) {
    const found = await this.shipments.find(id);
    if (!found) throw new ProblemError('not-found', `no event has been heard of a shipment ${id}`);
    return found;
  }
}
