/** A whole service in this process, on real servers, with topics and a database of its own: for specs. */
import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import mongoose from 'mongoose';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { readKafka, writeKafka } from '#contracts/kafka-binding.js';
import type { Topic } from '#contracts/topic.js';
import { KafkaClient } from '#messaging/kafka-client.js';
import { foreignClient, type Read, TopicReader } from '#messaging/testing/topic-reader.js';
import { eventually, until } from '#messaging/testing/until.js';
import { loadConfig, type ServiceConfig } from '../config.js';
import type { Problem } from '../problem.js';
import { createService } from '../start.js';
import { documentedAnswers, type OpenApiDocument } from './openapi-document.js';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface RunningService {
  readonly url: string;
  readonly database: mongoose.mongo.Db;
  readonly kafka: Kafka;
  /** The topic's name on the broker, in the spec's own namespace. */
  topic(name: string): string;
  /** Every answer is held against the service's OpenAPI document. @throws Error where it is not as documented */
  get<T = unknown>(path: string, headers?: Record<string, string>): Promise<Answer<T>>;
  post<T = unknown>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  delete<T = unknown>(path: string): Promise<Answer<T>>;
  /** Sends messages as any producer might, with a plain client. */
  produce(topic: string, messages: Message[]): Promise<void>;
  send(topic: Topic, ...events: CloudEvent[]): Promise<void>;
  /** Until the service has taken all that these topics hold. */
  caughtUp(...topics: Topic[]): Promise<void>;
  /** All events that a topic holds now. */
  events(topic: Topic): Promise<CloudEvent[]>;
  /** The first message of a topic that is looked for, once it is there. */
  read(topic: string, isIt: (message: ReadMessage) => boolean): Promise<ReadMessage>;
  stop(): Promise<void>;
}

export interface ReadMessage {
  readonly key: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: unknown;
}

/** Where Kafka and MongoDB are; those of the jest run unless told otherwise. */
export interface Servers {
  readonly kafkaBrokers: string;
  readonly mongodbUri: string;
}

/** The environment of an installation of a spec's own, that shares nothing with another but the servers. */
export const ownEnvironment = (): { KAFKA_NAMESPACE: string; MONGODB_DATABASE: string } => {
  const name = `spec-${randomUUID().slice(0, 8)}`;
  return { KAFKA_NAMESPACE: `${name}.`, MONGODB_DATABASE: name };
};

/** @param environment of `ownEnvironment()` and more, for several instances of one installation */
export async function runService<C extends ServiceConfig>(
  type: new () => C,
  module: (config: Readonly<C>) => DynamicModule,
  { kafkaBrokers, mongodbUri }: Servers = {
    kafkaBrokers: process.env['KAFKA_BROKERS']!,
    mongodbUri: process.env['MONGODB_URI']!,
  },
  environment: Record<string, string> = {},
): Promise<RunningService> {
  const config = loadConfig(type, {
    KAFKA_BROKERS: kafkaBrokers,
    MONGODB_URI: mongodbUri,
    ...ownEnvironment(),
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    ...environment,
  });
  const app = await createService(module(config), config, { title: 'spec', description: 'spec' });
  await app.listen(config.port, config.host);
  await app.startAllMicroservices();
  const url = await app.getUrl();
  const kafka = foreignClient(kafkaBrokers.split(','));
  const mongo = new mongoose.mongo.MongoClient(mongodbUri, { serverSelectionTimeoutMS: 10_000 });
  const database = mongo.db(config.mongodbDatabase);
  let producer: Producer | undefined;
  const readers = new Map<string, Promise<TopicReader>>();
  const topic = (plain: string): string => config.kafkaNamespace + plain;

  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  const undocumented = documentedAnswers(document);

  const ask = async <T>(path: string, init: RequestInit): Promise<Answer<T>> => {
    const response = await fetch(url + path, init);
    const { status, headers } = response;
    const text = await response.text();
    const type = headers.get('content-type') ?? '';
    const body: unknown = /[/+]json/.test(type) && text !== '' ? JSON.parse(text) : text;
    const wrong = undocumented(init.method ?? 'GET', path, { status, type, body });
    if (wrong.length > 0) throw new Error(`not as /openapi.json says:\n${wrong.join('\n')}`);
    return { status, headers, body: body as T };
  };

  const produce = async (plain: string, messages: Message[]): Promise<void> => {
    producer ??= kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: topic(plain), messages });
  };
  const held = async (plain: string): Promise<readonly Read[]> => {
    const name = topic(plain);
    if (!readers.has(plain)) readers.set(plain, TopicReader.start(kafka, [name]));
    return (await readers.get(plain)!).all(name);
  };

  return {
    url,
    kafka,
    topic,
    database,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, body, headers = { 'content-type': 'application/json' }) =>
      ask(path, {
        method: 'POST',
        headers,
        body:
          typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
    delete: (path) => ask(path, { method: 'DELETE' }),
    produce,
    send: (to, ...events) =>
      produce(
        to.name,
        events.map((event) => writeKafka(event)),
      ),
    caughtUp: (...topics) =>
      until('the service has taken all', async () => {
        const names = topics.map(({ name }) => name);
        const positions = await app.get(KafkaClient).positions(config.service, names);
        return positions.length > 0 && positions.every(({ committed, end }) => committed >= end);
      }),
    events: async ({ name }) => (await held(name)).map(readKafka),
    read: (plain, isIt) =>
      eventually(async () => {
        const found = (await held(plain)).map(readMessage).find(isIt);
        if (!found) throw new Error(`it is not in ${plain}`);
        return found;
      }),
    async stop() {
      await producer?.disconnect();
      for (const reader of readers.values()) await (await reader).stop();
      await app.close();
      await database.dropDatabase().catch(() => undefined);
      await mongo.close();
    },
  };
}

const readMessage = ({ key, value, headers }: Read): ReadMessage => ({
  key: key?.toString(),
  headers: Object.fromEntries(Object.entries(headers).map(([header, said]) => [header, String(said)])),
  value: value ? parsed(value.toString()) : null,
});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/**
 * Waits until a service's topics are there and its instances have all partitions: then nothing waits for a rebalance.
 * @param topics how many it consumes
 */
export const untilReady = (
  instances: RunningService | readonly RunningService[],
  topics: number,
): Promise<void> =>
  until('the consumer has its partitions', async () => {
    let assigned = 0;
    for (const instance of [instances].flat()) {
      const { body } = await instance.get<{
        status: string;
        consumer: { assigned: Record<string, number[]> };
      }>('/health/ready');
      if (body.status === 'unavailable') return false;
      assigned += Object.values(body.consumer.assigned).flat().length;
    }
    return assigned === topics * 6;
  });

/** What every refusal looks like: problem details, with a stable code. */
export function expectProblem(answer: Answer, status: number, code: string, ...pointers: string[]): Problem {
  const problem = answer.body as Problem;
  expect([answer.status, problem.code, answer.headers.get('content-type')]).toEqual([
    status,
    code,
    expect.stringMatching(/^application\/problem\+json/),
  ]);
  expect(problem).toMatchObject({ status, type: `urn:orebound:problem:${code}`, title: expect.any(String) });
  // Whoever is refused is told why.
  for (const { message } of problem.errors ?? []) expect(message).toMatch(/\S/);
  if (pointers.length > 0) {
    expect((problem.errors ?? []).map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(pointers));
    for (const error of problem.errors ?? []) {
      expect(error).toEqual({
        pointer: expect.any(String),
        code: expect.stringMatching(/^[a-z-]+$/),
        message: expect.stringMatching(/./),
      });
    }
  }
  return problem;
}
