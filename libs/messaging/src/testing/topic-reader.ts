import kafkajs, { type Admin, type Consumer, type Kafka, type KafkaMessage } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { until } from './until.js';

export interface Read {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: NonNullable<KafkaMessage['headers']>;
  readonly offset: number;
}

/** Reads whole topics as somebody downstream would, with the bare client and a group of its own. */
export class TopicReader {
  private readonly messages: Read[] = [];
  private readonly next = new Map<string, number>();

  private constructor(
    private readonly consumer: Consumer,
    private readonly admin: Admin,
  ) {}

  static async start(kafka: Kafka, topics: readonly string[]): Promise<TopicReader> {
    const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 100 });
    const admin = kafka.admin();
    const reader = new TopicReader(consumer, admin);
    await Promise.all([consumer.connect(), admin.connect()]);
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message: { key, value, headers, offset } }) => {
        reader.next.set(`${topic}/${partition}`, Number(offset) + 1);
        reader.messages.push({
          topic,
          partition,
          key,
          value,
          headers: headers ?? {},
          offset: Number(offset),
        });
      },
    });
    return reader;
  }

  /** Everything that the topic holds now. */
  async all(topic: string): Promise<readonly Read[]> {
    await until(`all of ${topic} is read`, async () =>
      (await this.admin.fetchTopicOffsets(topic)).every(
        ({ partition, high }) => (this.next.get(`${topic}/${partition}`) ?? 0) >= Number(high),
      ),
    );
    return this.messages.filter((message) => message.topic === topic);
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.consumer.disconnect(), this.admin.disconnect()]);
  }
}

/** A client as anybody might have one; it says nothing. */
export const foreignClient = (brokers: readonly string[]): Kafka =>
  new kafkajs.Kafka({
    brokers: [...brokers],
    clientId: 'foreign',
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
