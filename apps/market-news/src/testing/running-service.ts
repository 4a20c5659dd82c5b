/** The service as a whole, on the run's Kafka and MongoDB, with topics and a database of its own. */
import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { readKafka, writeKafka } from '#contracts/kafka-binding.js';
import type { Topic } from '#contracts/topic.js';
import { KafkaClient } from '#messaging/kafka-client.js';
import type { Log } from '#messaging/log.js';
import { loadConfig } from '#service/config.js';
import { Database } from '#service/database.js';
import { createService } from '#service/start.js';
import { documentedAnswers, type OpenApiDocument } from '#service/testing/openapi-document.js';
import { MarketNewsConfig } from '../config.js';
import { MarketNewsModule } from '../market-news.module.js';
import { eventually } from './eventually.js';

export const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The environment of an installation that shares nothing with another but the servers, which are given. */
export const ownEnvironment = (
  servers: NodeJS.ProcessEnv,
  more: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv => {
  const name = `test-${randomUUID().slice(0, 8)}`;
  return {
    KAFKA_BROKERS: servers['KAFKA_BROKERS'],
    MONGODB_URI: servers['MONGODB_URI'],
    KAFKA_NAMESPACE: `${name}.`,
    MONGODB_DATABASE: name,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    FEEDS_INTERVAL_SECONDS: '1',
    ...more,
  };
};

export class RunningService {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly url: string,
    private readonly undocumented: ReturnType<typeof documentedAnswers>,
    readonly kafka: KafkaClient,
    readonly database: Database,
  ) {}

  static async start(environment: NodeJS.ProcessEnv): Promise<RunningService> {
    const config = loadConfig(MarketNewsConfig, environment);
    const app = await createService(MarketNewsModule.for(config), config, {
      title: 'test',
      description: 'test',
    });
    await app.listen(0, '127.0.0.1');
    await app.startAllMicroservices();
    const url = await app.getUrl();
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
    const undocumented = documentedAnswers(document);
    const service = new RunningService(app, url, undocumented, app.get(KafkaClient), app.get(Database));
    await eventually(async () => {
      const { body } = await service.get('/health/ready');
      const { assigned } = body['consumer'] as { assigned: object };
      if (body['status'] !== 'ok' || Object.keys(assigned).length === 0) throw new Error('not ready yet');
    });
    return service;
  }

  get(path: string): Promise<Answer> {
    return this.ask(path, { method: 'GET' });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Every answer is held against the service's OpenAPI document. @throws Error where it is not as documented */
  private async ask(path: string, init: RequestInit & { method: string }): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    const { status, headers } = response;
    const body = (await response.json()) as Record<string, unknown>;
    const type = headers.get('content-type') ?? '';
    const wrong = this.undocumented(init.method, path, { status, type, body });
    if (wrong.length > 0) throw new Error(`not as /openapi.json says:\n${wrong.join('\n')}`);
    return { status, body };
  }

  async send(topic: Topic, ...events: CloudEvent[]): Promise<void> {
    await this.kafka.send(events.map((event) => ({ topic: topic.name, ...writeKafka(event) })));
  }

  /** Everything on a topic from its beginning, until it is stopped; `events` grows. */
  listen(topic: Topic): { events: CloudEvent[]; stop(): Promise<void> } {
    const events: CloudEvent[] = [];
    const consumer = this.kafka.consume(
      {
        groupId: `listener-${randomUUID()}`,
        topics: [topic.name],
        concurrency: 1,
        sessionTimeoutMs: 10_000,
        prepare: () => Promise.resolve(),
        onPoll: () => undefined,
        onAssigned: () => undefined,
        onBatch: async (batch) => {
          events.push(...batch.messages.map(readKafka));
          await batch.commit(batch.messages.at(-1)!.offset + 1);
        },
      },
      SILENT,
    );
    return { events, stop: () => consumer.stop() };
  }

  /** Until the service has taken all that was sent to these topics. */
  async caughtUp(...topics: Topic[]): Promise<void> {
    await eventually(async () => {
      const positions = await this.kafka.positions(
        'market-news',
        topics.map(({ name }) => name),
      );
      if (positions.length === 0 || positions.some(({ committed, end }) => committed < end))
        throw new Error('behind');
    });
  }

  stop(): Promise<void> {
    return this.app.close();
  }
}
