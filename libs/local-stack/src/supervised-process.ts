import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SupervisorReport, SupervisorRequest } from './supervisor.js';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * A server process with a data folder of its own, both of which are gone when this process is gone, however it went
 * (see supervisor.ts). It does not keep this process alive.
 */
export class SupervisedProcess {
  /** Holds everything the server writes, and `server.log`. Removed by {@link close}. */
  readonly folder: string;
  #supervisor: ChildProcess;
  #pid: number | undefined;
  #exit: PromiseWithResolvers<Exit> = Promise.withResolvers();
  #lastExit: Exit | undefined;
  #waiters = 0;

  private constructor(supervisor: ChildProcess, folder: string) {
    this.#supervisor = supervisor;
    this.folder = folder;
    supervisor.on('message', (report: SupervisorReport) => {
      if ('exited' in report) {
        this.#ended(report.exited);
      }
    });
    supervisor.once('exit', () => this.#afterSupervisor());
    this.#keepAwake(false);
  }

  /**
   * @param parent where its folder is made: the system's folder for temporary files unless told
   * @throws Error when no process could be started, or the folder cannot be made
   */
  static async create(parent?: string): Promise<SupervisedProcess> {
    const supervisor = fork(fileURLToPath(new URL('./supervisor.js', import.meta.url)), {
      detached: true,
      // Its own streams: whoever reads our output must not wait for the supervisor to close it as well.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Not Jest's flags, nor a debugger's port.
      execArgv: [],
      ...(parent !== undefined && { env: { ...process.env, TMPDIR: parent } }),
    });
    let complaint = '';
    supervisor.stderr?.on('data', (chunk) => (complaint += String(chunk)));
    const folder = await new Promise<string>((resolve, reject) => {
      supervisor.once('message', (report: SupervisorReport) => 'folder' in report && resolve(report.folder));
      supervisor.once('error', reject);
      supervisor.once('exit', () =>
        reject(new Error(`The supervisor process ended at once. ${complaint}`.trim())),
      );
    });
    supervisor.stderr?.destroy();
    return new SupervisedProcess(supervisor, folder);
  }

  /** The server's process id while it runs. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** How the last run ended; undefined while the server runs. */
  get lastExit(): Exit | undefined {
    return this.#lastExit;
  }

  /** Resolves when the current run has ended. */
  exited(): Promise<Exit> {
    return this.#awake(this.#exit.promise);
  }

  /**
   * Starts a command in the folder; one at a time.
   * @throws Error when one is still running, or the command cannot be started.
   */
  async run(command: string, args: string[]): Promise<void> {
    if (this.#pid !== undefined) throw new Error(`Still running, as process ${this.#pid}`);
    this.#exit = Promise.withResolvers();
    this.#lastExit = undefined;
    const started = new Promise<number>((resolve, reject) => {
      const settle = (report: SupervisorReport) => {
        if ('started' in report) resolve((this.#pid = report.started));
        else if ('notStarted' in report) reject(new Error(`${command}: ${report.notStarted}`));
        else return;
        this.#supervisor.off('message', settle);
      };
      this.#supervisor.on('message', settle);
      const request: SupervisorRequest = { run: { command, args } };
      this.#supervisor.send(request, (error) => error && reject(error));
    });
    await this.#awake(started);
  }

  /**
   * Sends the server a signal; for one that ends it, resolves when it has ended. Does nothing when it is not running.
   * @param signal SIGSTOP makes it a server that hangs, until SIGCONT.
   */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#pid === undefined) return;
    process.kill(this.#pid, signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.exited();
  }

  /** The end of the server's log; empty when there is none. */
  lastLogLines(count = 15): string {
    try {
      return readFileSync(join(this.folder, 'server.log'), 'utf8')
        .trimEnd()
        .split('\n')
        .slice(-count)
        .join('\n');
    } catch {
      return '';
    }
  }

  /** Kills the server and removes the folder. May be called twice. */
  async close(): Promise<void> {
    if (this.#supervisor.exitCode !== null || this.#supervisor.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#supervisor.once('exit', resolve));
    if (this.#supervisor.connected) this.#supervisor.disconnect();
    await this.#awake(gone);
  }

  /** Waits for what the supervisor tells; only while somebody waits does it keep this process alive. */
  async #awake<T>(told: Promise<T>): Promise<T> {
    this.#waiters++;
    this.#keepAwake(true);
    try {
      return await told;
    } finally {
      if (--this.#waiters === 0) this.#keepAwake(false);
    }
  }

  #keepAwake(awake: boolean): void {
    this.#supervisor[awake ? 'ref' : 'unref']();
    this.#supervisor.channel?.[awake ? 'ref' : 'unref']();
  }

  #ended(exit: Exit): void {
    this.#pid = undefined;
    this.#lastExit = exit;
    this.#exit.resolve(exit);
  }

  /** If somebody killed the supervisor itself, do in its place what it is there for. */
  #afterSupervisor(): void {
    if (this.#pid === undefined) return;
    try {
      process.kill(this.#pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    this.#ended({ code: null, signal: 'SIGKILL' });
  }
}
