import type { Step } from './batch-in-hand.js';
import { partsOf } from './slices.js';
import { CounterChild } from './testing/counter-child.js';
import { additions, CounterWorld } from './testing/counter-world.js';
import { COUNTERS_AUDIT } from './testing/counters.js';
import { distinct, expectExactlyOnce } from './testing/exactly-once.js';
import { until } from './testing/until.js';

const LIMIT = 120_000;
const STEPS: readonly Step[] = ['read', 'written', 'published', 'committed'];
const SETTINGS = { batchSize: 20, concurrency: 1 };
/**
 * Of a batch taken in one go, and of one whose subjects go apart, so that a failure finds it done in part, whether one fetch
 * has brought it or several; and of what is published again from an outbox, or from the history.
 */
const BATCHES = [
  { of: 'a batch', subjectsApart: false },
  { of: 'a batch with an outbox', subjectsApart: false, outbox: true },
  { of: 'a slice', subjectsApart: true },
  { of: 'a slice of several fetches', subjectsApart: true, fetchBytes: 15_000 },
];
const STEPS_OF_BATCHES = BATCHES.flatMap(({ of, ...apart }) =>
  STEPS.map((step) => ({ step, of, settings: { ...SETTINGS, ...apart } })),
);

describe('a process that is killed', () => {
  let world: CounterWorld;
  const children: CounterChild[] = [];
  const start = async (...given: Parameters<typeof CounterChild.start>): Promise<CounterChild> => {
    const child = await CounterChild.start(...given);
    children.push(child);
    return child;
  };

  beforeEach(async () => {
    world = await CounterWorld.shared(2);
  }, LIMIT);
  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    await world.close();
  });

  it.each(STEPS_OF_BATCHES)(
    'after the step $step of $of leaves every effect to be had once',
    async ({ step, settings }) => {
      const events = additions(120, 7);
      for (const few of partsOf(events, 20)) await world.given(few);
      const first = await start(world.place, settings, { step, nth: 2, how: 'kill' });
      expect((await first.exited).signal).toBe('SIGKILL');
      if (!(settings.subjectsApart && step === 'committed')) expect(await world.behind()).toBeGreaterThan(0);

      const second = await start(world.place, settings);
      await world.drained();

      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
      await second.stop();
    },
    LIMIT,
  );

  it(
    'again and again, at every step in turn, still has every effect once',
    async () => {
      const events = additions(160, 7);
      await world.given(events);
      for (const step of STEPS) {
        const child = await start(world.place, SETTINGS, { step, nth: 1, how: 'kill' });
        await child.exited;
      }

      const last = await start(world.place, { ...SETTINGS, batchSize: 33 });
      await world.drained();

      await expectExactlyOnce(world, events);
      await last.stop();
    },
    LIMIT,
  );

  it(
    'between two topics of one publication publishes both when it is back, with the ids of the first time',
    async () => {
      const events = additions(40, 5);
      await world.setLargestMessage(COUNTERS_AUDIT.name, 1);
      await world.given(events);
      const first = await start(world.place, SETTINGS);
      await until(
        'one of the two topics has been published to',
        async () => (await world.published()).length > 0,
      );
      const ids = distinct(await world.published()).map(({ headers }) => String(headers['ce_id']));
      await first.kill();
      await world.setLargestMessage(COUNTERS_AUDIT.name, 1_000_000);

      const second = await start(world.place, SETTINGS);
      await world.drained();

      await expectExactlyOnce(world, events);
      const all = distinct(await world.published()).map(({ headers }) => String(headers['ce_id']));
      expect(all).toEqual(expect.arrayContaining(ids));
      await second.stop();
    },
    LIMIT,
  );

  it(
    'in the middle of a bulk write, some documents written and some not, has each effect once when it is back',
    async () => {
      const events = additions(60, 6);
      await world.collection.db.createCollection('counters', { validator: { _id: { $nin: ['c1', 'c4'] } } });
      await world.given(events, 0);
      const first = await start(world.place, { ...SETTINGS, batchSize: 500 });
      await until('some documents are written', async () => (await world.documents()).length === 4);
      await first.kill();
      expect(await world.published()).toEqual([]);

      await world.collection.db.command({ collMod: 'counters', validator: {} });
      const second = await start(world.place, { ...SETTINGS, batchSize: 25 });
      await world.drained();

      await expectExactlyOnce(world, events);
      await second.stop();
    },
    LIMIT,
  );
});

describe('a failure that the process outlives', () => {
  let world: CounterWorld;
  let child: CounterChild;
  beforeEach(async () => {
    world = await CounterWorld.shared(2);
  }, LIMIT);
  afterEach(async () => {
    await child.kill();
    await world.close();
  });

  it.each(STEPS_OF_BATCHES.filter(({ of }) => of !== 'a slice'))(
    'after the step $step of $of is gone through again, in the same process, with every effect once',
    async ({ step, settings }) => {
      const events = additions(120, 7);
      for (const few of partsOf(events, 20)) await world.given(few);

      child = await CounterChild.start(world.place, settings, { step, nth: 2, how: 'throw' });
      await world.drained();

      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
      await child.stop();
      expect(await child.exited).toEqual({ code: 0, signal: null });
    },
    LIMIT,
  );

  it(
    'of some documents of a bulk write holds the batch back, and nothing is published before all are written',
    async () => {
      const events = additions(60, 6);
      await world.collection.db.createCollection('counters', { validator: { _id: { $ne: 'c1' } } });
      await world.given(events, 0);
      child = await CounterChild.start(world.place, { ...SETTINGS, batchSize: 500 });
      await until(
        'it waits',
        async () => (await child.report()).readiness.consumer.waiting?.on === 'mongodb',
      );
      expect(await world.documents()).toHaveLength(5);
      expect(await world.published()).toEqual([]);
      expect(await world.committed()).toEqual([0, 0]);

      await world.collection.db.command({ collMod: 'counters', validator: {} });
      await world.drained();

      await expectExactlyOnce(world, events);
      await child.stop();
    },
    LIMIT,
  );
});
