import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import { CounterChild } from './testing/counter-child.js';
import { type Addition, additions, CounterWorld } from './testing/counter-world.js';
import { expectExactlyOnce } from './testing/exactly-once.js';
import { until } from './testing/until.js';

const LIMIT = 180_000;
const SETTINGS = { batchSize: 25, sessionTimeoutMs: 6_000 };
/** Several sessions of the group: whoever keeps no heartbeat would have lost its partitions. */
const LONG_MS = 28_000;

describe('while MongoDB is away', () => {
  let stack: LocalStack;
  let world: CounterWorld;
  let child: CounterChild;

  beforeAll(async () => {
    stack = await startLocalStack({ ownProcesses: true });
  }, LIMIT);
  afterAll(() => stack.stop());
  beforeEach(async () => {
    world = await CounterWorld.create({ brokers: stack.kafkaBrokers, mongodbUri: stack.mongodbUri }, 3);
  }, LIMIT);
  afterEach(async () => {
    await child.kill();
    await world.close();
  }, LIMIT);

  const awayFor = (ms: number): Promise<void> =>
    until(`MongoDB is away for ${ms / 1000} s`, async () => {
      const { dependencies } = (await child.report()).readiness;
      const mongodb = dependencies.find(({ name }) => name === 'mongodb')!;
      return mongodb.status === 'down' && Date.now() - Date.parse(mongodb.since) > ms;
    });

  /** A service that has been given events and finds no MongoDB. */
  const startedWithout = async (): Promise<readonly Addition[]> => {
    const events = additions(60, 5);
    await world.given(events);
    await stack.mongod!.kill();
    child = await CounterChild.start(world.place, SETTINGS);
    await until('it waits', async () => (await child.report()).readiness.consumer.waiting?.on === 'mongodb');
    return events;
  };

  it.each(['killed', 'frozen'] as const)(
    '(%s) the partitions stand still and stay ours; nothing is skipped or dead-lettered; then all is taken',
    async (how) => {
      const events = additions(400, 9);
      await world.given(events.slice(0, 200));
      child = await CounterChild.start(world.place, SETTINGS, { step: 'read', nth: 4, how: 'hold' });
      await child.isHeld();
      // One that it has never heard of is not away but not there yet, which is another matter.
      await until(
        'both servers have answered it',
        async () => (await child.report()).readiness.status !== 'unavailable',
      );
      await stack.mongod!.kill(how === 'killed' ? 'SIGKILL' : 'SIGSTOP');
      child.release();
      await world.given(events.slice(200));
      await awayFor(how === 'killed' ? LONG_MS : 35_000); // a frozen server is given up after 30 s of silence
      await until(
        'it says what it waits for',
        async () => (await child.report()).readiness.consumer.waiting?.on === 'mongodb',
      );

      const during = await child.report();
      expect(during).toMatchObject({
        joins: 1,
        silent: false,
        deadLetters: 0,
        readiness: { status: 'degraded' },
      });
      expect(during.readiness.reasons.join()).toMatch(/mongodb is away.*consuming waits for mongodb/);
      expect(await world.behind()).toBeGreaterThan(200);

      if (how === 'killed') await stack.mongod!.start();
      else await stack.mongod!.kill('SIGCONT');
      await world.drained();

      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
      const after = await child.report();
      expect(after).toMatchObject({ joins: 1, silent: false, assignment: { 'counters.inbound': [0, 1, 2] } });
      await until('it is well again', async () => (await child.report()).readiness.status === 'ok');
    },
    LIMIT,
  );

  it(
    'at the start, the service is there, not ready, and begins when MongoDB comes',
    async () => {
      const events = await startedWithout();
      expect((await child.report()).readiness.status).toBe('unavailable');
      expect(await world.behind()).toBe(60);

      await stack.mongod!.start();
      await world.drained();

      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
    },
    LIMIT,
  );

  it(
    'a service that waits for it stops within its 10 s, and leaves its batch to the next',
    async () => {
      const events = await startedWithout();
      let stopped = false;
      void child.stop().then(() => (stopped = true));
      await until('it has stopped', () => stopped, 10_000);

      await stack.mongod!.start();
      child = await CounterChild.start(world.place, SETTINGS);
      await world.drained();

      await expectExactlyOnce(world, events);
    },
    LIMIT,
  );
});
