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

/** Accepted events of an entity, as they are stored: word for word, so that what a sender put into them is nothing but text. */
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

/** What an entity's document has of its history. */
export interface Remembered {
  readonly accepted?: Acceptance;
  /** The last that were accepted, which are on no page yet. */
  readonly recent?: readonly RecentEntry[];
}

/** An accepted event, with the partition where it came. */
interface RecentEntry extends PageEntry, Origin {}

/** Of SHA-256, as base64url: 96 bits. */
const PRINT_LENGTH = 16;
/** As many as most shipments ever have. Each event that follows loads them. */
const MOST_RECENT = 16;
/** Of those, in UTF-16 units. */
const MOST_OF_RECENT = 16 * 1024;
/** In UTF-16 units. A page is one document, of at most 16 MB. */
const MOST_OF_A_PAGE = 1024 * 1024;

const printOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, PRINT_LENGTH);

/** Of an entity, which events it has accepted, and where those go that it accepts now. */
export class Acceptances {
  private keys: string;
  private readonly added: RecentEntry[] = [];

  /** @param origin where what it accepts now comes */
  constructor(
    private readonly entity: string,
    private readonly origin: Origin,
    private readonly stored: Remembered | undefined,
  ) {
    this.keys = stored?.accepted?.keys ?? '';
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
    const { topic, partition } = this.origin;
    this.keys += key;
    this.added.push({ topic, partition, offset, receivedAt, event });
  }

  /**
   * What the entity's document is to say of its history, and the pages that are to be written before it does. Few events stay
   * in the document: by themselves they would be a page each, and a second write that the first waits for.
   */
  written(): Remembered & { readonly pages: readonly HistoryPage[] } {
    const { accepted, recent } = this.stored ?? {};
    if (this.added.length === 0)
      return { ...(accepted && { accepted }), ...(recent && { recent }), pages: [] };
    const unpaged = [...(recent ?? []), ...this.added];
    const size = unpaged.reduce((sum, { event }) => sum + event.length, 0);
    if (unpaged.length <= MOST_RECENT && size <= MOST_OF_RECENT)
      return { accepted: { keys: this.keys, pages: accepted?.pages ?? '' }, recent: unpaged, pages: [] };
    const pages = this.pagesOf(unpaged);
    const prints = pages.map(({ _id }) => _id.slice(-PRINT_LENGTH)).join('');
    return { accepted: { keys: this.keys, pages: (accepted?.pages ?? '') + prints }, pages };
  }

  /** In the order in which they were learnt of, those of a partition together as far as they are together. */
  private pagesOf(entries: readonly RecentEntry[]): HistoryPage[] {
    const pages: HistoryPage[] = [];
    let first = 0;
    let size = 0;
    for (const [index, { topic, partition, event }] of entries.entries()) {
      const begin = entries[first]!;
      const isElsewhere = topic !== begin.topic || partition !== begin.partition;
      if (index > first && (isElsewhere || size + event.length > MOST_OF_A_PAGE)) {
        pages.push(this.page(entries, first, index));
        first = index;
        size = 0;
      }
      size += event.length;
    }
    pages.push(this.page(entries, first, entries.length));
    return pages;
  }

  /** A place in the log has one event for ever, so the places, and which events they are, say what a page says. */
  private page(unpaged: readonly RecentEntry[], begin: number, end: number): HistoryPage {
    const { topic, partition } = unpaged[begin]!;
    const keys = this.keys.slice((begin - unpaged.length) * PRINT_LENGTH); // theirs are the last
    const entries = unpaged.slice(begin, end);
    const named = entries.map(
      ({ offset, receivedAt }, nth) =>
        `${offset} ${receivedAt.getTime()} ${keys.slice(nth * PRINT_LENGTH, (nth + 1) * PRINT_LENGTH)}`,
    );
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
export function* pageIdsOf(entity: string, accepted: Acceptance | undefined): Generator<string> {
  const { pages = '' } = accepted ?? {};
  for (let at = 0; at < pages.length; at += PRINT_LENGTH)
    yield pageId(entity, pages.slice(at, at + PRINT_LENGTH));
}

/**
 * Every event that the entities of a projection have accepted, but for the last few of each, which are in its document: pages in a
 * collection of their own, which are inserted and never changed, so that an entity's thousandth event costs no more to write
 * than its first.
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

  /** What an entity has accepted, in the order in which it was learnt of. @param remembered as its document has it */
  async of(entity: string, remembered: Remembered): Promise<Placed<E>[]> {
    const { pages } = remembered.accepted ?? {};
    const byId = await this.pages(pages ? { $gt: `${entity} `, $lt: `${entity}!` } : undefined);
    return placed(byId, entity, remembered);
  }

  /** The same of several, in one request. */
  async ofEach(remembered: ReadonlyMap<string, Remembered>): Promise<Map<string, Placed<E>[]>> {
    const ids = [...remembered].flatMap(([entity, { accepted }]) => [...pageIdsOf(entity, accepted)]);
    const byId = await this.pages(ids.length > 0 ? { $in: ids } : undefined);
    return new Map([...remembered].map(([entity, one]) => [entity, placed(byId, entity, one)]));
  }

  private async pages(_id: mongo.Condition<string> | undefined): Promise<ReadonlyMap<string, HistoryPage>> {
    if (_id === undefined) return new Map();
    const found = await this.collection.find({ _id }, { readConcern: { level: 'majority' } }).toArray();
    return new Map(found.map((page) => [page._id, page]));
  }
}

function placed<E extends CloudEvent>(
  byId: ReadonlyMap<string, HistoryPage>,
  entity: string,
  { accepted, recent = [] }: Remembered,
): Placed<E>[] {
  const ofPages = [...pageIdsOf(entity, accepted)].flatMap((id) => {
    const page = byId.get(id);
    if (!page) throw new Error(`the history of ${entity} has no page ${id}, of which its document speaks`);
    const { topic, partition, events } = page;
    return events.map((entry) => ({ ...entry, topic, partition }));
  });
  return [...ofPages, ...recent].map(({ event, ...place }) => ({ event: JSON.parse(event) as E, ...place }));
}
