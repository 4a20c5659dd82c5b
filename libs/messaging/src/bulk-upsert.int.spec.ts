import mongoose from 'mongoose';
import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import { bulkUpsert, bulkUpserts, DUPLICATE_KEY } from './bulk-upsert.js';

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

  describe('asked for at the same time', () => {
    it('writes go together, and each is told its own that were not done', async () => {
      const commands: string[] = [];
      const watched = new mongoose.mongo.MongoClient(stack.mongodbUri, { monitorCommands: true });
      watched.on('commandStarted', ({ commandName }) => commands.push(commandName));
      const write = bulkUpserts(watched.db('bulk-upsert').collection<Note>('notes'), EXPECTED);
      await write([upsert('written', 0, 'by another')]);
      commands.length = 0;

      const undone = await Promise.all([
        write([upsert('a', 0, 'first')]),
        write([upsert('b', 0, 'second'), upsert('written', 0, 'mine')]),
        write([upsert('a', 0, 'third')]),
      ]);
      await watched.close();

      expect(commands.filter((name) => name === 'update')).toHaveLength(1);
      expect(undone).toEqual([[], [{ index: 1, code: DUPLICATE_KEY }], [{ index: 0, code: DUPLICATE_KEY }]]);
      expect(await notes.find({}, { projection: { _id: 0, text: 1 } }).toArray()).toEqual(
        ['by another', 'first', 'second'].map((text) => ({ text })),
      );
    });

    it.each([
      [
        'the server refuses',
        { updateOne: { filter: { _id: 'bad' }, update: { $inc: { text: 1 } } as object } },
        /E14|\$inc/,
      ],
      ['is too large to be sent', upsert('large', 0, 'x'.repeat(17_000_000)), /larger/],
      ['the driver has no room to write', upsert('larger', 0, 'x'.repeat(18_000_000)), /too large/],
    ])('a write does not fail by another that %s', async (_why, bad, words) => {
      await bulkUpsert(notes, [upsert('bad', 0, 'not a number')], EXPECTED);
      const write = bulkUpserts(notes, EXPECTED);

      const [good, failed] = await Promise.allSettled([write([upsert('good', 0, 'text')]), write([bad])]);

      expect(failed).toMatchObject({ reason: { message: expect.stringMatching(words) as string } });
      // What it wrote when they went together is there already.
      expect(good.status).toBe('fulfilled');
      expect(await notes.findOne({ _id: 'good' })).toMatchObject({ text: 'text', version: 1 });
    });
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
