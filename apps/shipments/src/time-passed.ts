import type { EventOf } from '#contracts/contract.js';
import { TimePassed } from '#contracts/shipments.js';

/** Who says how late it is. */
export const CLOCK = '/shipments/clock';

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
