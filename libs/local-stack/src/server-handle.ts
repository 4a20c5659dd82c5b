import type { Exit } from './supervised-process.js';

/** A server that we started as a process of our own, for tests of what happens when it dies, hangs and comes back. */
export interface ServerHandle {
  /** The server's process id; undefined while it does not run. */
  readonly pid: number | undefined;
  /**
   * Sends a signal, SIGKILL unless told; resolves when the server has ended, or at once for SIGSTOP and SIGCONT.
   * Does nothing when it is not running.
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when the current run has ended, by whatever; at once when it does not run. */
  exited(): Promise<Exit>;
  /**
   * Starts it again on the same port with the same data; resolves when it answers.
   * @throws Error when it is still running; ServerNotReadyError when it ends, or does not answer within 60 s.
   */
  start(): Promise<void>;
}
