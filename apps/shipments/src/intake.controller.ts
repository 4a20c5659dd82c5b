import { Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { readHttp } from '#contracts/http-binding.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { type Accepted, Intake } from '#service/intake.js';
import { RawBody } from '#service/json-body.js';

@ApiTags('intake')
@Controller()
export class IntakeController {
  constructor(private readonly intake: Intake) {}

  @Post('events')
  @HttpCode(202)
  @ApiOperation({ summary: 'Take in shipment events: CloudEvents over HTTP, structured, batched or binary' })
  @ApiConsumes('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json')
  @ApiBody({
    schema: { type: 'object', description: 'a CloudEvent, a list of them, or (with ce- headers) its data' },
  })
  @ApiResponse({ status: 202, description: 'Every event is on all in-sync replicas of Kafka.' })
  @ApiResponse({ status: 400, description: 'Not CloudEvents as they must be; errors point to each fault.' })
  @ApiResponse({
    status: 422,
    description: 'The data is not as its contract says; errors point to each fault.',
  })
  @ApiResponse({ status: 503, description: 'Kafka is away: send it again, with the same ids.' })
  take(@Headers() headers: Record<string, string>, @RawBody() body: Buffer): Promise<Accepted> {
    return this.intake.accept(SHIPMENTS_INBOUND, readHttp({ headers, body }));
  }
}
