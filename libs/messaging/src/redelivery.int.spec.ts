import { partsOf } from './slices.js';
import { CounterChild } from './testing/counter-child.js';
import { CounterService } from './testing/counter-service.js';
import { additions, CounterWorld } from './testing/counter-world.js';
import { expectExactlyOnce, idsOf } from './testing/exactly-once.js';

const LIMIT = 120_000;

describe('events that come again', () => {
  let world: CounterWorld;
  beforeEach(async () => {
    world = await CounterWorld.shared();
  }, LIMIT);
  afterEach(() => world.close());

  it(
    'change no document and bring forth no new id when they are produced twice',
    async () => {
      const events = additions(200);
      const service = await CounterService.start(world.place);
      await world.given(events);
      await world.drained();
      const before = await world.documents();
      const ids = idsOf(await world.published());

      await world.given(events);
      await world.drained();

      expect(await world.documents()).toEqual(before);
      expect(idsOf(await world.published())).toEqual(ids);
      await expectExactlyOnce(world, events);
      await service.stop();
    },
    LIMIT,
  );

  it(
    'count once when they are repeated within one batch',
    async () => {
      const events = additions(20, 3);
      await world.given(events.flatMap((event) => [event, event]));
      const service = await CounterService.start(world.place, { batchSize: 500 });
      await world.drained();

      await expectExactlyOnce(world, events);
      expect((await service.registry.metrics()).match(/outcome="repeated"[^}]*\} (\d+)/g)).not.toBeNull();
      await service.stop();
    },
    LIMIT,
  );

  it(
    'change nothing when a whole finished run is rewound to its beginning, in batches cut elsewhere',
    async () => {
      const events = additions(300);
      await world.given(events);
      const first = await CounterService.start(world.place, { batchSize: 37 });
      await world.drained();
      await first.stop();
      const before = await world.documents();
      const ids = idsOf(await world.published());

      await world.rewind();
      const second = await CounterService.start(world.place, { batchSize: 20 });
      await world.drained();

      expect(await world.documents()).toEqual(before);
      expect(idsOf(await world.published())).toEqual(ids);
      await expectExactlyOnce(world, events);
      await second.stop();
    },
    LIMIT,
  );

  it(
    'are written once a batch for each subject, however they lie among others, where subjects go apart',
    async () => {
      const events = additions(200, 10);
      await world.given(events, 0);
      const service = await CounterService.start(world.place, { batchSize: 40, subjectsApart: true });
      await world.drained();

      await expectExactlyOnce(world, events);
      const documents = await world.documents();
      expect(documents.map(({ version }) => version)).toEqual(documents.map(() => 1));
      await service.stop();
    },
    LIMIT,
  );

  it(
    'are written together for each subject, however many fetches bring what lies behind, where subjects go apart',
    async () => {
      const events = additions(600, 10);
      for (const few of partsOf(events, 50)) await world.given(few, 0);
      const service = await CounterService.start(world.place, { subjectsApart: true, fetchBytes: 40_000 });
      await world.drained();

      await expectExactlyOnce(world, events);
      const documents = await world.documents();
      expect(documents.map(({ version }) => version)).toEqual(documents.map(() => 2)); // a slice is of 50 messages
      await service.stop();
    },
    LIMIT,
  );

  it(
    'are written once for each subject of every partition, one partition behind the other, where subjects go apart',
    async () => {
      const events = additions(900, 30);
      for (const few of partsOf(events, 90)) await world.given(few);
      const service = await CounterService.start(world.place, {
        subjectsApart: true,
        fetchBytes: 20_000,
        batchSize: 1_000,
      });
      await world.drained();
      const documents = await world.documents();
      expect(documents.map(({ version }) => version)).toEqual(documents.map(() => 1));

      const more = additions(60, 30);
      await world.given(more);
      await world.drained();
      await expectExactlyOnce(world, [...events, ...more]);
      await service.stop();
    },
    LIMIT,
  );

  it(
    'are committed little by little after a start, so that an interruption leaves little to be done again',
    async () => {
      for (const few of partsOf(additions(17_500, 50), 1_000)) await world.given(few, 0);
      const settings = { subjectsApart: true, fetchBytes: 10_000_000 }; // all of them at once
      const first = await CounterChild.start(world.place, settings, {
        step: 'committed',
        nth: 2,
        how: 'kill',
      });
      await first.exited;
      expect(Math.max(...(await world.committed()))).toBe(1_000 + 16_000);

      const second = await CounterChild.start(world.place, settings, {
        step: 'committed',
        nth: 1,
        how: 'hold',
      });
      await second.isHeld();
      expect(Math.max(...(await world.committed()))).toBe(17_500);
      await second.kill();
    },
    LIMIT,
  );
});
