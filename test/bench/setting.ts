import { randomBytes } from 'node:crypto';
import { cpus, totalmem } from 'node:os';
import mongoose, { type mongo } from 'mongoose';
import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import type { Amount } from './lifecycles.js';

/** What it was measured on. */
export interface Machine {
  readonly cpus: string;
  readonly memoryGb: number;
  readonly node: string;
  readonly kafka: string;
  readonly mongodb: string;
}

/** Where it is measured, and with how much. */
export class Setting implements Amount {
  private servers: { readonly stack: LocalStack; readonly mongo: mongo.MongoClient } | undefined;

  constructor(
    readonly warmUp: number,
    readonly events: number,
    readonly log: (line: string) => void,
  ) {}

  get stack(): LocalStack {
    return this.started.stack;
  }

  get mongo(): mongo.MongoClient {
    return this.started.mongo;
  }

  get machine(): Machine {
    const { kafka, mongodb } = this.stack.how;
    return {
      cpus: `${cpus().length} × ${cpus()[0]?.model}`,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      kafka,
      mongodb,
    };
  }

  async start(): Promise<void> {
    const stack = await startLocalStack({ log: this.log });
    this.servers = { stack, mongo: new mongoose.mongo.MongoClient(stack.mongodbUri) };
    await this.mongo.connect();
  }

  /** Has MongoDB write to its files what it has only in memory and in the journal. */
  async settle(): Promise<void> {
    await this.mongo.db('admin').command({ fsync: 1 });
  }

  async stop(): Promise<void> {
    await this.servers?.mongo.close();
    await this.servers?.stack.stop();
  }

  private get started(): NonNullable<typeof this.servers> {
    if (!this.servers) throw new Error('the servers are not started');
    return this.servers;
  }
}

/** A name that nothing else has: of a namespace, a database, a group. */
export const uniqueName = (what: string): string => `bench-${what}-${randomBytes(3).toString('hex')}`;
