import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerHandle } from '#local-stack/server-handle.js';

const AGAIN_AFTER_MS = 500;

/**
 * Starts a server of ours again whenever it dies unasked, with the data it had, and says so: what is seen then of the
 * services is how they wait, and go on.
 * @param server undefined where it is not ours to start
 * @returns what ends that; to be called before the server is stopped
 */
export function keepUp(
  name: string,
  server: ServerHandle | undefined,
  say: (line: string) => void,
): () => void {
  let over = false;
  const keep = async (kept: ServerHandle): Promise<void> => {
    for (;;) {
      const { code, signal } = await kept.exited();
      if (over) return;
      say(`${name} has ended (${signal ?? `exit code ${code}`}); it is started again, with its data.`);
      await sleep(AGAIN_AFTER_MS);
      if (over) return;
      // One that ends again before it is ready is told of in the next round.
      await kept.start().catch(() => undefined);
    }
  };
  if (server) void keep(server);
  return () => {
    over = true;
  };
}
