import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import type { Step } from './batch-in-hand.js';
import { CounterChild } from './testing/counter-child.js';
import { additions, CounterWorld } from './testing/counter-world.js';
import { expectExactlyOnce } from './testing/exactly-once.js';
import { until } from './testing/until.js';

const LIMIT = 180_000;
const SETTINGS = { batchSize: 25, sessionTimeoutMs: 6_000 };

describe('while Kafka is away', () => {
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

  const kafkaIsDown = async (): Promise<boolean> =>
    (await child.report()).readiness.dependencies.some(
      ({ name, status }) => name === 'kafka' && status === 'down',
    );

  it.each<Step>(['read', 'written', 'published', 'committed'])(
    '(killed after the step %s) the service lives, waits, and takes all when Kafka is back',
    async (step) => {
      const events = additions(300, 9);
      await world.given(events.slice(0, 150));
      child = await CounterChild.start(world.place, SETTINGS, { step, nth: 2, how: 'hold' });
      await child.isHeld();
      await stack.kafka!.kill();
      child.release();
      await until('it has noticed', kafkaIsDown);
      expect(await child.report()).toMatchObject({ silent: false, deadLetters: 0 });

      await stack.kafka!.start();
      await world.given(events.slice(150));
      await world.drained();

      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
      expect(await child.report()).toMatchObject({ silent: false, deadLetters: 0 });
      expect(child.alive).toBe(true);
    },
    LIMIT,
  );

  it(
    'for less than the group remembers its member, the service comes back as that member, and nobody waits for it',
    async () => {
      const events = additions(100, 9);
      await world.given(events.slice(0, 50));
      // Longer than the limit of the wait below.
      child = await CounterChild.start(world.place, { ...SETTINGS, sessionTimeoutMs: 120_000 });
      await world.drained();
      await stack.kafka!.kill();
      await until('it has noticed', kafkaIsDown);

      await stack.kafka!.start();
      await world.given(events.slice(50));
      await world.drained(60_000);

      await expectExactlyOnce(world, events);
    },
    LIMIT,
  );

  it(
    'for longer than the group remembers its member, the service comes back by itself, and is never taken for dead',
    async () => {
      const events = additions(100, 9);
      await world.given(events.slice(0, 50));
      child = await CounterChild.start(world.place, SETTINGS);
      await world.drained();
      await stack.kafka!.kill();
      await until(
        'it is away for 50 s',
        async () => {
          const report = await child.report();
          expect(report.silent).toBe(false);
          const kafka = report.readiness.dependencies.find(({ name }) => name === 'kafka')!;
          return kafka.status === 'down' && Date.now() - Date.parse(kafka.since) > 50_000;
        },
        90_000,
      );

      await stack.kafka!.start();
      await world.given(events.slice(50));
      let everSilent = false;
      await until('everything is committed', async () => {
        everSilent ||= (await child.report()).silent;
        return (await world.behind()) === 0;
      });

      expect(everSilent).toBe(false);
      await expectExactlyOnce(world, events);
    },
    LIMIT,
  );

  it(
    'at the start, the service is there, not ready, stops at once when told, and begins when Kafka comes',
    async () => {
      const events = additions(50, 9);
      await world.given(events);
      await stack.kafka!.kill();
      const inVain = await CounterChild.start(world.place, SETTINGS);
      await until('it has noticed', async () => (await inVain.report()).readiness.status === 'unavailable');
      let stopped = false;
      void inVain.stop().then(() => (stopped = true));
      await until('it has stopped', () => stopped, 10_000);

      child = await CounterChild.start(world.place, SETTINGS);
      await until('it has noticed', kafkaIsDown);
      await stack.kafka!.start();
      await world.drained();

      await expectExactlyOnce(world, events);
      await until('it is well', async () => (await child.report()).readiness.status === 'ok');
    },
    LIMIT,
  );
});
