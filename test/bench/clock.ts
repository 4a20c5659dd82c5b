import { setTimeout as sleep } from 'node:timers/promises';
import type { Tell } from './row.js';

/** How much is done, at one look. */
export interface Look {
  readonly count: number;
}

/** A look, and when it was taken, in milliseconds of this process's clock. */
export type Seen<L extends Look> = L & { readonly at: number };

const SELDOM_MS = 250;
const OFTEN_MS = 25;
/** From so much of the whole on it looks often, so that the end is seen when it comes. */
const NEAR_THE_END = 0.95;
const STALLED_AFTER_MS = 120_000;

/**
 * Looks on until all is done.
 * @param look undefined while there is nothing to be seen yet
 * @param from what counts as the warm-up: the first look that finds it done begins the measurement
 * @param to what counts as all
 * @param everyMs how often to look: a look costs what is looked at
 * @returns every look from the warm-up done to all done; where those are one, the look before it too
 * @throws Error when nothing has moved for two minutes
 */
export async function watched<L extends Look>(
  look: () => Promise<L | undefined>,
  { from, to, everyMs = SELDOM_MS }: { from: number; to: number; everyMs?: number },
  tell: Tell,
): Promise<Seen<L>[]> {
  const seen: Seen<L>[] = [];
  let before: Seen<L> | undefined;
  let movedAt = performance.now();
  for (;;) {
    const found = await look();
    const at = performance.now();
    if (found) {
      const { count } = found;
      if (count > (before?.count ?? 0)) movedAt = at;
      tell(Math.min(count, to), to);
      if (count >= from) seen.push({ ...found, at });
      if (count >= to && seen.length > 1) return seen;
      if (count >= to && before) return [before, ...seen];
      if (count >= to) throw new Error(`all ${to} were done before the first look: give it more`);
      before = { ...found, at };
    }
    const count = before?.count ?? 0;
    if (at - movedAt > STALLED_AFTER_MS) throw new Error(`it stands still at ${count} of ${to}`);
    await sleep(count < from || count > to * NEAR_THE_END ? Math.min(OFTEN_MS, everyMs) : everyMs);
  }
}

/** How many a second: what was done between the first look and the last, by the time between the two. */
export function rateOf(seen: readonly Seen<Look>[]): number {
  const first = seen[0]!;
  const last = seen.at(-1)!;
  return ((last.count - first.count) / (last.at - first.at)) * 1000;
}
