/** A capture of EPCIS events: what is sent of it to Kafka, and how it stands. Pure. */
import { hash } from 'node:crypto';
import type { CloudEvent } from '#contracts/cloudevent.js';
import {
  type CaptureBehaviour,
  EpcisCaptureFinished,
  EpcisEventCaptured,
  type RefusedItem,
} from '#contracts/epcis.js';
import { RefusedEvent } from '#contracts/fault.js';
import type { Json } from './epcis-event.js';
import type { Document, Item, Refused } from './read-document.js';
import { EPCIS_SOURCE, localTimeOf } from './translate-event.js';

/** As many faults as one message holds, of as many events as can be. */
const MOST_FAULTS = 300;

type Sound = Exclude<Document, { readonly faults: unknown }>;

/**
 * What is taken of a document: all or nothing, or what is right.
 * @throws RefusedEvent `invalid-data` where nothing is taken, with pointers into what was sent
 */
export function takenOf(document: Document, behaviour: CaptureBehaviour): Sound {
  if ('faults' in document)
    throw new RefusedEvent('invalid-data', 'it is no EPCIS 2.0 document or event', document.faults);
  const { items, refused } = document;
  if (refused.length > 0 && (behaviour === 'rollback' || items.length === 0)) {
    throw new RefusedEvent(
      'invalid-data',
      `${refused.length} of the ${items.length + refused.length} events are refused, so none was taken`,
      refused.flatMap(({ faults }) => faults),
    );
  }
  return document;
}

/**
 * One captured event, on its way to Kafka. Its key is of its identity, so an event and its withdrawal stay in order.
 * @param capture the capture job's id; none where it came otherwise
 */
export function capturedEvent(
  { event, identity }: Pick<Item, 'event' | 'identity'>,
  context: Json | undefined,
  capture?: string,
): CloudEvent<typeof EpcisEventCaptured.type, EpcisEventCaptured> {
  return {
    id: event.errorDeclaration ? `${identity}#errorDeclaration` : identity,
    source: EPCIS_SOURCE,
    type: EpcisEventCaptured.type,
    subject: `epcis-${hash('sha256', identity, 'hex').slice(0, 40)}`,
    time: localTimeOf(event),
    data: {
      event: event as unknown as Record<string, unknown>,
      ...(context !== undefined && { context }),
      ...(capture !== undefined && { capture }),
    },
    extensions: {},
  };
}

/** A pointer has the names that the sender gave, and a contract's text no control characters. */
// eslint-disable-next-line no-control-regex -- it is control characters that are replaced
const plain = (text: string): string => text.replaceAll(/[\x00-\x1f]/gu, '\uFFFD');

/** Of each event that is refused what is wrong with it, cut to what one message holds. */
function toldOf(refused: readonly Refused[]): RefusedItem[] {
  const each = Math.max(1, Math.floor(MOST_FAULTS / Math.max(1, refused.length)));
  return refused.slice(0, MOST_FAULTS).map(({ pointer, faults }) => ({
    pointer,
    faults: faults.slice(0, each).map((fault) => ({ ...fault, pointer: plain(fault.pointer) })),
  }));
}

/** What is said of a capture once all that was taken of it is stored. */
export function finishedCapture(
  id: string,
  createdAt: Date,
  behaviour: CaptureBehaviour,
  { items, refused }: Sound,
  now: Date,
): CloudEvent<typeof EpcisCaptureFinished.type, EpcisCaptureFinished> {
  const errors = toldOf(refused);
  return {
    id,
    source: '/shipments/captures',
    type: EpcisCaptureFinished.type,
    subject: id,
    time: now.toISOString(),
    data: {
      createdAt: createdAt.toISOString(),
      behaviour,
      captured: items.length,
      refused: refused.length,
      ...(errors.length > 0 && { errors }),
    },
    extensions: {},
  };
}

const CAPTURE_ID = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;

/** When a capture began, by its id: a UUID of version 7 (RFC 9562, 5.7). Undefined where it is no id of a capture. */
export function begunAt(id: string): Date | undefined {
  const parts = CAPTURE_ID.exec(id);
  return parts ? new Date(Number.parseInt(parts[1]! + parts[2]!, 16)) : undefined;
}
