/**
 * The servers as containers of the official images, by testcontainers. Its reaper container removes them when this
 * process dies, unless it was turned off (TESTCONTAINERS_RYUK_DISABLED).
 */
import { randomBytes } from 'node:crypto';
import { MongoDBContainer } from '@testcontainers/mongodb';
import mongoose from 'mongoose';
import { GenericContainer, getContainerRuntimeClient, ImageName, Wait } from 'testcontainers';
import { freePort, retryTakenPort } from './free-port.js';
import { clusterSettings } from './kafka-broker.js';
import { describeKafka } from './describe-kafka.js';
import { kafkaVersion } from './kafka-program.js';
import { type Log, withProgress } from './progress.js';

export const mongoImage = 'mongo:8.0';
export const kafkaImage = `apache/kafka:${kafkaVersion()}`;

/** A container that runs. */
export interface RunningContainer {
  address: string;
  stop(): Promise<void>;
}

/**
 * The host on which the engine publishes ports.
 * @throws Error when no engine answers within 5 s
 */
export async function dockerHost(): Promise<string> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => limit.reject(new Error('an engine is set up, but has not answered within 5 s')),
    5_000,
  );
  try {
    const { info } = await Promise.race([getContainerRuntimeClient(), limit.promise]);
    // kafkajs and mongod's clients may take "localhost" for [::1], where Docker need not listen.
    return info.containerRuntime.host === 'localhost' ? '127.0.0.1' : info.containerRuntime.host;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Pulls an image that the engine does not have yet.
 * @throws Error when it cannot be pulled
 */
async function pullImage(image: string, log: Log): Promise<void> {
  const { image: images } = await getContainerRuntimeClient();
  const name = ImageName.fromString(image);
  if (await images.exists(name)) return;
  let size = 0;
  await withProgress(
    log,
    `the image ${image} with Docker`,
    () => size,
    async () => {
      await images.pull(name);
      // Until here testcontainers does not tell how much has come.
      size = (await images.inspect(name)).Size;
    },
  );
}

/**
 * Kafka's official image. @testcontainers/kafka cannot run it: it starts the image of another vendor by that one's own
 * scripts. The host's port is chosen beforehand, since the broker has to be told which address to advertise.
 * @returns the broker's address as clients on this machine see it
 */
export async function startKafkaContainer(host: string, log: Log): Promise<RunningContainer> {
  await pullImage(kafkaImage, log);
  return retryTakenPort(async () => {
    const port = await freePort();
    const container = await new GenericContainer(kafkaImage)
      .withExposedPorts({ container: 9092, host: port })
      .withEnvironment({
        CLUSTER_ID: randomBytes(16).toString('base64url').replace(/^-/, 'A'),
        // Once one setting is given, the image takes none of its defaults: all that KRaft needs has to be here.
        KAFKA_NODE_ID: '1',
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
        // The broker also talks to itself, as the coordinator of transactions, and from within the container the
        // published address leads nowhere: without a listener for that, each transactional send is refused with
        // "fewer in-sync replicas than required".
        KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://localhost:9093,INSIDE://localhost:9094',
        KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port},INSIDE://localhost:9094`,
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT',
        KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
        ...Object.fromEntries(
          clusterSettings(1).map(([key, value]) => [
            `KAFKA_${key.toUpperCase().replaceAll('.', '_')}`,
            value,
          ]),
        ),
      })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .withStartupTimeout(120_000)
      .start();
    const address = `${host}:${port}`;
    try {
      await describeKafka([address]);
    } catch (error) {
      await container.stop();
      throw error;
    }
    return {
      address,
      stop: () => container.stop({ remove: true, removeVolumes: true }).then(() => undefined),
    };
  });
}

/**
 * MongoDB's official image as a replica set of one.
 * @returns its connection string. Direct, because the set's only member goes by a name that only the container knows.
 */
export async function startMongoContainer(host: string, log: Log): Promise<RunningContainer> {
  await pullImage(mongoImage, log);
  const container = await new MongoDBContainer(mongoImage).start();
  const address = `mongodb://${host}:${container.getMappedPort(27017)}/?directConnection=true`;
  const client = new mongoose.mongo.MongoClient(address);
  try {
    // As our own mongod has it (docs/decisions/0102). The container's command is not ours to say.
    await client.db('admin').command({ setParameter: 1, minSnapshotHistoryWindowInSeconds: 0 });
  } catch (error) {
    await container.stop();
    throw error;
  } finally {
    await client.close();
  }
  return {
    address,
    stop: () => container.stop({ remove: true, removeVolumes: true }).then(() => undefined),
  };
}
