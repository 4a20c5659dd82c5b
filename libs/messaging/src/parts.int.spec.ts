import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { Effects } from './effects.js';
import { type BatchOf, takes } from './subscription.js';
import { CounterService } from './testing/counter-service.js';
import { additions, CounterWorld } from './testing/counter-world.js';
import { type Counters, COUNTERS_INBOUND, Looked } from './testing/counters.js';
import { expectExactlyOnce } from './testing/exactly-once.js';

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
});
