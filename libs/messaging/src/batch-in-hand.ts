import { writeKafka } from '#contracts/kafka-binding.js';
import { backoff, pause } from './backoff.js';
import { type ConsumerState, nameOf } from './consumer-state.js';
import { asItCame, deadLetter } from './dead-letter.js';
import type { Effects, EventBatch, Publication, Refusal } from './effects.js';
import type { FetchedMessage } from './fetched-message.js';
import { CommitAbandoned, isLostPartition, type PartitionBatch } from './group-consumer.js';
import type { IncomingMessage, KafkaClient, OutgoingMessage } from './kafka-client.js';
import type { Log } from './log.js';
import type { TransportMetrics } from './metrics.js';
import { account, inAll, type Outcome, type Refused } from './outcome.js';
import { readBatch } from './read-batch.js';
import type { Subscription } from './subscription.js';
import { traceOf } from './trace.js';
import { type GoesOn, unlessStalled } from './unless-stalled.js';

/** Steps at which a test may have the process fail; see `test/faults`. Nothing in production sets them. */
export type Step = 'read' | 'written' | 'published' | 'committed';

/** Of the messages that are committed together, first to last. */
type OffsetRange = Pick<EventBatch, 'firstOffset' | 'lastOffset'>;

/** Messages that are committed together. */
export interface Stretch extends OffsetRange {
  readonly count: number;
  /** To be taken in any order, the parts of a slice one after the other. Who leaves it early ends it for all. */
  slices(most: number): Generator<readonly (readonly FetchedMessage[])[]>;
}

/** What a transport takes batches through with. */
export interface BatchOptions {
  /** The service's name: its consumer group, and the owner of its dead letters. */
  readonly service: string;
  readonly client: KafkaClient;
  readonly state: ConsumerState;
  readonly metrics: TransportMetrics;
  readonly log: Log;
  /** Messages taken through at once. More make a write cheaper, and a repeat after a crash longer. */
  readonly batchSize: number;
  readonly sessionTimeoutMs: number;
  /** An attempt of which nothing has come for so long is given up and made again; 2 minutes unless told. */
  readonly stalledAfterMs?: number;
}

export interface BatchContext extends BatchOptions {
  readonly subscription: Subscription;
  /** Runs the handler. At least one part comes of it. */
  readonly handle: (events: EventBatch) => Promise<AsyncIterable<Effects> | readonly Effects[]>;
  readonly reached: (step: Step) => void | Promise<void>;
  /** Set when the service stops: what is in hand is put down at the next step. */
  readonly stopping: AbortSignal;
  /** Set when it has stopped: a handler that never ended has nothing to keep any more. */
  readonly closed: AbortSignal;
}

const NOTHING: Effects = { publish: [], refused: [], repeated: 0 };
/** Asked this often, the client sends one every quarter to third of a session: it passes over what comes too early. */
const HEARTBEATS_A_SESSION = 12;
const SLICES_AT_ONCE = 3;
/** Twice the longest that a client of ours waits for an answer, its own second attempt included. */
const STALLED_AFTER_MS = 120_000;

/**
 * A batch of a partition that is being taken through, and the path of each slice of it:
 *
 *   read (parse, check) → handle (fold, one write a document) → publish, dead-letter → commit
 *
 * It keeps its place in the group for as long as it is in hand, however long it waits, until it is released.
 */
export class BatchInHand {
  private lost: Error | undefined;
  private readonly heartbeats: NodeJS.Timeout;

  constructor(
    private readonly context: BatchContext,
    private readonly batch: PartitionBatch,
  ) {
    this.heartbeats = setInterval(() => {
      if (context.closed.aborted) return clearInterval(this.heartbeats);
      batch.heartbeat().catch((error: unknown) => {
        if (isLostPartition(error)) this.lost ??= error as Error;
      });
    }, context.sessionTimeoutMs / HEARTBEATS_A_SESSION);
  }

  release(): void {
    clearInterval(this.heartbeats);
    this.context.state.goesOn(this.name);
  }

  /** Whether the partition is no longer ours, or we stop. */
  get isOver(): boolean {
    return this.context.stopping.aborted || !this.batch.isActive();
  }

  /**
   * Takes messages through and commits them.
   * @returns whether it is done: the partition may be no longer ours, or we stop
   */
  async takeThrough(stretch: Stretch): Promise<boolean> {
    const { context, batch } = this;
    const finished = await this.takeSlices(stretch);
    if (!finished) return false;
    const committed = await this.untilDone(async () => {
      await batch.commit(stretch.lastOffset + 1);
      return true;
    }, context.sessionTimeoutMs);
    if (!committed) return false;
    context.state.committed(batch, stretch.lastOffset + 1);
    await context.reached('committed');
    account(finished, batch, stretch.count, context);
    return true;
  }

