import type { CloudEvent } from '#contracts/cloudevent.js';
import type { RefusedEvent } from '#contracts/fault.js';

/** An accepted event, with when it was learnt of and where it stands in the log. */
export interface Received<E extends CloudEvent = CloudEvent> {
  readonly event: E;
  readonly partition: number;
  readonly offset: number;
  /** When Kafka took it: the moment since when Orebound knows. */
  readonly receivedAt: Date;
}

/** Accepted events of one partition, in the order of the log. */
export interface EventBatch<E extends CloudEvent = CloudEvent> {
  readonly topic: string;
  readonly partition: number;
  /** The first offset of the messages that the batch was read from. All before it has been published and is done. */
  readonly firstOffset: number;
  /** The last offset of those messages. */
  readonly lastOffset: number;
  /**
   * By origin (`originOf`), the offset before which all of a partition is published, of any that this instance knows it of. What an
   * entity's other partitions brought forth, and may not have published yet, goes ahead of what the batch publishes of it.
   */
  readonly publishedUpTo: ReadonlyMap<string, number>;
  readonly received: readonly Received<E>[];
}

/** An event on its way out, with the topic it goes to. */
export interface Publication {
  readonly topic: string;
  readonly event: CloudEvent;
  /** Its data as JSON, where that has been made already. */
  readonly data?: string;
}

/** An event that the domain refuses, by its place in the batch's partition. */
export interface Refusal {
  readonly offset: number;
  readonly error: RefusedEvent;
  /** What is dead-lettered where it is not the event at that place, but one from before that waited for it. */
  readonly waited?: Received & { readonly topic: string };
}

/**
 * What a handler's batch has come to once its writes are durable. The transport publishes, dead-letters and then
 * commits; until it has committed, the same batch may come again, and must come to the same.
 *
 * A handler whose batch may come to more than memory holds gives its effects in parts (`AsyncIterable<Effects>`): each is
 * published before the next is asked for, and the batch is committed behind the last.
 */
export interface Effects {
  readonly publish: readonly Publication[];
  readonly refused: readonly Refusal[];
  /** Events that changed nothing, because they had been taken before. */
  readonly repeated: number;
}
