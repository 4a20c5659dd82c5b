import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const STOPS_WITHIN_MS = 15_000;
const REMEMBERED = 4_000;
const DIST = new URL('../../', import.meta.url);

/** A Node process of its own, as a service is deployed. It ends when this process ends, however it ends. */
export class Child {
  /** The message it sent last. */
  said: unknown;
  private words = '';

  private constructor(
    private readonly name: string,
    private readonly process: ChildProcess,
  ) {
    const remember = (text: Buffer): void => {
      this.words = (this.words + text.toString()).slice(-REMEMBERED);
    };
    process.stdout!.on('data', remember);
    process.stderr!.on('data', remember);
    process.on('message', (message) => (this.said = message));
  }

  /** @param script its path below dist */
  static start(script: string, env: Readonly<Record<string, string>>, flags: readonly string[] = []): Child {
    return new Child(
      script,
      spawn(process.execPath, [...flags, fileURLToPath(new URL(script, DIST))], {
        // A Ctrl-C is for this process; the channel tells the others that it is gone.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...process.env, ...env },
      }),
    );
  }

  /** @throws Error with its last words when it has ended. */
  check(): void {
    const { exitCode, signalCode } = this.process;
    if (exitCode === null && signalCode === null) return;
    throw new Error(`${this.name} has ended (${signalCode ?? `exit code ${exitCode}`}): ${this.words}`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const late = setTimeout(() => this.process.kill('SIGKILL'), STOPS_WITHIN_MS);
    await exited;
    clearTimeout(late);
  }
}
