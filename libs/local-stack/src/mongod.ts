import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { freePort, retryTakenPort } from './free-port.js';
import type { ServerHandle } from './server-handle.js';
import { type Exit, SupervisedProcess } from './supervised-process.js';
import { untilReady } from './until-ready.js';

/** At most so much for the cache: enough for a benchmark, and the rest of the machine's memory belongs to others. */
const CACHE_GB = 2;
const CACHE_GB_OF_A_MEMBER = 0.25;

/** Elections are to take seconds, as failures of a test do, and not the 10 s and more of production. */
const ELECTIONS = { electionTimeoutMillis: 2_000, heartbeatIntervalMillis: 500, heartbeatTimeoutSecs: 2 };

/** A mongod of ours, on a port and in a folder of its own: a replica set of one, or a member of one. */
export class Mongod implements ServerHandle {
  readonly address: string;
  #process: SupervisedProcess;
  #binary: string;
  #port: number;
  #replicaSet: string;
  #isAlone: boolean;

  private constructor(
    process: SupervisedProcess,
    binary: string,
    port: number,
    replicaSet: string,
    isAlone: boolean,
  ) {
    this.#process = process;
    this.#binary = binary;
    this.#port = port;
    this.#replicaSet = replicaSet;
    this.#isAlone = isAlone;
    this.address = `127.0.0.1:${port}`;
  }

  /**
   * A replica set of one. Resolves when it takes writes with `w: 'majority'`.
   * @param binary the path of a mongod
   * @param folder where its data lies: the system's folder for temporary files unless told
   * @throws ServerNotReadyError
   */
  static async create(binary: string, folder?: string): Promise<Mongod> {
    return retryTakenPort(async () => {
      const port = await freePort();
      const mongod = new Mongod(await SupervisedProcess.create(folder), binary, port, newSetName(), true);
      try {
        await mongod.start();
        return mongod;
      } catch (error) {
        await mongod.stop();
        throw error;
      }
    });
  }

  /**
   * A replica set of so many, each able to become the primary. Resolves when all are up and one takes writes.
   * @throws ServerNotReadyError
   */
  static async createSet(binary: string, count: number): Promise<Mongod[]> {
    return retryTakenPort(async () => {
      const replicaSet = newSetName();
      const members: Mongod[] = [];
      for (let nth = 0; nth < count; nth++)
        members.push(
          new Mongod(await SupervisedProcess.create(), binary, await freePort(), replicaSet, false),
        );
      try {
        await Promise.all(members.map((member) => member.#run()));
        await untilReady('mongod', members[0]!.#process, () =>
          members[0]!.#takesWrites(members.map(({ address }) => address)),
        );
        await Promise.all(
          members.map((member) => untilReady('mongod', member.#process, () => member.#isMember())),
        );
        return members;
      } catch (error) {
        await Promise.all(members.map((member) => member.stop()));
        throw error;
      }
    });
  }

  /** The set's connection string, with this member to begin with. */
  get uri(): string {
    return `mongodb://${this.address}/?replicaSet=${this.#replicaSet}`;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Where its data lies. */
  get folder(): string {
    return this.#process.folder;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return this.#process.kill(signal);
  }

  exited(): Promise<Exit> {
    return this.#process.exited();
  }

  async start(): Promise<void> {
    await this.#run();
    await untilReady('mongod', this.#process, () =>
      this.#isAlone ? this.#takesWrites([this.address]) : this.#isMember(),
    );
  }

  /** Kills it and removes its data. */
  stop(): Promise<void> {
    return this.#process.close();
  }

  /** Asks it to let another be the primary. Does nothing where it is not. */
  async stepDown(): Promise<void> {
    await this.#directly(async (client) => {
      const admin = client.db('admin');
      if (!(await admin.command({ hello: 1 })).isWritablePrimary) return;
      await admin.command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 2, force: true });
    });
  }

  /** Has it write all that it holds to its disk, as it does every minute by itself. */
  async checkpoint(): Promise<void> {
    await this.#directly((client) => client.db('admin').command({ fsync: 1 }));
  }

  async isPrimary(): Promise<boolean> {
    return this.#directly(async (client) =>
      Boolean((await client.db('admin').command({ hello: 1 })).isWritablePrimary),
    );
  }

  #run(): Promise<void> {
    const cacheGb = this.#isAlone ? CACHE_GB : CACHE_GB_OF_A_MEMBER;
    return this.#process.run(this.#binary, [
      ...['--dbpath', this.#process.folder, '--storageEngine', 'wiredTiger'],
      ...['--bind_ip', '127.0.0.1', '--port', String(this.#port), '--replSet', this.#replicaSet],
      // A socket file would lie in the shared folder for temporary files, and stay there after a SIGKILL.
      '--nounixsocket',
      ...['--wiredTigerCacheSizeGB', String(cacheGb), '--oplogSize', '256'],
      // Nobody reads documents as they were before (docs/decisions/0102).
      ...['--setParameter', 'minSnapshotHistoryWindowInSeconds=0'],
    ]);
  }

  /** As a member that is up to date enough to be read from, or is the primary. */
  async #isMember(): Promise<void> {
    await this.#directly(async (client) => {
      const hello = await client.db('admin').command({ hello: 1 });
      if (!hello.isWritablePrimary && !hello.secondary)
        throw new Error('it is neither primary nor secondary');
    });
  }

  async #takesWrites(hosts: readonly string[]): Promise<void> {
    const isInitiated = await this.#directly(async (client) => {
      const admin = client.db('admin');
      const { setName } = await admin.command({ hello: 1 });
      if (setName && setName !== this.#replicaSet)
        throw new Error(`port ${this.#port} belongs to the replica set ${setName}, not to ours`);
      if (setName) return true;
      const members = hosts.map((host, _id) => ({ _id, host }));
      const settings = hosts.length > 1 ? ELECTIONS : {};
      await admin.command({ replSetInitiate: { _id: this.#replicaSet, members, settings } });
      return false;
    });
    if (!isInitiated) throw new Error('it has just been made a replica set');
    const client = new mongoose.mongo.MongoClient(this.uri, QUICK);
    try {
      await client
        .db('orebound_local_stack')
        .collection<{ _id: string }>('ready')
        .updateOne(
          { _id: 'ready' },
          { $set: { at: new Date() } },
          { upsert: true, writeConcern: { w: 'majority' } },
        );
    } finally {
      await client.close();
    }
  }

  async #directly<T>(ask: (client: mongoose.mongo.MongoClient) => Promise<T>): Promise<T> {
    const client = new mongoose.mongo.MongoClient(`mongodb://${this.address}`, {
      directConnection: true,
      ...QUICK,
    });
    try {
      return await ask(client);
    } finally {
      await client.close();
    }
  }
}

/** One that still steps up makes the driver wait on its own rhythm of 10 s otherwise. */
const QUICK = { serverSelectionTimeoutMS: 1_000, socketTimeoutMS: 10_000, heartbeatFrequencyMS: 500 };

/** A name of its own: a client that finds another stack's mongod on an old port refuses it. */
const newSetName = (): string => `orebound-${randomBytes(4).toString('hex')}`;
