import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setImmediate as immediately } from 'node:timers/promises';
import mongoose from 'mongoose';
import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import { failWhatIsUnsent } from './unsent.js';

const LIMIT = 120_000;
const SOCKET_TIMEOUT_MS = 1_000;
/** More than the system's buffers between two processes hold. */
const LARGE = 'x'.repeat(15 * 1024 * 1024);

describe('an operation of MongoDB whose connection ends', () => {
  let stack: LocalStack;
  let client: mongoose.mongo.MongoClient;
  let notes: mongoose.mongo.Collection;
  const sockets: Socket[] = [];
  const keep = (message: unknown): number => sockets.push((message as { socket: Socket }).socket);

  beforeAll(async () => {
    failWhatIsUnsent();
    subscribe('net.client.socket', keep);
    stack = await startLocalStack({ ownProcesses: true });
  }, LIMIT);
  afterAll(async () => {
    unsubscribe('net.client.socket', keep);
    await stack.stop();
  });
  beforeEach(async () => {
    client = new mongoose.mongo.MongoClient(stack.mongodbUri, {
      socketTimeoutMS: SOCKET_TIMEOUT_MS,
      serverSelectionTimeoutMS: SOCKET_TIMEOUT_MS,
      retryReads: false,
      retryWrites: false,
      // Nothing but the operation itself is to notice that the server has gone.
      serverMonitoringMode: 'poll',
      heartbeatFrequencyMS: 60_000,
    });
    notes = client.db('unsent').collection('notes');
    await notes.findOne();
  });
  afterEach(() => client.close());

  it(
    'fails where the server takes no more of what is being sent',
    async () => {
      await stack.mongod!.kill('SIGSTOP');

      await expect(notes.insertOne({ text: LARGE })).rejects.toMatchObject({ code: 'EPIPE' });

      await stack.mongod!.kill('SIGCONT');
    },
    LIMIT,
  );

  it(
    'fails where it is sent between the end and the close of its connection',
    async () => {
      const pooled = sockets.at(-1)!;
      let closed = false;
      pooled.once('close', () => (closed = true));
      const killed = stack.mongod!.kill();
      while (!pooled.destroyed) await immediately();
      expect(closed).toBe(false);

      await expect(notes.findOne()).rejects.toMatchObject({ code: 'EPIPE' });

      await killed;
      await stack.mongod!.start();
    },
    LIMIT,
  );
});
