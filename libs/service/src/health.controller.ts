import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { OneOf, Optional } from '#contracts/fields.js';
import { ConsumerState } from '#messaging/consumer-state.js';
import { Dependencies } from './dependencies.js';
import { Readiness, readiness } from './health.js';
import { ApiStatuses } from './openapi.js';

class Liveness {
  @OneOf(['alive', 'dead']) readonly status!: 'alive' | 'dead';
  @Optional() @IsString() readonly reason?: string;
}

@ApiTags('operations')
@Controller()
export class HealthController {
  constructor(
    private readonly consumer: ConsumerState,
    private readonly dependencies: Dependencies,
    private readonly registry: Registry,
  ) {}

  @Get('health/live')
  @ApiOperation({
    summary: 'Whether the process should go on: false only when its consumer has silently stopped',
  })
  @ApiStatuses(Liveness, {
    200: 'It lives. A dependency that is away does not change that.',
    503: 'Its consumer has stopped although Kafka answers: restart it.',
  })
  live(@Res() reply: FastifyReply): void {
    const silent = this.consumer.silent;
    void reply
      .status(silent ? 503 : 200)
      .send(
        silent
          ? { status: 'dead', reason: 'the consumer has stopped although Kafka answers' }
          : { status: 'alive' },
      );
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'Whether it can answer, and everything that is not as it should be' })
  @ApiStatuses(Readiness, {
    200: 'ok, or degraded with the reasons',
    503: 'unavailable: a dependency has not answered yet, or none does',
  })
  ready(@Res() reply: FastifyReply): void {
    const answer = readiness(this.dependencies.all, this.consumer, new Date());
    void reply.status(answer.status === 'unavailable' ? 503 : 200).send(answer);
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Metrics, in the text format of Prometheus' })
  @ApiResponse({
    status: 200,
    description:
      'Lag, events by outcome, dead letters; the time of batches and requests; which dependency is up',
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', this.registry.contentType).send(await this.registry.metrics());
  }
}
