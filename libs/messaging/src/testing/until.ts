import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a condition. What throws is taken as 'not yet'.
 * @throws Error with what the condition is, when the limit is reached
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      if (await holds()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`not so within ${limitMs / 1000} s: ${what}`, last ? { cause: last } : {});
    }
    await sleep(25);
  }
}
