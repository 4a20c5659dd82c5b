/** A database of market news with nothing in front of it, and batches to give to what writes it. */
import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { Effects, EventBatch } from '#messaging/effects.js';
import { SILENT } from '#messaging/log.js';
import { eventually } from '#messaging/testing/until.js';
import { Database } from '#service/database.js';
import { ItemsCollection } from '../items.collection.js';
import { Linker } from '../linker.js';
import { LinksCollection } from '../links.collection.js';
import { SubjectsCollection } from '../subjects.collection.js';
import { REFERENCE } from '../tagging/reference.js';

export interface NewsDatabase {
  readonly database: Database;
  readonly items: ItemsCollection;
  readonly subjects: SubjectsCollection;
  readonly links: LinksCollection;
  /** @param links what is put around the links */
  linker(links?: Pick<LinksCollection, 'apply' | 'ever'>): Linker;
}

export async function openNewsDatabase(
  mongodbUri: string,
  mongodbDatabase = `spec-${randomUUID().slice(0, 8)}`,
): Promise<NewsDatabase> {
  const database = new Database({ mongodbUri, mongodbDatabase, service: 'market-news' }, SILENT);
  const items = new ItemsCollection(database);
  const subjects = new SubjectsCollection(database);
  const links = new LinksCollection(database);
  database.open();
  await eventually(() => database.ping());
  return {
    ...{ database, items, subjects, links },
    linker: (around = links) => new Linker(database, items, subjects, around, REFERENCE),
  };
}

const RECEIVED_AT = new Date('2025-10-02T12:00:00Z');

/** As if these were the next messages of a partition; the same batch again is the same place. */
export const batchOf = <E extends CloudEvent>(topic: string, ...events: E[]): EventBatch<E> => ({
  topic,
  partition: 0,
  firstOffset: 100,
  lastOffset: 100 + events.length - 1,
  publishedUpTo: new Map(),
  received: events.map((event, index) => ({
    event,
    partition: 0,
    offset: 100 + index,
    receivedAt: RECEIVED_AT,
  })),
});

export async function partsOf(effects: AsyncIterable<Effects>): Promise<Effects[]> {
  const parts: Effects[] = [];
  for await (const part of effects) parts.push(part);
  return parts;
}

/** The published events. */
export const publishedBy = async (effects: AsyncIterable<Effects>): Promise<CloudEvent[]> =>
  (await partsOf(effects)).flatMap(({ publish }) => publish.map(({ event }) => event));
