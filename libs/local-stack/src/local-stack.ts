import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { Attempts, LocalStackUnavailableError } from './attempts.js';
import { KafkaBroker } from './kafka-broker.js';
import { describeKafka } from './describe-kafka.js';
import { kafkaProgram } from './kafka-program.js';
import { Mongod } from './mongod.js';
import { mongodProgram } from './mongod-program.js';
import type { Log } from './progress.js';
import type { ServerHandle } from './server-handle.js';

export interface LocalStackOptions {
  /** Where addresses, PATH and the cache's place are looked up; this process's environment unless told. */
  env?: NodeJS.ProcessEnv;
  /** Takes lines for a human while something is fetched; standard error unless told. */
  log?: Log;
  /**
   * Start processes of our own even where addresses are set or Docker runs: for tests that kill the servers, and for
   * tests that must have them to themselves.
   */
  ownProcesses?: boolean;
}

/** A Kafka and a MongoDB replica set that answer. */
export interface LocalStack {
  /** `host:port` of each broker. */
  readonly kafkaBrokers: string[];
  /** The replica set's connection string, without a database's name. */
  readonly mongodbUri: string;
  /** Where each is from, for a human. */
  readonly how: { readonly kafka: string; readonly mongodb: string };
  /** Undefined unless it is a process of our own. */
  readonly kafka: ServerHandle | undefined;
  /** Undefined unless it is a process of our own. */
  readonly mongod: ServerHandle | undefined;
  /** Ends what was started here, and removes its data; nothing else. May be called twice. */
  stop(): Promise<void>;
}

interface Started<Handle> {
  address: string;
  how: string;
  handle?: Handle;
  stop(): Promise<void>;
}

/**
 * Gives a Kafka and a MongoDB, each from the first of: the environment (KAFKA_BROKERS, MONGODB_URI), Docker, processes
 * of our own. See README.md.
 * @throws LocalStackUnavailableError when one of them cannot be had, or does not answer at the address that was given
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const env = options.env ?? process.env;
  const log: Log = options.log ?? ((line) => process.stderr.write(`${line}\n`));
  const setting = { env, log, own: options.ownProcesses ?? false };
  const attempts = { kafka: new Attempts(), mongodb: new Attempts() };
  const docker = askDocker(setting, attempts);
  const settled = await Promise.allSettled([
    startKafka(setting, docker, attempts.kafka),
    startMongodb(setting, docker, attempts.mongodb),
  ]);
  const [kafka, mongodb] = settled.map((one) => (one.status === 'fulfilled' ? one.value : undefined));
  const stop = async () => {
    await Promise.all([kafka?.stop(), mongodb?.stop()]);
  };
  if (!kafka || !mongodb) {
    await stop();
    const unexpected = settled.find((one) => one.status === 'rejected');
    if (unexpected) throw unexpected.reason;
    throw new LocalStackUnavailableError([
      ...(kafka ? [] : [{ server: 'Kafka' as const, attempts: attempts.kafka.failed }]),
      ...(mongodb ? [] : [{ server: 'MongoDB' as const, attempts: attempts.mongodb.failed }]),
    ]);
  }
  return {
    kafkaBrokers: brokerList(kafka.address),
    mongodbUri: mongodb.address,
    how: { kafka: kafka.how, mongodb: mongodb.how },
    kafka: kafka.handle,
    mongod: mongodb.handle,
    stop,
  };
}

interface Setting {
  env: NodeJS.ProcessEnv;
  log: Log;
  own: boolean;
}

/** The containers' module and the engine's host; undefined where Docker is not to be used or does not answer. */
type Docker = { host: string; containers: typeof import('./containers.js') } | undefined;

async function askDocker(
  { env, own }: Setting,
  attempts: { kafka: Attempts; mongodb: Attempts },
): Promise<Docker> {
  const wanted = [
    ...(env.KAFKA_BROKERS ? [] : [attempts.kafka]),
    ...(env.MONGODB_URI ? [] : [attempts.mongodb]),
  ];
  if (own || wanted.length === 0) return undefined;
  try {
    if (env.LOCAL_STACK_DOCKER === 'off') throw new Error('turned off by LOCAL_STACK_DOCKER=off');
    // Loaded only here: testcontainers takes half a second, and is not needed where addresses are given.
    const containers = await import('./containers.js');
    return { host: await containers.dockerHost(), containers };
  } catch (error) {
    for (const each of wanted) each.fail('Docker', (error as Error).message);
    return undefined;
  }
}

async function startKafka(
  { env, log, own }: Setting,
  asked: Promise<Docker>,
  attempts: Attempts,
): Promise<Started<ServerHandle> | undefined> {
  if (!own && env.KAFKA_BROKERS) {
    const address = env.KAFKA_BROKERS;
    // An address that was given and does not answer is a mistake to be told, not to be covered by another server.
    return attempts.try(`KAFKA_BROKERS=${address}`, async () => {
      await untilAnswered(() => describeKafka(brokerList(address)));
      return { address, how: 'KAFKA_BROKERS in the environment', stop: async () => undefined };
    });
  }
  if (!own) attempts.fail('KAFKA_BROKERS', 'not set');
  const docker = await asked;
  if (docker) {
    const { kafkaImage, startKafkaContainer } = docker.containers;
    const container = await attempts.try(`Docker's ${kafkaImage}`, () =>
      startKafkaContainer(docker.host, log),
    );
    if (container) return { ...container, how: `Docker's ${kafkaImage}` };
  }
  const program = await kafkaProgram(env, log, attempts);
  const broker = program && (await attempts.try(program.origin, () => KafkaBroker.create(program)));
  return (
    broker && { address: broker.address, how: program.origin, handle: broker, stop: () => broker.stop() }
  );
}

async function startMongodb(
  { env, log, own }: Setting,
  asked: Promise<Docker>,
  attempts: Attempts,
): Promise<Started<ServerHandle> | undefined> {
  if (!own && env.MONGODB_URI) {
    const address = env.MONGODB_URI;
    return attempts.try('MONGODB_URI', async () => {
      await untilAnswered(() => isReplicaSet(address));
      return { address, how: 'MONGODB_URI in the environment', stop: async () => undefined };
    });
  }
  if (!own) attempts.fail('MONGODB_URI', 'not set');
  const docker = await asked;
  if (docker) {
    const { mongoImage, startMongoContainer } = docker.containers;
    const container = await attempts.try(`Docker's ${mongoImage}`, () =>
      startMongoContainer(docker.host, log),
    );
    if (container) return { ...container, how: `Docker's ${mongoImage}` };
  }
  const program = await mongodProgram(env, log, attempts);
  const mongod = program && (await attempts.try(program.origin, () => Mongod.create(program.path)));
  return mongod && { address: mongod.uri, how: program.origin, handle: mongod, stop: () => mongod.stop() };
}

function brokerList(addresses: string): string[] {
  return addresses
    .split(',')
    .map((address) => address.trim())
    .filter(Boolean);
}

/** For servers that somebody else starts, perhaps just now: asks for 30 s. */
async function untilAnswered(ask: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`did not answer within 30 s: ${(error as Error).message}`, { cause: error });
      await sleep(250);
    }
  }
}

async function isReplicaSet(uri: string): Promise<void> {
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 2_000 });
  try {
    const hello = await client.db('admin').command({ hello: 1 });
    // Behind a router (mongos) `hello` names no set, but says that it is a router.
    if (!hello.setName && hello.msg !== 'isdbgrid') throw new Error('it is not a replica set');
  } finally {
    await client.close();
  }
}
