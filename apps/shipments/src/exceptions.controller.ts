import { createHash } from 'node:crypto';
import { Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Text } from '#contracts/fields.js';
import { ExceptionAcknowledged, SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { checkedBody } from '#service/body.js';
import { Accepted, Intake } from '#service/intake.js';
import { JsonBody } from '#service/json-body.js';
import { ApiAccepted, ApiBodyOf } from '#service/openapi.js';
import { ProblemError } from '#service/problem.js';
import { ShipmentsCollection } from './shipments.collection.js';

/** What an operator says of an exception; upon which event it stands we know. */
class Acknowledgement {
  static readonly type = ExceptionAcknowledged.type;
  static readonly description = ExceptionAcknowledged.description;
  @Text(2000) reason!: string;
  /** Who says so. */
  @Text(200) by!: string;
}

@ApiTags('shipments')
@Controller('shipments/:id/exceptions')
export class ExceptionsController {
  constructor(
    private readonly shipments: ShipmentsCollection,
    private readonly intake: Intake,
  ) {}

  @Post(':type/acknowledge')
  @HttpCode(202)
  @ApiOperation({ summary: 'Acknowledge an exception as it stands, with a reason; for operators' })
  @ApiBodyOf(Acknowledgement, { reason: 'the papers are on their way', by: 'duty desk' })
  @ApiAccepted(
    Accepted,
    'The acknowledgement is on all in-sync replicas of Kafka. Of one evidence the first one counts.',
    'not-found',
    'database-away',
  )
  async acknowledge(
    @Param('id') id: string,
    @Param('type') type: string,
    @JsonBody() body: unknown,
    @Headers() headers: Record<string, string>,
  ): Promise<Accepted> {
    const { reason, by } = checkedBody(Acknowledgement, body);
    const exceptions = (await this.shipments.find(id))?.exceptions ?? [];
    const found = exceptions.find((exception) => exception.type === type);
    if (!found) throw new ProblemError('not-found', `shipment ${id} has no exception ${type}`);
    const evidence = { source: found.source, id: found.id };
    const event = {
      // Of one exception and evidence always the same, so that who sends it again does no harm.
      id: createHash('sha256')
        .update(JSON.stringify([found.type, evidence]))
        .digest('hex'),
      source: '/shipments/operators',
      type: ExceptionAcknowledged.type,
      subject: id,
      time: new Date().toISOString(),
      data: { exception: found.type, evidence, reason, by },
      extensions: {},
    };
    return this.intake.accept(SHIPMENTS_INBOUND, { batch: false, events: [event] }, headers);
  }
}
