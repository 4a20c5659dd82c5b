import type { ConsumerState } from './consumer-state.js';
import type { Refusal } from './effects.js';
import type { IncomingMessage } from './kafka-client.js';
import type { Log } from './log.js';
import type { TransportMetrics } from './metrics.js';
import { traceOf } from './trace.js';

/** What a batch has come to, once all of it is published. */
export interface Outcome {
  /** The parser's and the domain's; of each place in a log one. */
  readonly refused: readonly Refusal[];
  /** How many events were published, by topic. */
  readonly published: ReadonlyMap<string, number>;
  readonly repeated: number;
  readonly ignored: number;
}

/** What slices have come to, taken as one; undefined where one of them was put down. Pure. */
export function inAll(outcomes: readonly (Outcome | undefined)[]): Outcome | undefined {
  const published = new Map<string, number>();
  const refused: Refusal[] = [];
  let [repeated, ignored] = [0, 0];
  for (const outcome of outcomes) {
    if (!outcome) return undefined;
    for (const [topic, count] of outcome.published) published.set(topic, (published.get(topic) ?? 0) + count);
    refused.push(...outcome.refused);
    repeated += outcome.repeated;
    ignored += outcome.ignored;
  }
  return { refused, published, repeated, ignored };
}

/** Counts and tells, once a batch is committed: one that comes twice counts once more only after a crash. */
export function account(
  outcome: Outcome,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  messages: readonly IncomingMessage[],
  {
    metrics,
    log,
    state,
  }: { readonly metrics: TransportMetrics; readonly log: Log; readonly state: ConsumerState },
): void {
  const refused = new Set(outcome.refused.map(({ offset }) => offset)).size;
  const applied = messages.length - refused - outcome.repeated - outcome.ignored;
  for (const [name, count] of Object.entries({
    applied,
    repeated: outcome.repeated,
    refused,
    ignored: outcome.ignored,
  })) {
    if (count > 0) metrics.events.inc({ topic, outcome: name }, count);
  }
  metrics.batchEvents.observe({ topic }, messages.length);
  for (const [to, count] of outcome.published) metrics.published.inc({ topic: to }, count);
  if (refused === 0) return;
  state.deadLettered(outcome.refused.length);
  const byOffset = new Map(messages.map((message) => [message.offset, message]));
  for (const { offset, error } of outcome.refused) {
    metrics.deadLetters.inc({ topic, reason: error.code });
    log.warn(
      {
        ...traceOf(byOffset.get(offset)!),
        topic,
        partition,
        offset,
        reason: error.code,
        faults: error.faults,
      },
      `an event is refused: ${error.message}`,
    );
  }
}
