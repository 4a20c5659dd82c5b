import { hash } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { type BulkUpserts, bulkUpserts, DUPLICATE_KEY } from './bulk-upsert.js';

/** An event that an entity has accepted, and when it was learnt of. */
export interface Accepted<E extends CloudEvent = CloudEvent> {
  readonly event: E;
  readonly receivedAt: Date;
}

/** Events that an entity accepted at once, as they are stored: word for word, so that what a sender put into them is nothing but text. */
export interface HistoryPage {
  /** `<entity> <print>`, so that an entity's pages lie beside each other. */
  readonly _id: string;
  readonly events: readonly { readonly receivedAt: Date; readonly event: string }[];
}

/**
 * What an entity's document says of its history. Two texts, because some shipments have ten thousand events, and each event
 * loads them.
 */
export interface Acceptance {
  /** 96 bits of what identifies each event (`source` and `id`), by which its repeat is told. */
  readonly keys: string;
  /** 96 bits of what each page says, by which it is found, in the order in which the pages were written. */
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
  private readonly unwritten: { receivedAt: Date; event: string }[] = [];

  constructor(
    private readonly entity: string,
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

  add(key: string, receivedAt: Date, event: string): void {
    this.keys += key;
    this.unwritten.push({ receivedAt, event });
  }

  /** What is to be written: the pages of what was added, and then what the entity's document says of its history. */
  written(): { pages: readonly HistoryPage[]; acceptance: Acceptance } {
    const pages = [...pagesOf(this.entity, this.unwritten)];
    const prints = pages.map(({ _id }) => _id.slice(-PRINT_LENGTH)).join('');
    return { pages, acceptance: { keys: this.keys, pages: (this.stored?.pages ?? '') + prints } };
  }
}

function* pagesOf(entity: string, events: HistoryPage['events']): Generator<HistoryPage> {
  let page: HistoryPage['events'][number][] = [];
  let size = 0;
  const cut = (): HistoryPage => {
    const text = page.map(({ receivedAt, event }) => `${receivedAt.getTime()} ${event}`).join('\n');
    return { _id: pageId(entity, printOf(text)), events: page };
  };
  for (const one of events) {
    if (page.length > 0 && size + one.event.length > MOST_OF_A_PAGE) {
      yield cut();
      page = [];
      size = 0;
    }
    page.push(one);
    size += one.event.length;
  }
  if (page.length > 0) yield cut();
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
  async of(entity: string, accepted: Acceptance | undefined): Promise<Accepted<E>[]> {
    if (!accepted) return [];
    const found = await this.collection
      .find({ _id: { $gt: `${entity} `, $lt: `${entity}!` } }, { readConcern: { level: 'majority' } })
      .toArray();
    const byId = new Map(found.map((page) => [page._id, page.events]));
    return [...pageIdsOf(entity, accepted)]
      .flatMap((id) => byId.get(id)!)
      .map(({ event, receivedAt }) => ({ event: JSON.parse(event) as E, receivedAt }));
  }
}
