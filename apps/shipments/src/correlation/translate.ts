/** What foreign events come to: events that do not name their shipment by our id, whatever format they came in. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { EventOf } from '#contracts/contract.js';
import { DcsaEventReported } from '#contracts/dcsa.js';
import { EpcisEventCaptured } from '#contracts/epcis.js';
import { RefusedEvent } from '#contracts/fault.js';
import {
  EventReferred,
  EventRetracted,
  MilestoneReported,
  ObservationReported,
} from '#contracts/shipments.js';
import { translateDcsa } from '../dcsa/translate-dcsa.js';
import { contextFaults } from '../epcis/check-event.js';
import type { Json } from '../epcis/epcis-event.js';
import { translateEvent } from '../epcis/translate-event.js';
import type { Translated, Translation, UnaddressedEvent } from '../translation.js';

/** The contracts whose events do not name their shipment by our id. */
const FOREIGN = [EventReferred, EpcisEventCaptured, DcsaEventReported] as const;
export type ForeignEvent = EventOf<(typeof FOREIGN)[number]>;

const FOREIGN_TYPES: ReadonlySet<string> = new Set(FOREIGN.map(({ type }) => type));

/** Whether an event does not name its shipment by our id. */
export const isForeign = <E extends CloudEvent>(event: E): event is Extract<E, ForeignEvent> =>
  FOREIGN_TYPES.has(event.type);

/**
 * Translates a foreign event; the same event always comes to the same. Pure.
 * @returns its warnings too with pointers into the event
 * @throws RefusedEvent `invalid-data`, with pointers into the event
 */
export function translate(event: ForeignEvent): Translated {
  const { translation, at } = translationOf(event);
  const placed = <P extends { readonly pointer: string }>(place: P): P => ({
    ...place,
    pointer: at + place.pointer,
  });
  if ('events' in translation) return { ...translation, warnings: (translation.warnings ?? []).map(placed) };
  throw new RefusedEvent('invalid-data', `it is not a valid ${event.type}`, translation.faults.map(placed));
}

/** To translate is pure, so what it fails on once it fails on for ever: that must not hold up those behind. */
export const untranslatable = (error: unknown): RefusedEvent =>
  error instanceof RefusedEvent
    ? error
    : new RefusedEvent('fold-failed', `it cannot be translated: ${(error as Error).stack ?? String(error)}`);

/** By each format's own adapter; `at` is where in the event the foreign one stands. */
function translationOf(event: ForeignEvent): { translation: Translation; at: string } {
  switch (event.type) {
    case EventReferred.type:
      return { translation: translateReferred(event), at: '/data' };
    case EpcisEventCaptured.type:
      return translationOfEpcis(event.data);
    case DcsaEventReported.type:
      return { translation: translateDcsa(event.data), at: '/data/event' };
    default:
      return event satisfies never;
  }
}

/** By its door the context of the document has been checked; not so where an event comes over Kafka. */
function translationOfEpcis({ event, context }: EpcisEventCaptured): {
  translation: Translation;
  at: string;
} {
  const faults = contextFaults(context, '');
  if (faults.length > 0) return { translation: { faults }, at: '/data/context' };
  return { translation: translateEvent(event, context as Json), at: '/data/event' };
}

const PARTS = {
  milestone: MilestoneReported.type,
  observation: ObservationReported.type,
  retraction: EventRetracted.type,
} as const;

/** Our own events, sent by who does not know our id of the shipment. */
function translateReferred({ source, id, time, data }: EventOf<typeof EventReferred>): Translation {
  const given = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter((part) => data[part] !== undefined);
  const [part] = given;
  if (part === undefined) {
    const message = `must be given: one of ${Object.keys(PARTS).join(', ')}`;
    return { faults: [{ pointer: '/milestone', code: 'required', message }] };
  }
  if (given.length > 1) {
    const message = `must not stand beside ${part}: send them one by one`;
    return {
      faults: given.slice(1).map((extra) => ({ pointer: `/${extra}`, code: 'not-allowed', message })),
    };
  }
  const said = { source, id, ...(time !== undefined && { time }) };
  const event = { ...said, type: PARTS[part], data: data[part] } as UnaddressedEvent;
  return { events: [event], references: data.references };
}
