import type { EventOf } from '#contracts/contract.js';
import { RefusedEvent } from '#contracts/fault.js';
import { TimePassed } from '#contracts/shipments.js';

/** Who says how late it is. */
export const CLOCK = '/shipments/clock';

/** What instances' clocks and Kafka's may differ by. */
const MOST_AHEAD_MS = 300_000;

/** That a shipment's next event is overdue. Of one shipment and due time it is always the same event. */
export const timePassed = (shipment: string, overdueAt: Date): EventOf<typeof TimePassed> => ({
  id: `${shipment}/${overdueAt.toISOString()}`,
  source: CLOCK,
  type: TimePassed.type,
  subject: shipment,
  time: overdueAt.toISOString(),
  data: { until: overdueAt.toISOString() },
  extensions: {},
});

/**
 * A clock that is ahead of Kafka's, or a lie, makes nothing overdue before its time. Were it taken for less than it says,
 * the same event, said again when its time has come, would be a repeat, and the shipment never overdue.
 * @param receivedAt when Kafka took it
 */
export function refusalOfTime(
  { data: { until } }: EventOf<typeof TimePassed>,
  receivedAt: Date,
): RefusedEvent | undefined {
  if (Date.parse(until) <= receivedAt.getTime() + MOST_AHEAD_MS) return undefined;
  const message = `must not be later than it is; it was ${receivedAt.toISOString()}`;
  return new RefusedEvent('invalid-data', `the time that is said to have passed is still to come`, [
    { pointer: '/data/until', code: 'not-allowed', message },
  ]);
}
