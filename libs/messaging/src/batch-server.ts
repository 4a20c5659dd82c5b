import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { writeKafka } from '#contracts/kafka-binding.js';
import { atMost, backoff, pause } from './backoff.js';
import { Backlogs } from './backlog.js';
import type { ConsumerState } from './consumer-state.js';
import { asItCame, deadLetter } from './dead-letter.js';
import type { Effects, EventBatch, Publication, Received, Refusal } from './effects.js';
import type { FetchedMessage } from './fetched-message.js';
import { CommitAbandoned, isLostPartition, type PartitionBatch } from './group-consumer.js';
import type { IncomingMessage, KafkaClient, OutgoingMessage } from './kafka-client.js';
import type { Log } from './log.js';
import type { TransportMetrics } from './metrics.js';
import type { Topic } from '#contracts/topic.js';
import { account, inAll, type Outcome, type Refused } from './outcome.js';
import { topicDeclarations } from './topic-declarations.js';
import { readBatch } from './read-batch.js';
import { slicesOf } from './slices.js';
import type { Subscription } from './subscription.js';
import { traceOf } from './trace.js';
import { type GoesOn, unlessStalled } from './unless-stalled.js';

export interface BatchServerOptions {
  /** The service's name: its consumer group, and the owner of its dead letters. */
  readonly service: string;
  readonly client: KafkaClient;
  readonly state: ConsumerState;
  readonly metrics: TransportMetrics;
  readonly log: Log;
  /** Messages taken through at once. More make a write cheaper, and a repeat after a crash longer. */
  readonly batchSize: number;
  readonly concurrency: number;
  readonly sessionTimeoutMs: number;
  /** An attempt of which nothing has come for so long is given up and made again; 2 minutes unless told. */
  readonly stalledAfterMs?: number;
  /** Bytes that are fetched at once at most; 3 MB unless told. */
  readonly fetchBytes?: number;
  /** Every topic that the service reads or writes; created where missing. */
  readonly topics: readonly Topic[];
}

interface Route {
  readonly subscription: Subscription;
  readonly handler: MessageHandler;
}

/** Steps at which a test may have the process fail; see `test/faults`. Nothing in production sets them. */
export type Step = 'read' | 'written' | 'published' | 'committed';

/** Of the messages that are committed together, first to last. */
type OffsetRange = Pick<EventBatch, 'firstOffset' | 'lastOffset'>;

/** Messages that are committed together. */
interface Stretch extends OffsetRange {
  readonly count: number;
  /** To be taken in any order, the parts of a slice one after the other. Who leaves it early ends it for all. */
  slices(most: number): Generator<readonly (readonly FetchedMessage[])[]>;
}

/**
 * At the start, and when a batch was put down before it was committed, as after a rebalance: what is done of a batch is done
 * again, so the next interruption should find little of it. Twice as many after each commit.
 */
const FEW_AT_ONCE = 1_000;
/** Of a backlog. More would have still more of a subject in one write, and more to be done again. */
const MOST_AT_ONCE = 49_152;
const NOTHING: Effects = { publish: [], refused: [], repeated: 0 };
const LAG_EVERY_MS = 5_000;
/** Asked this often, the client sends one every quarter to third of a session: it passes over what comes too early. */
const HEARTBEATS_A_SESSION = 12;
const SLICES_AT_ONCE = 2;
/** Leaves the rest of the 10 s to what is closed behind it. */
const STOP_WITHIN_MS = 6_000;
/** Twice the longest that a client of ours waits for an answer, its own second attempt included. */
const STALLED_AFTER_MS = 120_000;

