/** One schedule: services under load while things fail, then what must be so at the end. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import mongoose from 'mongoose';
import type { LocalCluster } from '#local-stack/local-cluster.js';
import { KafkaClient } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';
import { foreignClient, TopicReader } from '#messaging/testing/topic-reader.js';
import { until } from '#messaging/testing/until.js';
import type { ServiceName } from '../../apps/demo/src/services.js';
import { check } from './check.js';
import { Instance, type Place } from './instance.js';
import { Load } from './load.js';
import type { Logged } from './model.js';
import { type Fault, LANES, lengthOf } from './schedule.js';
import { strike } from './strike.js';
import { Watch } from './watch.js';

export interface RunOptions {
  readonly seed: number;
  readonly schedule: readonly Fault[];
  /** How many events are sent, about. */
  readonly events: number;
  readonly cluster: LocalCluster;
  readonly namespace: string;
  /** The folder in which the run's logs get one of their own. */
  readonly logs: string;
  readonly say: (line: string) => void;
  readonly planted?: string | undefined;
  /** How long after the last fault it is waited for that all is taken. */
  readonly givenUpAfterMs: number;
}

export interface RunReport {
  readonly seed: number;
  readonly logs: string;
  /** What was not as it must be; empty where all held. */
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** From the healing of the last fault until everything was taken. */
  readonly drainedInMs: number;
  readonly outagesJudged: number;
}

const INSTANCES: readonly (readonly [string, ServiceName])[] = [
  ['shipments-1', 'shipments'],
  ['shipments-2', 'shipments'],
  ['deals-1', 'deals'],
  ['deals-2', 'deals'],
  ['market-news-1', 'market-news'],
];
const SERVICES: readonly ServiceName[] = ['shipments', 'deals', 'market-news'];
const TOPICS = [
  'shipments.inbound',
  'shipments.events',
  'shipments.arrivals',
  'shipments.dead-letters',
  'deals.inbound',
  'deals.deliveries',
  'deals.events',
  'deals.dead-letters',
  'market-news.inbound',
  'market-news.events',
  'market-news.dead-letters',
] as const;
const OUTBOUND = TOPICS.filter((topic) => !topic.endsWith('.inbound') && !topic.endsWith('.dead-letters'));

const DRAINED_WITHIN_MS = 15_000;
const READY_WITHIN_MS = 60_000;
const HEALTHY_WITHIN_MS = 20_000;
/** Between two words on what is still behind. */
const TELL_EVERY_MS = 2_000;
const MOST_EVENTS_A_SECOND = 600;
const LEAST_EVENTS_A_SECOND = 100;

export async function run(options: RunOptions): Promise<RunReport> {
  const { seed, cluster, namespace, say } = options;
  const logs = join(options.logs, namespace);
  mkdirSync(logs, { recursive: true });
  const place: Place = {
    brokers: cluster.kafkaBrokers,
    mongods: cluster.mongods.map(({ address }) => address),
    mongodbUri: cluster.mongodbUri,
    namespace,
    logs,
    planted: options.planted,
  };
  const instances = INSTANCES.map(([name, service]) => new Instance(name, service, place));
  const extras = [1, 2].map((nth) => new Instance(`shipments-extra-${nth}`, 'shipments', place));
  const kafka = foreignClient(cluster.kafkaBrokers);
  const admin = kafka.admin();
  const client = new KafkaClient({
    brokers: cluster.kafkaBrokers,
    clientId: 'faults',
    namespace: `${namespace}.`,
    log: SILENT,
  });
  const mongo = new mongoose.mongo.MongoClient(cluster.mongodbUri, { serverSelectionTimeoutMS: 20_000 });
  let watch: Watch | undefined;
  try {
    await Promise.all([admin.connect(), mongo.connect(), ...instances.map((instance) => instance.start())]);
    await Promise.all(instances.map((instance) => untilReady(instance)));
    watch = new Watch(instances);
    const world = { ...options, instances, extras, admin, client, watch, mongo, kafka };
    const report = await struckAndHealed(world);
    return { ...report, seed, logs };
  } catch (error) {
    const violations = [`the run broke off: ${(error as Error).stack ?? String(error)}`];
    return { seed, logs, violations, counts: {}, drainedInMs: NaN, outagesJudged: 0 };
  } finally {
    watch?.stop();
    say('   the services are stopped');
    await Promise.all([...instances, ...extras].filter(({ pid }) => pid).map((instance) => instance.kill()));
    await Promise.all([...instances, ...extras].map((instance) => instance.closeLinks()));
    await Promise.allSettled([admin.disconnect(), client.close(), mongo.close()]);
  }
}