  /**
   * While MongoDB and Kafka are asked for one slice, others are read and folded. None is at work any more when this returns.
   * @returns undefined where not all of it is done
   */
  private async takeSlices(stretch: Stretch): Promise<Outcome | undefined> {
    const { batchSize, state } = this.context;
    const outcomes: (Outcome | undefined)[] = [];
    const waiting = stretch.slices(batchSize);
    const takeNext = async (): Promise<void> => {
      for (const parts of waiting) {
        for (const [index, part] of parts.entries()) {
          // Of the slice's subjects, what lies before a further part has been published by those before it.
          const firstOffset = index === 0 ? stretch.firstOffset : part[0]!.offset;
          const lastOffset = parts[index + 1] ? part.at(-1)!.offset : stretch.lastOffset;
          const outcome = await this.takeSlice({ firstOffset, lastOffset }, part);
          outcomes.push(outcome);
          if (!outcome) return;
          state.gotOn(this.name);
        }
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: SLICES_AT_ONCE }, takeNext));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    return inAll(outcomes);
  }

  private async takeSlice(
    range: OffsetRange,
    messages: readonly IncomingMessage[],
  ): Promise<Outcome | undefined> {
    const { client, subscription, handle, reached, state } = this.context;
    const { topic, partition } = this.batch;
    const { received, refused, ignored } = readBatch(subscription, partition, messages);
    await reached('read');

    return this.untilDone(async (goesOn): Promise<Outcome | undefined> => {
      const known = new Map<string, Refusal>();
      const published = new Map<string, number>();
      let repeated = 0;
      let refusals: readonly Refusal[] = refused;
      let told = false;
      const { publishedUpTo } = state;
      const events: EventBatch = { topic, partition, ...range, publishedUpTo, received };
      const parts = received.length === 0 ? [NOTHING] : await handle(events);
      for await (const part of parts) {
        await reached('written');
        goesOn();
        refusals = [...refusals, ...part.refused].filter((one) => !known.has(refusedIn(one)));
        for (const refusal of refusals) known.set(refusedIn(refusal), refusal);
        // First: while they cannot be written, what is published would be again and again.
        await client.send(this.deadLetters(messages, refusals));
        await client.send(part.publish.map(toMessage));
        await reached('published');
        goesOn();
        for (const { topic: to } of part.publish) published.set(to, (published.get(to) ?? 0) + 1);
        repeated += part.repeated;
        refusals = [];
        told = true;
        this.checkKept();
        if (this.isOver) return undefined;
      }
      // Committed now, the refusals that were to go with the first part would be lost.
      if (!told) throw new Error(`the handler of ${topic} gave no effects`);
      return { refused: withTraces([...known.values()], messages), published, repeated, ignored };
    });
  }

  /**
   * Tries until it is done. Whatever fails here is ours and not an event's: MongoDB or Kafka away, another owner.
   * @param giveUpAfterMs for a commit: nothing is lost by beginning the batch again with a new consumer
   * @returns undefined when the partition is no longer ours or the service stops.
   * @throws what says that the partition is lost, for the client to rejoin its group.
   */
  private async untilDone<T>(
    work: (goesOn: GoesOn) => Promise<T>,
    giveUpAfterMs = Infinity,
  ): Promise<T | undefined> {
    const { state, metrics, log, stalledAfterMs = STALLED_AFTER_MS, stopping } = this.context;
    const { topic, partition } = this.batch;
    const begun = performance.now();
    for (let attempt = 0; !this.isOver; attempt++) {
      this.checkKept();
      try {
        const result = await unlessStalled(stalledAfterMs, work);
        state.goesOn(this.name);
        return result;
      } catch (error) {
        if (isLostPartition(error)) throw error;
        if (performance.now() - begun > giveUpAfterMs) throw new CommitAbandoned(error);
        const on = dependencyOf(error);
        state.awaits(this.name, on);
        metrics.retries.inc({ topic, waiting_on: on });
        log.warn(
          { topic, partition, on, attempt, error: wordsOf(error) },
          'a batch waits and is tried again',
        );
        await pause(backoff(attempt, Math.random()), stopping);
      }
    }
    return undefined;
  }

  private deadLetters(messages: readonly IncomingMessage[], refused: readonly Refusal[]): OutgoingMessage[] {
    if (refused.length === 0) return [];
    const at = byOffset(messages);
    const now = new Date();
    return refused.map((refusal) =>
      deadLetter(
        this.context.service,
        refusal.waited ?? this.batch,
        refusal.waited ? asItCame(refusal.waited) : at.get(refusal.offset)!,
        refusal,
        now,
      ),
    );
  }

  /** @throws when the group has given the partition away */
  private checkKept(): void {
    if (this.lost) throw this.lost;
  }

  private get name(): string {
    return nameOf(this.batch);
  }
}

const withTraces = (refused: readonly Refusal[], messages: readonly IncomingMessage[]): Refused[] => {
  if (refused.length === 0) return [];
  const at = byOffset(messages);
  return refused.map((refusal) => ({ ...refusal, trace: traceOf(at.get(refusal.offset)!) }));
};

const byOffset = (messages: readonly IncomingMessage[]): ReadonlyMap<number, IncomingMessage> =>
  new Map(messages.map((message) => [message.offset, message]));

const toMessage = ({ topic, event, data }: Publication): OutgoingMessage => ({
  topic,
  ...writeKafka(event, data),
});

/** Where what is refused stands: of what has waited many may be refused in the place of one message. */
const refusedIn = ({ offset, waited }: Refusal): string =>
  waited ? `${nameOf(waited)}/${waited.offset}` : String(offset);

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