/**
 * Orebound's Kafka transport for Nest: a batch of a partition at a time, at least once, with effects exactly once.
 *
 * A handler is an ordinary `@EventPattern(topic.name, takes(topic))` method. It gets an `EventBatch` of events that
 * hold to their contract, stores what they come to, and returns its `Effects`. What it throws comes here through the
 * filter `HandlerErrors`, which the application registers. The path of a batch, or of each slice of it where subjects go
 * apart, in this order:
 *
 *   read (parse, check) → handle (fold, one write a document) → publish, dead-letter → commit
 *
 * Promises:
 * 1. An event's effects are durable before its offset is committed. A crash anywhere means that the batch comes
 *    again, to a handler that then changes nothing (see `Projection`), and is published again with the same ids.
 * 2. A bad event goes to `<service>.dead-letters` at once, whole, with why and where; those behind it go on.
 * 3. While MongoDB or Kafka is away the partition stands still, with backoff, for as long as it takes, and keeps its
 *    place in the group. Nothing is skipped, and nothing is dead-lettered for it. A request that is never answered, nor
 *    refused, is given up and made again: an attempt that was given up publishes nothing any more.
 * 4. Events of one subject in one partition are handled in order, and what they bring forth is published in that order.
 *    So are those of different subjects, unless the subscription lets them go apart.
 * 5. What no handler takes is an error at start, or a dead letter: never a silent commit.
 * 6. `close` puts down the batches in hand at the next step and leaves the group, within 10 s.
 *
 * Not promised: that an event is seen once (downstream tells repeats by id), any order across partitions, and that a
 * handler's effects outside its own documents happen once.
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly stopping = new AbortController();
  private readonly routes = new Map<string, Route>();
  private consumer: { stop(): Promise<void> } | undefined;
  private lagTimer: NodeJS.Timeout | undefined;
  private closed = false;
  /** Messages that are committed together, where the subjects of a batch may go apart. */
  private mostAtOnce = FEW_AT_ONCE;
  private readonly backlogs = new Backlogs();

  constructor(
    private readonly options: BatchServerOptions,
    private readonly reached: (step: Step) => void | Promise<void> = () => undefined,
  ) {
    super();
  }

  /** Starts consuming in the background; Kafka may still be away. @throws when a handler's topic is not declared. */
  listen(callback: (error?: unknown) => void): void {
    try {
      this.register();
    } catch (error) {
      return callback(error);
    }
    const { client, service, state, log, fetchBytes } = this.options;
    this.consumer = client.consume(
      {
        groupId: service,
        topics: [...this.routes.keys()],
        concurrency: this.options.concurrency,
        sessionTimeoutMs: this.options.sessionTimeoutMs,
        ...(fetchBytes !== undefined && { fetchBytes }),
        prepare: () => this.createTopics(),
        onBatch: (batch) => this.take(batch),
        onPoll: () => state.signOfLife(),
        onAssigned: (assignment) => {
          this.backlogs.clear(); // all that is not committed is fetched again
          state.joined(assignment);
          log.info({ assignment: Object.fromEntries(assignment) }, 'joined the group');
        },
      },
      log,
    );
    this.lagTimer = setInterval(() => void this.measureLag(), LAG_EVERY_MS);
    callback();
  }

  private async createTopics(): Promise<void> {
    const { client, service, topics, log } = this.options;
    const { created, tooSmall } = await client.ensureTopics(topicDeclarations(service, topics));
    if (created.length > 0) log.info({ created }, 'created topics');
    if (tooSmall.length > 0) log.warn({ tooSmall }, 'topics have fewer partitions than declared');
  }

  private register(): void {
    for (const [pattern, handler] of this.messageHandlers) {
      const subscription = (handler.extras as { subscription?: Subscription } | undefined)?.subscription;
      if (!handler.isEventHandler || !subscription) {
        throw new Error(
          `${pattern}: a handler is @EventPattern(topic.name, takes(topic)), so that its contracts are known`,
        );
      }
      if (subscription.topic.name !== pattern)
        throw new Error(`${pattern} takes the contracts of ${subscription.topic.name}`);
      if (handler.next) throw new Error(`${pattern} has more than one handler`);
      if (!this.options.topics.includes(subscription.topic))
        throw new Error(`${pattern} is not among the service's topics`);
      this.routes.set(pattern, { subscription, handler });
    }
    if (this.routes.size === 0) throw new Error('no handler: nothing would be consumed');
  }

  /**
   * The path of a batch: what kafkajs hands over of a partition, some thousands of messages. It is committed `batchSize`
   * messages at a time; where its subjects may go apart as one, together with what lies behind it, unless something has just
   * been put down.
   */
  private async take(batch: PartitionBatch): Promise<void> {
    const route = this.routes.get(batch.topic)!;
    const { subjectsApart } = route.subscription;
    const gathered = subjectsApart ? this.backlogs.gather(batch, this.mostAtOnce) : undefined;
    if (gathered === 'waits') return batch.fetchFrom(batch.messages.at(-1)!.offset);
    const heartbeat = this.keepPartition(batch);
    let isDone = false;
    try {
      isDone = await this.takeAll(
        route,
        batch,
        gathered ? [gathered] : this.stretchesOf(route, batch),
        heartbeat,
      );
    } finally {
      if (!isDone) {
        this.mostAtOnce = FEW_AT_ONCE; // whoever owns it next begins where it was put down
        if (gathered) batch.fetchFrom(gathered.firstOffset);
      }
      heartbeat.stop();
      this.options.state.goesOn(nameOf(batch));
    }
  }

  /** What is committed together of a batch by itself, as much as may be when its turn comes. */
  private *stretchesOf({ subscription }: Route, { messages }: PartitionBatch): Generator<Stretch> {
    for (let from = 0; from < messages.length;) {
      const most = subscription.subjectsApart ? this.mostAtOnce : this.options.batchSize;
      const some = messages.slice(from, from + most);
      from += some.length;
      yield {
        firstOffset: some[0]!.offset,
        lastOffset: some.at(-1)!.offset,
        count: some.length,
        *slices(mostOfSlice) {
          yield* subscription.subjectsApart ? slicesOf(some, mostOfSlice) : [[some]];
        },
      };
    }
  }

  /** @returns whether all of it is done: the partition may be no longer ours, or we stop */
  private async takeAll(
    route: Route,
    batch: PartitionBatch,
    stretches: Iterable<Stretch>,
    kept: Kept,
  ): Promise<boolean> {
    for (const stretch of stretches) {
      if (this.isOver(batch)) return false;
      const done = this.options.metrics.batchSeconds.startTimer({ topic: batch.topic });
      if (!(await this.takeThrough(route, batch, stretch, kept))) return false;
      done();
      if (route.subscription.subjectsApart) this.mostAtOnce = Math.min(this.mostAtOnce * 2, MOST_AT_ONCE);
      this.options.state.signOfLife();
    }
    return true;
  }

  private async takeThrough(
    route: Route,
    batch: PartitionBatch,
    stretch: Stretch,
    kept: Kept,
  ): Promise<boolean> {
    const finished = await this.takeSlices(route, batch, stretch, kept);
    if (!finished) return false; // the partition is no longer ours, or we stop

    const committed = await this.untilDone(
      batch,
      kept,
      async () => {
        await batch.commit(stretch.lastOffset + 1);
        return true;
      },
      this.options.sessionTimeoutMs,
    );
    if (!committed) return false;
    await this.reached('committed');
    account(finished, batch, stretch.count, this.options);
    return true;
  }

  /**
   * While MongoDB writes one slice, another is read and folded. None is at work any more when this returns.
   * @returns undefined where not all of it is done
   */
  private async takeSlices(
    route: Route,
    batch: PartitionBatch,
    stretch: Stretch,
    kept: Kept,
  ): Promise<Outcome | undefined> {
    const outcomes: (Outcome | undefined)[] = [];
    const waiting = stretch.slices(this.options.batchSize);
    const takeNext = async (): Promise<void> => {
      for (const parts of waiting) {
        for (const [index, part] of parts.entries()) {
          // Of the slice's subjects, what lies before a further part has been published by those before it.
          const firstOffset = index === 0 ? stretch.firstOffset : part[0]!.offset;
          const lastOffset = parts[index + 1] ? part.at(-1)!.offset : stretch.lastOffset;
          const outcome = await this.takeSlice(route, batch, { firstOffset, lastOffset }, part, kept);
          outcomes.push(outcome);
          if (!outcome) return;
          this.options.state.signOfLife();
        }
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: SLICES_AT_ONCE }, takeNext));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    return inAll(outcomes);
  }

  private async takeSlice(
    route: Route,
    batch: PartitionBatch,
    range: OffsetRange,
    messages: readonly IncomingMessage[],
    kept: Kept,
  ): Promise<Outcome | undefined> {
    const { received, refused, ignored } = readBatch(route.subscription, batch.partition, messages);
    await this.reached('read');

    return this.untilDone(batch, kept, async (goesOn): Promise<Outcome | undefined> => {
      const known = new Map<string, Refusal>();
      const published = new Map<string, number>();
      let repeated = 0;
      let refusals: readonly Refusal[] = refused;
      let told = false;
      const parts = received.length === 0 ? [NOTHING] : await this.handle(route, batch, range, received);
      for await (const part of parts) {
        await this.reached('written');
        goesOn();
        refusals = [...refusals, ...part.refused].filter((one) => !known.has(refusedIn(one)));
        for (const refusal of refusals) known.set(refusedIn(refusal), refusal);
        // First: while they cannot be written, what is published would be again and again.
        await this.options.client.send(this.deadLetters(batch, messages, refusals));
        await this.options.client.send(part.publish.map(toMessage));
        await this.reached('published');
        goesOn();
        for (const { topic } of part.publish) published.set(topic, (published.get(topic) ?? 0) + 1);
        repeated += part.repeated;
        refusals = [];
        told = true;
        kept.check();
        if (this.isOver(batch)) return undefined;
      }
      // Committed now, the refusals that were to go with the first part would be lost.
      if (!told) throw new Error(`the handler of ${batch.topic} gave no effects`);
      return { refused: withTraces([...known.values()], messages), published, repeated, ignored };
    });
  }

  /**
   * Runs the handler through Nest, so that its guards, interceptors and filters see the batch.
   * @returns its effects, in one part or several; at least one
   */
  private async handle(
    route: Route,
    { topic, partition }: PartitionBatch,
    range: OffsetRange,
    received: readonly Received[],
  ): Promise<AsyncIterable<Effects> | readonly Effects[]> {
    const events: EventBatch = { topic, partition, ...range, received };
    let effects: Effects | AsyncIterable<Effects> | undefined;
    // Declared void, it gives the promise of what it runs.
    await (this.runWithProcessingHooks({ getPattern: () => topic } as never, async (end) => {
      const result: unknown = await route.handler(events, { topic, partition });
      effects = (await lastValueFrom(this.transformToObservable(result), {
        defaultValue: undefined,
      })) as typeof effects;
      end();
    }) as unknown as Promise<void>);
    if (!effects) throw new Error(`the handler of ${topic} returned no effects`);
    return Symbol.asyncIterator in effects ? effects : [effects];
  }

  /**
   * Tries until it is done. Whatever fails here is ours and not an event's: MongoDB or Kafka away, another owner.
   * @param giveUpAfterMs for a commit: nothing is lost by beginning the batch again with a new consumer
   * @returns undefined when the partition is no longer ours or the service stops.
   * @throws what says that the partition is lost, for the client to rejoin its group.
   */
  private async untilDone<T>(
    batch: PartitionBatch,
    kept: Kept,
    work: (goesOn: GoesOn) => Promise<T>,
    giveUpAfterMs = Infinity,
  ): Promise<T | undefined> {
    const { state, metrics, log, stalledAfterMs = STALLED_AFTER_MS } = this.options;
    const begun = performance.now();
    for (let attempt = 0; !this.isOver(batch); attempt++) {
      kept.check();
      try {
        const result = await unlessStalled(stalledAfterMs, work);
        state.goesOn(nameOf(batch));
        return result;
      } catch (error) {
        if (isLostPartition(error)) throw error;
        if (performance.now() - begun > giveUpAfterMs) throw new CommitAbandoned(error);
        const on = dependencyOf(error);
        state.awaits(nameOf(batch), on);
        metrics.retries.inc({ topic: batch.topic, waiting_on: on });
        log.warn(
          { topic: batch.topic, partition: batch.partition, on, attempt, error: wordsOf(error) },
          'a batch waits and is tried again',
        );
        await pause(backoff(attempt, Math.random()), this.stopping.signal);
      }
    }
    return undefined;
  }

  /** Heartbeats for as long as a batch is in hand, however long it waits, so that the partition is not lost. */
  private keepPartition(batch: PartitionBatch): Kept {
    let lost: Error | undefined;
    const timer = setInterval(() => {
      if (this.closed) return clearInterval(timer); // a handler that never ended has nothing to keep any more
      batch.heartbeat().catch((error: unknown) => {
        if (isLostPartition(error)) lost ??= error as Error;
      });
    }, this.options.sessionTimeoutMs / HEARTBEATS_A_SESSION);
    return {
      check: () => {
        if (lost) throw lost;
      },
      stop: () => clearInterval(timer),
    };
  }

  private deadLetters(
    batch: PartitionBatch,
    messages: readonly IncomingMessage[],
    refused: readonly Refusal[],
  ): OutgoingMessage[] {
    if (refused.length === 0) return [];
    const at = byOffset(messages);
    const now = new Date();
    return refused.map((refusal) =>
      deadLetter(
        this.options.service,
        refusal.waited ?? batch,
        refusal.waited ? asItCame(refusal.waited) : at.get(refusal.offset)!,
        refusal,
        now,
      ),
    );
  }

  private async measureLag(): Promise<void> {
    const { client, state, metrics, service } = this.options;
    try {
      const lags = await client.positions(service, [...this.routes.keys()]);
      state.kafkaAnswered();
      state.measured(lags);
      for (const { topic, partition, committed, end } of lags) {
        metrics.lag.set({ topic, partition: String(partition) }, Math.max(0, end - committed));
      }
    } catch {
      // Kafka is away. The consumer says so itself; the lag last measured stays.
    }
  }

  private isOver(batch: PartitionBatch): boolean {
    return this.stopping.signal.aborted || !batch.isActive();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.lagTimer);
    // A member that is just joining learns that it stops when the group is complete, which a frozen member can delay by
    // a session. It has nothing in hand, and the group will do without it.
    await atMost(STOP_WITHIN_MS, this.consumer?.stop());
    this.closed = true;
  }

  on(): void {
    throw new Error('the transport emits no events; ask ConsumerState');
  }

  unwrap<T>(): T {
    return this.options.client as T;
  }
}

