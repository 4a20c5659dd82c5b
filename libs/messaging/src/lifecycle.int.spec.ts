import { Controller, type Type } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { inbound } from '#contracts/topic.js';
import { takes } from './subscription.js';
import { CounterChild } from './testing/counter-child.js';
import { CounterService } from './testing/counter-service.js';
import { additions, CounterWorld } from './testing/counter-world.js';
import { Added, COUNTERS_EVENTS, COUNTERS_INBOUND, countersConsumer } from './testing/counters.js';
import { expectExactlyOnce } from './testing/exactly-once.js';
import { until } from './testing/until.js';

const LIMIT = 120_000;
const OTHER = inbound('other.inbound', 'counter', [Added]);

/** A consumer whose one handler has this pattern and these extras. */
function handlerOf(pattern: string, extras?: Record<string, unknown>): Type {
  @Controller()
  class Consumer {
    @EventPattern<string>(pattern, extras as never)
    handle(): undefined {
      return undefined;
    }
  }
  return Consumer;
}

describe('a service does not start', () => {
  let world: CounterWorld;
  beforeAll(async () => {
    world = await CounterWorld.shared(1);
  }, LIMIT);
  afterAll(() => world.close());

  it.each<[string, () => Type[], RegExp]>([
    [
      'with a handler that does not say what it takes',
      () => [handlerOf('counters.inbound')],
      /takes\(topic\)/,
    ],
    [
      'with a pattern that is not the topic it takes',
      () => [handlerOf('misspelt', takes(COUNTERS_INBOUND))],
      /misspelt takes the contracts of counters.inbound/,
    ],
    [
      'with a topic that is not among its own',
      () => [handlerOf(OTHER.name, takes(OTHER))],
      /not among the service's topics/,
    ],
    [
      'with two handlers of one topic',
      () => [
        handlerOf(COUNTERS_INBOUND.name, takes(COUNTERS_INBOUND)),
        handlerOf(COUNTERS_INBOUND.name, takes(COUNTERS_INBOUND)),
      ],
      /more than one handler/,
    ],
    ['with no handler', () => [], /no handler/],
  ])(
    '%s',
    async (_, consumers, reason) => {
      await expect(CounterService.start(world.place, {}, { consumers })).rejects.toThrow(reason);
    },
    LIMIT,
  );

  it(
    'is not said of one whose handlers are as they must be',
    async () => {
      const consumers = (counters: Parameters<typeof countersConsumer>[0]): Type[] => [
        countersConsumer(counters),
        handlerOf(COUNTERS_EVENTS.name, takes(COUNTERS_EVENTS)),
      ];
      const service = await CounterService.start(world.place, {}, { consumers });
      await until('it has joined', () => service.state.assignment.size === 2);
      await service.stop();
    },
    LIMIT,
  );
});

describe('a service that stops', () => {
  let world: CounterWorld;
  let children: CounterChild[] = [];
  beforeEach(async () => {
    world = await CounterWorld.shared(2);
  }, LIMIT);
  afterEach(async () => {
    for (const child of children) await child.kill();
    children = [];
    await world.close();
  });

  it(
    'in the middle of much work puts it down within 10 s, commits what is done, and another goes on',
    async () => {
      const events = additions(3_000, 50);
      await world.given(events);
      const first = await CounterChild.start(
        world.place,
        { batchSize: 10 },
        { step: 'written', nth: 20, how: 'hold' },
      );
      children.push(first);
      await first.isHeld();
      let stopped = false;
      void first.stop().then(() => (stopped = true));
      first.release();
      await until('it has stopped', () => stopped, 10_000);
      const committed = (await world.committed()).reduce((sum, one) => sum + one, 0);
      expect(committed).toBeGreaterThanOrEqual(100);
      expect(committed).toBeLessThan(3_000);

      const second = await CounterChild.start(world.place);
      children.push(second);
      await world.drained();

      await expectExactlyOnce(world, events);
      const batches = second.logged;
      expect(batches.join()).not.toContain('tried again');
    },
    LIMIT,
  );

  it(
    'before it has joined its group stops all the same, joins no more, and leaves no connection open',
    async () => {
      const connections = (): number =>
        process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
      for (let round = 0; round < 5; round++) {
        const service = await CounterService.start(world.place);
        if (round % 2 === 1)
          await until('it asks for topics', () =>
            service.readiness.dependencies.some(({ status }) => status === 'up'),
          );
        await service.stop();
      }
      await until('nobody is in the group', async () => {
        const { groups } = await world.admin.describeGroups([world.group]);
        return groups.every(({ members }) => members.length === 0);
      });
      // Its own connections first: MongoDB's driver opens some of them when it likes, and they would count with the others.
      await world.close();
      await until('all connections are closed', () => connections() === 0);
    },
    LIMIT,
  );
});

describe('a service that others join and leave', () => {
  it(
    'shares its partitions and takes them back, and every effect is had once',
    async () => {
      const world = await CounterWorld.shared(4);
      const events = additions(1_600, 40);
      const first = await CounterService.start(world.place, { batchSize: 10 });
      const others: CounterService[] = [];
      for (const part of [0, 1, 2, 3]) {
        await world.given(events.slice(part * 400, (part + 1) * 400));
        if (part < 2) others.push(await CounterService.start(world.place, { batchSize: 10 }));
        else await others.pop()!.stop();
      }
      await world.drained();

      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
      await until(
        'it has all partitions again',
        () => first.state.assignment.get('counters.inbound')?.length === 4,
      );
      await first.stop();
      await world.close();
    },
    LIMIT,
  );
});

describe('a consumer that its library has given up', () => {
  it(
    'is started again, and finds or makes its topics anew',
    async () => {
      const world = await CounterWorld.shared(1);
      const child = await CounterChild.start(world.place);
      await world.given(additions(5, 5, 'before'));
      await world.drained();
      await world.admin.deleteTopics({ topics: [world.named(COUNTERS_INBOUND.name)] });
      await until('it has joined again', async () => (await child.report()).joins > 1);
      expect(child.logged.join()).toContain('it is started again');

      await world.given(additions(30, 5, 'after'));
      await until('all counters are there', async () => (await world.documents()).length === 10);
      await world.drained();

      expect(child.alive).toBe(true);
      await child.stop();
      await world.close();
    },
    LIMIT,
  );
});

describe('a consumer that has stopped although Kafka answers', () => {
  it(
    'is taken for dead, and stops within 10 s when told',
    async () => {
      const world = await CounterWorld.shared(1);
      const hung = Promise.withResolvers<never>();
      const service = await CounterService.start(
        world.place,
        {},
        { around: () => ({ apply: () => hung.promise }) },
      );
      await until('it has joined', () => service.state.assignment.size === 1);
      await world.given(additions(1));
      expect(service.state.silent).toBe(false);

      await until('it is taken for dead', () => service.state.silent, 90_000);
      expect(service.readiness.dependencies).toMatchObject([{ status: 'up' }, { status: 'up' }]);

      let stopped = false;
      void service.stop().then(() => (stopped = true));
      await until('it has stopped', () => stopped, 11_000);
      hung.reject(new Error('the spec is over')); // or its consumer would keep Jest's worker from ending
      await world.close();
    },
    LIMIT,
  );
});