interface World extends RunOptions {
  readonly client: KafkaClient;
  readonly instances: readonly Instance[];
  readonly extras: readonly Instance[];
  readonly admin: Admin;
  readonly kafka: Kafka;
  readonly mongo: mongoose.mongo.MongoClient;
  readonly watch: Watch;
}

async function struckAndHealed(world: World): Promise<Omit<RunReport, 'seed' | 'logs'>> {
  const { schedule, say, watch, instances, namespace, cluster } = world;
  const load = new Load(world.seed, { brokers: cluster.kafkaBrokers, namespace, instances });
  await load.begin();
  const seconds = lengthOf(schedule) / 1000;
  const rate = Math.max(LEAST_EVENTS_A_SECOND, Math.min(MOST_EVENTS_A_SECOND, world.events / seconds));
  say(`   ${schedule.length} faults in ${seconds.toFixed(0)} s and more, under ${rate.toFixed(0)} events/s`);
  load.start(rate);
  const ended = await Promise.allSettled(LANES.map((lane) => strikeLane(lane, world)));
  const healedAt = performance.now();
  const unhealed = ended.flatMap((one) =>
    one.status === 'rejected' ? [`a fault could not be brought about or healed: ${String(one.reason)}`] : [],
  );
  await load.stop();
  const lag = await drained(world, SERVICES, healedAt, (behind) => say(`   behind: ${behind}`));
  const drainedInMs = performance.now() - healedAt;
  say(
    `   ${load.sent} sent; ${lag === undefined ? `drained in ${seconds1(drainedInMs)} s` : `not drained: ${lag}`}`,
  );
  const unhealthy = await untilHealthy(instances);
  watch.stop();

  const findings = await check({
    topics: await readAll(world),
    accepted: load.events,
    deals: load.deals,
    items: load.items,
    ask: {
      shipments: instances.find(({ service }) => service === 'shipments')!,
      deals: instances.find(({ service }) => service === 'deals')!,
      'market-news': instances.find(({ service }) => service === 'market-news')!,
    },
    subjects: new Set(
      await databaseOf(world, 'market-news').collection<{ _id: string }>('subjects').distinct('_id'),
    ),
  });
  const violations = [
    ...unhealed,
    ...(lag === undefined
      ? []
      : [`not drained ${world.givenUpAfterMs / 1000} s after the last fault: ${lag}`]),
    ...load.misdeeds,
    ...[...instances, ...world.extras].flatMap(({ misdeeds }) => misdeeds),
    ...unhealthy,
    ...watch.untruths(),
    ...findings.violations,
  ];
  // What goes on from here changes what an investigation would look at.
  if (violations.length === 0) violations.push(...(await rewound(world)));
  if (violations.length === 0) violations.push(...(await rebuilt(world)));
  if (lag === undefined && drainedInMs > DRAINED_WITHIN_MS)
    violations.unshift(`drained in ${seconds1(drainedInMs)} s and not within ${DRAINED_WITHIN_MS / 1000} s`);
  return {
    violations,
    counts: { sent: load.sent, ...findings.counts },
    drainedInMs,
    outagesJudged: watch.judged,
  };
}

