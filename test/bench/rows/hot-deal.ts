import type { CloudEvent } from '#contracts/cloudevent.js';
import { DEALS_DELIVERIES, DEALS_INBOUND } from '#contracts/deals.js';
import { SHIPMENTS_ARRIVALS } from '#contracts/shipments.js';
import { backlog } from '../backlog.js';
import { rateOf } from '../clock.js';
import type { Subject } from '../row.js';
import { watchedAtWork } from '../service-process.js';
import type { Setting } from '../setting.js';
import { dealRegistered, shipmentArrived } from '../trade-events.js';

/** Of the events of the throughput rows: 50,000 arrivals, unless told otherwise. */
const SHARE = 0.25;
const WARM_UP_SHARE = 0.05;
const SHIPMENTS_A_DEAL = 5;

function* arrivals(name: string, count: number, dealOf: (nth: number) => string): Generator<CloudEvent> {
  for (let nth = 0; nth < count; nth++) yield shipmentArrived(`SHP-${name}-${nth}`, dealOf(nth));
}

/**
 * (i) One deal with as many shipments as there are arrivals, against deals with five each: the deals service, from an
 * arrival to the deal's totals, which are the second of its two steps. In both all the deals are registered.
 */
export function hotDeal(setting: Setting): Subject[] {
  const count = Math.round(setting.events * SHARE);
  const warmUp = Math.round(setting.events * WARM_UP_SHARE);
  const deals = Math.ceil(count / SHIPMENTS_A_DEAL);
  const dealAt = (nth: number): string => `DEAL-${nth % deals}`;

  const subject = (name: string, title: string, dealOf: (nth: number) => string): Subject => ({
    rows: [{ name, unit: 'events/s', title }],
    async run(tell) {
      // Anew for each run: what lies between the two steps is on Kafka too, and would be taken again by the next run.
      const { namespace } = await backlog(setting, 'deals', [
        {
          topic: DEALS_INBOUND,
          events: Array.from({ length: deals }, (_, nth) => dealRegistered(dealAt(nth))),
        },
        { topic: SHIPMENTS_ARRIVALS, events: arrivals('before', warmUp, dealAt) },
        { topic: SHIPMENTS_ARRIVALS, events: arrivals('counted', count, dealOf) },
      ]);
      const work = { namespace, topic: DEALS_DELIVERIES, from: warmUp, to: warmUp + count };
      return { [name]: rateOf(await watchedAtWork(setting, 'deals', work, tell)) };
    },
  });

  return [
    subject('deals-even', `arrivals, ${SHIPMENTS_A_DEAL} shipments a deal`, dealAt),
    subject('deals-one', `arrivals, one deal with ${count.toLocaleString('en')} shipments`, () => dealAt(0)),
  ];
}
