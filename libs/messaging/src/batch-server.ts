import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import type { Topic } from '#contracts/topic.js';
import { atMost } from './backoff.js';
import { Backlogs } from './backlog.js';
import { BatchInHand, type BatchOptions, type Step, type Stretch } from './batch-in-hand.js';
import { nameOf } from './consumer-state.js';
import type { Effects, EventBatch } from './effects.js';
import type { PartitionBatch } from './group-consumer.js';
import { slicesOf } from './slices.js';
import type { Subscription } from './subscription.js';
import { topicDeclarations } from './topic-declarations.js';

export interface BatchServerOptions extends BatchOptions {
  readonly concurrency: number;
  /** Bytes that are fetched at once at most; 3 MB unless told. */
  readonly fetchBytes?: number;
  /** Every topic that the service reads or writes; created where missing. */
  readonly topics: readonly Topic[];
}

interface Route {
  readonly subscription: Subscription;
  readonly handler: MessageHandler;
}

/**
 * At the start, and when a batch was put down before it was committed, as after a rebalance: what is done of a batch is done
 * again, so the next interruption should find little of it. After each commit so many times more.
 */
const FEW_AT_ONCE = 1_000;
const TIMES_MORE = 16;
/** Of a backlog. More would have still more of a subject in one write, and more to be done again. */
const MOST_AT_ONCE = 196_608;
const LAG_EVERY_MS = 5_000;
/** Leaves the rest of the 10 s to what is closed behind it. */
const STOP_WITHIN_MS = 6_000;

/**
 * Orebound's Kafka transport for Nest: a batch of a partition at a time, at least once, with effects exactly once.
 *
 * A handler is an ordinary `@EventPattern(topic.name, takes(topic))` method. It gets an `EventBatch` of events that
 * hold to their contract, stores what they come to, and returns its `Effects`. What it throws comes here through the
 * filter `HandlerErrors`, which the application registers. The path of a batch is in `BatchInHand`.
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
  private readonly closed = new AbortController();
  private closing: Promise<void> | undefined;
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
    if (this.stopping.signal.aborted) return callback(); // told to stop while it started
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
        onPoll: () => {
          state.signOfLife();
          this.backlogs.giveUp();
        },
        onAssigned: (assignment) => {
          this.backlogs.clear();
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
    if (gathered) batch.forget(); // it has been copied, or is fetched again
    if (gathered === 'later') return;
    if (gathered) this.options.state.takesAlone(nameOf(batch));
    const inHand = this.begin(route, batch);
    let isDone = false;
    try {
      isDone = await this.takeAll(
        route,
        batch,
        gathered ? [gathered] : this.stretchesOf(route, batch),
        inHand,
      );
    } finally {
      if (!isDone) {
        this.mostAtOnce = FEW_AT_ONCE; // whoever owns it next begins where it was put down
        if (gathered) batch.fetchFrom(gathered.firstOffset);
      }
      if (gathered) {
        this.options.state.letsOthersOn(nameOf(batch));
        this.backlogs.end(gathered);
      }
      inHand.release();
    }
  }

  private begin(route: Route, batch: PartitionBatch): BatchInHand {
    return new BatchInHand(
      {
        ...this.options,
        subscription: route.subscription,
        handle: (events) => this.handle(route, events),
        reached: this.reached,
        stopping: this.stopping.signal,
        closed: this.closed.signal,
      },
      batch,
    );
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
          yield* subscription.subjectsApart ? slicesOf([some], mostOfSlice) : [[some]];
        },
      };
    }
  }

  /** @returns whether all of it is done: the partition may be no longer ours, or we stop */
  private async takeAll(
    route: Route,
    batch: PartitionBatch,
    stretches: Iterable<Stretch>,
    inHand: BatchInHand,
  ): Promise<boolean> {
    for (const stretch of stretches) {
      if (inHand.isOver) return false;
      const done = this.options.metrics.batchSeconds.startTimer({ topic: batch.topic });
      if (!(await inHand.takeThrough(stretch))) return false;
      done();
      if (route.subscription.subjectsApart)
        this.mostAtOnce = Math.min(this.mostAtOnce * TIMES_MORE, MOST_AT_ONCE);
      this.options.state.signOfLife();
    }
    return true;
  }

  /**
   * Runs the handler through Nest, so that its guards, interceptors and filters see the batch.
   * @returns its effects, in one part or several; at least one
   */
  private async handle(
    route: Route,
    events: EventBatch,
  ): Promise<AsyncIterable<Effects> | readonly Effects[]> {
    const { topic, partition } = events;
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

  /** Nest asks too, later than the service: it is closed once. */
  close(): Promise<void> {
    return (this.closing ??= this.closeOnce());
  }

  private async closeOnce(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.lagTimer);
    // A member that is just joining learns that it stops when the group is complete, which a frozen member can delay by
    // a session. It has nothing in hand, and the group will do without it.
    await atMost(STOP_WITHIN_MS, this.consumer?.stop());
    this.closed.abort();
  }

  on(): void {
    throw new Error('the transport emits no events; ask ConsumerState');
  }

  unwrap<T>(): T {
    return this.options.client as T;
  }
}
