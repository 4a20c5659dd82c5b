import { hash } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { type BulkUpserts, bulkUpserts, DUPLICATE_KEY } from './bulk-upsert.js';

/** An event that an entity has accepted, and when it was learnt of. */
export interface Accepted<E extends CloudEvent = CloudEvent> {
  readonly event: E;
  readonly receivedAt: Date;
}

/** An accepted event as it is stored: word for word, so that what a sender put into it is nothing but text. */
export interface HistoryEntry {
  /** `<entity> <print>`, so that an entity's events lie beside each other. */
  readonly _id: string;
  readonly receivedAt: Date;
  readonly event: string;
}

/** 96 bits of SHA-256, as base64url, and 72. */
const KEY_LENGTH = 16;
const TEXT_LENGTH = 12;
const PRINT_LENGTH = KEY_LENGTH + TEXT_LENGTH;

/**
 * The prints of the events that an entity has accepted, in the order in which they were learnt of: of each, 96 bits of
 * what identifies it (`source` and `id`), by which its repeat is told, and 72 of what it says, by which its entry in the
 * history is found. One text, because some shipments have ten thousand events, and each event loads them.
 */
export class Prints {
  /** As they are stored. */
  text: string;

  constructor(stored: string | undefined) {
    this.text = stored ?? '';
  }

  static keyOf({ source, id }: CloudEvent): string {
    return hash('sha256', `${source} ${id}`, 'base64url').slice(0, KEY_LENGTH);
  }

  /** Whether an event of that key was accepted. */
  has(key: string): boolean {
    for (let at = this.text.indexOf(key); at >= 0; at = this.text.indexOf(key, at + 1))
      if (at % PRINT_LENGTH === 0) return true;
    return false;
  }

  /** @returns the entry that the event has in the history */
  add(entity: string, key: string, receivedAt: Date, event: string): HistoryEntry {
    const print = key + hash('sha256', `${receivedAt.getTime()} ${event}`, 'base64url').slice(0, TEXT_LENGTH);
    this.text += print;
    return { _id: entryOf(entity, print), receivedAt, event };
  }

  *entriesOf(entity: string): Generator<string> {
    for (let at = 0; at < this.text.length; at += PRINT_LENGTH)
      yield entryOf(entity, this.text.slice(at, at + PRINT_LENGTH));
  }
}

const entryOf = (entity: string, print: string): string => `${entity} ${print}`;

/**
 * Every event that the entities of a projection have accepted, in a collection of its own: a document an event, which is
 * inserted and never changed, so that an entity's thousandth event costs no more to write than its first.
 *
 * An entry is there before the entity's document speaks of it, and one that no document speaks of was never accepted:
 * it is left from a write that was not finished, or that another owner was ahead of.
 */
export class History<E extends CloudEvent> {
  private readonly insert: BulkUpserts<HistoryEntry>;

  constructor(private readonly collection: mongo.Collection<HistoryEntry>) {
    this.insert = bulkUpserts(collection, new Set([DUPLICATE_KEY]));
  }

  /** Returns when a majority has them, journalled. One that is there already is the same. */
  async add(entries: readonly HistoryEntry[]): Promise<void> {
    if (entries.length > 0) await this.insert(entries.map((document) => ({ insertOne: { document } })));
  }

  /** What an entity has accepted, in the order in which it was learnt of. @param accepted as its document has it */
  async of(entity: string, accepted: string | undefined): Promise<Accepted<E>[]> {
    const prints = new Prints(accepted);
    const found = await this.collection
      .find({ _id: { $gt: `${entity} `, $lt: `${entity}!` } }, { readConcern: { level: 'majority' } })
      .toArray();
    const byId = new Map(found.map((entry) => [entry._id, entry]));
    return [...prints.entriesOf(entity)].map((id) => {
      const { event, receivedAt } = byId.get(id)!;
      return { event: JSON.parse(event) as E, receivedAt };
    });
  }
}
