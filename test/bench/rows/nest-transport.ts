import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { Child } from '../child.js';
import { type Events, tenthOf } from '../events.js';
import { PeerCollection } from '../peer-collection.js';
import type { Row, Subject } from '../row.js';
import { type Setting, uniqueName } from '../setting.js';

/** (d) Nest's own Kafka transport, an update an event: as it comes, or with all partitions at once. */
const nestTransport = (setting: Setting, events: Events, row: Row, atOnce?: number): Subject => ({
  rows: [row],
  async run(tell) {
    const amount = tenthOf(setting);
    const { namespace } = await events.structured(amount);
    const peer = await PeerCollection.create(setting);
    const child = Child.start('test/bench/programs/nest-service.js', {
      KAFKA_BROKERS: setting.stack.kafkaBrokers.join(','),
      TOPIC: namespace + SHIPMENTS_INBOUND.name,
      GROUP: uniqueName('nest'),
      URI: peer.uri,
      DATABASE: peer.database,
      COLLECTION: peer.collection,
      ...(atOnce !== undefined && { AT_ONCE: String(atOnce) }),
    });
    try {
      return { [row.name]: await peer.rate(amount, () => child.check(), tell) };
    } finally {
      await child.stop();
      await peer.drop();
    }
  },
});

export const nestTransports = (setting: Setting, events: Events): Subject[] => [
  nestTransport(setting, events, {
    name: 'nest-transport',
    unit: 'events/s',
    title: "Nest's own Kafka transport, an update an event",
    compared: true,
  }),
  nestTransport(
    setting,
    events,
    {
      name: 'nest-transport-6',
      unit: 'events/s',
      title: 'the same, its six partitions at once',
      compared: true,
    },
    SHIPMENTS_INBOUND.partitions,
  ),
];
