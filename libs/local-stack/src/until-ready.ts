import { setTimeout as sleep } from 'node:timers/promises';
import type { SupervisedProcess } from './supervised-process.js';

/** A server that ended, or gave no answer, while we waited for it to be ready. The message has its last log lines. */
export class ServerNotReadyError extends Error {
  override readonly name = 'ServerNotReadyError';
}

/**
 * Asks again and again until `answers` resolves.
 * @param limitMs how long to wait, in milliseconds
 * @throws ServerNotReadyError when the process ends first or the limit is reached
 */
export async function untilReady(
  server: string,
  process: SupervisedProcess,
  answers: () => Promise<void>,
  limitMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  let last: unknown;
  while (!process.lastExit && Date.now() < deadline) {
    try {
      return await answers();
    } catch (error) {
      last = error;
    }
    await sleep(50);
  }
  const what = process.lastExit
    ? `ended (${process.lastExit.signal ?? `exit code ${process.lastExit.code}`}) before it was ready`
    : `has not answered within ${limitMs / 1000} s (${last instanceof Error ? last.message : String(last)})`;
  throw new ServerNotReadyError(`${server} ${what}. Its last log lines:\n${process.lastLogLines()}`);
}
