/**
 * With `group-consumer.ts`, `partitioner.ts` and `kafkajs-*.ts`, all that knows the Kafka client library
 * (kafkajs). All else in Orebound speaks of the messages and batches declared here, so that another client can take its place.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, IHeaders, Kafka as KafkaJs, Producer, ProducerBatch, SASLOptions } from 'kafkajs';
import type { Headers } from '#contracts/kafka-binding.js';
import { atMost, backoff } from './backoff.js';
import { type ConsumerOptions, GroupConsumer } from './group-consumer.js';
import { kafkajs } from './kafkajs-records.js';
import { openSocket } from './kafkajs-responses.js';
import type { Log } from './log.js';
import { partitioner } from './partitioner.js';
import { together } from './together.js';

const { Kafka, logLevel } = kafkajs;

export interface IncomingMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  readonly offset: number;
  /** When the broker (or, if the topic says so, the producer) stamped it. */
  readonly timestamp: Date;
}

export interface OutgoingMessage {
  readonly topic: string;
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers: Headers;
}

export interface TopicDeclaration {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** How far a group is in one partition. `committed` is where it goes on. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  readonly end: number;
}

/**
 * kafkajs puts all of one send's messages for a partition into one record batch, and the broker refuses a batch over
 * 1 MB whole. So a send is cut before that.
 */
const MOST_BYTES_A_SEND = 700_000;
const BYTES_A_RECORD_COSTS = 100;
const BYTES_A_HEADER_COSTS = 8;
/** A UTF-16 unit is at most so many bytes of UTF-8. */
const WIDEST_CHARACTER = 3;

/** At most so many bytes: text of headers is taken for the widest there is, which saves reading it twice. */
const sizeOf = ({ key, value, headers }: OutgoingMessage): number => {
  let bytes = BYTES_A_RECORD_COSTS + bytesOf(key) + bytesOf(value);
  for (const name in headers) {
    const header = headers[name];
    bytes += BYTES_A_HEADER_COSTS + name.length * WIDEST_CHARACTER;
    if (typeof header === 'string') bytes += header.length * WIDEST_CHARACTER;
    else for (const one of [header].flat()) bytes += bytesOf(one);
  }
  return bytes;
};

const bytesOf = (part: string | Buffer | null | undefined): number => (part ? Buffer.byteLength(part) : 0);

/** Of several batches. What a slice of a backlog brings forth goes by itself, while another is folded. */
const MOST_MESSAGES_TOGETHER = 200;
const MOST_SENDS_AGAIN = 3;
const MOST_ASKED_FOR_LEADERS = 6;

/** Whether an error is what a broker says of a topic that was made a moment ago. */
const isNew = (error: unknown): boolean =>
  ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'].includes((error as { type?: string }).type ?? '');

/**
 * Whether kafkajs holds a connection that it cannot use. Where a broker takes one and is late with its first answer, it tries
 * again, finds the connection standing, takes it for ready, and asks for nothing more: that lasts until it is closed.
 */
const isHalfConnected = (error: unknown): boolean => (error as Error).message === 'Broker not connected';

/**
 * Whether kafkajs has asked a broker that leads no more. Of sends it then learns who does; of where a partition ends, not until
 * what it knows is five minutes old, or by a clock that was set back meanwhile much older.
 */
const isOfOldLeader = (error: unknown): boolean =>
  (error as { type?: string }).type === 'NOT_LEADER_FOR_PARTITION';

/**
 * Whether kafkajs has asked brokers of the cluster and none has answered: it passes over what each of them failed with, and breaks
 * at the nothing it is left with (`Cannot destructure property 'topicMetadata'`). A connection that died unseen is enough for it.
 */
const isOfNoAnswer = (error: unknown): boolean => error instanceof TypeError;

/** Whether a broker has answered, and refused: it may be by one topic, or by one message's size. */
const isAnswer = (error: unknown): boolean => {
  const { type, cause } = error as { type?: string; cause?: { type?: string } };
  return (type ?? cause?.type) !== undefined;
};

/** What is not answered by then is sent again by whoever takes up the work: nothing of it is committed. */
const CLOSE_WITHIN_MS = 2_000;
const SAID_AGAIN_AFTER_MS = 30_000;
const MOST_SAID_REMEMBERED = 100;

export interface KafkaClientOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly log: Log;
  /** Put before the name of every topic and group, so that several installations can share a cluster; '' for none. */
  readonly namespace: string;
  readonly ssl?: boolean;
  readonly sasl?: {
    mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    username: string;
    password: string;
  };
}

