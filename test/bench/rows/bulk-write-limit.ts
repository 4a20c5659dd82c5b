import { Child } from '../child.js';
import { PeerCollection } from '../peer-collection.js';
import type { Subject } from '../row.js';
import type { Setting } from '../setting.js';

/** (b) What MongoDB can take of the peers' documents when there is nothing else to be done. */
export const bulkWriteLimit = (setting: Setting): Subject => ({
  rows: [
    {
      name: 'bulk-write-limit',
      unit: 'events/s',
      title: 'bare bulkWrite, an upsert an event',
      compared: true,
    },
  ],
  async run(tell) {
    const peer = await PeerCollection.create(setting);
    const child = Child.start(
      'test/bench/programs/bulk-write.js',
      {
        URI: peer.uri,
        DATABASE: peer.database,
        COLLECTION: peer.collection,
        EVENTS: String(setting.events),
        WARM_UP: String(setting.warmUp),
      },
      ['--max-old-space-size=4096'], // it makes all documents first
    );
    try {
      return { 'bulk-write-limit': await peer.rate(setting, () => child.check(), tell) };
    } finally {
      await child.stop();
      await peer.drop();
    }
  },
});
