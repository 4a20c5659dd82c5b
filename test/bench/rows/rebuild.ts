import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { type Backlog, backlog, forgetGroup } from '../backlog.js';
import { EVENTS_A_SHIPMENT, traffic } from '../lifecycles.js';
import type { Subject } from '../row.js';
import { watchedAtWork } from '../service-process.js';
import type { Setting } from '../setting.js';

/** Of what the other rows take: a million, unless told otherwise. */
const TIMES = 5;

/**
 * (g) A projection built anew from all that lies on Kafka: from starting the service, cold, to the last event committed,
 * with its memory looked at all the while.
 */
export const rebuild = (setting: Setting): Subject => {
  const all = setting.events * TIMES;
  let filled: Backlog;
  return {
    rows: [
      { name: 'rebuild-s', unit: 's', title: `a projection rebuilt from ${all.toLocaleString('en')} events` },
      { name: 'rebuild-memory', unit: 'MB', title: 'resident memory meanwhile, at most' },
      {
        name: 'rebuild-memory-growth',
        unit: 'MB',
        title: 'by how much it rose from the first third to the last',
      },
    ],
    prepare: async () => {
      filled = await backlog(setting, 'shipments', [
        { topic: SHIPMENTS_INBOUND, events: traffic(all / EVENTS_A_SHIPMENT, 3) },
      ]);
    },
    async run(tell) {
      const { namespace } = filled;
      await forgetGroup(setting, `${namespace}shipments`);
      const startedAt = performance.now();
      const work = { namespace, topic: SHIPMENTS_INBOUND, from: 1, to: all };
      const seen = await watchedAtWork(setting, 'shipments', work, tell);
      const memory = seen.map(({ residentMb }) => residentMb);
      const third = Math.ceil(memory.length / 3);
      return {
        'rebuild-s': (seen.at(-1)!.at - startedAt) / 1000,
        'rebuild-memory': Math.max(...memory),
        'rebuild-memory-growth': mean(memory.slice(-third)) - mean(memory.slice(0, third)),
      };
    },
  };
};

const mean = (figures: readonly number[]): number =>
  figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
