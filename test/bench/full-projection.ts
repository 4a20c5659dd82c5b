import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { EventBatch, Received } from '#messaging/effects.js';
import { SILENT } from '#messaging/log.js';
import { murmur2 } from '#messaging/partitioner.js';
import { until } from '#messaging/testing/until.js';
import { Database } from '#service/database.js';
import type { ShipmentEvent } from '../../apps/shipments/src/shipment.js';
import { ShipmentsCollection } from '../../apps/shipments/src/shipments.collection.js';
import { lifecycle } from './lifecycles.js';
import type { Tell } from './row.js';
import { type Setting, uniqueName } from './setting.js';

const COLLECTION = 'shipments';
const INDEXES = 6;
/** How far each shipment is: registered, estimated, booked, at the gate, loaded. */
const EVENTS_EACH = 5;
const SHIPMENTS_A_BATCH = 500;
const INDEXED_WITHIN_MS = 60_000;

const foldedAt = (seed: number): string => `SHP-${seed}`;

/**
 * Projections of shipments at rest, as large as asked for. Some go through the service's own fold and its own writes,
 * five events each; MongoDB copies them under other ids as often as it takes. So a copy's timeline speaks of the
 * shipment that it is a copy of; nothing that is measured reads a timeline.
 */
export class FullProjections {
  private readonly source = uniqueName('folded');
  private folding: Promise<void> | undefined;

  /** @param folded how many shipments are folded; where more are wanted, these are copied */
  constructor(
    private readonly setting: Setting,
    readonly folded: number,
  ) {}

  /** The shipment at a place in a projection: its id, and which of the folded ones it is a copy of. */
  at(place: number): { id: string; seed: number } {
    const seed = place % this.folded;
    return { id: `${foldedAt(seed)}~${Math.floor(place / this.folded)}`, seed };
  }

  /** Folds what is copied from, the first time. */
  fold(): Promise<void> {
    this.folding ??= this.foldNow();
    return this.folding;
  }

  private async foldNow(): Promise<void> {
    const { stack } = this.setting;
    const config = { mongodbUri: stack.mongodbUri, mongodbDatabase: this.source, service: 'shipments' };
    const database = new Database(config, SILENT);
    const shipments = new ShipmentsCollection(database);
    database.open();
    try {
      await this.untilIndexed();
      for (let from = 0; from < this.folded; from += SHIPMENTS_A_BATCH) {
        const seeds = Array.from(
          { length: Math.min(SHIPMENTS_A_BATCH, this.folded - from) },
          (_, nth) => from + nth,
        );
        for (const batch of batchesOf(seeds)) await shipments.apply(batch);
      }
    } finally {
      await database.close();
    }
  }

  /** Fills a database of that name with so many shipments, and the indexes that the service has. */
  async fill(name: string, shipments: number, tell: Tell): Promise<void> {
    const { mongo } = this.setting;
    const target = mongo.db(name).collection(COLLECTION);
    const folded = mongo.db(this.source).collection(COLLECTION);
    const indexes = (await folded.indexes()).filter(({ name: index }) => index !== '_id_');
    await target.createIndexes(indexes.map(({ key, name: index }) => ({ key, name: index! })));
    for (let copy = 0; copy * this.folded < shipments; copy++) {
      const into = { into: { db: name, coll: COLLECTION }, whenMatched: 'fail', whenNotMatched: 'insert' };
      const rename = { $set: { _id: { $concat: ['$_id', `~${copy}`] } } };
      await folded
        .aggregate([{ $limit: shipments - copy * this.folded }, rename, { $merge: into } as object])
        .toArray();
      tell(Math.min((copy + 1) * this.folded, shipments), shipments);
    }
  }

  drop(): Promise<boolean> {
    return this.setting.mongo.db(this.source).dropDatabase();
  }

  private async untilIndexed(): Promise<void> {
    const folded = this.setting.mongo.db(this.source).collection(COLLECTION);
    const isIndexed = async (): Promise<boolean> => (await folded.indexes()).length >= INDEXES;
    await until('the indexes are there', isIndexed, INDEXED_WITHIN_MS);
  }
}

/** The first events of shipments, as batches of the partitions that they lie on. */
function batchesOf(seeds: readonly number[]): EventBatch<ShipmentEvent>[] {
  const batches: Received<ShipmentEvent>[][] = Array.from({ length: SHIPMENTS_INBOUND.partitions }, () => []);
  const receivedAt = new Date();
  for (const seed of seeds) {
    const partition = (murmur2(Buffer.from(foldedAt(seed))) & 0x7fffffff) % batches.length;
    for (const event of lifecycle(foldedAt(seed), seed).slice(0, EVENTS_EACH)) {
      // Before the log's first: what comes of it counts as long published.
      const offset = -1;
      batches[partition]!.push({ event: event as unknown as ShipmentEvent, partition, offset, receivedAt });
    }
  }
  return batches.map((received, partition) => ({
    topic: SHIPMENTS_INBOUND.name,
    partition,
    firstOffset: -1,
    lastOffset: -1,
    publishedUpTo: new Map(),
    received,
  }));
}
