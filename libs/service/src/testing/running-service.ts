/** A whole service in this process, on real servers, with topics and a database of its own: for specs. */
import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import mongoose from 'mongoose';
import { until } from '#messaging/testing/until.js';
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
  /** Sends messages as any producer might, with a plain client. */
  produce(topic: string, messages: Message[]): Promise<void>;
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

export async function runService<C extends ServiceConfig>(
  type: new () => C,
  module: (config: Readonly<C>) => DynamicModule,
  { kafkaBrokers, mongodbUri }: Servers = {
    kafkaBrokers: process.env['KAFKA_BROKERS']!,
    mongodbUri: process.env['MONGODB_URI']!,
  },
  environment: Record<string, string> = {},
): Promise<RunningService> {
  const name = `spec-${randomUUID().slice(0, 8)}`;
  const config = loadConfig(type, {
    KAFKA_BROKERS: kafkaBrokers,
    MONGODB_URI: mongodbUri,
    KAFKA_NAMESPACE: `${name}.`,
    MONGODB_DATABASE: name,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    ...environment,
  });
  const app = await createService(module(config), config, { title: 'spec', description: 'spec' });
  await app.listen(config.port, config.host);
  await app.startAllMicroservices();
  const url = await app.getUrl();
  const kafka = new kafkajs.Kafka({
    brokers: kafkaBrokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 3 },
  });
  const mongo = new mongoose.mongo.MongoClient(mongodbUri, { serverSelectionTimeoutMS: 10_000 });
  let producer: Producer | undefined;
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

  return {
    url,
    kafka,
    topic,
    database: mongo.db(name),
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, body, headers = { 'content-type': 'application/json' }) =>
      ask(path, {
        method: 'POST',
        headers,
        body:
          typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
    async produce(plain, messages) {
      producer ??= kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic: topic(plain), messages });
    },
    async read(plain, isIt) {
      const consumer = kafka.consumer({ groupId: `${name}-reader-${randomUUID()}` });
      const found: ReadMessage[] = [];
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [topic(plain)], fromBeginning: true });
        await consumer.run({
          eachMessage: ({ message: { key, value, headers } }) => {
            found.push({
              key: key?.toString(),
              headers: Object.fromEntries(
                Object.entries(headers ?? {}).map(([header, held]) => [header, String(held)]),
              ),
              value: value ? parsed(value.toString()) : null,
            });
            return Promise.resolve();
          },
        });
        await until(`it is in ${plain}`, () => found.some(isIt));
      } finally {
        await consumer.disconnect();
      }
      return found.find(isIt)!;
    },
    async stop() {
      await producer?.disconnect();
      await app.close();
      await mongo
        .db(name)
        .dropDatabase()
        .catch(() => undefined);
      await mongo.close();
    },
  };
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Waits until a service's topics are there and its consumer has its partitions: then nothing waits for a rebalance. */
export const untilReady = (service: RunningService, topics: number): Promise<void> =>
  until('the consumer has its partitions', async () => {
    const { body } = await service.get<{ status: string; consumer: { assigned: Record<string, number[]> } }>(
      '/health/ready',
    );
    return (
      Object.values(body.consumer.assigned).flat().length === topics * 6 && body.status !== 'unavailable'
    );
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
  if (pointers.length > 0) {
    expect((problem.errors ?? []).map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(pointers));
    for (const error of problem.errors ?? []) {
      expect(error).toEqual({
        pointer: expect.any(String),
        code: expect.stringMatching(/^[a-z-]+$/),
        message: expect.any(String),
      });
    }
  }
  return problem;
}
