/** A shipment's story as an upstream system sends it over HTTP, and what is seen of it there. */
import { randomUUID } from 'node:crypto';
import { EventRetracted } from '#contracts/shipments.js';
import { until } from '#messaging/testing/until.js';
import type { Answer, RunningService } from '#service/testing/running-service.js';
import type { Accepted } from '../shipment.js';
import type { ShipmentView } from '../shipment-view.js';

export const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
export const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

export const newId = (): string => `SHP-${randomUUID()}`;

/** An event of a story, of this shipment. */
export const structured = (
  { event: { extensions, ...event } }: Accepted,
  subject: string,
): Record<string, unknown> => ({
  specversion: '1.0',
  ...event,
  ...extensions,
  id: `${subject}/${event.id}`,
  subject,
  data:
    event.type === EventRetracted.type
      ? { ...event.data, eventId: `${subject}/${event.data.eventId}` }
      : event.data,
});

export const overHttp = (shipments: () => RunningService) => {
  const shipment = async (id: string): Promise<ShipmentView> =>
    (await shipments().get<ShipmentView>(`/shipments/${id}`)).body;
  return {
    shipment,
    send: (id: string, ...events: Accepted[]): Promise<Answer> =>
      shipments().post(
        '/events',
        events.map((event) => structured(event, id)),
        BATCH,
      ),
    untilStatus: (id: string, status: string): Promise<void> =>
      until(`${id} is ${status}`, async () => (await shipment(id)).status === status, 20_000),
  };
};
