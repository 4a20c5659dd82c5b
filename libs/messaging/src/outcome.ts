import type { ConsumerState } from './consumer-state.js';
import type { Refusal } from './effects.js';
import type { Log } from './log.js';
import type { TransportMetrics } from './metrics.js';
import type { LoggedTrace } from './trace.js';

/** A refusal, with what the log says of its message beside. */
export interface Refused extends Refusal {
  readonly trace: LoggedTrace;
}

/** What a batch has come to, once all of it is published. */
export interface Outcome {
  /** The parser's and the domain's; of each place in a log one. */
  readonly refused: readonly Refused[];
  /** How many events were published, by topic. */
  readonly published: ReadonlyMap<string, number>;
  readonly repeated: number;
  readonly ignored: number;
}

/** What slices have come to, taken as one; undefined where one of them was put down. Pure. */
export function inAll(outcomes: readonly (Outcome | undefined)[]): Outcome | undefined {
  const published = new Map<string, number>();
  const refused: Refused[] = [];
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
  messages: number,
  {
    metrics,
    log,
    state,
  }: { readonly metrics: TransportMetrics; readonly log: Log; readonly state: ConsumerState },
): void {
  const refused = new Set(outcome.refused.map(({ offset }) => offset)).size;
  const applied = messages - refused - outcome.repeated - outcome.ignored;
  for (const [name, count] of Object.entries({
    applied,
    repeated: outcome.repeated,
    refused,
    ignored: outcome.ignored,
  })) {
    if (count > 0) metrics.events.inc({ topic, outcome: name }, count);
  }
  metrics.batchEvents.observe({ topic }, messages);
  for (const [to, count] of outcome.published) metrics.published.inc({ topic: to }, count);
  if (refused === 0) return;
  state.deadLettered(outcome.refused.length);
  for (const { offset, error, trace } of outcome.refused) {
    metrics.deadLetters.inc({ topic, reason: error.code });
    log.warn(
      {
        ...trace,
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
