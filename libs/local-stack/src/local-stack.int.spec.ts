import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import mongoose from 'mongoose';
import { until } from '#messaging/testing/until.js';
import { describeKafka } from './describe-kafka.js';
import { type LocalStack, startLocalStack } from './local-stack.js';

const main = fileURLToPath(new URL('./main.js', import.meta.url));
// Processes of our own, whatever the machine has: they are what can be killed.
const { KAFKA_BROKERS: _brokers, MONGODB_URI: _uri, ...bareEnv } = process.env;
const ownEnv = { ...bareEnv, LOCAL_STACK_DOCKER: 'off' };

/** Milliseconds; the first start on a machine fetches the servers. */
const limit = 180_000;

const kafkaClient = (brokers: string[]) =>
  new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 2 } });

async function withMongo<T>(uri: string, use: (db: mongoose.mongo.Db) => Promise<T>): Promise<T> {
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await use(client.db('local_stack_spec'));
  } finally {
    await client.close();
  }
}

async function withAdmin<T>(brokers: string[], use: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

interface Run {
  child: ChildProcess;
  printed: { stdout: string; stderr: string };
  exited: Promise<number | null>;
}

function runNode(args: string[], env: NodeJS.ProcessEnv): Run {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (printed.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (printed.stderr += String(chunk)));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, printed, exited };
}

/** Everything that a stack lays down while it runs lies in `folder`. */
async function withTemporaryFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'local-stack-spec-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('two stacks side by side', () => {
  let one: LocalStack;
  let other: LocalStack;

  beforeAll(async () => {
    [one, other] = await Promise.all([
      startLocalStack({ ownProcesses: true }),
      startLocalStack({ ownProcesses: true }),
    ]);
  }, limit);
  afterAll(() => Promise.all([one?.stop(), other?.stop()]));

  it(
    'have clusters, topics and documents of their own',
    async () => {
      const [{ clusterId }, theOther] = await Promise.all([
        describeKafka(one.kafkaBrokers),
        describeKafka(other.kafkaBrokers),
      ]);
      expect(clusterId).not.toBe(theOther.clusterId);
      await withAdmin(one.kafkaBrokers, (admin) =>
        admin.createTopics({ topics: [{ topic: 'only-in-one' }] }),
      );
      expect(await withAdmin(other.kafkaBrokers, (admin) => admin.listTopics())).not.toContain('only-in-one');

      await withMongo(one.mongodbUri, (db) => db.collection('only-in-one').insertOne({ here: true }));
      expect(await withMongo(other.mongodbUri, (db) => db.listCollections().toArray())).toEqual([]);
    },
    limit,
  );

  it(
    'make no topic that nobody has asked for',
    async () => {
      const producer = kafkaClient(one.kafkaBrokers).producer();
      await producer.connect();
      await expect(producer.send({ topic: 'misspelt', messages: [{ value: 'x' }] })).rejects.toThrow();
      await producer.disconnect();
    },
    limit,
  );

  it(
    'take a MongoDB transaction and a write that a majority has confirmed',
    async () => {
      const client = await mongoose.mongo.MongoClient.connect(one.mongodbUri);
      const ships = client.db('local_stack_spec').collection('transaction');
      await client.withSession((session) =>
        session.withTransaction(() => ships.insertOne({ in: 'a transaction' }, { session }), {
          writeConcern: { w: 'majority', j: true },
        }),
      );
      expect(await ships.countDocuments()).toBe(1);
      await client.close();
    },
    limit,
  );

  it(
    'keep their documents over the death of mongod',
    async () => {
      await withMongo(one.mongodbUri, (db) =>
        db.collection('kept').insertOne({ kept: true }, { writeConcern: { w: 'majority', j: true } }),
      );
      const mongod = one.mongod!;
      const before = mongod.pid!;
      await mongod.kill('SIGKILL');
      expect(mongod.pid).toBeUndefined();
      expect(isAlive(before)).toBe(false);

      await mongod.start();
      expect(mongod.pid).not.toBe(before);
      expect(await withMongo(one.mongodbUri, (db) => db.collection('kept').countDocuments())).toBe(1);
    },
    limit,
  );

  it(
    'keep their messages over the death of Kafka',
    async () => {
      const producer = kafkaClient(one.kafkaBrokers).producer();
      await withAdmin(one.kafkaBrokers, (admin) =>
        admin.createTopics({ topics: [{ topic: 'kept' }], waitForLeaders: true }),
      );
      await producer.connect();
      await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'a' }, { value: 'b' }] });
      await producer.disconnect();
      const kafka = one.kafka!;
      const before = kafka.pid!;
      await kafka.kill('SIGKILL');
      expect(isAlive(before)).toBe(false);

      await kafka.start();
      const offsets = await withAdmin(one.kafkaBrokers, (admin) => admin.fetchTopicOffsets('kept'));
      expect(offsets).toMatchObject([{ low: '0', high: '2' }]);
    },
    limit,
  );

  it(
    'can be made to hang and go on',
    async () => {
      await one.mongod!.kill('SIGSTOP');
      const answer = withMongo(one.mongodbUri, (db) => db.command({ ping: 1 }));
      await one.mongod!.kill('SIGCONT');
      await expect(answer).resolves.toMatchObject({ ok: 1 });
    },
    limit,
  );

  it(
    'are used, and left alone, by a stack that is given their addresses',
    async () => {
      const env = { KAFKA_BROKERS: one.kafkaBrokers.join(), MONGODB_URI: one.mongodbUri };
      const given = await startLocalStack({ env });
      expect(given).toMatchObject({ kafkaBrokers: one.kafkaBrokers, mongodbUri: one.mongodbUri });
      expect(given.kafka ?? given.mongod).toBeUndefined();
      await given.stop();
      expect(isAlive(one.kafka!.pid!)).toBe(true);
      expect(isAlive(one.mongod!.pid!)).toBe(true);
    },
    limit,
  );

  it(
    'are gone, with all their data, after stop',
    async () => {
      const pids = [other.kafka!.pid!, other.mongod!.pid!];
      await other.stop();
      expect(pids.filter(isAlive)).toEqual([]);
      await other.stop();
    },
    limit,
  );
});