export class KafkaClient {
  private readonly kafka: KafkaJs;
  private readonly producer: Producer;
  private producerReady: Promise<void> | undefined;
  private adminReady: Promise<Admin> | undefined;
  private closed = false;

  private readonly namespace: string;

  constructor(options: KafkaClientOptions) {
    const { log } = options;
    this.namespace = options.namespace;
    this.kafka = new Kafka({
      ...(options.ssl && { ssl: true }),
      ...(options.sasl && { sasl: options.sasl as SASLOptions }),
      brokers: [...options.brokers],
      socketFactory: openSocket,
      clientId: options.clientId,
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      // Short: who calls decides how long to go on trying. A consumer does for ever, a request for seconds.
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
      logLevel: logLevel.WARN,
      logCreator: () => {
        const saidAt = new Map<string, number>();
        return ({ namespace, log: entry }) => {
          const { message, error, groupId, broker } = entry as unknown as Record<string, unknown>;
          const said = `${namespace} ${String(message)}`;
          // While Kafka is away each of its connections says so several times a second.
          const now = performance.now();
          if (now - (saidAt.get(said) ?? -Infinity) < SAID_AGAIN_AFTER_MS) return;
          if (saidAt.size >= MOST_SAID_REMEMBERED) saidAt.clear();
          saidAt.set(said, now);
          log.warn({ kafka: namespace, error, groupId, broker }, String(message));
        };
      },
    });
    this.producer = this.kafka.producer({
      // Its own retries leave out every broker that has answered: where a partition moves to one of those meanwhile, its
      // messages are never sent, and the send is told as done. So it tries once, and `sendTogether` sends all anew.
      retry: { retries: 0 },
      createPartitioner: partitioner,
      allowAutoTopicCreation: false,
    });
  }

