/**
 * MongoDB alone: the documents that the peers write, made beforehand, in bulk writes of the sink connector's kind:
 * one after another a partition, the partitions at once. Nothing is read from Kafka, and nothing is parsed.
 */
import mongoose, { type mongo } from 'mongoose';
import { jsonEvent } from '#contracts/cloudevent.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { murmur2 } from '#messaging/partitioner.js';
import { warmedTraffic } from '../lifecycles.js';
import { BUSINESS_KEY } from '../peer-collection.js';

const { URI, DATABASE, COLLECTION, EVENTS, WARM_UP } = process.env as Record<string, string>;
const A_BATCH = 1_000;

process.once('disconnect', () => process.exit());
const client = await new mongoose.mongo.MongoClient(URI!).connect();
const collection = client.db(DATABASE).collection(COLLECTION!);

const partitions: mongo.AnyBulkWriteOperation[][][] = Array.from(
  { length: SHIPMENTS_INBOUND.partitions },
  () => [[]],
);
for (const event of warmedTraffic({ events: Number(EVENTS), warmUp: Number(WARM_UP) })) {
  const batches = partitions[(murmur2(Buffer.from(event.subject)) & 0x7fffffff) % partitions.length]!;
  if (batches.at(-1)!.length === A_BATCH) batches.push([]);
  const replacement = JSON.parse(JSON.stringify(jsonEvent(event))) as Record<string, unknown>;
  batches
    .at(-1)!
    .push({ replaceOne: { filter: { [BUSINESS_KEY]: event.subject }, replacement, upsert: true } });
}

await Promise.all(
  partitions.map(async (batches) => {
    for (const batch of batches) await collection.bulkWrite(batch, { ordered: false });
  }),
);
// The open client keeps the process: whoever started it has yet to see all of it done.