it(
  'leaves no server and no file when its parent is killed',
  async () => {
    await withTemporaryFolder(async (folder) => {
      const script = `
      import { startLocalStack } from ${JSON.stringify(new URL('./local-stack.js', import.meta.url).href)};
      const stack = await startLocalStack({ ownProcesses: true });
      console.log(JSON.stringify([stack.kafka.pid, stack.mongod.pid]));
      setInterval(() => {}, 1000);`;
      const parent = runNode(['--input-type=module', '-e', script], { ...ownEnv, TMPDIR: folder });
      await until(
        'it has printed',
        () => parent.printed.stdout.includes('\n') || parent.child.exitCode !== null,
        120_000,
      );
      const pids = JSON.parse(parent.printed.stdout) as number[];
      expect(pids.every(isAlive)).toBe(true);
      expect(await readdir(folder)).not.toEqual([]);

      parent.child.kill('SIGKILL');
      await until('its servers have ended', () => !pids.some(isAlive), 30_000);
      await until('its folder is empty', async () => (await readdir(folder)).length === 0, 30_000);
    });
  },
  limit,
);

it(
  'as a command prints lines for a shell, stays, and stops cleanly at a signal',
  async () => {
    await withTemporaryFolder(async (folder) => {
      const command = runNode([main], { ...ownEnv, TMPDIR: folder });
      await until(
        'it has printed',
        () => command.printed.stdout.includes('\n') || command.child.exitCode !== null,
        120_000,
      );
      expect(command.printed.stdout).toMatch(
        /^export KAFKA_BROKERS='127\.0\.0\.1:\d+' MONGODB_URI='mongodb:\/\/127\.0\.0\.1:\d+\/\?replicaSet=[\w-]+'\n$/,
      );
      command.child.kill('SIGTERM');
      expect(await command.exited).toBe(0);
      expect(await readdir(folder)).toEqual([]);
    });
  },
  limit,
);

it(
  'as a command gives help, and refuses an option that it does not know',
  async () => {
    const help = runNode([main, '--help'], ownEnv);
    expect(await help.exited).toBe(0);
    expect(help.printed.stdout).toContain('export lines');

    const unknown = runNode([main, '--brokers=3'], ownEnv);
    expect(await unknown.exited).toBe(2);
    expect(unknown.printed.stderr).toContain("'--brokers'");
  },
  limit,
);

it(
  'says everything that was tried when nothing works',
  async () => {
    await withTemporaryFolder(async (folder) => {
      const env = {
        PATH: folder,
        HOME: folder,
        TMPDIR: folder,
        LOCAL_STACK_DOCKER: 'off',
        // The only way that needs no program on the PATH, and would work where the network lets it.
        MONGOMS_RUNTIME_DOWNLOAD: 'false',
      };
      const command = runNode([main], env);
      expect(await command.exited).toBe(1);
      const { stderr, stdout } = command.printed;
      expect(stdout).toBe('');
      for (const tried of [
        'KAFKA_BROKERS: not set',
        'MONGODB_URI: not set',
        'Docker: turned off by LOCAL_STACK_DOCKER=off',
        'Java on the PATH: there is no java on the PATH',
        /Kafka 4[.\d]+ by Maven: not fetched before/,
        'mongod on the PATH: there is no mongod on the PATH',
        'the download of mongodb-memory-server: ',
        /the Python wheel \S+ \S+: there is no python3 on the PATH; there is no pip3 on the PATH; there is no pip on the PATH/,
        'The shortest way to get it',
      ]) {
        expect(stderr).toMatch(tried);
      }
    });
  },
  limit,
);
