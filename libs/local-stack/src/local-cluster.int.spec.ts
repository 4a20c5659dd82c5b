import kafkajs from 'kafkajs';
import mongoose from 'mongoose';
import { until } from '#messaging/testing/until.js';
import type { KafkaBroker } from './kafka-broker.js';
import { type LocalCluster, startLocalCluster } from './local-cluster.js';
import type { Mongod } from './mongod.js';

/** Milliseconds; the first start on a machine fetches the servers. */
const limit = 180_000;

const SILENT = { logLevel: kafkajs.logLevel.NOTHING };

let cluster: LocalCluster;
let admin: kafkajs.Admin;
let producer: kafkajs.Producer;
let mongo: mongoose.mongo.MongoClient;

beforeAll(async () => {
  cluster = await startLocalCluster({ servers: 3, log: () => undefined });
  const kafka = new kafkajs.Kafka({
    brokers: cluster.kafkaBrokers,
    ...SILENT,
    retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
  admin = kafka.admin();
  producer = kafka.producer();
  mongo = new mongoose.mongo.MongoClient(cluster.mongodbUri, { serverSelectionTimeoutMS: 20_000 });
  await Promise.all([admin.connect(), producer.connect(), mongo.connect()]);
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'kept', replicationFactor: -1 }] });
}, limit);

afterAll(async () => {
  await Promise.allSettled([admin?.disconnect(), producer?.disconnect(), mongo?.close()]);
  await cluster?.stop();
});

async function partition(): Promise<{ leader: KafkaBroker; inSync: number }> {
  const { topics } = await admin.fetchTopicMetadata({ topics: ['kept'] });
  const { leader, isr } = topics[0]!.partitions[0]!;
  return { leader: cluster.brokers[leader - 1]!, inSync: isr.length };
}

async function primary(): Promise<Mongod> {
  for (const mongod of cluster.mongods) if (await mongod.isPrimary()) return mongod;
  throw new Error('there is no primary');
}

it(
  'keeps a topic on three brokers, and refuses what only one of them could keep',
  async () => {
    expect((await partition()).inSync).toBe(3);
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: 'kept' }],
    });
    expect(described.resources[0]!.configEntries).toContainEqual(
      expect.objectContaining({ configName: 'min.insync.replicas', configValue: '2' }),
    );
  },
  limit,
);

it(
  'elects another leader for a broker that is killed, and has all of it back when it is started again',
  async () => {
    const { leader } = await partition();
    await leader.kill();
    await until('another leads', async () => (await partition()).leader !== leader);
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'a' }] });
    await leader.start();
    await until('all are in sync', async () => (await partition()).inSync === 3);
  },
  limit,
);

it(
  'elects another leader for a broker that is cut off, which clients still reach',
  async () => {
    const { leader } = await partition();
    cluster.isolate(leader, true);
    const others = cluster.brokers.filter((broker) => broker !== leader);
    await until('another leads, as the others see it', async () => {
      // Anew each time: a client that has met the one cut off may go on asking that one, which knows no better.
      const seen = new kafkajs.Kafka({ brokers: [others[0]!.address], ...SILENT }).admin();
      await seen.connect();
      const { topics } = await seen.fetchTopicMetadata({ topics: ['kept'] });
      await seen.disconnect();
      return cluster.brokers[topics[0]!.partitions[0]!.leader - 1] !== leader;
    });
    const cutOff = new kafkajs.Kafka({ brokers: [leader.address], ...SILENT });
    const reached = cutOff.admin();
    await reached.connect();
    await reached.disconnect();

    cluster.isolate(leader, false);
    await until('all are in sync', async () => (await partition()).inSync === 3);
  },
  limit,
);

it(
  'elects another primary for a mongod that steps down, and for one that is killed',
  async () => {
    const ships = mongo.db('local_cluster_spec').collection('ships');
    const write = () => ships.insertOne({ at: new Date() }, { writeConcern: { w: 'majority', j: true } });
    await write();
    const first = await primary();
    await first.stepDown();
    await until('another is primary', async () => (await primary()) !== first);
    const second = await primary();
    await second.kill();
    await until('a third is primary', async () => {
      for (const mongod of cluster.mongods)
        if (mongod !== second && (await mongod.isPrimary().catch(() => false))) return true;
      return false;
    });
    await until('it takes writes', async () => (await write()).acknowledged);
    await second.start();
  },
  limit,
);
