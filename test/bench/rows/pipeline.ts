import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { forgetGroup } from '../backlog.js';
import { rateOf } from '../clock.js';
import type { Events } from '../events.js';
import type { Subject } from '../row.js';
import { watchedAtWork } from '../service-process.js';
import type { Setting } from '../setting.js';

/**
 * (e) The shipments service the whole way, as it is deployed: parse, check, fold, write, publish, commit. What counts as
 * done is what is committed, which is after what the peers are measured by.
 */
const pipeline = (setting: Setting, events: Events, processes: number, rows: Subject['rows']): Subject => ({
  rows,
  async run(tell) {
    const { namespace } = await events.binary();
    await forgetGroup(setting, `${namespace}shipments`);
    const [from, to] = [setting.warmUp, setting.warmUp + setting.events];
    const work = { namespace, topic: SHIPMENTS_INBOUND, from, to, processes };
    const seen = await watchedAtWork(setting, 'shipments', work, tell);
    const [first, last] = [seen[0]!, seen.at(-1)!];
    const cpu = ((last.cpuSeconds - first.cpuSeconds) / (last.count - first.count)) * 1e6;
    const memory = Math.max(...seen.map(({ residentMb }) => residentMb));
    const [rate, cpuRow, memoryRow] = rows.map(({ name }) => name);
    return { [rate!]: rateOf(seen), [cpuRow!]: cpu, [memoryRow!]: memory };
  },
});

export const pipelines = (setting: Setting, events: Events): Subject[] => [
  pipeline(setting, events, 1, [
    { name: 'pipeline', unit: 'events/s', title: 'shipments, the whole way' },
    { name: 'pipeline-cpu', unit: 'µs an event', title: 'CPU of the service meanwhile' },
    { name: 'pipeline-memory', unit: 'MB', title: 'its resident memory, at most' },
  ]),
  pipeline(setting, events, 2, [
    { name: 'pipeline-2', unit: 'events/s', title: 'shipments, two processes' },
    { name: 'pipeline-2-cpu', unit: 'µs an event', title: 'CPU of both meanwhile' },
    { name: 'pipeline-2-memory', unit: 'MB', title: 'resident memory of the larger one, at most' },
  ]),
];
