import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { ServerNotReadyError } from './until-ready.js';

/** By this process: whoever was given one may be long in binding it. */
const given = new Set<number>();

/**
 * A free TCP port on 127.0.0.1, each time another one, taken at random from below the ranges that Linux (32768 up) and
 * macOS (49152 up) give to outgoing connections. A port from those would not do for a server that is killed and started
 * again: a client that tries to reconnect meanwhile can be given that very port, and even connect to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Runs `start` again, on other ports, when another process took one between our look and the server's own bind. */
export async function retryTakenPort<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 3 || !isTakenPort(error)) throw error;
    }
  }
}

/** In the words of mongod, of the JVM, and of Docker. */
export function isTakenPort(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error instanceof ServerNotReadyError || 'statusCode' in error) &&
    /address already in use|port is already allocated/i.test(error.message)
  );
}
