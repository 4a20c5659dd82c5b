import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { RefusedEvent } from '#contracts/fault.js';
import type { Effects } from './effects.js';
import { type BatchOf, takes } from './subscription.js';
import { CounterService } from './testing/counter-service.js';
import { additions, CounterWorld } from './testing/counter-world.js';
import { type Counters, COUNTERS_INBOUND, Looked } from './testing/counters.js';
import { expectExactlyOnce, headerOf } from './testing/exactly-once.js';

const LIMIT = 120_000;

describe('a handler that gives its effects in parts', () => {
  let world: CounterWorld;
  let service: CounterService;
  beforeEach(async () => {
    world = await CounterWorld.shared(1);
  }, LIMIT);
  afterEach(async () => {
    await service?.stop();
    await world?.close();
  });

  it(
    'has each published before the next is made, and every effect once, though it fails between them',
    async () => {
      const published: number[] = [];
      let sent = 0;
      const inHalves = (counters: Counters): new () => object => {
        @Controller()
        class Consumer {
          @EventPattern<string>(COUNTERS_INBOUND.name, takes(COUNTERS_INBOUND, { ignores: [Looked] }))
          async *inbound(
            @Payload() batch: BatchOf<typeof COUNTERS_INBOUND, typeof Looked>,
          ): AsyncGenerator<Effects> {
            const before = sent;
            const middle = Math.ceil(batch.received.length / 2);
            yield await counters.apply({ ...batch, received: batch.received.slice(0, middle) });
            published.push(sent - before);
            yield await counters.apply({ ...batch, received: batch.received.slice(middle) });
          }
        }
        return Consumer;
      };
      let fails = true;
      const reached = (step: string): void => {
        if (step === 'published') sent++;
        if (step !== 'written' || published.length === 0 || !fails) return;
        fails = false;
        throw new Error('a fault of the test, behind the second part');
      };
      const events = additions(60, 7);
      await world.given(events);

      service = await CounterService.start(
        world.place,
        {},
        { consumers: (counters) => [inHalves(counters)], reached },
      );
      await world.drained();

      expect(fails).toBe(false);
      expect(new Set(published)).toEqual(new Set([1]));
      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
    },
    LIMIT,
  );

  it(
    'has a letter written of each event that has waited, though several are refused in the place of one',
    async () => {
      const refusing = (): new () => object => {
        @Controller()
        class Consumer {
          @EventPattern<string>(COUNTERS_INBOUND.name, takes(COUNTERS_INBOUND, { ignores: [Looked] }))
          async *inbound(
            @Payload() batch: BatchOf<typeof COUNTERS_INBOUND, typeof Looked>,
          ): AsyncGenerator<Effects> {
            const { topic, received } = batch;
            const error = new RefusedEvent('unmatched', 'it has waited in vain');
            const refusal = (offset: number) => ({
              offset: batch.firstOffset,
              error,
              waited: { ...received[0]!, topic, partition: 3, offset },
            });
            for (const offsets of [
              [1, 2],
              [2, 3],
            ])
              yield { publish: [], repeated: 0, refused: offsets.map(refusal) };
          }
        }
        return Consumer;
      };
      await world.given(additions(1));

      service = await CounterService.start(world.place, {}, { consumers: () => [refusing()] });
      await world.drained();

      const places = (await world.deadLetters()).map((letter) => headerOf(letter, 'deadletter_id'));
      expect(places.map((place) => place?.slice(place.indexOf('/')))).toEqual(['/3/1', '/3/2', '/3/3']);
    },
    LIMIT,
  );
});
