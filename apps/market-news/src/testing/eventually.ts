const WITHIN_MS = 40_000;
const ASK_EVERY_MS = 50;

/** Asks until what must hold does, or fails with why it last did not. */
export async function eventually<T>(ask: () => Promise<T> | T): Promise<T> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }
}
