import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '#local-stack/free-port.js';
import { TcpLink } from '#local-stack/tcp-link.js';
import { SERVICE_ENVIRONMENT, SERVICE_FLAGS, type ServiceName } from '../../apps/demo/src/services.js';

export type Dependency = 'kafka' | 'mongodb';

/** Where a run's instances are, and what they have in common. */
export interface Place {
  readonly brokers: readonly string[];
  readonly mongods: readonly string[];
  readonly mongodbUri: string;
  /** Put before topics, groups and databases. */
  readonly namespace: string;
  /** The folder of the logs. */
  readonly logs: string;
  /** The name of a planted bug; see planted/. */
  readonly planted?: string | undefined;
}

/** The shortest that a broker takes: after so long without a heartbeat, a frozen instance's partitions go to another. */
export const SESSION_TIMEOUT_MS = 6_000;
/** A service stops within 10 s; what a busy machine adds. */
const STOPS_WITHIN_MS = 12_000;

const DIST = fileURLToPath(new URL('../..', import.meta.url));

/** However this process ends, short of SIGKILL, no service stays behind: one that is frozen could not end itself. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** From when to when something was so, in milliseconds of `performance.now`. `until` is absent while it is. */
export interface Span {
  readonly from: number;
  until?: number;
}

/** A process of a service, with a wire of its own to each server. */
export class Instance {
  readonly links: Readonly<Record<Dependency, TcpLink[]>> = { kafka: [], mongodb: [] };
  readonly log: string;
  url = '';
  /** When it was not there to answer: killed, frozen, starting. */
  readonly absences: Span[] = [];
  /** What it has done that it must not: died unasked, not stopped in time. */
  readonly misdeeds: string[] = [];
  #child: ChildProcess | undefined;
  #asked = false;
  #port = 0;

  constructor(
    readonly name: string,
    readonly service: ServiceName,
    private readonly place: Place,
  ) {
    this.log = join(place.logs, `${name}.log`);
  }

  async start(): Promise<void> {
    if (this.#port === 0) {
      this.#port = await freePort();
      this.url = `http://127.0.0.1:${this.#port}`;
      for (const dependency of ['kafka', 'mongodb'] as const) {
        for (const address of this.#serversOf(dependency))
          this.links[dependency].push(await TcpLink.create(Number(address.split(':')[1])));
      }
      this.absences.push({ from: performance.now() });
    }
    this.#spawn();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends it as a power cut would, and starts it again after a while. */
  async killFor(ms: number): Promise<void> {
    await this.#end('SIGKILL');
    await sleep(ms);
    this.#spawn();
  }

  /** Ends it as a deployment does, and starts it again after a while. */
  async stopFor(ms: number): Promise<void> {
    await this.stop();
    await sleep(ms);
    this.#spawn();
  }

  async freezeFor(ms: number): Promise<void> {
    const child = this.#child!;
    this.#isAbsent();
    child.kill('SIGSTOP');
    await sleep(ms);
    child.kill('SIGCONT');
    this.isBack();
  }

  setClockAhead(ms: number): void {
    if (this.#child?.connected) this.#child.send({ clockAheadMs: ms });
  }

  /** SIGTERM. That it takes too long, or does not end well, is remembered. */
  async stop(): Promise<void> {
    // While it loads its program nothing of ours hears the signal, nor has it anything in hand.
    const mayEndByIt = this.absences.at(-1)?.until === undefined;
    const began = performance.now();
    const { code, signal } = await this.#end('SIGTERM');
    const took = performance.now() - began;
    if (code !== 0 && !(mayEndByIt && signal === 'SIGTERM'))
      this.misdeeds.push(`${this.name} was asked to stop and ended with ${signal ?? code}`);
    if (took > STOPS_WITHIN_MS)
      this.misdeeds.push(`${this.name} was asked to stop and took ${(took / 1000).toFixed(1)} s`);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async closeLinks(): Promise<void> {
    await Promise.all([...this.links.kafka, ...this.links.mongodb].map((link) => link.close()));
  }

  /** To be told when it answers again. */
  isBack(): void {
    const last = this.absences.at(-1);
    if (last && last.until === undefined) last.until = performance.now();
  }

  #isAbsent(): void {
    const last = this.absences.at(-1);
    if (!last || last.until !== undefined) this.absences.push({ from: performance.now() });
  }

  async #end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const child = this.#child!;
    this.#isAbsent();
    this.#asked = true;
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null)
        resolve({ code: child.exitCode, signal: child.signalCode });
      else child.once('exit', (code, by) => resolve({ code, signal: by }));
    });
    child.kill(signal);
    return ended;
  }

  #serversOf(dependency: Dependency): readonly string[] {
    return dependency === 'kafka' ? this.place.brokers : this.place.mongods;
  }

  #spawn(): void {
    const { brokers, mongodbUri, namespace, planted } = this.place;
    this.#asked = false;
    const links = Object.fromEntries(
      (['kafka', 'mongodb'] as const).flatMap((dependency) =>
        this.#serversOf(dependency).map((address, nth) => [address, this.links[dependency][nth]!.port]),
      ),
    );
    const preload = (file: string): string => `--import=${new URL(file, import.meta.url).href}`;
    const log = openSync(this.log, 'a');
    const child = spawn(
      process.execPath,
      [
        ...SERVICE_FLAGS,
        preload('./preload-links.js'),
        preload('./preload-clock.js'),
        ...(planted === undefined ? [] : [preload('./planted/preload.js')]),
        join(DIST, 'apps', this.service, 'src', 'main.js'),
      ],
      {
        detached: true,
        stdio: ['ignore', log, log, 'ipc'],
        env: {
          ...process.env,
          ...SERVICE_ENVIRONMENT,
          ...(planted !== undefined && { FAULT_PLANTED: planted }),
          FAULT_LINKS: JSON.stringify(links),
          KAFKA_BROKERS: brokers.join(),
          MONGODB_URI: mongodbUri,
          HOST: '127.0.0.1',
          PORT: String(this.#port),
          SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
          // The traffic is of last year: all of it would be overdue.
          OVERDUE_INTERVAL_SECONDS: '0',
          KAFKA_NAMESPACE: `${namespace}.`,
          MONGODB_DATABASE: `${namespace}-${this.service}`,
        },
      },
    );
    closeSync(log);
    child.unref();
    child.channel?.unref();
    // A message to one that is just being killed has nobody to take it.
    child.on('error', () => undefined);
    this.#child = child;
    running.add(child);
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (this.#asked || this.#child !== child) return;
      this.misdeeds.push(`${this.name} died unasked, of ${signal ?? `exit code ${code}`}`);
      this.#isAbsent();
      setTimeout(() => this.#spawn(), 500);
    });
  }
}
