import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { v7 as uuidV7 } from 'uuid';
import { refusedAttribute } from '#contracts/cloudevent.js';
import { CAPTURE_BEHAVIOURS, type CaptureBehaviour, SHIPMENTS_CAPTURES } from '#contracts/epcis.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { Intake, MOST_WARNINGS } from '#service/intake.js';
import { JsonBody } from '#service/json-body.js';
import { ApiAccepted, ApiAnswer, ApiQueryOf, ApiTried } from '#service/openapi.js';
import { ProblemError } from '#service/problem.js';
import { CapturesCollection } from './captures.collection.js';
import { begunAt, capturedEvent, finishedCapture, takenOf } from './epcis/capture.js';
import { CaptureAccepted, CaptureJob, itemOf, jobOf } from './epcis/capture-view.js';
import { readDocument } from './epcis/read-document.js';
import { Trial } from './trial.js';
import { DryRun, Tried } from './tried-view.js';

const BEHAVIOUR_HEADER = 'gs1-capture-error-behaviour';
const BEHAVIOUR = {
  name: BEHAVIOUR_HEADER,
  required: false,
  enum: CAPTURE_BEHAVIOURS,
  description:
    'What is done where some events are wrong: nothing is taken (rollback, the default), or the others are',
};

const EXAMPLE = {
  '@context': [
    'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
    { ore: 'https://ore.example/epcis/' },
  ],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2025-10-02T15:00:00Z',
  epcisBody: {
    eventList: [
      {
        type: 'ObjectEvent',
        eventTime: '2025-10-02T09:40:00-05:00',
        eventTimeZoneOffset: '-05:00',
        action: 'OBSERVE',
        bizStep: 'arriving',
        disposition: 'in_progress',
        epcList: ['urn:epc:id:bic:CSQU3054383'],
        readPoint: { id: 'urn:epc:id:sgln:9521321.00002.0', 'ore:unlocode': 'USSTL' },
      },
    ],
  },
};

@ApiTags('intake')
@Controller('epcis')
export class EpcisController {
  constructor(
    private readonly intake: Intake,
    private readonly captures: CapturesCollection,
    private readonly trial: Trial,
  ) {}

  @Post('capture')
  @HttpCode(202)
  @ApiOperation({ summary: 'Capture EPCIS 2.0 events: an EPCISDocument in JSON, or an event by itself' })
  @ApiConsumes('application/json', 'application/ld+json')
  @ApiBody({
    schema: { type: 'object' },
    examples: { arrived: { summary: 'a container arrives', value: EXAMPLE } },
  })
  @ApiHeader(BEHAVIOUR)
  @ApiQueryOf(DryRun)
  @ApiTried(Tried)
  @ApiAccepted(
    CaptureAccepted,
    'Every event that was taken is on all in-sync replicas of Kafka; Location is the capture job.',
    'invalid-envelope',
    'invalid-query',
  )
  async capture(
    @JsonBody() body: unknown,
    @Query() { dryRun }: DryRun,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CaptureAccepted | Tried> {
    const behaviour = behaviourOf(headers[BEHAVIOUR_HEADER]);
    const document = readDocument(body);
    if (dryRun) {
      void reply.status(200);
      const { items, refused, context } = takenOf(document, 'proceed');
      const tried = items.map((item) => ({ ...item, event: capturedEvent(item, context) }));
      return this.trial.of(tried, refused);
    }
    const taken = takenOf(document, behaviour);
    const captureID = uuidV7();
    const events = taken.items.map((item) => capturedEvent(item, taken.context, captureID));
    await this.intake.accept(SHIPMENTS_INBOUND, { batch: true, events }, headers);
    // Only now: it says that the events are stored.
    const finished = finishedCapture(captureID, begunAt(captureID)!, behaviour, taken, new Date());
    await this.intake.accept(SHIPMENTS_CAPTURES, { batch: false, events: [finished] }, headers);
    void reply.header('location', `/epcis/capture/${captureID}`);
    const warnings = taken.items.flatMap(({ translation }) => translation.warnings ?? []);
    return {
      captureID,
      captured: taken.items.map(itemOf),
      refused: taken.refused,
      ...(warnings.length > 0 && { warnings: warnings.slice(0, MOST_WARNINGS) }),
    };
  }

  @Get('capture/:id')
  @ApiOperation({
    summary: 'A capture job: whether all its events were taken, and what is wrong with the others',
  })
  @ApiAnswer(CaptureJob, 'It has run when all that was taken is stored on Kafka.', 'not-found')
  async job(@Param('id') id: string): Promise<CaptureJob> {
    const job = jobOf(id, begunAt(id) && (await this.captures.find(id)), new Date());
    if (!job) throw new ProblemError('not-found', `there is no capture job ${id}`);
    return job;
  }
}

function behaviourOf(header: string | undefined): CaptureBehaviour {
  if (header === undefined) return 'rollback';
  const behaviour = CAPTURE_BEHAVIOURS.find((known) => known === header.trim().toLowerCase());
  if (!behaviour) throw refusedAttribute(BEHAVIOUR_HEADER, 'not-allowed', 'must be rollback or proceed');
  return behaviour;
}
