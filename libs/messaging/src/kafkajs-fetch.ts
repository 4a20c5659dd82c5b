import { createRequire } from 'node:module';
import { RecordBody } from './record-body.js';

/** kafkajs's own runner of a consumer, as far as it is used here; not a part of its public face. */
interface RunnerClass {
  readonly prototype: {
    running: boolean;
    readonly consumerGroup: {
      /** Where it stands in each of its partitions: an object that is made anew whenever it joins its group. */
      readonly offsetManager: { nextOffset(topic: string, partition: number): { toString(): string } } | null;
    };
    fetch(nodeId: number): Promise<FetchedBatch[]>;
  };
}

interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  /** Where it was to begin. Of 64 bits, so text. */
  readonly fetchedOffset?: string;
  /** None where the partition had nothing to give. */
  readonly rawMessages: readonly object[];
}

/** Ends the fetchers of a consumer that has stopped. */
export class StoppedConsumer extends Error {
  constructor() {
    super('the consumer has stopped');
    this.name = 'StoppedConsumer';
  }
}

interface Origin {
  /** Whether it was fetched by the assignment that its consumer still has; none once that has stopped. */
  readonly isOfAssignment: () => boolean;
  /** Whether it was fetched from where its consumer still is to fetch from. */
  readonly isNext: () => boolean;
  /** Whether nothing else came in the response that brought it. */
  readonly isAlone: boolean;
}

const origins = new WeakMap<object, Origin>();

const NEVER = (): boolean => false;

/**
 * Whether a batch is of the partitions as they are assigned now. One that was fetched before its consumer joined its group anew
 * may begin behind what is to be taken next: it is fetched again, from there.
 * @returns what tells so at any time, and does not keep the batch, which is of megabytes
 */
export const assignmentOf = (batch: object): (() => boolean) => origins.get(batch)?.isOfAssignment ?? NEVER;

/**
 * Whether a batch, when it is handed over, is what comes next of its partition. Where the partition was to be fetched from
 * elsewhere meanwhile, what was asked for before would be taken in place of what lies before it.
 */
export const isNext = (batch: object): boolean => origins.get(batch)?.isNext() ?? false;

/**
 * Gives back the memory of the response that a batch came in, where it came alone: it would else stay until it is collected. None
 * of the batch's messages can be read any more then. Who tries gets a TypeError.
 */
export function giveBack(batch: { readonly messages: readonly object[] }): void {
  const [first] = batch.messages;
  if (!origins.get(batch)?.isAlone || !(first instanceof RecordBody)) return;
  const { buffer } = first.bytes;
  // What is smaller may stand beside what is others', in memory that Node shares out.
  if (buffer.byteLength > Buffer.poolSize) (buffer as ArrayBuffer).transfer(0);
}

/**
 * Has kafkajs end a fetcher of a consumer that has stopped, in place of giving it nothing, and remember by which
 * assignment it has fetched.
 *
 * A consumer that is stopped in the moment in which its fetchers are made anew, because a broker has come or gone, stops those of
 * before. The new ones then ask, are given nothing at once, and ask again, without a turn of the event loop between: the
 * process answers nobody any more, not even SIGTERM. An error ends them, and kafkajs sees that it is to stop.
 */
export function watchFetches(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/runner') as RunnerClass;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
  const { fetch } = prototype;
  prototype.fetch = async function (nodeId) {
    if (!this.running) throw new StoppedConsumer();
    const { consumerGroup } = this;
    const { offsetManager } = consumerGroup;
    const batches = await fetch.call(this, nodeId);
    const isOfAssignment = (): boolean => this.running && consumerGroup.offsetManager === offsetManager;
    const isAlone = batches.filter(({ rawMessages }) => rawMessages.length > 0).length === 1;
    for (const batch of batches) {
      const { topic, partition, fetchedOffset } = batch;
      const isNext = (): boolean =>
        isOfAssignment() && offsetManager!.nextOffset(topic, partition).toString() === fetchedOffset;
      origins.set(batch, { isOfAssignment, isNext, isAlone });
    }
    return batches;
  };
}
