import { Controller, Headers, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Id } from '#contracts/fields.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { Accepted, Intake, MOST_WARNINGS } from '#service/intake.js';
import { JsonBody } from '#service/json-body.js';
import { ApiAccepted, ApiQueryOf, ApiTried } from '#service/openapi.js';
import {
  allSound,
  type Door,
  isSound,
  readRequest,
  refusedOf,
  reportedEvent,
  warningsOf,
} from './dcsa/read-request.js';
import { Trial } from './trial.js';
import { DryRun, Tried } from './tried-view.js';

class DcsaQuery extends DryRun {
  /** Who sends it, where events do not say whose they are, as those of 2.2: `SMDG:LCL:MSK`, say. */
  @IsOptional() @Id() party?: string;
}

const V2_EXAMPLE = [
  {
    eventID: '3cecb101-7a1a-43a4-9d62-e88a131651e2',
    eventCreatedDateTime: '2025-10-02T14:45:00Z',
    eventType: 'TRANSPORT',
    eventClassifierCode: 'ACT',
    eventDateTime: '2025-10-02T09:40:00-05:00',
    transportEventTypeCode: 'ARRI',
    transportCall: {
      UNLocationCode: 'USORF',
      importVoyageNumber: '2103N',
      modeOfTransport: 'VESSEL',
      vessel: { vesselIMONumber: '9176187', vesselName: 'Indus Star' },
    },
    documentReferences: [{ documentReferenceType: 'BKG', documentReferenceValue: 'BKG-77' }],
    references: [{ referenceType: 'EQ', referenceValue: 'CSQU3054383' }],
  },
];
const V3_EXAMPLE = {
  events: [
    {
      eventRouting: { originatingParty: { partyCode: 'MSK', codeListProvider: 'SMDG', codeListName: 'LCL' } },
      eventID: 'event-BKG-77-CSQU3054383-DISC',
      eventDateTime: '2025-10-02T09:40:00-05:00',
      eventUpdatedDateTime: '2025-10-02T14:45:00Z',
      eventClassification: {
        eventTypeCode: 'EQUIPMENT',
        eventClassifierCode: 'ACT',
        equipmentEventTypeCode: 'DISC',
      },
      eventLocation: { UNLocationCode: 'USORF' },
      shipmentDetails: { documentReference: { typeCode: 'BKG', reference: 'BKG-77' } },
      equipmentDetails: { equipmentReference: 'CSQU3054383', emptyIndicatorCode: 'LADEN' },
    },
  ],
};

const DESCRIPTION =
  'Every event is on all in-sync replicas of Kafka; its shipment is found by what it names.';

@ApiTags('intake')
@Controller('dcsa')
export class DcsaController {
  constructor(
    private readonly intake: Intake,
    private readonly trial: Trial,
  ) {}

  @Post('v2/events')
  @HttpCode(202)
  @ApiOperation({ summary: 'Take in DCSA Track & Trace 2.2: an event, or a list of events, all or none' })
  @ApiBody({ schema: {}, examples: { arrived: { summary: 'a vessel arrives', value: V2_EXAMPLE } } })
  @ApiQueryOf(DcsaQuery)
  @ApiTried(Tried)
  @ApiAccepted(Accepted, DESCRIPTION, 'invalid-query')
  v2(
    @JsonBody() body: unknown,
    @Query() query: DcsaQuery,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Accepted | Tried> {
    return this.take('v2', body, query, headers, reply);
  }

  @Post('v3/events')
  @HttpCode(202)
  @ApiOperation({
    summary:
      'Take in DCSA Track & Trace 3.0.0 (`{ events: […] }`), or its beta: an event or a list; all or none',
  })
  @ApiBody({
    schema: {},
    examples: { discharged: { summary: 'a container is discharged', value: V3_EXAMPLE } },
  })
  @ApiQueryOf(DcsaQuery)
  @ApiTried(Tried)
  @ApiAccepted(Accepted, DESCRIPTION, 'invalid-query')
  v3(
    @JsonBody() body: unknown,
    @Query() query: DcsaQuery,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Accepted | Tried> {
    return this.take('v3', body, query, headers, reply);
  }

  private async take(
    door: Door,
    body: unknown,
    { party, dryRun }: DcsaQuery,
    headers: Record<string, string>,
    reply: FastifyReply,
  ): Promise<Accepted | Tried> {
    const read = readRequest(body, door, party);
    if (dryRun) {
      void reply.status(200);
      const tried = read.filter(isSound).map((item) => ({ ...item, event: reportedEvent(item, party) }));
      return this.trial.of(tried, refusedOf(read));
    }
    const items = allSound(read);
    const events = items.map((item) => reportedEvent(item, party));
    const { accepted } = await this.intake.accept(SHIPMENTS_INBOUND, { batch: true, events }, headers);
    const warnings = warningsOf(items).slice(0, MOST_WARNINGS);
    return { accepted, ...(warnings.length > 0 && { warnings }) };
  }
}
