import { CounterService } from './testing/counter-service.js';
import { additions, CounterWorld } from './testing/counter-world.js';
import type { Counters } from './testing/counters.js';
import { expectExactlyOnce, headerOf } from './testing/exactly-once.js';

const LIMIT = 120_000;
const SETTINGS = { stalledAfterMs: 1_000, batchSize: 20 };

describe('an attempt of which nothing comes', () => {
  let world: CounterWorld;
  let service: CounterService;
  beforeEach(async () => {
    world = await CounterWorld.shared(1);
  }, LIMIT);
  afterEach(async () => {
    await service?.stop();
    await world?.close();
  });

  /** The third time that it is asked, it gives its effects only when told to. */
  function heldBack(): { around: (counters: Counters) => Counters; letGo: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    return {
      letGo: resolve,
      around: (counters) => ({
        apply: async (batch) => {
          if (++asked !== 3) return counters.apply(batch);
          const effects = await counters.apply(batch);
          await promise;
          return effects;
        },
      }),
    };
  }

  it(
    'is made again: nothing is skipped, and those behind it go on',
    async () => {
      const { around } = heldBack();
      const events = additions(200, 7);
      await world.given(events);

      service = await CounterService.start(world.place, SETTINGS, { around });
      await world.drained();

      expect(service.logged.join()).toContain('nothing has come of it for 1 s');
      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
    },
    LIMIT,
  );

  it(
    'publishes nothing when it comes to its end after all',
    async () => {
      const { around, letGo } = heldBack();
      const events = additions(200, 7);
      await world.given(events);
      service = await CounterService.start(world.place, SETTINGS, { around });
      await world.drained();

      letGo();
      const later = additions(20, 7);
      await world.given(later);
      await world.drained();

      const ids = (await world.published()).map((message) => headerOf(message, 'ce_id'));
      expect(new Set(ids).size).toBe(ids.length);
      await expectExactlyOnce(world, [...events, ...later]);
    },
    LIMIT,
  );
});
