/** EPCIS 2.0 → our events. Pure and total. docs/mappings.md has it as tables. */
import { distinct } from '#contracts/fault.js';
import { EventRetracted, MilestoneReported, ObservationReported } from '#contracts/shipments.js';
import type { Translation, UnaddressedEvent } from '../translation.js';
import { eventFaults } from './check-event.js';
import { doubtsOf } from './doubts.js';
import type { EpcisEvent, Json } from './epcis-event.js';
import { hashIdOf } from './event-hash.js';
import { alarmsOf, measurementsOf } from './measurements.js';
import { isDamaged, milestoneOf, unlocodeOf } from './milestone.js';
import { containersOf, referencesOf, vesselOf } from './references.js';
import { wordOf } from './vocabulary.js';

/** The source of all that comes of EPCIS: an event's id is unique in the world, whoever captures it. */
export const EPCIS_SOURCE = '/epcis';

const LONGEST_KIND = 200;
const MOST_ADDED = 50;
const LONGEST_ADDED = 2000;

/** What identifies an event, and the declaration that it was wrong: its `eventID`, or else its event hash ID. */
export const identityOf = (event: EpcisEvent, context: Json = null): string =>
  event.eventID ?? hashIdOf(event, [context, (event as { '@context'?: Json })['@context'] ?? null]);

const TIME = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/u;

/** The moment of an event, with the offset of where it happened, digit for digit. */
export function localTimeOf({ eventTime, eventTimeZoneOffset: offset }: EpcisEvent): string {
  const [, day, time, fraction = '', zone] = TIME.exec(eventTime)!;
  if (zone === offset) return eventTime;
  const [hours, minutes] = offset.slice(1).split(':').map(Number) as [number, number];
  const shift = (hours * 60 + minutes) * (offset.startsWith('-') ? -60_000 : 60_000);
  const local = new Date(Date.parse(`${day}T${time}${zone!.toUpperCase()}`) + shift).toISOString();
  // At the ends of the calendar there is no local time to write.
  return local.length > 24 ? eventTime : `${local.slice(0, 19)}${fraction}${offset}`;
}

/** No character of it cut in two: half of one could not be kept. */
const beginning = (text: string): string =>
  text.length <= LONGEST_ADDED
    ? text
    : [...text.slice(0, 2 * LONGEST_ADDED)].slice(0, LONGEST_ADDED).join('');

/** Without what senders add to it: their names are not such as we keep. */
const lastingOf = ({ set, unset }: NonNullable<EpcisEvent['persistentDisposition']>): object => ({
  ...(set && { set }),
  ...(unset && { unset }),
});

/** What the event is about in the words of EPCIS, and what was added to it: kept beside what we understand of it. */
function keptOf(event: EpcisEvent): Record<string, unknown> {
  const words = Object.entries(event as unknown as Record<string, Json>);
  const added = words
    .filter(([name]) => name.includes(':') && !name.startsWith('@'))
    .slice(0, MOST_ADDED)
    .map(([name, value]) => ({ name, value: beginning(JSON.stringify(value)) }));
  return {
    epcis: {
      type: event.type,
      ...(event.action && { action: event.action }),
      ...(event.bizStep !== undefined && { bizStep: event.bizStep }),
      ...(event.disposition !== undefined && { disposition: event.disposition }),
      ...(event.persistentDisposition && { persistentDisposition: lastingOf(event.persistentDisposition) }),
      ...(event.readPoint && { readPoint: event.readPoint.id }),
      ...(event.bizLocation && { bizLocation: event.bizLocation.id }),
      ...(added.length > 0 && { added }),
    },
  };
}

/** The kind of observation that raises the exception of damage: the CBV's disposition. */
export const DAMAGED = 'damaged';

function kindOf(event: EpcisEvent): string {
  if (event.bizStep !== undefined) return wordOf('bizStep', event.bizStep).slice(0, LONGEST_KIND);
  if (isDamaged(event)) return DAMAGED;
  return event.sensorElementList ? 'sensor_reporting' : event.type;
}

/**
 * What an event comes to: a milestone or an observation, what sensors report beside a milestone, and damage beside what
 * was done when it was seen.
 */
function eventsOf(event: EpcisEvent, id: string): UnaddressedEvent[] {
  const at = localTimeOf(event);
  const unlocode = unlocodeOf(event);
  const containers = [...containersOf(event)];
  const vesselImo = vesselOf(event);
  const measurements = measurementsOf(event);
  const remarks = alarmsOf(event);
  const said = { source: EPCIS_SOURCE, time: at };
  const about = {
    at,
    ...(unlocode !== undefined && { place: { unlocode } }),
    ...(containers.length > 0 && { containers }),
    extensions: keptOf(event),
  };
  const kind = kindOf(event);
  const damage: UnaddressedEvent[] =
    isDamaged(event) && kind !== DAMAGED
      ? [{ ...said, id: `${id}#damaged`, type: ObservationReported.type, data: { kind: DAMAGED, ...about } }]
      : [];
  const observation = (name: string): UnaddressedEvent => ({
    ...said,
    id: name,
    type: ObservationReported.type,
    data: {
      kind,
      ...about,
      ...(measurements.length > 0 && { measurements }),
      ...(remarks !== undefined && { remarks }),
    },
  });
  const milestone = milestoneOf(event);
  if (!milestone) return [observation(id), ...damage];
  const transport = vesselImo === undefined ? {} : { transport: { mode: 'vessel' as const, vesselImo } };
  const reported: UnaddressedEvent = {
    ...said,
    id,
    type: MilestoneReported.type,
    // EPCIS tells what has happened, never what is to.
    data: { milestone, classifier: 'ACT', ...about, ...transport },
  };
  return [reported, ...(event.sensorElementList ? [observation(`${id}#sensors`)] : []), ...damage];
}

/** The retraction of what an event has come to. It names nothing that the event itself does not. */
const withdrawalOf = ({ errorDeclaration }: EpcisEvent, { id }: UnaddressedEvent): UnaddressedEvent => ({
  source: EPCIS_SOURCE,
  id: `${id}#errorDeclaration`,
  type: EventRetracted.type,
  time: errorDeclaration!.declarationTime,
  data: {
    eventId: id,
    ...(errorDeclaration!.reason !== undefined && {
      reason: wordOf('errorReason', errorDeclaration!.reason),
    }),
  },
});

/**
 * What one EPCIS event comes to. An event with an `errorDeclaration` repeats the event that it withdraws, so it comes
 * to the retraction of what that came to (EPCIS 2.0, 7.4.1.3).
 * @param context the `@context` of its document, for its identity
 */
export function translateEvent(event: unknown, context?: Json): Translation {
  const faults = distinct(eventFaults(event));
  if (faults.length > 0) return { faults };
  const sound = event as EpcisEvent;
  const events = eventsOf(sound, identityOf(sound, context));
  return {
    events: sound.errorDeclaration ? events.map((one) => withdrawalOf(sound, one)) : events,
    references: referencesOf(sound),
    warnings: doubtsOf(sound),
  };
}
