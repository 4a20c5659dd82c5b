import { setTimeout as sleep } from 'node:timers/promises';
import type { PartitionBatch } from './group-consumer.js';
import { KafkaClient } from './kafka-client.js';
import { SILENT } from './log.js';
import { additions, CounterWorld } from './testing/counter-world.js';
import { COUNTERS_INBOUND } from './testing/counters.js';
import { until } from './testing/until.js';

const LIMIT = 60_000;
/** Of the 500 ms that a request waits at the broker: by then it is there. */
const IS_ASKING_MS = 100;
/** More than the memory that Node shares out among what is small. */
const LARGE = { key: 'a', value: 'x'.repeat(2 * Buffer.poolSize) };

describe('a member of a consumer group', () => {
  let world: CounterWorld;
  let client: KafkaClient;
  /** The messages handed over, as `<partition>:<offset>`. */
  let seen: string[];
  let polls: number;
  let consumer: { stop(): Promise<void> } | undefined;

  const consume = (onBatch: (batch: PartitionBatch) => void): void => {
    consumer = client.consume(
      {
        groupId: 'member',
        topics: [COUNTERS_INBOUND.name],
        concurrency: 6,
        sessionTimeoutMs: 10_000,
        prepare: () => Promise.resolve(),
        onPoll: () => polls++,
        onAssigned: () => undefined,
        onBatch: (batch) => {
          for (const { offset } of batch.messages) seen.push(`${batch.partition}:${offset}`);
          batch.fetchFrom(batch.messages.at(-1)!.offset + 1);
          onBatch(batch);
          return Promise.resolve();
        },
      },
      SILENT,
    );
  };
  const untilItAsksAgain = async (times = 1): Promise<void> => {
    const before = polls;
    await until('it asks for more', () => polls >= before + times);
    await sleep(IS_ASKING_MS);
  };

  beforeEach(async () => {
    world = await CounterWorld.shared();
    client = new KafkaClient({ ...world.place, clientId: 'member', log: SILENT });
    seen = [];
    polls = 0;
  }, LIMIT);
  afterEach(async () => {
    await consumer?.stop();
    await client.close();
    await world.close();
  });

  it(
    'takes first what lies before, where a partition is set back while what comes next is asked for',
    async () => {
      let first: PartitionBatch | undefined;
      await world.given(additions(3), 0);
      consume((batch) => (first ??= batch));
      await until('all are there', () => seen.length === 3);
      await untilItAsksAgain();

      first!.fetchFrom(0);
      await world.given(additions(1), 0);

      await until('the new one is there', () => seen.includes('0:3'));
      expect(seen.slice(3)).toEqual(['0:0', '0:1', '0:2', '0:3']);
    },
    LIMIT,
  );

  it(
    'gives back the memory of what came alone and is forgotten: it cannot be read any more',
    async () => {
      let forgotten: PartitionBatch | undefined;
      await world.givenMessages([LARGE], 0);
      consume((batch) => {
        forgotten = batch;
        batch.forget();
      });
      await until('it is there', () => seen.length === 1);
      expect(() => forgotten!.messages[0]!.value).toThrow(/detached/);
    },
    LIMIT,
  );

  it(
    'leaves memory alone that messages of another partition came in too',
    async () => {
      const batches: PartitionBatch[] = [];
      await world.givenMessages([LARGE], 0);
      await world.givenMessages([LARGE], 1);
      consume((batch) => {
        batches.push(batch);
        batch.forget();
      });
      await until('both are there', () => seen.length === 2);
      for (const { messages } of batches) expect(messages[0]!.value).toHaveLength(LARGE.value.length);
    },
    LIMIT,
  );

  it(
    'has no other partition fetched where one is to be alone, and all of them once it no longer is',
    async () => {
      let letOthersOn: (() => void) | undefined;
      await world.given(additions(1), 0);
      consume((batch) => (letOthersOn ??= batch.fetchAlone()));
      await until('the first is there', () => seen.length === 1);

      await world.given(additions(1), 1);
      await world.given(additions(1), 0);
      await until('its own next is there', () => seen.includes('0:1'));
      await untilItAsksAgain(2);
      expect(seen).toEqual(['0:0', '0:1']);

      letOthersOn!();
      await until('the other is there', () => seen.includes('1:0'));
    },
    LIMIT,
  );
});
