import type { Consumer, EachBatchPayload, Kafka, TopicPartitions } from 'kafkajs';
import { backoff, pause } from './backoff.js';
import { FetchedMessage } from './fetched-message.js';
import { assignmentOf, giveBack, isNext, watchFetches } from './kafkajs-fetch.js';
import { comingBack, joinAsBefore, type Membership } from './kafkajs-member.js';
import type { Log } from './log.js';
import { together } from './together.js';

watchFetches();
joinAsBefore();

/** Messages of one partition, in order, with what their handler may do while it holds them. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly FetchedMessage[];
  /** The offset behind the newest message of the partition, when the batch was fetched. */
  readonly endOffset: number;
  /** Keeps the partition; call it at least every third of the session timeout. Throws when the partition is lost. */
  heartbeat(): Promise<void>;
  /** Commits that all before `offset` is done. Throws when the partition is lost, or Kafka away. */
  commit(offset: number): Promise<void>;
  /** Has the partition fetched from `offset` on next, without committing anything. */
  fetchFrom(offset: number): void;
  /** Has no other partition fetched, until what it returns is called or the group is joined anew. */
  fetchAlone(): () => void;
  /** Gives back the memory of its messages, as far as it is theirs alone. None of them is to be read any more. */
  forget(): void;
  /** False once the consumer stops or has joined its group anew: put the batch down at the next safe point. */
  isActive(): boolean;
}

export interface ConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Partitions handled at once; their waits for MongoDB and Kafka overlap. */
  readonly concurrency: number;
  /** After so long without a heartbeat the broker gives the partitions to another. */
  readonly sessionTimeoutMs: number;
  /** Bytes that a fetch brings at most; 3 MB unless told. */
  readonly fetchBytes?: number;
  /** Run before the consumer joins its group, each time anew: creates the topics, say. */
  readonly prepare: () => Promise<void>;
  readonly onBatch: (batch: PartitionBatch) => Promise<void>;
  /** The consumer asked the broker for messages: it lives. */
  readonly onPoll: () => void;
  readonly onAssigned: (assignment: ReadonlyMap<string, readonly number[]>) => void;
}

/**
 * Of a backlog it is one partition's, and held as it came until it is taken through, or gathered with what comes next. A
 * message larger than this comes all the same, alone.
 */
const MOST_BYTES_FETCHED = 3_000_000;

/** Whether an error says that this consumer no longer owns its partitions; kafkajs rejoins the group when it sees it. */
export const isLostPartition = (error: unknown): boolean =>
  LOST_PARTITION.has((error as { type?: string }).type ?? '');

const LOST_PARTITION: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  // The group is another broker's now, which kafkajs asks for only when it joins again.
  'NOT_COORDINATOR_FOR_GROUP',
]);

/**
 * The broker that keeps the group's offsets takes none for so long that the consumer had better be made anew, which
 * looks for that broker again. `retriable` tells kafkajs to give up at once.
 */
export class CommitAbandoned extends Error {
  readonly retriable = false;
  constructor(cause: unknown) {
    super(`no offset can be committed: ${(cause as Error).message}`, { cause });
    this.name = 'CommitAbandoned';
  }
}

