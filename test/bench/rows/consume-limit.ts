import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { Child } from '../child.js';
import { type Look, rateOf, watched } from '../clock.js';
import type { Events } from '../events.js';
import type { Subject } from '../row.js';
import { type Setting, uniqueName } from '../setting.js';

/** (a) What kafkajs can take of the service's topic when nothing is done with it. */
export const consumeLimit = (setting: Setting, events: Events): Subject => ({
  rows: [{ name: 'consume-limit', unit: 'events/s', title: 'kafkajs, consuming only', compared: true }],
  async run(tell) {
    const { namespace } = await events.binary();
    const child = Child.start('test/bench/programs/consume.js', {
      KAFKA_BROKERS: setting.stack.kafkaBrokers.join(','),
      TOPIC: namespace + SHIPMENTS_INBOUND.name,
      GROUP: uniqueName('consume'),
    });
    try {
      const look = async (): Promise<Look> => {
        child.check();
        return (child.said as Look | undefined) ?? { count: 0 };
      };
      const from = setting.warmUp;
      const seen = await watched(look, { from, to: from + setting.events, everyMs: 5 }, tell);
      return { 'consume-limit': rateOf(seen) };
    } finally {
      await child.stop();
    }
  },
});
