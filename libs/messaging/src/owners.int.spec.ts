import { CounterChild } from './testing/counter-child.js';
import { additions, CounterWorld } from './testing/counter-world.js';
import { COUNTERS_EVENTS } from './testing/counters.js';
import { expectExactlyOnce } from './testing/exactly-once.js';
import { until } from './testing/until.js';

const LIMIT = 120_000;
const SETTINGS = { batchSize: 40, concurrency: 1, sessionTimeoutMs: 6_000 };

const children: CounterChild[] = [];
const start = async (...given: Parameters<typeof CounterChild.start>): Promise<CounterChild> => {
  const child = await CounterChild.start(...given);
  children.push(child);
  return child;
};
/** Those that a failed spec has left too: Jest would wait for them for ever. */
const endChildren = async (): Promise<void> => {
  for (const child of children.splice(0)) {
    child.signal('SIGCONT');
    await child.kill();
  }
};

describe('an owner that is no longer one', () => {
  let world: CounterWorld;

  beforeEach(async () => {
    world = await CounterWorld.shared(1);
  }, LIMIT);
  afterEach(async () => {
    await endChildren();
    await world.close();
  });

  it.each(['read', 'written', 'published'] as const)(
    'frozen after the step %s for longer than its session, wakes and undoes or doubles nothing',
    async (step) => {
      const events = additions(200, 6);
      await world.given(events.slice(0, 120));
      const frozen = await start(world.place, SETTINGS, { step, nth: 2, how: 'hold' });
      await frozen.isHeld();
      frozen.signal('SIGSTOP');
      const successor = await start(world.place, SETTINGS);
      await world.drained();

      await world.given(events.slice(120, 160));
      await world.drained();
      frozen.release();
      frozen.signal('SIGCONT');
      await until('the one that woke is in the group again', async () => (await frozen.report()).joins > 1);
      await world.given(events.slice(160));
      await world.drained();

      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
      expect(frozen.alive && successor.alive).toBe(true);
      await Promise.all([frozen.stop(), successor.stop()]);
    },
    LIMIT,
  );
});

describe('two owners of one entity at once', () => {
  let world: CounterWorld;
  beforeEach(async () => {
    world = await CounterWorld.shared(4);
  }, LIMIT);
  afterEach(async () => {
    await endChildren();
    await world.close();
  });

  it(
    'have every effect once, whichever partition an event came by',
    async () => {
      const events = additions(800, 3);
      const [one, other] = await Promise.all([
        start(world.place, { ...SETTINGS, concurrency: 2 }),
        start(world.place, { ...SETTINGS, concurrency: 2 }),
      ]);
      await until('both have partitions', async () => {
        const assigned = await Promise.all([one.report(), other.report()]);
        return assigned.every(({ assignment }) => assignment['counters.inbound']?.length === 2);
      });

      await Promise.all(
        [0, 1, 2, 3].map((partition) =>
          world.given(
            events.filter((_, index) => index % 4 === partition),
            partition,
          ),
        ),
      );
      await world.drained();

      await expectExactlyOnce(world, events);
      await Promise.all([one.stop(), other.stop()]);
    },
    LIMIT,
  );

  it.each([
    ['in an outbox', true],
    ['by its history', false],
  ])(
    'publish in the order of its sequence what each has brought forth, where that is kept %s',
    async (_, outbox) => {
      const [first, second] = [additions(1, 1), additions(1, 1)];
      const slow = await start(
        world.place,
        { ...SETTINGS, outbox },
        { step: 'written', nth: 1, how: 'hold' },
      );
      const other = await start(world.place, { ...SETTINGS, outbox });
      const partitions = (): Promise<(readonly number[])[]> =>
        Promise.all(
          [slow, other].map(async (one) => (await one.report()).assignment['counters.inbound'] ?? []),
        );
      await until('both have partitions', async () =>
        (await partitions()).every(({ length }) => length === 2),
      );
      const [ofSlow, ofOther] = await partitions();
      await world.given(first, ofSlow![0]);
      await slow.isHeld(); // written, and not yet published
      await world.given(second, ofOther![0]);

      const sequences = async (): Promise<number[]> =>
        (await world.published())
          .filter(({ topic }) => topic === world.named(COUNTERS_EVENTS.name))
          .map(({ headers }) => Number(headers['ce_sequence']));
      await until('something is published', async () => (await sequences()).length > 0);
      expect(await sequences()).toEqual([1, 3]);

      slow.release();
      await world.drained();
      await expectExactlyOnce(world, [...first, ...second]);
      await Promise.all([slow.stop(), other.stop()]);
    },
    LIMIT,
  );

  it(
    'have an event once that came by two partitions',
    async () => {
      const events = additions(300, 3);
      await Promise.all([0, 1, 2, 3].map((partition) => world.given(events, partition)));

      const pair = await Promise.all([start(world.place, SETTINGS), start(world.place, SETTINGS)]);
      await world.drained();

      await expectExactlyOnce(world, events);
      for (const child of pair) await child.stop();
    },
    LIMIT,
  );
});

describe('an owner whose clock is set back by an hour', () => {
  let world: CounterWorld;
  beforeEach(async () => {
    world = await CounterWorld.shared(2);
  }, LIMIT);
  afterEach(async () => {
    await endChildren();
    await world.close();
  });
  const partitionsOf = async (child: CounterChild): Promise<readonly number[]> =>
    (await child.report()).assignment['counters.inbound'] ?? [];

  it(
    'stays in its group without work, and hands over when another comes',
    async () => {
      const events = additions(200, 6);
      const first = await start(world.place, SETTINGS);
      await until('it has both partitions', async () => (await partitionsOf(first)).length === 2);
      first.setClock(-3_600_000);

      const second = await start(world.place, SETTINGS);
      await until('each has one', async () => {
        const held = [await partitionsOf(first), await partitionsOf(second)];
        return held.every(({ length }) => length === 1);
      });
      await world.given(events);
      await world.drained();

      await expectExactlyOnce(world, events);
      await Promise.all([first.stop(), second.stop()]);
    },
    LIMIT,
  );
});
