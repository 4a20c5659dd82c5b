/** Words for stories of events that name their shipment by references, as the specs tell them. */
import type { EventOf } from '#contracts/contract.js';
import type { DcsaEventReported } from '#contracts/dcsa.js';
import { EventReferred } from '#contracts/shipments.js';
import type { Reference } from '#contracts/trade.js';
import type { Received } from '#messaging/effects.js';
import type { Json } from '../dcsa/dcsa.story.js';
import { readRequest, reportedEvent, type SoundItem } from '../dcsa/read-request.js';
import { reported } from '../shipment.story.js';

export const container = (value: string): Reference => ({ type: 'container', value });
export const booking = (value: string): Reference => ({ type: 'booking', value });
export const deal = (value: string): Reference => ({ type: 'deal', value });

let ids = 0;

interface Told {
  id?: string;
  source?: string;
  /** When what it says happened. */
  at?: string;
}

/** Discharged, on 1 October unless told otherwise, says a port that knows these references alone. */
export function referred(
  references: readonly Reference[],
  { id = `port-${++ids}`, source = '/port', at = '2025-10-01T00:00:00Z' }: Told = {},
): EventOf<typeof EventReferred> {
  const { event } = reported('discharged', { at });
  return of({ id, source, references }, { milestone: event.data });
}

/** The port takes back what it has said. */
export const referredBack = (
  { source, id, data }: EventOf<typeof EventReferred>,
  references = data.references,
): EventOf<typeof EventReferred> =>
  of({ id: `${id}-back`, source, references }, { retraction: { eventId: id } });

const of = (
  { id, source, references }: { id: string; source: string; references: readonly Reference[] },
  said: object,
): EventOf<typeof EventReferred> => ({
  id,
  source,
  type: EventReferred.type,
  subject: 'any',
  time: '2025-10-01T06:00:00Z',
  data: { references: [...references], ...said },
  extensions: {},
});

/** A DCSA event of 3.0.0, as its door passes it on. */
export function reportedDcsa(event: Json): EventOf<typeof DcsaEventReported> {
  const [item] = readRequest(event, 'v3', undefined);
  return reportedEvent(item as SoundItem, undefined);
}

export const received = <E extends Received['event']>(event: E, offset = 1): Received<E> => ({
  event,
  partition: 0,
  offset,
  receivedAt: new Date('2025-11-01T00:00:00Z'),
});
