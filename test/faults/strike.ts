/** How each kind of fault is brought about, and healed. */
import { open, statfs, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import type { KafkaBroker } from '#local-stack/kafka-broker.js';
import type { LocalCluster } from '#local-stack/local-cluster.js';
import type { Mongod } from '#local-stack/mongod.js';
import type { TcpLink } from '#local-stack/tcp-link.js';
import { eventually } from '#messaging/testing/until.js';
import type { Dependency, Instance } from './instance.js';
import type { Fault } from './schedule.js';
import { Watch } from './watch.js';

/** What can be struck. */
export interface Targets {
  readonly cluster: LocalCluster;
  readonly instances: readonly Instance[];
  readonly watch: Watch;
  readonly admin: Admin;
  readonly deadLetters: string;
  /** One more instance of shipments, to come and go. */
  readonly extraInstance: (nth: number) => Instance;
}

const pick = <T>(list: readonly T[], share: number): T =>
  list[Math.min(list.length - 1, Math.floor(share * list.length))]!;

const HOUR_MS = 3_600_000;
/** Answers are dropped for so long, and then so long not: a connection has to be there for requests to pass. */
const DROPS_FOR_MS = 400;
const DROPS_AGAIN_AFTER_MS = 800;
const LONGEST_DELAY_MS = 300;
const ANOTHER_IS_ELECTED_WITHIN_MS = 6_000;
const PRIMARY_WITHIN_MS = 10_000;

/** Strikes, holds for as long as the fault is to last, and heals. @returns what was done, in words */
export async function strike(fault: Fault, targets: Targets): Promise<string> {
  const { cluster, instances, watch } = targets;
  const { forMs, which, degree } = fault;
  const instance = pick(instances, which);
  const broker = pick(cluster.brokers, which);
  const mongod = pick(cluster.mongods, which);
  switch (fault.kind) {
    case 'kill-service':
      await instance.killFor(forMs);
      return instance.name;
    case 'freeze-service':
      await instance.freezeFor(forMs);
      return instance.name;
    case 'stop-service':
      await instance.stopFor(forMs);
      return instance.name;
    case 'rebalance-storm':
      return storm(targets, forMs, degree);
    case 'step-clock': {
      const ahead = degree < 0.5 ? -HOUR_MS : HOUR_MS;
      instance.setClockAhead(ahead);
      await sleep(forMs);
      instance.setClockAhead(0);
      return `${instance.name} an hour ${ahead > 0 ? 'ahead' : 'behind'}`;
    }
    case 'kill-broker':
      return outage(targets, 'kafka', cluster.brokers, () => killed(broker, forMs, nameOf(cluster, broker)));
    case 'freeze-broker':
      return outage(targets, 'kafka', cluster.brokers, () => frozen(broker, forMs, nameOf(cluster, broker)));
    case 'isolate-broker':
      cluster.isolate(broker, true);
      await sleep(forMs);
      cluster.isolate(broker, false);
      return nameOf(cluster, broker);
    case 'lose-leader':
      await lostLeader(broker, cluster.brokers, forMs);
      return nameOf(cluster, broker);
    case 'kill-mongod':
      return outage(targets, 'mongodb', cluster.mongods, () => killed(mongod, forMs, 'mongod'));
    case 'freeze-mongod':
      return outage(targets, 'mongodb', cluster.mongods, () => frozen(mongod, forMs, 'mongod'));
    case 'fill-disk':
      return fullDisk(mongod, forMs);
    case 'step-down': {
      const primary = await primaryOf(cluster);
      await primary.stepDown();
      await sleep(forMs);
      return primary.address;
    }
    case 'kill-primary': {
      const primary = await primaryOf(cluster);
      return killed(primary, forMs, primary.address);
    }
    case 'lose-primary': {
      const primary = await primaryOf(cluster);
      await lostPrimary(primary, cluster.mongods, forMs);
      return primary.address;
    }
    case 'refuse-dead-letters':
      return refusedDeadLetters(targets, forMs);
    case 'cut-kafka':
    case 'cut-mongodb':
    case 'hang-kafka':
    case 'hang-mongodb': {
      const [mode, dependency] = fault.kind.split('-') as ['cut' | 'hang', Dependency];
      const links = struck(instance, dependency, degree);
      const away = links.length === instance.links[dependency].length;
      const told = away ? watch.begins(instance, dependency) : undefined;
      for (const link of links) link.set(mode === 'cut' ? 'cut' : 'hung');
      await sleep(forMs);
      for (const link of links) link.set('open');
      if (told) told.until = performance.now();
      return `${instance.name}, ${links.length} of ${instance.links[dependency].length}`;
    }
    case 'slow-kafka':
    case 'slow-mongodb': {
      const links = instance.links[fault.kind === 'slow-kafka' ? 'kafka' : 'mongodb'];
      const delayMs = Math.round(20 + degree * LONGEST_DELAY_MS);
      for (const link of links) link.set('slow', delayMs);
      await sleep(forMs);
      for (const link of links) link.set('open');
      return `${instance.name}, by ${delayMs} ms each way`;
    }
    case 'drop-replies-kafka':
    case 'drop-replies-mongodb':
      return dropReplies(
        instance.name,
        instance.links[fault.kind === 'drop-replies-kafka' ? 'kafka' : 'mongodb'],
        forMs,
      );
    default:
      return fault.kind satisfies never;
  }
}

/** All servers of a kind, or one. */
const struck = (instance: Instance, dependency: Dependency, degree: number): readonly TcpLink[] => {
  const links = instance.links[dependency];
  return degree < 0.7 ? links : [pick(links, (degree - 0.7) / 0.3)];
};

const nameOf = (cluster: LocalCluster, broker: KafkaBroker): string =>
  `broker ${cluster.brokers.indexOf(broker) + 1} of ${cluster.brokers.length}`;

type Server = KafkaBroker | Mongod;

/** While the only server of a kind is away, every instance has to say so. */
async function outage(
  { instances, watch }: Targets,
  dependency: Dependency,
  servers: readonly Server[],
  happen: () => Promise<string>,
): Promise<string> {
  const told = servers.length > 1 ? [] : instances.map((instance) => watch.begins(instance, dependency));
  const what = await happen();
  for (const one of told) one.until = performance.now();
  return what;
}

async function killed(server: Server, forMs: number, name: string): Promise<string> {
  await server.kill('SIGKILL');
  await sleep(forMs);
  await server.start();
  return name;
}

async function frozen(server: Server, forMs: number, name: string): Promise<string> {
  await server.kill('SIGSTOP');
  await sleep(forMs);
  await server.kill('SIGCONT');
  return name;
}

/** Kills a leader while those that copy from it are frozen: what it has acknowledged alone is lost once they go on. */
async function lostLeader(broker: KafkaBroker, all: readonly KafkaBroker[], forMs: number): Promise<void> {
  const others = all.filter((one) => one !== broker);
  await Promise.all(others.map((other) => other.kill('SIGSTOP')));
  await sleep(forMs);
  await broker.kill('SIGKILL');
  await Promise.all(others.map((other) => other.kill('SIGCONT')));
  await sleep(ANOTHER_IS_ELECTED_WITHIN_MS);
  await broker.start();
}

/**
 * Kills the secondaries, and then the primary; what it has acknowledged alone is lost once the others are back and go on
 * without it. Frozen, they would find in their sockets what it has sent them meanwhile.
 */
async function lostPrimary(primary: Mongod, all: readonly Mongod[], forMs: number): Promise<void> {
  const others = all.filter((one) => one !== primary);
  await Promise.all(others.map((other) => other.kill('SIGKILL')));
  await sleep(forMs);
  await primary.kill('SIGKILL');
  await Promise.all(others.map((other) => other.start()));
  await sleep(ANOTHER_IS_ELECTED_WITHIN_MS);
  await primary.start();
}

const primaryOf = ({ mongods }: LocalCluster): Promise<Mongod> =>
  eventually(async () => {
    for (const mongod of mongods) if (await mongod.isPrimary().catch(() => false)) return mongod;
    throw new Error('there is no primary');
  }, PRIMARY_WITHIN_MS);

/** Two more instances of shipments that come and go, one in order and one not. */
async function storm({ extraInstance }: Targets, forMs: number, degree: number): Promise<string> {
  const until = performance.now() + forMs;
  let comings = 0;
  const comeAndGo = async (one: Instance, go: () => Promise<void>): Promise<void> => {
    while (performance.now() < until) {
      comings++;
      await one.start();
      // Before it answers it has nothing to come down from.
      while (!(await Watch.readinessOf(one))) await sleep(100);
      await sleep(degree * 1_500);
      await go();
    }
  };
  const [first, second] = [extraInstance(0), extraInstance(1)];
  await Promise.all([comeAndGo(first, () => first.stop()), comeAndGo(second, () => second.kill())]);
  return `${comings} came and went`;
}

/** Lets the topic of dead letters take nothing: whatever is sent to it is too large. */
async function refusedDeadLetters({ admin, deadLetters }: Targets, forMs: number): Promise<string> {
  const letAtMost = (bytes: number): Promise<unknown> =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: deadLetters,
          configEntries: [
            { name: 'retention.ms', value: '-1' },
            { name: 'max.message.bytes', value: String(bytes) },
          ],
        },
      ],
    });
  await letAtMost(1);
  await sleep(forMs);
  await letAtMost(2 * 1024 * 1024);
  return deadLetters;
}

