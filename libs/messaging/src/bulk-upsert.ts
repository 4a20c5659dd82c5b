import mongoose, { type mongo } from 'mongoose';
import { together } from './together.js';

/** An upsert that was not done, and the server's code for why. */
export interface Undone {
  /** Its place among the operations. */
  readonly index: number;
  readonly code: number;
}

const { MongoBulkWriteError, MongoInvalidArgumentError } = mongoose.mongo;

/** The server's code for a document that is there already: for a guarded upsert, that another has written it. */
export const DUPLICATE_KEY = 11000;

const DURABLE = { ordered: false, writeConcern: { w: 'majority', j: true } } as const;
/** Of documents. Less than twice what a slice of a backlog has: those are better written one while another is folded. */
export const MOST_TOGETHER = 60;

/**
 * Writes one upsert or insert a document, each for itself, acknowledged by a majority and journalled.
 *
 * Every operation is accounted for: matched, inserted, or among those that come back. That no error is told of an
 * operation does not mean that it was done: when the connection breaks, the driver throws the same
 * `MongoBulkWriteError` with an empty list of them.
 *
 * @param expected the codes that the caller can make something of
 * @param session where what is read next must have seen this
 * @returns what the server has refused with one of these codes
 * @throws MongoInvalidArgumentError where an operation is larger than a document may be, and nothing was sent
 * @throws whatever else there was: MongoDB being away, say, which leaves it open what was done
 */
export async function bulkUpsert<T extends mongo.Document>(
  collection: mongo.Collection<T>,
  operations: readonly mongo.AnyBulkWriteOperation<T>[],
  expected: ReadonlySet<number>,
  session?: mongo.ClientSession,
): Promise<readonly Undone[]> {
  if (operations.length === 0) return [];
  try {
    await collection.bulkWrite(operations, { ...DURABLE, ...(session && { session }) });
    return [];
  } catch (error) {
    if (isPastBuffer(error))
      throw new MongoInvalidArgumentError(`an operation is too large: ${error.message}`);
    if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) throw error;
    const undone = [error.writeErrors].flat().map(({ index, code }) => ({ index, code }));
    const { matchedCount, upsertedCount, insertedCount } = error.result;
    const done = matchedCount + upsertedCount + insertedCount;
    if (done + undone.length !== operations.length) throw error;
    if (undone.some(({ code }) => !expected.has(code))) throw error;
    return undone;
  }
}

/** What is larger than a document may be the driver refuses; of what does not even fit into its buffer, Node does. */
const isPastBuffer = (error: unknown): error is Error =>
  (error as NodeJS.ErrnoException).code === 'ERR_OUT_OF_RANGE';

/** @returns what was not done */
export type BulkUpserts<T extends mongo.Document> = (
  operations: readonly mongo.AnyBulkWriteOperation<T>[],
) => Promise<readonly Undone[]>;

/**
 * Writes of one collection, as `bulkUpsert` does them. Those asked for at the same time go together, and each is told its own
 * that were not done, by their places among its own.
 */
export function bulkUpserts<T extends mongo.Document>(
  collection: mongo.Collection<T>,
  expected: ReadonlySet<number>,
): BulkUpserts<T> {
  return together(
    async (asks) => {
      const undone = await bulkUpsert(collection, asks.flat(), expected);
      let end = 0;
      return asks.map(({ length }) => {
        const begin = end;
        end += length;
        return undone
          .filter(({ index }) => index >= begin && index < end)
          .map(({ index, code }) => ({ index: index - begin, code }));
      });
    },
    { sizeOf: ({ length }) => length, most: MOST_TOGETHER, mayBeOfOne: isOfAnOperation },
  );
}

/** Whether an operation was refused: by the server, or by the driver, which sends nothing at all then. */
const isOfAnOperation = (error: unknown): boolean =>
  error instanceof MongoInvalidArgumentError ||
  (error instanceof MongoBulkWriteError && [error.writeErrors].flat().length > 0);
