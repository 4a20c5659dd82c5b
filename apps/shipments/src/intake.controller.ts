import { Controller, Headers, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { eachItem, readHttp } from '#contracts/http-binding.js';
import type { Warning } from '#contracts/identifiers.js';
import {
  EventReferred,
  MilestoneReported,
  ShipmentRegistered,
  SHIPMENTS_INBOUND,
} from '#contracts/shipments.js';
import { checkEvent } from '#contracts/topic.js';
import { Accepted, Intake, MOST_WARNINGS } from '#service/intake.js';
import { RawBody } from '#service/json-body.js';
import { ApiAccepted, ApiEventsOf, ApiQueryOf, ApiTried } from '#service/openapi.js';
import { type ForeignEvent, isForeign, translate } from './correlation/translate.js';
import { Trial } from './trial.js';
import { DryRun, Tried } from './tried-view.js';

const EXAMPLES = {
  registered: {
    summary: 'a shipment is registered',
    value: {
      specversion: '1.0',
      id: 'mine-0001',
      source: '/upstream/mine',
      type: ShipmentRegistered.type,
      subject: 'SHP-1',
      time: '2025-09-06T11:20:00+05:00',
      data: {
        dealId: 'DEAL-1',
        route: { origin: { unlocode: 'PKKHI' }, destination: { unlocode: 'USSTL' } },
        cargo: [{ lot: 'SB', mineral: 'antimony', quantity: '14.250', unit: 'TNE', basis: 'wet' }],
      },
    },
  },
  arrived: {
    summary: 'it arrives',
    value: {
      specversion: '1.0',
      id: 'rail-0001',
      source: '/upstream/railway',
      type: MilestoneReported.type,
      subject: 'SHP-1',
      time: '2025-10-02T10:00:00-05:00',
      data: {
        milestone: 'arrived',
        classifier: 'ACT',
        at: '2025-10-02T09:40:00-05:00',
        place: { unlocode: 'USSTL' },
      },
    },
  },
  referred: {
    summary: 'a container is discharged, by who does not know the shipment',
    value: {
      specversion: '1.0',
      id: 'port-0001',
      source: '/upstream/port',
      type: EventReferred.type,
      subject: 'CSQU3054383',
      time: '2025-10-02T16:05:00-05:00',
      data: {
        references: [{ type: 'container', value: 'CSQU3054383' }],
        milestone: {
          milestone: 'discharged',
          classifier: 'ACT',
          at: '2025-10-02T16:00:00-05:00',
          place: { unlocode: 'USSTL' },
        },
      },
    },
  },
};

/**
 * What is questionable in an event of another format, with pointers into the event. What would be refused once it is
 * translated is refused at the door.
 * @throws RefusedEvent
 */
const foreignWarningsOf = (event: CloudEvent): readonly Warning[] =>
  isForeign(event) ? (translate(checkEvent(SHIPMENTS_INBOUND, event) as ForeignEvent).warnings ?? []) : [];

@ApiTags('intake')
@Controller()
export class IntakeController {
  constructor(
    private readonly intake: Intake,
    private readonly trial: Trial,
  ) {}

  @Post('events')
  @HttpCode(202)
  @ApiOperation({ summary: 'Take in shipment events: CloudEvents over HTTP, structured, batched or binary' })
  @ApiConsumes('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json')
  @ApiEventsOf(SHIPMENTS_INBOUND, EXAMPLES)
  @ApiQueryOf(DryRun)
  @ApiTried(Tried)
  @ApiAccepted(
    Accepted,
    'Every event is on all in-sync replicas of Kafka.',
    'not-a-cloudevent',
    'invalid-envelope',
    'unknown-type',
    'invalid-query',
  )
  async take(
    @Headers() headers: Record<string, string>,
    @RawBody() body: Buffer,
    @Query() { dryRun }: DryRun,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Accepted | Tried> {
    const read = readHttp({ headers, body });
    if (dryRun) {
      void reply.status(200);
      const tried = read.events.map((event, nth) => ({ pointer: read.batch ? `/${nth}` : '', event }));
      return this.trial.of(tried, []);
    }
    const foreign = eachItem(read.events, read.batch, foreignWarningsOf);
    const { accepted, warnings: own = [] } = await this.intake.accept(SHIPMENTS_INBOUND, read, headers);
    const warnings = [
      ...own,
      ...foreign.flatMap((each, nth) =>
        each.map((one) => ({ ...one, pointer: (read.batch ? `/${nth}` : '') + one.pointer })),
      ),
    ];
    return { accepted, ...(warnings.length > 0 && { warnings: warnings.slice(0, MOST_WARNINGS) }) };
  }
}
