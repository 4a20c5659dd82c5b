import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { IsInt } from 'class-validator';
import { Optional, Text } from '#contracts/fields.js';
import { RefusedEvent } from '#contracts/fault.js';
import { type EventOf } from '#contracts/contract.js';
import { inbound, published } from '#contracts/topic.js';
import { announce } from '../announcement.js';
import type { Effects } from '../effects.js';
import type { Evolve, Stored } from '../planner.js';
import type { Projection } from '../projection.js';
import { type BatchOf, takes } from '../subscription.js';

/** The smallest domain that has everything the transport promises something about. */
export class Added {
  static readonly type = 'counters.added.v1';
  static readonly description = 'Something was added to a counter.';
  @IsInt() readonly by!: number;
  /** Makes an event as large as a test wants it. */
  @Optional() @Text(250_000) readonly note?: string;
}

export class Looked {
  static readonly type = 'counters.looked.v1';
  static readonly description = 'Somebody looked at a counter, which nobody needs to know.';
  @IsInt() readonly at!: number;
}

export class Changed {
  static readonly type = 'counters.changed.v1';
  static readonly description = 'A counter has a new total.';
  @IsInt() readonly total!: number;
}

export class Audited {
  static readonly type = 'counters.audited.v1';
  static readonly description = 'An addition, for the books.';
  @IsInt() readonly by!: number;
}

export const COUNTERS_INBOUND = inbound('counters.inbound', 'counter', [Added, Looked]);
export const COUNTERS_EVENTS = published('counters.events', 'counter', [Changed]);
export const COUNTERS_AUDIT = published('counters.audit', 'counter', [Audited]);
export const SERVICE = 'counters';
export const TOPICS = [COUNTERS_INBOUND, COUNTERS_EVENTS, COUNTERS_AUDIT] as const;

export interface Counter {
  readonly total: number;
  readonly count: number;
  /** What makes a counter as large as a test wants it. */
  readonly notes?: readonly string[];
}
export type CounterDocument = Stored<Counter>;
export type AddedEvent = EventOf<typeof Added>;

/** What the fold refuses, and what it fails on. */
export const REFUSED = 13;
export const BROKEN = 666;

/** Every addition is announced twice: once a topic. */
export const evolve: Evolve<Counter, AddedEvent> = (state, { event }) => {
  const { by, note } = event.data;
  if (by === REFUSED) return new RefusedEvent('invalid-data', `${REFUSED} is never added`);
  if (by === BROKEN) throw new Error('this fold has a fault');
  const total = (state?.total ?? 0) + by;
  return {
    state: {
      ...state,
      total,
      count: (state?.count ?? 0) + 1,
      ...(note !== undefined && { notes: [...(state?.notes ?? []), note] }),
    },
    announcements: [announce(COUNTERS_EVENTS, Changed, { total }), announce(COUNTERS_AUDIT, Audited, { by })],
  };
};

/** What takes a batch: a projection, or what a test puts around one. */
export type Counters = Pick<Projection<Counter, AddedEvent>, 'apply'>;

/** A consumer as the services have theirs. Built for a test, because it is handed its collection. */
export function countersConsumer(counters: Counters, subjectsApart = false): new () => object {
  @Controller()
  class CountersConsumer {
    @EventPattern<string>(
      COUNTERS_INBOUND.name,
      takes(COUNTERS_INBOUND, { ignores: [Looked], subjectsApart }),
    )
    inbound(@Payload() batch: BatchOf<typeof COUNTERS_INBOUND, typeof Looked>): Promise<Effects> {
      return counters.apply(batch);
    }
  }
  return CountersConsumer;
}
