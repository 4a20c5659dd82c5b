import type { EventOf, ContractClass } from '#contracts/contract.js';
import type { Topic } from '#contracts/topic.js';
import type { EventBatch } from './effects.js';

/** What a handler takes of a topic. Whatever it does not take it must name, so that nothing is passed over unseen. */
export interface Subscription {
  readonly topic: Topic;
  readonly ignores: ReadonlySet<string>;
}

/**
 * The extras of an `@EventPattern`: which topic's contracts the handler takes. Its method gets an `EventBatch`.
 * @example `@EventPattern(SHIPMENTS_INBOUND.name, takes(SHIPMENTS_INBOUND))`
 * @example `@EventPattern(DEALS_EVENTS.name, takes(DEALS_EVENTS, { ignores: [DealDrawnDown] }))`
 */
export const takes = (
  topic: Topic,
  options: { ignores?: readonly ContractClass[] } = {},
): { subscription: Subscription } => ({
  subscription: { topic, ignores: new Set((options.ignores ?? []).map(({ type }) => type)) },
});

/** The batch that a handler of `T` gets; `Ignored` are the contracts it does not take. */
export type BatchOf<T extends Topic, Ignored extends ContractClass = never> = EventBatch<
  EventOf<Exclude<T['contracts'][number], Ignored>>
>;