async function strikeLane(lane: string, world: World): Promise<void> {
  const { schedule, cluster, instances, watch, admin, namespace, extras, say } = world;
  for (const fault of schedule.filter((one) => one.lane === lane)) {
    await sleep(fault.afterMs);
    const began = performance.now();
    const what = await strike(fault, {
      cluster,
      instances,
      watch,
      admin,
      deadLetters: `${namespace}.shipments.dead-letters`,
      extraInstance: (nth) => extras[nth]!,
    });
    say(`   ${fault.kind}: ${what}, ${seconds1(performance.now() - began)} s`);
  }
}

const seconds1 = (ms: number): string => (ms / 1000).toFixed(1);

async function untilReady(instance: Instance): Promise<void> {
  const what = `${instance.name} is ready. Its log: ${instance.log}`;
  await until(what, async () => (await Watch.readinessOf(instance))?.status === 'ok', READY_WITHIN_MS);
  instance.isBack();
}

/**
 * Waits until no group has anything left: twice in a row, since what one takes gives the next something to take.
 * @returns what is behind, once it is given up
 */
async function drained(
  { client, givenUpAfterMs }: World,
  groups: readonly ServiceName[],
  since: number,
  tell: (behind: string) => void = () => undefined,
): Promise<string | undefined> {
  let quiet = 0;
  let ends = '';
  let toldAt = performance.now();
  for (;;) {
    const positions = await Promise.all(
      groups.map(async (group) =>
        (await client.positions(group, CONSUMED[group])).map((one) => ({ ...one, group })),
      ),
    ).then(
      (found) => found.flat(),
      () => undefined,
    );
    const behind = positions?.filter(({ committed, end }) => committed < end);
    const endsNow = JSON.stringify(positions?.map(({ end }) => end));
    quiet = behind?.length === 0 && (quiet === 0 || endsNow === ends) ? quiet + 1 : 0;
    ends = endsNow;
    if (quiet === 2) return undefined;
    if (performance.now() - toldAt > TELL_EVERY_MS) {
      toldAt = performance.now();
      tell(behind ? byGroup(behind) : 'Kafka does not answer');
    }
    if (performance.now() - since > givenUpAfterMs) {
      return behind
        ? behind
            .map(
              ({ group, topic, partition, committed, end }) =>
                `${group} ${topic}/${partition} at ${committed} of ${end}`,
            )
            .join('; ')
        : 'Kafka does not answer';
    }
    await sleep(200);
  }
}

/** How many messages of each topic each group has before it. */
function byGroup(
  behind: readonly { group: string; topic: string; committed: number; end: number }[],
): string {
  const sums = new Map<string, number>();
  for (const { group, topic, committed, end } of behind) {
    const key = `${group} ${topic}`;
    sums.set(key, (sums.get(key) ?? 0) + end - committed);
  }
  return [...sums].map(([key, sum]) => `${key} ${sum}`).join(', ') || 'nothing any more';
}

const CONSUMED: Readonly<Record<ServiceName, readonly string[]>> = {
  shipments: ['shipments.inbound'],
  deals: ['deals.inbound', 'shipments.arrivals', 'deals.deliveries'],
  'market-news': ['market-news.inbound', 'deals.events', 'shipments.events'],
};

/** Nothing is away any more, and every instance says so. */
async function untilHealthy(instances: readonly Instance[]): Promise<string[]> {
  const deadline = performance.now() + HEALTHY_WITHIN_MS;
  const complaints = async (instance: Instance): Promise<string[]> => {
    for (;;) {
      const ready = await Watch.readinessOf(instance);
      const wrong = ready?.reasons.filter((reason) => !reason.startsWith('events were refused'));
      if (wrong?.length === 0) return [];
      if (performance.now() > deadline)
        return [`${instance.name} still says, with nothing away: ${wrong?.join('; ') ?? 'nothing at all'}`];
      await sleep(250);
    }
  };
  return (await Promise.all(instances.map(complaints))).flat();
}

