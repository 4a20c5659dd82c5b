/** The public doors of Orebound, as somebody outside uses them: HTTP and Kafka, and nothing else. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import { writeKafka } from '#contracts/kafka-binding.js';
import type { Topic } from '#contracts/topic.js';
import type { IncomingMessage, KafkaClient } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';
import type { ServiceName } from './services.js';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const TRY_FOR_MS = 60_000;
const AGAIN_AFTER_MS = 250;

const structured = ({ extensions, ...event }: CloudEvent): object => ({
  specversion: '1.0',
  ...event,
  ...extensions,
});

export class Doors {
  constructor(
    private readonly urls: Readonly<Record<ServiceName, string>>,
    private readonly kafka: KafkaClient,
  ) {}

  /** A request, tried again while the service is away or says that Kafka is: ids make that safe. */
  async request(service: ServiceName, path: string, init: RequestInit = {}): Promise<Answer> {
    const deadline = Date.now() + TRY_FOR_MS;
    for (;;) {
      try {
        const response = await fetch(this.urls[service] + path, init);
        const text = await response.text();
        if (response.status !== 503 || Date.now() > deadline) {
          return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
        }
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    }
  }

  get(service: ServiceName, path: string): Promise<Answer> {
    return this.request(service, path);
  }

  post(service: ServiceName, path: string, body: unknown): Promise<Answer> {
    return this.request(service, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** CloudEvents over HTTP, structured mode. */
  send(event: CloudEvent): Promise<Answer> {
    const headers = { 'content-type': 'application/cloudevents+json' };
    return this.request('shipments', '/events', {
      method: 'POST',
      headers,
      body: JSON.stringify(structured(event)),
    });
  }

  /** CloudEvents over HTTP, batched mode. */
  sendBatch(events: readonly CloudEvent[]): Promise<Answer> {
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    return this.request('shipments', '/events', {
      method: 'POST',
      headers,
      body: JSON.stringify(events.map(structured)),
    });
  }

  /** CloudEvents over HTTP, binary mode. */
  sendBinary({ data, extensions, ...attributes }: CloudEvent): Promise<Answer> {
    const headers: Record<string, string> = { 'content-type': 'application/json', 'ce-specversion': '1.0' };
    for (const [name, value] of Object.entries({ ...attributes, ...extensions }))
      headers[`ce-${name}`] = String(value);
    return this.request('shipments', '/events', { method: 'POST', headers, body: JSON.stringify(data) });
  }

  /** CloudEvents over Kafka, binary mode; whatever it is, it is sent. */
  async produce(topic: Topic, events: readonly CloudEvent[]): Promise<void> {
    await this.kafka.send(events.map((event) => ({ topic: topic.name, ...writeKafka(event) })));
  }

  /** Everything on a topic from its beginning, until `stop` is called; `messages` grows. */
  read(topic: string): { messages: IncomingMessage[]; stop(): Promise<void> } {
    const messages: IncomingMessage[] = [];
    const consumer = this.kafka.consume(
      {
        groupId: `demo-reader-${Date.now()}-${topic}`,
        topics: [topic],
        concurrency: 1,
        sessionTimeoutMs: 10_000,
        prepare: () => Promise.resolve(),
        onPoll: () => undefined,
        onAssigned: () => undefined,
        onBatch: async (batch) => {
          messages.push(...batch.messages);
          await batch.commit(batch.messages.at(-1)!.offset + 1);
        },
      },
      SILENT,
    );
    return { messages, stop: () => consumer.stop() };
  }
}
