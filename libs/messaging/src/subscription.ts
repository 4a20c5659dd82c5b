import type { EventOf, ContractClass } from '#contracts/contract.js';
import type { Topic } from '#contracts/topic.js';
import type { EventBatch } from './effects.js';

/** What a handler takes of a topic. Whatever it does not take it must name, so that nothing is passed over unseen. */
export interface Subscription {
  readonly topic: Topic;
  readonly ignores: ReadonlySet<string>;
  /** Whether events of different subjects may be taken in any order; else all of a partition are taken in their order. */
  readonly subjectsApart: boolean;
}

/**
 * The extras of an `@EventPattern`: which topic's contracts the handler takes. Its method gets an `EventBatch`.
 *
 * Where each subject's events are folded for themselves, let subjects go apart: of a backlog the handler then gets all events
 * of a subject that were fetched at once, however many others stand between them, and writes it once for all.
 * @example `@EventPattern(SHIPMENTS_INBOUND.name, takes(SHIPMENTS_INBOUND))`
 * @example `@EventPattern(DEALS_EVENTS.name, takes(DEALS_EVENTS, { ignores: [DealDrawnDown] }))`
 */
export const takes = (
  topic: Topic,
  {
    ignores = [],
    subjectsApart = false,
  }: { ignores?: readonly ContractClass[]; subjectsApart?: boolean } = {},
): { subscription: Subscription } => ({
  subscription: { topic, ignores: new Set(ignores.map(({ type }) => type)), subjectsApart },
});

/** The batch that a handler of `T` gets; `Ignored` are the contracts it does not take. */
export type BatchOf<T extends Topic, Ignored extends ContractClass = never> = EventBatch<
  EventOf<Exclude<T['contracts'][number], Ignored>>
>;
