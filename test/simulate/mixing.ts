/** Chance, and the disorder that a network brings. Seeded and pure: the same seed, the same. */

/** A number from 0 to 1, below 1. */
export type Chance = () => number;

/** A small, fast, seeded generator of numbers (mulberry32). */
export const random = (seed: number): Chance => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A whole number from 0 to below `below`. */
export const below = (next: Chance, limit: number): number => Math.floor(next() * limit);

export const pick = <T>(next: Chance, list: readonly T[]): T => list[below(next, list.length)]!;

/**
 * Takes of several lists by chance, each list in its order.
 * @param begin the next list; undefined where there is none
 * @param most so many lists are under way at once
 */
export function* interleaved<T>(begin: () => T[] | undefined, most: number, next: Chance): Generator<T> {
  const queues: T[][] = [];
  while (queues.length < most) {
    const queue = begin();
    if (!queue) break;
    queues.push(queue);
  }
  while (queues.length > 0) {
    const index = below(next, queues.length);
    const queue = queues[index]!;
    yield queue.shift()!;
    if (queue.length > 0) continue;
    const another = begin();
    if (another) queues[index] = another;
    else {
      queues[index] = queues.at(-1)!;
      queues.pop();
    }
  }
}

export interface Disorder {
  /** The share of what is sent twice, and of what is late. */
  readonly repeated: number;
  readonly late: number;
  /** So many sendings later at most. */
  readonly most: number;
}

/** What comes twice or late among what comes in order; at the end all that is still held back. */
export function* disturbed<T>(
  items: Iterable<T>,
  { repeated, late, most }: Disorder,
  next: Chance,
  /** Whether nothing new is to come any more, with so many sent and so many held back. */
  isOver: (sent: number, held: number) => boolean = () => false,
): Generator<T> {
  const held: { readonly item: T; readonly due: number }[] = [];
  let sent = 0;
  const nextDue = (): T | undefined => {
    const due = held.findIndex((one) => one.due <= sent);
    return due < 0 ? undefined : held.splice(due, 1)[0]!.item;
  };
  const hold = (item: T): unknown => held.push({ item, due: sent + 1 + below(next, most) });
  for (const item of items) {
    for (let due = nextDue(); due !== undefined; due = nextDue()) {
      yield due;
      sent++;
    }
    if (isOver(sent, held.length)) break;
    const isLate = next() < late;
    // What is counted has room for the item, and perhaps not for its repeat.
    if (next() < repeated && !isOver(sent, held.length + 1)) hold(item);
    if (isLate) hold(item);
    else {
      yield item;
      sent++;
    }
  }
  for (const { item } of held.sort((a, b) => a.due - b.due)) yield item;
}
