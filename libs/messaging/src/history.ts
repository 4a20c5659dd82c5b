import { hash } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { type BulkUpserts, bulkUpserts, DUPLICATE_KEY } from './bulk-upsert.js';
import type { EventBatch, Received } from './effects.js';

/** An event that an entity has accepted, and when it was learnt of. */
export interface Accepted<E extends CloudEvent = CloudEvent> {
  readonly event: E;
  readonly receivedAt: Date;
}

/** The same, with where in the log it came. */
export interface Placed<E extends CloudEvent = CloudEvent> extends Received<E> {
  readonly topic: string;
}

/** A partition. */
type Origin = Pick<EventBatch, 'topic' | 'partition'>;

/** Events that an entity accepted at once, as they are stored: word for word, so that what a sender put into them is nothing but text. */
export interface HistoryPage {
  /** `<entity> <print>`, so that an entity's pages lie beside each other. */
  readonly _id: string;
  /** With the partition, where all of them came. */
  readonly topic: string;
  readonly partition: number;
  readonly events: readonly PageEntry[];
}

interface PageEntry {
  readonly offset: number;
  readonly receivedAt: Date;
  /** The event, as JSON. */
  readonly event: string;
}

/**
 * What an entity's document says of its history. Two texts, because some shipments have ten thousand events, and each event
 * loads them.
 */
export interface Acceptance {
  /** 96 bits of what identifies each event (`source` and `id`), by which its repeat is told. */
  readonly keys: string;
  /** 96 bits of which events each page has, by which it is found, in the order in which the pages were written. */
  readonly pages: string;
}

/** Of SHA-256, as base64url: 96 bits. */
const PRINT_LENGTH = 16;
/** In UTF-16 units. A page is one document, of at most 16 MB. */
const MOST_OF_A_PAGE = 1024 * 1024;

const printOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, PRINT_LENGTH);

/** Of an entity, which events it has accepted, and the pages of those that it accepts now. */
export class Acceptances {
  private keys: string;
  private readonly unwritten: (PageEntry & { readonly key: string })[] = [];

  /** @param origin where what it accepts now comes */
  constructor(
    private readonly entity: string,
    private readonly origin: Origin,
    private readonly stored: Acceptance | undefined,
  ) {
    this.keys = stored?.keys ?? '';
  }

  static keyOf({ source, id }: CloudEvent): string {
    return printOf(`${source} ${id}`);
  }

  /** Whether an event of that key was accepted. */
  has(key: string): boolean {
    for (let at = this.keys.indexOf(key); at >= 0; at = this.keys.indexOf(key, at + 1))
      if (at % PRINT_LENGTH === 0) return true;
    return false;
  }

  add(key: string, offset: number, receivedAt: Date, event: string): void {
    this.keys += key;
    this.unwritten.push({ key, offset, receivedAt, event });
  }

  /** What is to be written: the pages of what was added, and then what the entity's document says of its history. */
  written(): { pages: readonly HistoryPage[]; acceptance: Acceptance } {
    const pages: HistoryPage[] = [];
    let first = 0;
    let size = 0;
    const cut = (end: number): void => {
      if (end > first) pages.push(this.page(this.unwritten.slice(first, end)));
      first = end;
      size = 0;
    };
    for (const [index, { event }] of this.unwritten.entries()) {
      if (size + event.length > MOST_OF_A_PAGE) cut(index);
      size += event.length;
    }
    cut(this.unwritten.length);
    const prints = pages.map(({ _id }) => _id.slice(-PRINT_LENGTH)).join('');
    return { pages, acceptance: { keys: this.keys, pages: (this.stored?.pages ?? '') + prints } };
  }

  /** A place in the log has one event for ever, so the places, and which events they are, say what a page says. */
  private page(entries: typeof this.unwritten): HistoryPage {
    const { topic, partition } = this.origin;
    const named = entries.map(({ key, offset, receivedAt }) => `${offset} ${receivedAt.getTime()} ${key}`);
    return {
      _id: pageId(this.entity, printOf(`${topic} ${partition}\n${named.join('\n')}`)),
      topic,
      partition,
      events: entries.map(({ offset, receivedAt, event }) => ({ offset, receivedAt, event })),
    };
  }
}

const pageId = (entity: string, print: string): string => `${entity} ${print}`;

/** The ids of an entity's pages, in the order in which they were written. */
export function* pageIdsOf(entity: string, { pages }: Acceptance): Generator<string> {
  for (let at = 0; at < pages.length; at += PRINT_LENGTH)
    yield pageId(entity, pages.slice(at, at + PRINT_LENGTH));
}

/**
 * Every event that the entities of a projection have accepted, in a collection of its own: a page for each write of the
 * entity, which is inserted and never changed, so that an entity's thousandth event costs no more to write than its first.
 *
 * A page is there before the entity's document speaks of it, and of one that no document speaks of nothing was accepted:
 * it is left from a write that was not finished, or that another owner was ahead of.
 */
export class History<E extends CloudEvent> {
  private readonly insert: BulkUpserts<HistoryPage>;

  constructor(private readonly collection: mongo.Collection<HistoryPage>) {
    this.insert = bulkUpserts(collection, new Set([DUPLICATE_KEY]));
  }

  /** Returns when a majority has them, journalled. One that is there already is the same. */
  async add(pages: readonly HistoryPage[]): Promise<void> {
    if (pages.length > 0) await this.insert(pages.map((document) => ({ insertOne: { document } })));
  }

  /** What an entity has accepted, in the order in which it was learnt of. @param accepted as its document has it */
  async of(entity: string, accepted: Acceptance | undefined): Promise<Placed<E>[]> {
    if (!accepted) return [];
    const byId = await this.pages({ $gt: `${entity} `, $lt: `${entity}!` });
    return placed(byId, entity, accepted);
  }

  /** The same of several, in one request. */
  async ofEach(accepted: ReadonlyMap<string, Acceptance>): Promise<Map<string, Placed<E>[]>> {
    const ids = [...accepted].flatMap(([entity, one]) => [...pageIdsOf(entity, one)]);
    const byId = await this.pages({ $in: ids });
    return new Map([...accepted].map(([entity, one]) => [entity, placed(byId, entity, one)]));
  }

  private async pages(_id: mongo.Condition<string>): Promise<ReadonlyMap<string, HistoryPage>> {
    const found = await this.collection.find({ _id }, { readConcern: { level: 'majority' } }).toArray();
    return new Map(found.map((page) => [page._id, page]));
  }
}

function placed<E extends CloudEvent>(
  byId: ReadonlyMap<string, HistoryPage>,
  entity: string,
  accepted: Acceptance,
): Placed<E>[] {
  return [...pageIdsOf(entity, accepted)].flatMap((id) => {
    const page = byId.get(id);
    if (!page) throw new Error(`the history of ${entity} has no page ${id}, of which its document speaks`);
    const { topic, partition, events } = page;
    return events.map(({ event, ...place }) => ({
      event: JSON.parse(event) as E,
      ...place,
      topic,
      partition,
    }));
  });
}
