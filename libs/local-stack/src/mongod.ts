import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { freePort, retryTakenPort } from './free-port.js';
import type { ServerHandle } from './server-handle.js';
import { SupervisedProcess } from './supervised-process.js';
import { untilReady } from './until-ready.js';

/** A mongod of ours: a replica set of one, on a port and in a folder of its own. */
export class Mongod implements ServerHandle {
  readonly uri: string;
  #process: SupervisedProcess;
  #binary: string;
  #port: number;
  #replicaSet: string;

  private constructor(process: SupervisedProcess, binary: string, port: number) {
    this.#process = process;
    this.#binary = binary;
    this.#port = port;
    // A name of its own: a client that finds another stack's mongod on an old port refuses it.
    this.#replicaSet = `orebound-${randomBytes(4).toString('hex')}`;
    this.uri = `mongodb://127.0.0.1:${port}/?replicaSet=${this.#replicaSet}`;
  }

  /**
   * Resolves when a primary takes writes with `w: 'majority'`.
   * @param binary the path of a mongod
   * @throws ServerNotReadyError
   */
  static async create(binary: string): Promise<Mongod> {
    return retryTakenPort(async () => {
      const mongod = new Mongod(await SupervisedProcess.create(), binary, await freePort());
      try {
        await mongod.start();
        return mongod;
      } catch (error) {
        await mongod.stop();
        throw error;
      }
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return this.#process.kill(signal);
  }

  async start(): Promise<void> {
    await this.#process.run(this.#binary, [
      ...['--dbpath', this.#process.folder, '--storageEngine', 'wiredTiger'],
      ...['--bind_ip', '127.0.0.1', '--port', String(this.#port), '--replSet', this.#replicaSet],
      // A socket file would lie in the shared folder for temporary files, and stay there after a SIGKILL.
      '--nounixsocket',
      // At most so much: enough for a benchmark, and the rest of the machine's memory belongs to others.
      ...['--wiredTigerCacheSizeGB', '2', '--oplogSize', '256'],
    ]);
    await untilReady('mongod', this.#process, () => this.#takesWrites());
  }

  /** Kills it and removes its data. */
  stop(): Promise<void> {
    return this.#process.close();
  }

  async #takesWrites(): Promise<void> {
    const client = new mongoose.mongo.MongoClient(`mongodb://127.0.0.1:${this.#port}`, {
      directConnection: true,
      serverSelectionTimeoutMS: 1_000,
      // One that still steps up makes the driver wait on its own rhythm of 10 s otherwise.
      heartbeatFrequencyMS: 500,
    });
    try {
      const admin = client.db('admin');
      const hello = await admin.command({ hello: 1 });
      if (!hello.setName) {
        const members = [{ _id: 0, host: `127.0.0.1:${this.#port}` }];
        await admin.command({ replSetInitiate: { _id: this.#replicaSet, members } });
      } else if (hello.setName !== this.#replicaSet) {
        throw new Error(`port ${this.#port} belongs to the replica set ${hello.setName}, not to ours`);
      }
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
}