/** Fills what is left of the file system that mongod's data lies on, until it ends or time is up; frees it again. */
async function fullDisk(mongod: Mongod, forMs: number): Promise<string> {
  const filler = join(mongod.folder, '..', 'filler');
  const { bavail, bsize } = await statfs(mongod.folder);
  const file = await open(filler, 'w');
  const chunk = Buffer.alloc(1024 * 1024);
  try {
    for (let left = bavail * bsize; left > 0; left -= chunk.length) await file.write(chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  await file.close();
  const until = performance.now() + forMs;
  while (performance.now() < until && mongod.pid !== undefined) {
    // Its journal has room set aside; what it cannot write is a checkpoint.
    await mongod.checkpoint().catch(() => undefined);
    await sleep(200);
  }
  await truncate(filler, 0);
  const died = mongod.pid === undefined;
  if (died) await mongod.start();
  return died ? 'mongod died of it' : 'mongod lived';
}

async function dropReplies(name: string, links: readonly TcpLink[], forMs: number): Promise<string> {
  const swallowed = (): number => links.reduce((sum, link) => sum + link.swallowed, 0);
  const before = swallowed();
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    for (const link of links) link.set('drops-replies');
    await sleep(DROPS_FOR_MS);
    for (const link of links) link.set('open');
    await sleep(DROPS_AGAIN_AFTER_MS);
  }
  return `${name}, ${swallowed() - before} replies`;
}
