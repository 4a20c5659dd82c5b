import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { ConnectWorker } from '../connect/connect-worker.js';
import type { Events } from '../events.js';
import { BUSINESS_KEY, PeerCollection } from '../peer-collection.js';
import type { Subject, Tell } from '../row.js';
import { type Setting, uniqueName } from '../setting.js';

const STRATEGIES = 'com.mongodb.kafka.connect.sink';
const A_BATCH = 1_000;
/** By then the JVM's compilers have done their work: it takes a third of the CPU that its first events took. */
const WARM_AFTER = 150_000;
const MOST_WARM_UP_RUNS = 4;

/**
 * (c) The official MongoDB sink connector, replacing one document a shipment: a task a partition, batches of 1,000,
 * unordered, a unique index on the business key.
 *
 * One JVM takes all runs, and before the first that counts it takes whole runs that do not, beside the warm-up events of
 * each.
 */
export const mongoSinkConnector = (setting: Setting, events: Events): Subject => {
  let worker: ConnectWorker | undefined;

  const run = async (tell: Tell): Promise<number> => {
    const { namespace } = await events.structured();
    const peer = await PeerCollection.create(setting);
    const name = uniqueName('sink');
    try {
      await worker!.create(name, configuration(namespace + SHIPMENTS_INBOUND.name, peer));
      return await peer.rate(setting, () => worker!.check(name), tell);
    } finally {
      await worker!.remove(name);
      await peer.drop();
    }
  };

  return {
    rows: [
      {
        name: 'mongo-sink-connector',
        unit: 'events/s',
        title: 'the MongoDB sink connector, a replace an event',
        compared: true,
      },
    ],
    prepare: async (tell) => {
      worker = await ConnectWorker.start(setting.stack.kafkaBrokers, setting.log);
      const runs = Math.ceil(WARM_AFTER / (setting.warmUp + setting.events));
      for (let nth = 0; nth < Math.min(runs, MOST_WARM_UP_RUNS); nth++) await run(tell);
    },
    run: async (tell) => ({ 'mongo-sink-connector': await run(tell) }),
    close: async () => worker?.stop(),
  };
};

const configuration = (topic: string, peer: PeerCollection): Record<string, string> => ({
  'connector.class': 'com.mongodb.kafka.connect.MongoSinkConnector',
  topics: topic,
  'tasks.max': String(SHIPMENTS_INBOUND.partitions),
  'connection.uri': peer.uri,
  database: peer.database,
  collection: peer.collection,
  // Connect hands over what one poll brings, 500 unless told; the connector cuts that to its own size of a batch.
  'consumer.override.max.poll.records': String(A_BATCH),
  'max.batch.size': String(A_BATCH),
  'bulk.write.ordered': 'false',
  'writemodel.strategy': `${STRATEGIES}.writemodel.strategy.ReplaceOneBusinessKeyStrategy`,
  'document.id.strategy': `${STRATEGIES}.processor.id.strategy.PartialValueStrategy`,
  'document.id.strategy.partial.value.projection.list': BUSINESS_KEY,
  'document.id.strategy.partial.value.projection.type': 'AllowList',
});
