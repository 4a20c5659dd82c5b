import kafkajs, { type Admin, type Kafka, type Message, type Producer } from 'kafkajs';
import mongoose from 'mongoose';
import { randomUUID } from 'node:crypto';
import { writeKafka } from '#contracts/kafka-binding.js';
import { deadLettersOf } from '../dead-letter.js';
import { type Accepted, History, type HistoryPage } from '../history.js';
import { KafkaClient } from '../kafka-client.js';
import { SILENT } from '../log.js';
import { partitioner } from '../partitioner.js';
import { topicDeclarations } from '../topic-declarations.js';
import type { CounterPlace } from './counter-service.js';
import {
  Added,
  COUNTERS_AUDIT,
  COUNTERS_EVENTS,
  COUNTERS_INBOUND,
  type CounterDocument,
  SERVICE,
  TOPICS,
} from './counters.js';
import { foreignClient, type Read, TopicReader } from './topic-reader.js';
import { until } from './until.js';

/** An addition as an upstream system sends it. */
export interface Addition {
  readonly id: string;
  readonly counter: string;
  readonly by: number;
  readonly note?: string;
}

/** `count` additions of 1, 2, 3 … spread over `counters` counters. */
export const additions = (count: number, counters = 10, of = 'c'): Addition[] =>
  Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    counter: `${of}${index % counters}`,
    by: 1 + (index % 5),
  }));

export const messageOf = ({ id, counter, by, note }: Addition): Message =>
  writeKafka({
    id,
    source: '/upstream',
    type: Added.type,
    subject: counter,
    time: '2025-10-02T08:00:00+05:00',
    data: { by, ...(note !== undefined && { note }) },
    extensions: {},
  });

/**
 * The topics and the database of one spec, and what can be seen of a service from outside: documents, what it has
 * published, its dead letters, how far its group is.
 */
export class CounterWorld {
  readonly place: CounterPlace;
  private readonly client: KafkaClient;

  private constructor(
    brokers: readonly string[],
    mongodbUri: string,
    readonly kafka: Kafka,
    readonly admin: Admin,
    readonly producer: Producer,
    private readonly mongo: mongoose.mongo.MongoClient,
    name: string,
  ) {
    this.place = { brokers, mongodbUri, namespace: `${name}.`, database: name };
    this.client = new KafkaClient({
      brokers,
      clientId: 'world',
      log: SILENT,
      namespace: this.place.namespace,
    });
  }

  private reader: TopicReader | undefined;

  /** @param inboundPartitions fewer than declared make the order of a spec's events plain */
  static async create(
    servers: { brokers: readonly string[]; mongodbUri: string },
    inboundPartitions = COUNTERS_INBOUND.partitions,
  ): Promise<CounterWorld> {
    const kafka = foreignClient(servers.brokers);
    const admin = kafka.admin();
    // Idempotent: kafkajs repeats a whole request where one partition of it failed, as those of a new topic may.
    const producer = kafka.producer({ createPartitioner: partitioner, idempotent: true });
    const mongo = new mongoose.mongo.MongoClient(servers.mongodbUri, { serverSelectionTimeoutMS: 60_000 });
    await Promise.all([admin.connect(), producer.connect()]);
    const name = `spec-${randomUUID().slice(0, 13)}`;
    const world = new CounterWorld(servers.brokers, servers.mongodbUri, kafka, admin, producer, mongo, name);
    const topics = topicDeclarations(SERVICE, TOPICS).map((topic) =>
      topic.name === COUNTERS_INBOUND.name ? { ...topic, partitions: inboundPartitions } : topic,
    );
    try {
      await world.client.ensureTopics(topics);
    } catch (error) {
      await world.close(); // its connections would keep the worker from ending
      throw error;
    }
    return world;
  }

  /** The servers that the run has started for all specs. */
  static shared(inboundPartitions?: number): Promise<CounterWorld> {
    return CounterWorld.create(
      { brokers: process.env['KAFKA_BROKERS']!.split(','), mongodbUri: process.env['MONGODB_URI']! },
      inboundPartitions,
    );
  }

  named(topic: string): string {
    return this.place.namespace + topic;
  }

  get group(): string {
    return this.named(SERVICE);
  }

  get collection(): mongoose.mongo.Collection<CounterDocument> {
    return this.mongo.db(this.place.database).collection('counters');
  }

  async given(events: readonly Addition[], partition?: number): Promise<void> {
    await this.givenMessages(events.map(messageOf), partition);
  }

  async givenMessages(messages: readonly Message[], partition?: number): Promise<void> {
    await this.producer.send({
      topic: this.named(COUNTERS_INBOUND.name),
      messages: messages.map((message) => ({ ...message, ...(partition !== undefined && { partition }) })),
    });
  }

  /** Resolves when the group has committed everything that the inbound topic holds. */
  async drained(limitMs = 60_000): Promise<void> {
    await until('everything is committed', async () => (await this.behind()) === 0, limitMs);
  }

  async behind(): Promise<number> {
    const positions = await this.client.positions(SERVICE, [COUNTERS_INBOUND.name]);
    return positions.reduce((sum, { committed, end }) => sum + end - committed, 0);
  }

  /** How far the group is in the inbound topic, by partition. */
  async committed(): Promise<number[]> {
    const positions = await this.client.positions(SERVICE, [COUNTERS_INBOUND.name]);
    return positions.sort((a, b) => a.partition - b.partition).map(({ committed }) => committed);
  }

  /** Has the group, which must have no members, begin again at the beginning. */
  async rewind(): Promise<void> {
    await until('the group is empty', async () => {
      await this.admin.resetOffsets({
        groupId: this.group,
        topic: this.named(COUNTERS_INBOUND.name),
        earliest: true,
      });
      return true;
    });
  }

  /** The additions that a counter's document says it has accepted. */
  historyOf(counter: CounterDocument): Promise<Accepted[]> {
    const pages = this.mongo.db(this.place.database).collection<HistoryPage>('counters.history');
    return new History(pages).of(counter._id, counter);
  }

  async documents(): Promise<CounterDocument[]> {
    return this.collection.find().sort({ _id: 1 }).toArray() as unknown as Promise<CounterDocument[]>;
  }

  async published(): Promise<readonly Read[]> {
    const reader = await this.outside();
    const events = await reader.all(this.named(COUNTERS_EVENTS.name));
    return [...events, ...(await reader.all(this.named(COUNTERS_AUDIT.name)))];
  }

  async deadLetters(): Promise<readonly Read[]> {
    return (await this.outside()).all(this.named(deadLettersOf(SERVICE)));
  }

  /** Sets the largest message that a topic takes: a small one makes it refuse what is published to it. */
  async setLargestMessage(topic: string, bytes: number): Promise<void> {
    await this.admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: this.named(topic),
          configEntries: [{ name: 'max.message.bytes', value: String(bytes) }],
        },
      ],
    });
  }

  async close(): Promise<void> {
    await this.reader?.stop();
    await this.client.close();
    await Promise.allSettled([this.producer.disconnect(), this.admin.disconnect()]);
    await this.mongo
      .db(this.place.database)
      .dropDatabase()
      .catch(() => undefined);
    await this.mongo.close();
  }

  private async outside(): Promise<TopicReader> {
    this.reader ??= await TopicReader.start(
      this.kafka,
      [COUNTERS_EVENTS.name, COUNTERS_AUDIT.name, deadLettersOf(SERVICE)].map((topic) => this.named(topic)),
    );
    return this.reader;
  }
}
