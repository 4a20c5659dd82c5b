import { Attempts, LocalStackUnavailableError } from './attempts.js';
import { KafkaBroker } from './kafka-broker.js';
import { KafkaCluster } from './kafka-cluster.js';
import { kafkaProgram } from './kafka-program.js';
import { Mongod } from './mongod.js';
import { mongodProgram } from './mongod-program.js';
import type { Log } from './progress.js';

export interface LocalClusterOptions {
  /** Of Kafka and of MongoDB each: one, as `npm start` has it, or three, as production has. */
  servers: 1 | 3;
  log: Log;
  /** A lone broker listens for clients that log in over TLS too. */
  secured?: boolean;
  /** Where a lone mongod keeps its data: the system's folder for temporary files unless told. */
  mongodFolder?: string;
}

/** Servers of our own, each a process that can be killed, frozen, continued and started again. */
export interface LocalCluster {
  readonly brokers: readonly KafkaBroker[];
  readonly mongods: readonly Mongod[];
  readonly kafkaBrokers: string[];
  readonly mongodbUri: string;
  /** Cuts a broker off from the other brokers, or takes it back. Clients reach it all the while. */
  isolate(broker: KafkaBroker, isolated: boolean): void;
  /** Ends them and removes their data. */
  stop(): Promise<void>;
}

/**
 * Starts processes of our own, whatever the environment and Docker have: for tests of what happens when servers fail.
 * @throws LocalStackUnavailableError
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { servers, log, secured = false, mongodFolder } = options;
  const attempts = { kafka: new Attempts(), mongodb: new Attempts() };
  const [kafka, mongod] = await Promise.all([
    kafkaProgram(process.env, log, attempts.kafka),
    mongodProgram(process.env, log, attempts.mongodb),
  ]);
  if (!kafka || !mongod) {
    throw new LocalStackUnavailableError([
      ...(kafka ? [] : [{ server: 'Kafka' as const, attempts: attempts.kafka.failed }]),
      ...(mongod ? [] : [{ server: 'MongoDB' as const, attempts: attempts.mongodb.failed }]),
    ]);
  }
  const startBrokers = async (): Promise<Pick<LocalCluster, 'brokers' | 'isolate' | 'stop'>> => {
    if (servers === 3) {
      const cluster = await KafkaCluster.create(kafka);
      return {
        brokers: cluster.brokers,
        isolate: (broker, isolated) => cluster.isolate(broker, isolated),
        stop: () => cluster.stop(),
      };
    }
    const broker = await KafkaBroker.create(kafka, { secured });
    return { brokers: [broker], isolate: () => undefined, stop: () => broker.stop() };
  };
  const [brokers, mongods] = await Promise.allSettled([
    startBrokers(),
    servers === 3
      ? Mongod.createSet(mongod.path, servers)
      : Mongod.create(mongod.path, mongodFolder).then((one) => [one]),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all([
      ...(brokers.status === 'fulfilled' ? [brokers.value.stop()] : []),
      ...(mongods.status === 'fulfilled' ? mongods.value.map((one) => one.stop()) : []),
    ]);
  };
  if (brokers.status === 'rejected' || mongods.status === 'rejected') {
    await stop();
    throw (brokers.status === 'rejected' ? brokers : (mongods as PromiseRejectedResult)).reason;
  }
  const hosts = mongods.value.map(({ address }) => address).join();
  return {
    ...brokers.value,
    mongods: mongods.value,
    kafkaBrokers: brokers.value.brokers.map(({ address }) => address),
    mongodbUri: mongods.value[0]!.uri.replace(mongods.value[0]!.address, hosts),
    stop,
  };
}