/** A member of a consumer group, for ever: it comes back by itself after every failure. */
export class GroupConsumer {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(
    private readonly kafka: Kafka,
    private readonly namespace: string,
    private readonly options: ConsumerOptions,
    private readonly log: Log,
  ) {
    this.running = this.consumeUntil(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async consumeUntil(stop: AbortSignal): Promise<void> {
    const { log, options } = this;
    const stopped = new Promise<void>((resolve) =>
      stop.addEventListener('abort', () => resolve(), { once: true }),
    );
    let failures = 0;
    const membership: Membership = { memberId: undefined };
    while (!stop.aborted) {
      const consumer = this.createConsumer();
      const apart = new Apart(consumer);
      consumer.on('consumer.group_join', ({ payload: { memberId, memberAssignment } }) => {
        membership.memberId = memberId;
        failures = 0;
        apart.assigned(memberAssignment);
      });
      const crashed = new Promise<Error>((resolve) =>
        consumer.on('consumer.crash', ({ payload }) => resolve(payload.error)),
      );
      const commit = together(commitAll);
      const clock = new ClockWatch();
      const connected = this.connectConsumer(consumer, stop);
      try {
        await Promise.race([connected, stopped]);
        if (stop.aborted) {
          // It may still be trying to reach Kafka. Nothing waits for that, and what it reaches is closed again.
          void connected.catch(() => undefined).finally(() => disconnect(consumer));
          return;
        }
        // Returns once the group is joined. Not to be disconnected before, or it would join all the same.
        await comingBack(membership, () =>
          consumer.run({
            autoCommit: false,
            eachBatchAutoResolve: false,
            partitionsConsumedConcurrently: options.concurrency,
            eachBatch: (payload) => this.takeBatch(payload, commit, apart),
          }),
        );
        const error = await Promise.race([crashed, stopped, clock.setBack]);
        if (error === SET_BACK) log.warn({}, 'the clock was set back; the Kafka consumer is started again');
        else if (error)
          log.error({ error: error.message }, 'the Kafka consumer has crashed; it is started again');
      } catch (error) {
        log.warn({ error: (error as Error).message }, 'consuming could not begin; trying again');
      } finally {
        clock.stop();
      }
      await disconnect(consumer);
      await pause(backoff(failures++, Math.random()), stop);
    }
  }

  private async connectConsumer(consumer: Consumer, stop: AbortSignal): Promise<void> {
    const { options } = this;
    await options.prepare();
    if (stop.aborted) return;
    await consumer.connect();
    if (stop.aborted) return;
    await consumer.subscribe({
      topics: options.topics.map((topic) => this.named(topic)),
      fromBeginning: true,
    });
  }

  private createConsumer(): Consumer {
    const { options } = this;
    const { fetchBytes = MOST_BYTES_FETCHED } = options;
    const consumer = this.kafka.consumer({
      groupId: this.named(options.groupId),
      sessionTimeout: options.sessionTimeoutMs,
      heartbeatInterval: Math.floor(options.sessionTimeoutMs / 4),
      // A member that is rebalanced puts its batch down within a write, so nobody needs to wait longer for it.
      rebalanceTimeout: options.sessionTimeoutMs * 2,
      allowAutoTopicCreation: false,
      maxBytesPerPartition: fetchBytes,
      maxBytes: fetchBytes, // which partitions come first, kafkajs leaves to chance
      maxWaitTimeInMs: 500, // bounds how long a stop waits for a fetch; a message ends the wait at once
      retry: {
        retries: 5,
        initialRetryTime: 200,
        maxRetryTime: 3_000,
        // Restarts are ours alone: the library's own one is on a timer that a stop at the wrong moment does not reach.
        restartOnFailure: () => Promise.resolve(false),
      },
    });
    consumer.on('consumer.fetch_start', () => options.onPoll());
    consumer.on('consumer.group_join', ({ payload }) => {
      options.onAssigned(
        new Map(
          Object.entries(payload.memberAssignment).map(([topic, partitions]) => [
            this.plain(topic),
            partitions,
          ]),
        ),
      );
    });
    return consumer;
  }

  private async takeBatch(
    payload: EachBatchPayload,
    commit: (done: Done) => Promise<void>,
    apart: Apart,
  ): Promise<void> {
    const { batch, resolveOffset, heartbeat, isStale } = payload;
    const { topic, partition } = batch;
    // kafkajs may join again while a batch is in hand, or waits to be.
    const isOurs = assignmentOf(batch);
    if (!isNext(batch)) return;
    const fetchFrom = (offset: number): void => {
      if (isOurs()) resolveOffset(String(offset - 1));
    };
    await this.options.onBatch({
      topic: this.plain(topic),
      partition,
      messages: batch.messages.map((message) => FetchedMessage.fetched(message)),
      endOffset: Number(batch.highWatermark),
      heartbeat,
      commit: async (offset) => {
        await commit({ payload, offset: String(offset) });
        fetchFrom(offset);
      },
      fetchFrom,
      fetchAlone: () => apart.fetchAlone(topic, partition, isOurs),
      forget: () => giveBack(batch),
      isActive: () => isOurs() && !isStale(),
    });
  }

  private named(name: string): string {
    return this.namespace + name;
  }

  private plain(name: string): string {
    return name.slice(this.namespace.length);
  }
}

/** Has a consumer fetch of one of its partitions alone, for a while. */
class Apart {
  private all: readonly TopicPartitions[] = [];
  private paused: TopicPartitions[] = [];

  constructor(private readonly consumer: Consumer) {}

  /** By topic, the partitions of its consumer. All of them are fetched. */
  assigned(assignment: Readonly<Record<string, number[]>>): void {
    this.all = Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions }));
    this.resume();
  }

  /**
   * @param isOurs whether the partition is assigned as it is now, and its consumer runs
   * @returns what ends it, as long as it is
   */
  fetchAlone(topic: string, partition: number, isOurs: () => boolean): () => void {
    if (isOurs()) {
      this.paused = this.all.map((one) => ({
        topic: one.topic,
        partitions: one.partitions.filter((other) => one.topic !== topic || other !== partition),
      }));
      this.consumer.pause(this.paused);
    }
    return () => {
      if (isOurs()) this.resume();
    };
  }

  private resume(): void {
    if (this.paused.length > 0) this.consumer.resume(this.paused);
    this.paused = [];
  }
}

/** A batch that is done up to an offset. */
interface Done {
  readonly payload: EachBatchPayload;
  readonly offset: string;
}

/** Of one consumer: any of its batches commits for all. */
async function commitAll(done: readonly Done[]): Promise<readonly void[]> {
  const byTopic = Map.groupBy(done, ({ payload }) => payload.batch.topic);
  await done[0]!.payload.commitOffsetsIfNecessary({
    topics: [...byTopic].map(([topic, of]) => ({
      topic,
      partitions: of.map(({ payload, offset }) => ({ partition: payload.batch.partition, offset })),
    })),
  });
  return [];
}

const SET_BACK = Symbol('the clock was set back');
const CLOCK_EVERY_MS = 500;
const SET_BACK_BY_MS = 1_000;

/**
 * Watches for the clock to be set back. kafkajs sends a heartbeat when so much time has passed by the clock since the last:
 * set back by an hour, none would be sent for an hour, and the group would go on without us, who would not know.
 */
class ClockWatch {
  readonly setBack: Promise<typeof SET_BACK>;
  private readonly timer: NodeJS.Timeout;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<typeof SET_BACK>();
    this.setBack = promise;
    let ahead = Date.now() - performance.now();
    this.timer = setInterval(() => {
      const before = ahead;
      ahead = Date.now() - performance.now();
      if (before - ahead > SET_BACK_BY_MS) resolve(SET_BACK);
    }, CLOCK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

const disconnect = (consumer: Consumer): Promise<void> => consumer.disconnect().catch(() => undefined);