interface Kept {
  /** @throws when the group has given the partition away. */
  check(): void;
  stop(): void;
}

const withTraces = (refused: readonly Refusal[], messages: readonly IncomingMessage[]): Refused[] => {
  if (refused.length === 0) return [];
  const at = byOffset(messages);
  return refused.map((refusal) => ({ ...refusal, trace: traceOf(at.get(refusal.offset)!) }));
};

const byOffset = (messages: readonly IncomingMessage[]): ReadonlyMap<number, IncomingMessage> =>
  new Map(messages.map((message) => [message.offset, message]));

const nameOf = ({ topic, partition }: PartitionBatch): string => `${topic}/${partition}`;

const toMessage = ({ topic, event, data }: Publication): OutgoingMessage => ({
  topic,
  ...writeKafka(event, data),
});

/** Where what is refused stands: of what has waited many may be refused in the place of one message. */
const refusedIn = ({ offset, waited }: Refusal): string =>
  waited ? `${waited.topic}/${waited.partition}/${waited.offset}` : String(offset);

const wordsOf = (error: unknown): string => (error instanceof Error ? String(error) : JSON.stringify(error));

/**
 * Which dependency an error speaks of, by the names that the clients give their errors. MongoDB's driver lets a
 * socket's own error through when it writes to a connection that the server has just ended.
 */
const dependencyOf = (error: unknown): string => {
  const { name = '', code } = error as { name?: string; code?: unknown };
  if (name.startsWith('KafkaJS')) return 'kafka';
  return name.startsWith('Mongo') || code === 'EPIPE' ? 'mongodb' : 'handler';
};
