import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SERVICES = ['shipments', 'deals', 'market-news'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Where the services answer, and how to stop them. */
export interface RunningServices {
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** The folder of the services' logs, one file each. */
  readonly logs: string;
  /** The process of each; another one after a service had to be started again. */
  pids(): Readonly<Record<ServiceName, number>>;
  stop(): Promise<void>;
}

export interface ServicesOptions {
  readonly firstPort: number;
  readonly say: (line: string) => void;
  /** Put before topics, groups and databases, so that several can share the servers; '' for none. */
  readonly namespace?: string;
  /** Whether feeds are fetched from this machine too, as the story's own is; else from public addresses alone. */
  readonly feedsFromHere?: boolean;
}

const READY_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 100;
const AGAIN_AFTER_MS = 500;
const DIST = fileURLToPath(new URL('../../..', import.meta.url));

/** How a service is run: as in deploy/Dockerfile, where the memory figures come from. It stays within 300 MB. */
export const SERVICE_FLAGS = [
  '--disable-warning=TimeoutNegativeWarning',
  '--max-old-space-size=168',
  '--max-semi-space-size=16',
  '--heap-growing-percent=120',
  '--no-parallel-scavenge',
  '--concurrent-marking-max-worker-num=2',
];
export const SERVICE_ENVIRONMENT = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' };

/**
 * Starts the services as processes of their own, and starts one again that dies unasked. They end with this process,
 * however it ends.
 * @param firstPort the first of the three ports, in the order of `SERVICES`
 * @throws when a port is taken, or a service is not ready within a minute
 */
export async function startServices(
  stack: { kafkaBrokers: readonly string[]; mongodbUri: string },
  options: ServicesOptions,
): Promise<RunningServices> {
  const portOf = (name: ServiceName): number => options.firstPort + SERVICES.indexOf(name);
  for (const name of SERVICES) await assertFree(name, portOf(name));
  const logs = mkdtempSync(join(tmpdir(), 'orebound-logs-'));
  const urls = Object.fromEntries(
    SERVICES.map((name) => [name, `http://127.0.0.1:${portOf(name)}`]),
  ) as Record<ServiceName, string>;
  const children = new Map<ServiceName, ChildProcess>();
  let stopping = false;

  const start = (name: ServiceName): void => {
    const log = createWriteStream(join(logs, `${name}.log`), { flags: 'a' });
    const child = spawn(process.execPath, [...SERVICE_FLAGS, join(DIST, 'apps', name, 'src', 'main.js')], {
      // A Ctrl-C is for this process, which ends the services in order; the channel tells them when it is gone.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        ...SERVICE_ENVIRONMENT,
        KAFKA_BROKERS: stack.kafkaBrokers.join(','),
        MONGODB_URI: stack.mongodbUri,
        HOST: '127.0.0.1',
        PORT: String(portOf(name)),
        ...(options.feedsFromHere && { FEEDS_ALLOW_PRIVATE_ADDRESSES: 'true' }),
        ...(options.namespace && {
          KAFKA_NAMESPACE: `${options.namespace}.`,
          MONGODB_DATABASE: `${options.namespace}-${name}`,
        }),
      },
    });
    child.stdout!.pipe(log, { end: false });
    child.stderr!.pipe(log, { end: false });
    children.set(name, child);
    child.once('exit', (code, signal) => {
      if (stopping) return;
      options.say(
        `${name} has ended (${signal ?? `exit code ${code}`}); it is started again. Its log: ${join(logs, `${name}.log`)}`,
      );
      setTimeout(() => stopping || start(name), AGAIN_AFTER_MS);
    });
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all(
      [...children.values()].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }),
    );
  };

  // Where this process ends at once, so do they: told by the channel alone they would take their time, and their ports.
  process.once('exit', () => {
    for (const child of children.values()) child.kill('SIGKILL');
  });
  for (const name of SERVICES) start(name);
  try {
    await Promise.all(SERVICES.map((name) => untilReady(name, urls[name], join(logs, `${name}.log`))));
  } catch (error) {
    await stop();
    throw error;
  }
  const pids = (): Record<ServiceName, number> =>
    Object.fromEntries(SERVICES.map((name) => [name, children.get(name)!.pid])) as Record<
      ServiceName,
      number
    >;
  return { urls, logs, pids, stop };
}

async function untilReady(name: ServiceName, url: string, log: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const ready = await fetch(`${url}/health/ready`).then(
      async (response) => (await response.json()) as { status: string; consumer: { assigned: object } },
      () => undefined,
    );
    if (ready?.status === 'ok' && Object.keys(ready.consumer.assigned).length > 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        `${name} is not ready after ${READY_WITHIN_MS / 1000} s: ${JSON.stringify(ready) ?? 'no answer'}. Its log: ${log}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

const assertFree = (name: ServiceName, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () =>
      reject(new Error(`port ${port}, for ${name}, is taken; choose others, --ports ${port + 1000} say`)),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