  /**
   * Sends, in order a key, and returns when all in-sync replicas have it (`acks=all`).
   * @throws the client's error when Kafka is away for longer than its few retries; nothing is known then of what has
   * arrived, and sending again is safe because ids repeat.
   */
  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length > 0) await this.sendAtOnce(messages);
  }

  private readonly sendAtOnce = together(
    async (sends: readonly (readonly OutgoingMessage[])[]): Promise<readonly void[]> => {
      await this.sendInParts(sends.flat());
      return [];
    },
    { sizeOf: ({ length }) => length, most: MOST_MESSAGES_TOGETHER, mayBeOfOne: isAnswer },
  );

  private async sendInParts(messages: readonly OutgoingMessage[]): Promise<void> {
    let from = 0;
    let bytes = 0;
    for (let index = 0; index < messages.length; index++) {
      const size = sizeOf(messages[index]!);
      if (bytes > 0 && bytes + size > MOST_BYTES_A_SEND) {
        await this.sendTogether(messages.slice(from, index));
        from = index;
        bytes = 0;
      }
      bytes += size;
    }
    await this.sendTogether(from === 0 ? messages : messages.slice(from));
  }

  private async sendTogether(messages: readonly OutgoingMessage[]): Promise<void> {
    const byTopic = new Map<
      string,
      { key: string | Buffer | null; value: string | Buffer | null; headers: IHeaders }[]
    >();
    for (const { topic, key, value, headers } of messages) {
      const list = byTopic.get(topic);
      if (list) list.push({ key, value, headers: headers as IHeaders });
      else byTopic.set(topic, [{ key, value, headers: headers as IHeaders }]);
    }
    await this.sendUntilTaken({
      acks: -1,
      topicMessages: [...byTopic].map(([topic, topicMessages]) => ({
        topic: this.named(topic),
        messages: topicMessages,
      })),
    });
  }

  /** Sends a batch, again and again as a whole: a leader that moves is no reason to tell the caller. */
  private async sendUntilTaken(batch: ProducerBatch): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      await this.connectProducer();
      try {
        await this.producer.sendBatch(batch);
        return;
      } catch (error) {
        if (isHalfConnected(error)) {
          this.producerReady = undefined;
          await this.producer.disconnect();
        }
        if (attempt === MOST_SENDS_AGAIN || this.closed) throw error;
        await sleep(backoff(attempt, Math.random()));
      }
    }
  }

  /** Creates the topics that are not there yet, and says which of the others have fewer partitions than declared. */
  async ensureTopics(
    topics: readonly TopicDeclaration[],
  ): Promise<{ created: string[]; tooSmall: string[] }> {
    return this.withAdmin((admin) => this.createMissing(admin, topics));
  }

  private async createMissing(
    admin: Admin,
    topics: readonly TopicDeclaration[],
  ): Promise<{ created: string[]; tooSmall: string[] }> {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter(({ name }) => !existing.has(this.named(name)));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: false, // kafkajs gives up at the first broker that has not heard of a new topic yet
        topics: missing.map(({ name, partitions, config }) => ({
          topic: this.named(name),
          numPartitions: partitions,
          replicationFactor: -1, // the broker's default.replication.factor: three in production, one on a laptop
          configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
        })),
      });
    }
    const partitionsOf = await this.partitionsOf(
      admin,
      topics.map(({ name }) => name),
    );
    return {
      created: missing.map(({ name }) => name),
      tooSmall: topics
        .filter(({ name, partitions }) => (partitionsOf.get(name) ?? 0) < partitions)
        .map(({ name }) => name),
    };
  }

  /** How many partitions each topic has, once all of them have leaders: one that was just made may have none yet. */
  private async partitionsOf(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    for (let attempt = 0; ; attempt++) {
      try {
        const { topics } = await admin.fetchTopicMetadata({
          topics: names.map((name) => this.named(name)),
        });
        return new Map(topics.map(({ name, partitions }) => [this.plain(name), partitions.length]));
      } catch (error) {
        if (!isNew(error) || attempt === MOST_ASKED_FOR_LEADERS) throw error;
        await sleep(backoff(attempt, Math.random()));
      }
    }
  }

  /** How far a group is, asked of the broker, so it is right even when the consumer stands still. */
  async positions(groupId: string, topics: readonly string[]): Promise<Position[]> {
    return this.withAdmin((admin) => this.positionsOf(admin, groupId, topics));
  }

  private async positionsOf(admin: Admin, groupId: string, topics: readonly string[]): Promise<Position[]> {
    const committed = await admin.fetchOffsets({
      groupId: this.named(groupId),
      topics: topics.map((topic) => this.named(topic)),
    });
    const positions: Position[] = [];
    for (const { topic, partitions } of committed) {
      const ends = await admin.fetchTopicOffsets(topic);
      for (const { partition, offset } of partitions) {
        const end = ends.find((candidate) => candidate.partition === partition);
        if (!end) continue;
        const start = Number(offset) < 0 ? Number(end.low) : Number(offset);
        positions.push({ topic: this.plain(topic), partition, committed: start, end: Number(end.high) });
      }
    }
    return positions;
  }

  /** @throws when Kafka does not answer. */
  async ping(): Promise<void> {
    await this.withAdmin((admin) => admin.describeCluster());
  }

  /** Consumes until it is stopped; comes back by itself after every failure. */
  consume(options: ConsumerOptions, log: Log): { stop(): Promise<void> } {
    return new GroupConsumer(this.kafka, this.namespace, options, log);
  }

  /** Ends the connections, once what was asked for has been answered: within 2 s, though a broker may hang. */
  async close(): Promise<void> {
    this.closed = true;
    await atMost(
      CLOSE_WITHIN_MS,
      Promise.allSettled([this.producer.disconnect(), this.adminReady?.then((admin) => admin.disconnect())]),
    );
  }

  private named(name: string): string {
    return this.namespace + name;
  }

  private plain(name: string): string {
    return name.slice(this.namespace.length);
  }

  private connectProducer(): Promise<void> {
    this.producerReady ??= this.connect(this.producer).catch((error: unknown) => {
      this.producerReady = undefined;
      throw error;
    });
    return this.producerReady;
  }

  /** Does work that may be done twice: where no broker has answered, it is done once more, on new connections. */
  private async withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const ready = this.connectAdmin();
      const admin = await ready;
      try {
        return await work(admin);
      } catch (error) {
        const isUnanswered = isOfNoAnswer(error);
        if (isUnanswered || isHalfConnected(error) || isOfOldLeader(error)) {
          if (this.adminReady === ready) this.adminReady = undefined;
          await admin.disconnect();
        }
        if (!isUnanswered) throw error;
        if (attempt > 0) throw new Error('no broker of Kafka has answered', { cause: error });
      }
    }
  }

  private connectAdmin(): Promise<Admin> {
    this.adminReady ??= this.connectNewAdmin().catch((error: unknown) => {
      this.adminReady = undefined;
      throw error;
    });
    return this.adminReady;
  }

  private async connectNewAdmin(): Promise<Admin> {
    const admin = this.kafka.admin();
    try {
      await this.connect(admin);
      return admin;
    } catch (error) {
      await admin.disconnect(); // of a broker that is late with its answer the connection still stands
      throw error;
    }
  }

  /** What reaches Kafka only after `close` is closed again: nobody else would, and `close` does not wait for it. */
  private async connect(part: Producer | Admin): Promise<void> {
    if (!this.closed) await part.connect();
    if (!this.closed) return;
    await part.disconnect();
    throw new Error('the Kafka client is closed');
  }
}
