import { IsString } from 'class-validator';
import { Nested, OneOf, Optional, Timestamp } from '#contracts/fields.js';
import type { ConsumerState, Lag } from '#messaging/consumer-state.js';
import type { DependencyStatus } from './dependencies.js';
import { Count, Described, ManyOf } from './view-fields.js';

/** `ok`; `degraded`: it works, but an operator wants to know; `unavailable`: it can answer nothing. */
const READY_STATUSES = ['ok', 'degraded', 'unavailable'] as const;

class DependencyView {
  @IsString() readonly name!: string;
  @OneOf(['up', 'down']) readonly status!: 'up' | 'down';
  @Timestamp() readonly since!: string;
  @Optional() @IsString() readonly error?: string;
}

class WaitingView {
  @IsString() readonly on!: string;
  @Timestamp() readonly since!: string;
}

class DeadLettersView {
  /** Since the start. */
  @Count() readonly count!: number;
  @Optional() @Timestamp() readonly last?: string;
}

class ConsumerView {
  @Optional() @Nested(() => WaitingView) readonly waiting?: WaitingView;
  @Described({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'integer' } },
    description: 'the partitions that this instance has, by topic',
  })
  readonly assigned!: Readonly<Record<string, readonly number[]>>;
  @Count() readonly lag!: number;
  /** Partitions that are behind and do not advance, `topic/partition`. */
  @IsString({ each: true }) readonly stalled!: readonly string[];
  @Nested(() => DeadLettersView) readonly deadLetters!: DeadLettersView;
}

export class Readiness {
  @OneOf(READY_STATUSES) readonly status!: (typeof READY_STATUSES)[number];
  /** In words, everything that is not as it should be. */
  @IsString({ each: true }) readonly reasons!: readonly string[];
  @ManyOf(() => DependencyView) readonly dependencies!: readonly DependencyView[];
  @Nested(() => ConsumerView) readonly consumer!: ConsumerView;
}

const LETTERS_MATTER_FOR_MS = 5 * 60_000;

const lagOf = (lags: readonly Lag[]): number =>
  lags.reduce((sum, { committed, end }) => sum + Math.max(0, end - committed), 0);

/**
 * What a service says of itself. Pure.
 *
 * Not ready before each dependency has answered once, so that a wrong address stops a rollout. After that it is ready
 * while it can answer anything: with MongoDB away it still takes events in, and would take none if a load balancer
 * heard otherwise. So one dependency away is `degraded`, and all of them away is `unavailable`.
 */
export function readiness(
  dependencies: readonly DependencyStatus[],
  consumer: Pick<ConsumerState, 'waiting' | 'assignment' | 'lag' | 'stalled' | 'deadLetters'>,
  now: Date,
): Readiness {
  const down = dependencies.filter(({ up }) => !up);
  const { waiting, stalled, deadLetters } = consumer;
  const recentLetters =
    deadLetters.last !== undefined && now.getTime() - deadLetters.last.getTime() < LETTERS_MATTER_FOR_MS;
  const reasons = [
    ...down.map(
      ({ name, since, known }) =>
        `${name} ${known ? 'is away' : 'has not answered yet'}, since ${since.toISOString()}`,
    ),
    ...(waiting ? [`consuming waits for ${waiting.on}, since ${waiting.since.toISOString()}`] : []),
    ...stalled.map((partition) => `${partition} is behind and does not advance`),
    ...(recentLetters
      ? [`events were refused to the dead letters, the last at ${deadLetters.last.toISOString()}`]
      : []),
  ];
  const unavailable =
    down.some(({ known }) => !known) || (down.length > 0 && down.length === dependencies.length);
  return {
    status: unavailable ? 'unavailable' : reasons.length > 0 ? 'degraded' : 'ok',
    reasons,
    dependencies: dependencies.map(({ name, up, since, error }) => ({
      name,
      status: up ? 'up' : 'down',
      since: since.toISOString(),
      ...(!up && error !== undefined && { error }),
    })),
    consumer: {
      ...(waiting && { waiting: { on: waiting.on, since: waiting.since.toISOString() } }),
      assigned: Object.fromEntries(consumer.assignment),
      lag: lagOf(consumer.lag),
      stalled,
      deadLetters: {
        count: deadLetters.count,
        ...(deadLetters.last && { last: deadLetters.last.toISOString() }),
      },
    },
  };
}
