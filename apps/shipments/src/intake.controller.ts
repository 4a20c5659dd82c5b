import { Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { readHttp } from '#contracts/http-binding.js';
import { MilestoneReported, ShipmentRegistered, SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { Accepted, Intake } from '#service/intake.js';
import { RawBody } from '#service/json-body.js';
import { ApiAccepted, ApiEventsOf } from '#service/openapi.js';

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
};

@ApiTags('intake')
@Controller()
export class IntakeController {
  constructor(private readonly intake: Intake) {}

  @Post('events')
  @HttpCode(202)
  @ApiOperation({ summary: 'Take in shipment events: CloudEvents over HTTP, structured, batched or binary' })
  @ApiConsumes('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json')
  @ApiEventsOf(SHIPMENTS_INBOUND, EXAMPLES)
  @ApiAccepted(
    Accepted,
    'Every event is on all in-sync replicas of Kafka.',
    'not-a-cloudevent',
    'invalid-envelope',
    'unknown-type',
  )
  take(@Headers() headers: Record<string, string>, @RawBody() body: Buffer): Promise<Accepted> {
    return this.intake.accept(SHIPMENTS_INBOUND, readHttp({ headers, body }), headers);
  }
}