async function readAll({ kafka, namespace }: World): Promise<Record<string, readonly Logged[]>> {
  const reader = await TopicReader.start(
    kafka,
    TOPICS.map((topic) => `${namespace}.${topic}`),
  );
  try {
    const topics: Record<string, readonly Logged[]> = {};
    for (const topic of TOPICS) {
      topics[topic] = (await reader.all(`${namespace}.${topic}`)).map(
        ({ partition, offset, key, value, headers }) => ({
          topic,
          partition,
          offset,
          key: String(key),
          value: String(value),
          headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
        }),
      );
    }
    return topics;
  } finally {
    await reader.stop();
  }
}

const databaseOf = ({ mongo, namespace }: World, service: ServiceName): mongoose.mongo.Db =>
  mongo.db(`${namespace}-${service}`);

/** Sets every group back to the beginning: nothing stored changes, and nothing new is said. */
async function rewound(world: World): Promise<string[]> {
  const { instances, say } = world;
  const began = performance.now();
  await Promise.all(instances.map((instance) => instance.stop()));
  const [documents, ids] = [await allDocuments(world), await outboundIds(world)];
  const lag = await takenAgain(world, SERVICES);
  const [documentsAfter, idsAfter] = [await allDocuments(world), await outboundIds(world)];
  say(`   rewound: ${documents.size} documents, ${ids.size} ids, ${seconds1(performance.now() - began)} s`);
  return [
    ...(lag === undefined ? [] : [`rewound, it is not drained: ${lag}`]),
    ...[...documentsAfter]
      .filter(([id, digest]) => documents.get(id) !== digest)
      .map(([id]) => `rewound, ${id} ${documents.has(id) ? 'has changed' : 'is there that was not'}`),
    ...[...documents.keys()].filter((id) => !documentsAfter.has(id)).map((id) => `rewound, ${id} is gone`),
    ...[...idsAfter].filter((id) => !ids.has(id)).map((id) => `rewound, ${id} was published anew`),
  ];
}

/**
 * Has shipments made anew from its topic, with nothing stored: all that it says goes by the ids that it had. (Of deals
 * that is not so: whether a delivery is told depends on whether its deal was known, and these are two topics.)
 */
async function rebuilt(world: World): Promise<string[]> {
  const began = performance.now();
  const ids = await outboundIds(world);
  await databaseOf(world, 'shipments').dropDatabase();
  const lag = await takenAgain(world, ['shipments']);
  const idsAfter = await outboundIds(world);
  world.say(`   rebuilt: ${seconds1(performance.now() - began)} s`);
  return [
    ...(lag === undefined ? [] : [`rebuilt, it is not drained: ${lag}`]),
    ...[...idsAfter].filter((id) => !ids.has(id)).map((id) => `rebuilt, ${id} is another id than before`),
  ];
}

/** Starts services at the beginning of their topics, and stops them when all is taken. @returns what is behind */
async function takenAgain(world: World, services: readonly ServiceName[]): Promise<string | undefined> {
  const { admin, namespace } = world;
  const instances = world.instances.filter(({ service }) => services.includes(service));
  // A group without offsets begins at the beginning; kafkajs's own way to set them takes half a minute.
  await admin.deleteGroups(services.map((group) => `${namespace}.${group}`));
  await Promise.all(instances.map((instance) => instance.start()));
  const lag = await drained(world, services, performance.now());
  await Promise.all(instances.map((instance) => instance.stop()));
  return lag;
}

/** By database, collection and id, a digest of the document. */
async function allDocuments(world: World): Promise<Map<string, string>> {
  const { BSON } = mongoose.mongo;
  const digests = new Map<string, string>();
  for (const service of SERVICES) {
    const database = databaseOf(world, service);
    for (const { name } of await database.listCollections().toArray()) {
      for await (const document of database.collection(name).find())
        digests.set(
          `${service}/${name}/${String(document._id)}`,
          createHash('sha256').update(BSON.serialize(document)).digest('hex'),
        );
    }
  }
  return digests;
}

async function outboundIds(world: World): Promise<Set<string>> {
  const topics = await readAll(world);
  return new Set(
    OUTBOUND.flatMap((topic) => topics[topic]!.map(({ headers }) => `${topic} ${headers['ce_id']}`)),
  );
}
