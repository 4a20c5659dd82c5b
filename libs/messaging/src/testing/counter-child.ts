import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CounterPlace, CounterSettings } from './counter-service.js';
import type { Fault, FromChild, Report, Start, ToChild } from './counter-process.js';

/** A counters service in a process of its own. An error that nobody catches there ends it, so `alive` shows none did. */
export class CounterChild {
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private readonly told: FromChild[] = [];
  private waiters: (() => void)[] = [];
  private gone = false;
  private errors = '';
  logged: readonly string[] = [];

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message: FromChild) => {
      this.told.push(message);
      this.wake();
    });
    child.stderr?.on('data', (chunk) => {
      this.errors += String(chunk);
      if (process.env['COUNTERS_LOG']) process.stderr.write(chunk as Buffer);
    });
    this.exited = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.gone = true;
        this.wake();
        resolve({ code, signal });
      }),
    );
  }

  static async start(
    place: CounterPlace,
    settings: CounterSettings = {},
    fault?: Fault,
  ): Promise<CounterChild> {
    const child = fork(fileURLToPath(new URL('./counter-process.js', import.meta.url)), {
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const started = new CounterChild(child);
    const start: Start = { place, settings, ...(fault && { fault }) };
    started.send({ start });
    await started.next((message) => message === 'started');
    return started;
  }

  get alive(): boolean {
    return !this.gone;
  }

  /** Resolves when the child has come to the step at which it is to be held. */
  async isHeld(): Promise<void> {
    await this.next((message) => typeof message === 'object' && 'at' in message);
  }

  release(): void {
    this.send('release');
  }

  /** Sets its clock, which timers do not go by. */
  setClock(aheadMs: number): void {
    this.send({ clockAheadMs: aheadMs });
  }

  async report(): Promise<Report> {
    this.send('report');
    const answer = await this.next((message) => typeof message === 'object' && 'report' in message);
    const { report, logged } = answer as { report: Report; logged: readonly string[] };
    this.logged = logged;
    return report;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** As on SIGTERM; resolves when it has stopped. */
  async stop(): Promise<void> {
    this.send('stop');
    await this.next((message) => message === 'stopped');
    await this.exited;
  }

  /** Ends it, if it has not ended. */
  async kill(): Promise<void> {
    if (this.gone) return;
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private send(message: ToChild): void {
    if (!this.gone) this.child.send(message);
  }

  private async next(isIt: (message: FromChild) => boolean): Promise<FromChild> {
    for (;;) {
      const index = this.told.findIndex(isIt);
      if (index >= 0) return this.told.splice(index, 1)[0]!;
      if (this.gone) throw new Error(`the service has ended. ${this.errors}`);
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
