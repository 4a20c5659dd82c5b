import mongoose from 'mongoose';
import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import { bulkUpsert, DUPLICATE_KEY } from './bulk-upsert.js';

const LIMIT = 120_000;
const TOO_LARGE = 10334; // BSONObjectTooLarge

const EXPECTED = new Set([DUPLICATE_KEY, TOO_LARGE]);

interface Note {
  readonly _id: string;
  readonly version: number;
  readonly text: string;
}

const upsert = (_id: string, version: number, text: string) => ({
  updateOne: { filter: { _id, version }, update: { $set: { version: version + 1, text } }, upsert: true },
});

describe('bulkUpsert', () => {
  let stack: LocalStack;
  let client: mongoose.mongo.MongoClient;
  let notes: mongoose.mongo.Collection<Note>;

  beforeAll(async () => {
    stack = await startLocalStack({ ownProcesses: true });
  }, LIMIT);
  afterAll(() => stack.stop());
  beforeEach(() => {
    client = new mongoose.mongo.MongoClient(stack.mongodbUri, { serverSelectionTimeoutMS: 2_000 });
    notes = client.db('bulk-upsert').collection<Note>('notes');
  });
  afterEach(async () => {
    await notes.deleteMany({});
    await client.close();
  });

  it('inserts what is not there and updates what is there in the version it names', async () => {
    await bulkUpsert(notes, [upsert('a', 0, 'first')], EXPECTED);

    await expect(
      bulkUpsert(notes, [upsert('a', 1, 'second'), upsert('b', 0, 'first')], EXPECTED),
    ).resolves.toEqual([]);

    expect(await notes.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', version: 2, text: 'second' },
      { _id: 'b', version: 1, text: 'first' },
    ]);
  });

  it('tells what the server refused, by its place, and does the rest', async () => {
    await bulkUpsert(
      notes,
      [upsert('written', 0, 'by another'), upsert('full', 0, 'x'.repeat(15_000_000))],
      EXPECTED,
    );
    const append = { $push: { more: 'x'.repeat(3_000_000) }, $set: { version: 2 } };

    const undone = await bulkUpsert(
      notes,
      [
        upsert('new', 0, 'mine'),
        upsert('written', 0, 'mine'),
        { updateOne: { filter: { _id: 'full', version: 1 }, update: append as object, upsert: true } },
      ],
      EXPECTED,
    );

    expect(undone).toEqual([
      { index: 1, code: DUPLICATE_KEY },
      { index: 2, code: TOO_LARGE },
    ]);
    expect(await notes.findOne({ _id: 'new' })).toMatchObject({ text: 'mine' });
    expect(await notes.findOne({ _id: 'written' })).toMatchObject({ text: 'by another' });
  });

  it('throws when one was refused for a reason that is not expected', async () => {
    await bulkUpsert(notes, [upsert('written', 0, 'by another')], EXPECTED);

    await expect(
      bulkUpsert(notes, [upsert('new', 0, 'mine'), upsert('written', 0, 'mine')], new Set()),
    ).rejects.toThrow(/E11000/);
  });

  it(
    'throws when MongoDB dies before it has answered: nothing says what was done',
    async () => {
      await notes.estimatedDocumentCount(); // connected, so that the write is under way when the server dies
      await stack.mongod!.kill('SIGSTOP');
      const written = bulkUpsert(notes, [upsert('a', 0, 'text'), upsert('b', 0, 'text')], EXPECTED);
      const refused = expect(written).rejects.toThrow(/connection|ECONNREFUSED|selection/i);
      await new Promise((resolve) => setImmediate(resolve)); // it is on its way
      await stack.mongod!.kill('SIGKILL');

      await refused;
      await stack.mongod!.start();
    },
    LIMIT,
  );
});
