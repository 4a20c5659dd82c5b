import type { CloudEvent } from '#contracts/cloudevent.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { type Backlog, backlog, forgetGroup } from '../backlog.js';
import { rateOf } from '../clock.js';
import { random } from '../../simulate/mixing.js';
import { estimate, EVENTS_A_SHIPMENT, traffic, wholeLifecycles } from '../lifecycles.js';
import type { Subject } from '../row.js';
import { watchedAtWork } from '../service-process.js';
import type { Setting } from '../setting.js';

/** Of the events of the throughput rows. */
const SHARE = 0.3;
/** Of those, so large a share on one shipment: 10,000, unless told otherwise. */
const HOTTEST = 1 / 6;

/** Which of so many shipments the nth event is about. `chance` is from 0 to 1. */
type Pick = (shipments: number, chance: () => number) => number;

const even: Pick = (shipments, chance) => Math.floor(chance() * shipments);

/** 90 % of the events on the first 1 % of the shipments. */
const onePercent: Pick = (shipments, chance) => {
  const hot = Math.ceil(shipments / 100);
  return chance() < 0.9 ? Math.floor(chance() * hot) : hot + Math.floor(chance() * (shipments - hot));
};

/** So large a share of the events on the first shipment, the others even. */
const oneShipment =
  (share: number): Pick =>
  (shipments, chance) =>
    chance() < share ? 0 : 1 + Math.floor(chance() * (shipments - 1));

/** Ten events a shipment on average, all of one kind, so that nothing differs but which shipments they are about. */
function* estimates(count: number, pick: Pick): Generator<CloudEvent> {
  const chance = random(5);
  const shipments = count / EVENTS_A_SHIPMENT;
  for (let nth = 0; nth < count; nth++) {
    const place = pick(shipments, chance);
    yield estimate(`SHP-hot-${place}`, place, nth);
  }
}

/** (i) Load that falls on few shipments, against load that falls on all alike. */
export function hotKeys(setting: Setting): Subject[] {
  const count = wholeLifecycles(setting.events * SHARE);
  const warmUp = wholeLifecycles(setting.warmUp / 4);

  const subject = (name: string, title: string, pick: Pick): Subject => {
    let filled: Backlog;
    return {
      rows: [{ name, unit: 'events/s', title }],
      prepare: async () => {
        const events = [...traffic(warmUp / EVENTS_A_SHIPMENT, 1), ...estimates(count, pick)];
        filled = await backlog(setting, 'shipments', [{ topic: SHIPMENTS_INBOUND, events }]);
      },
      async run(tell) {
        const { namespace } = filled;
        await forgetGroup(setting, `${namespace}shipments`);
        const work = { namespace, topic: SHIPMENTS_INBOUND, from: warmUp, to: warmUp + count };
        return { [name]: rateOf(await watchedAtWork(setting, 'shipments', work, tell)) };
      },
    };
  };

  return [
    subject('keys-even', 'events on all shipments alike', even),
    subject('keys-hot', '90 % of the events on 1 % of the shipments', onePercent),
    subject(
      'keys-one',
      `${Math.round(count * HOTTEST).toLocaleString('en')} of the events on one shipment`,
      oneShipment(HOTTEST),
    ),
  ];
}
