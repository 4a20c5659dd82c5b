import mongoose from 'mongoose';
import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import { eventually } from '#messaging/testing/until.js';
import { keepUp } from './keep-up.js';

interface Kept {
  readonly _id: number;
}

describe('a server of `npm start`', () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack({ ownProcesses: true });
  });
  afterAll(() => stack.stop());

  /** Asks on a connection of its own: one from before would be of the server that was killed. */
  const asked = <T>(ask: (kept: mongoose.mongo.Collection<Kept>) => Promise<T>): Promise<T> =>
    eventually(async () => {
      const client = new mongoose.mongo.MongoClient(stack.mongodbUri, { serverSelectionTimeoutMS: 2_000 });
      try {
        return await ask(client.db('kept').collection<Kept>('numbers'));
      } finally {
        await client.close();
      }
    });

  it('that is killed is started again with its data, each time, until all is to stop', async () => {
    const said: string[] = [];
    const leaveIt = keepUp('MongoDB', stack.mongod, (line) => said.push(line));
    for (const nth of [1, 2]) {
      await asked((kept) => kept.insertOne({ _id: nth }, { writeConcern: { w: 'majority', j: true } }));
      await stack.mongod!.kill('SIGKILL');
      expect(await asked((kept) => kept.countDocuments())).toBe(nth);
      expect(said).toHaveLength(nth);
    }
    expect(said[0]).toBe('MongoDB has ended (SIGKILL); it is started again, with its data.');

    leaveIt();
    await stack.mongod!.kill('SIGKILL');
    await stack.mongod!.exited();
    expect(stack.mongod!.pid).toBeUndefined();
    expect(said).toHaveLength(2);
  });
});
