import { setTimeout as sleep } from 'node:timers/promises';

const ASK_EVERY_MS = 25;

/** Asks until the answer is no error, and gives it. @throws what it last threw, an expectation's words say, at the limit */
export async function eventually<T>(ask: () => Promise<T> | T, limitMs = 60_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(ASK_EVERY_MS);
  }
}

/**
 * Waits for a condition. What throws is taken as 'not yet'.
 * @throws Error with what the condition is, when the limit is reached
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 60_000,
): Promise<void> {
  const words = `not so within ${limitMs / 1000} s: ${what}`;
  await eventually(async () => {
    let held: boolean;
    try {
      held = await holds();
    } catch (cause) {
      throw new Error(words, { cause });
    }
    if (!held) throw new Error(words);
  }, limitMs);
}
