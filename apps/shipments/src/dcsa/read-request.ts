/** What is sent to the doors of DCSA, event by event, and what is passed on of it. Pure. */
import { hash } from 'node:crypto';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { DcsaEventReported, type DcsaVersion } from '#contracts/dcsa.js';
import { type Fault, RefusedEvent } from '#contracts/fault.js';
import type { Warning } from '#contracts/identifiers.js';
import { EventRetracted } from '#contracts/shipments.js';
import type { Translated, Translation, UnaddressedEvent } from '../translation.js';
import { translateDcsa } from './translate-dcsa.js';

const MOST_EVENTS = 1000;

/** One event of a request, and what it comes to; its pointers are into the request. */
export interface Item {
  readonly pointer: string;
  readonly version: DcsaVersion;
  readonly event: unknown;
  readonly translation: Translation;
}

export interface SoundItem extends Item {
  readonly translation: Translated;
}

/** The door that it came by: 2.2 is the version of one, 3.0.0 and its beta of the other. */
export type Door = 'v2' | 'v3';

/**
 * Reads a request: one event, a list of events, or, as 3.0.0 has it, an object of `events`.
 * @param party who sends it, where events do not say whose they are
 * @throws RefusedEvent where there is no list to read, or too long a one
 */
export function readRequest(body: unknown, door: Door, party: string | undefined): Item[] {
  const { events, at } = eventsOf(body, door);
  if (events.length > MOST_EVENTS) {
    const message = `at most ${MOST_EVENTS} events are taken at once; these are ${events.length}`;
    throw new RefusedEvent('too-large', message);
  }
  return events.map((event, nth) => {
    const pointer = at === undefined ? '' : `${at}/${nth}`;
    const version = door === 'v2' ? '2.2' : isBeta(event) ? '3.0.0-beta' : '3.0.0';
    return {
      pointer,
      version,
      event,
      translation: placed(translateDcsa({ version, party, event }), pointer),
    };
  });
}

/** @returns the events, and where their list stands; no place where it is one event alone */
function eventsOf(body: unknown, door: Door): { events: readonly unknown[]; at?: string } {
  if (Array.isArray(body)) return { events: body, at: '' };
  if (door === 'v2' || !has(body, 'events')) return { events: [body] };
  if (Array.isArray(body.events)) return { events: body.events, at: '/events' };
  throw new RefusedEvent('invalid-data', 'it has no list of events', [
    { pointer: '/events', code: 'malformed', message: 'must be a list of events' },
  ]);
}

const has = <N extends string>(value: unknown, name: N): value is Record<N, unknown> =>
  value !== null && typeof value === 'object' && Object.hasOwn(value, name);

const isBeta = (event: unknown): boolean => has(event, 'metadata') || has(event, 'payload');

function placed(translation: Translation, at: string): Translation {
  const moved = <P extends { readonly pointer: string }>(place: P): P => ({
    ...place,
    pointer: at + place.pointer,
  });
  if ('faults' in translation) return { faults: translation.faults.map(moved) };
  return { ...translation, warnings: (translation.warnings ?? []).map(moved) };
}

export const isSound = (item: Item): item is SoundItem => !('faults' in item.translation);

/** Those that are refused, each with what is wrong with it. */
export const refusedOf = (items: readonly Item[]): { pointer: string; faults: readonly Fault[] }[] =>
  items.flatMap(({ pointer, translation }) =>
    'faults' in translation ? [{ pointer, faults: translation.faults }] : [],
  );

export const warningsOf = (items: readonly SoundItem[]): Warning[] =>
  items.flatMap(({ translation }) => translation.warnings ?? []);

/**
 * All events of a request, where all are as they must be.
 * @throws RefusedEvent `invalid-data`, with the places of all that is wrong
 */
export function allSound(items: readonly Item[]): readonly SoundItem[] {
  const refused = refusedOf(items);
  if (refused.length === 0) return items.filter(isSound);
  throw new RefusedEvent(
    'invalid-data',
    `${refused.length} of the ${items.length} events are refused, so none was taken`,
    refused.flatMap(({ faults }) => faults),
  );
}

/** A DCSA event on its way to Kafka, under the identity of what it comes to. */
export function reportedEvent(
  { version, event, translation }: SoundItem,
  party: string | undefined,
): CloudEvent<typeof DcsaEventReported.type, DcsaEventReported> {
  const [become] = translation.events as readonly [UnaddressedEvent];
  const { id, source, time } = become;
  return {
    id,
    source,
    type: DcsaEventReported.type,
    subject: `dcsa-${hash('sha256', `${source} ${nameOf(become)}`, 'hex').slice(0, 40)}`,
    ...(time !== undefined && { time }),
    data: { version, ...(party !== undefined && { party }), event: event as Record<string, unknown> },
    extensions: {},
  };
}

/** What all words of an event have in common, its withdrawal's too: so they are of one key, and stay in order. */
const nameOf = (event: UnaddressedEvent): string =>
  event.type === EventRetracted.type ? event.data.eventId : (event.data.revision?.of ?? event.id);
