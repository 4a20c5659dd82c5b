const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** How long to wait after a failure: doubling to 5 s, with up to half of it taken off at random. `random` is 0 to 1. */
export const backoff = (attempt: number, random: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10)) * (1 - random / 2);

/** Waits, or less when the signal is given. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });

/** Waits for work to end, but no longer than that. What it fails with, it fails with here. */
export async function atMost(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  const late = new AbortController();
  try {
    await Promise.race([work, pause(ms, late.signal)]);
  } finally {
    late.abort();
  }
}
