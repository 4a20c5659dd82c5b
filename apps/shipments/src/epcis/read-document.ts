/** An EPCIS 2.0 document, or an event by itself, taken apart. Pure and total. */
import { MOST_EVENTS_A_CAPTURE } from '#contracts/epcis.js';
import { type Fault, step } from '#contracts/fault.js';
import type { Translated } from '../translation.js';
import { documentFaults } from './check-event.js';
import { type EpcisEvent, isObject, type Json } from './epcis-event.js';
import { hashIdOf } from './event-hash.js';
import { identityOf, translateEvent } from './translate-event.js';

/** Leaves room for the context and the envelope: what goes to Kafka is at most 256 KiB. */
const MOST_BYTES_AN_EVENT = 220 * 1024;

/** An event of a document, by where it stands there. */
export interface Item {
  readonly pointer: string;
  readonly event: EpcisEvent;
  readonly identity: string;
  readonly translation: Translated;
}

/** An event that is refused. Its pointers lead from the document. */
export interface Refused {
  readonly pointer: string;
  readonly faults: readonly Fault[];
}

export type Document =
  | { readonly faults: readonly Fault[] }
  | {
      readonly context: Json | undefined;
      readonly items: readonly Item[];
      readonly refused: readonly Refused[];
    };

const refusal = (pointer: string, code: Fault['code'], message: string): { faults: Fault[] } => ({
  faults: [{ pointer, code, message }],
});

/** The events of what was sent, each with where it stands. */
function eventsOf(document: Readonly<Record<string, Json>>): [string, Json][] | { faults: Fault[] } {
  const faults = documentFaults(document);
  if (faults.length > 0) return { faults };
  const { event, eventList } = document['epcisBody'] as Record<string, Json>;
  if (event !== undefined && eventList !== undefined)
    return refusal('/epcisBody/event', 'not-allowed', 'must not stand beside eventList');
  if (event !== undefined) return [['/epcisBody/event', event]];
  if (!Array.isArray(eventList))
    return refusal(
      '/epcisBody/eventList',
      eventList === undefined ? 'required' : 'malformed',
      'must be a list of events',
    );
  if (eventList.length === 0)
    return refusal('/epcisBody/eventList', 'too-few', 'must have at least one event');
  if (eventList.length > MOST_EVENTS_A_CAPTURE)
    return refusal('/epcisBody/eventList', 'too-many', `must have at most ${MOST_EVENTS_A_CAPTURE} events`);
  return (eventList as Json[]).map((one, index) => [`/epcisBody/eventList${step(index)}`, one]);
}

/** Reads what was sent: a document with a list of events or with one, or a bare event with its `@context`. */
export function readDocument(sent: unknown): Document {
  if (!isObject(sent))
    return refusal('', 'malformed', 'must be an EPCISDocument or an EPCIS event, an object');
  const { type } = sent;
  if (type === undefined) return refusal('/type', 'required', 'must be EPCISDocument, or a type of event');
  if (type === 'EPCISQueryDocument')
    return refusal('/type', 'not-allowed', 'must be EPCISDocument: the answer to a query is not captured');
  if (type !== 'EPCISDocument' && sent['@context'] === undefined)
    return refusal('/@context', 'required', 'must be given with an event by itself');
  const events = type === 'EPCISDocument' ? eventsOf(sent) : [['', sent] as [string, Json]];
  if (!Array.isArray(events)) return events;
  const context = type === 'EPCISDocument' ? sent['@context'] : undefined;

  const items: Item[] = [];
  const refused: Refused[] = [];
  /** What events without a declaration say under the identity that they give. */
  const said = new Map<string, string>();
  for (const [pointer, event] of events) {
    const read = readItem(pointer, event, context, said);
    if ('faults' in read) refused.push(read);
    else items.push(read);
  }
  return { context, items, refused };
}

function readItem(
  pointer: string,
  value: Json,
  context: Json | undefined,
  said: Map<string, string>,
): Item | Refused {
  const refuse = (faults: readonly Fault[]): Refused => ({
    pointer,
    faults: faults.map((fault) => ({ ...fault, pointer: pointer + fault.pointer })),
  });
  const translation = translateEvent(value, context);
  if ('faults' in translation) return refuse(translation.faults);
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > MOST_BYTES_AN_EVENT) {
    const message = `an event is at most ${MOST_BYTES_AN_EVENT} bytes of JSON; this one has ${bytes}`;
    return refuse([{ pointer: '', code: 'too-large', message }]);
  }
  const event = value as unknown as EpcisEvent;
  const identity = identityOf(event, context);
  if (event.eventID !== undefined && !event.errorDeclaration) {
    const content = hashIdOf(event, [context ?? null]);
    const before = said.get(identity);
    if (before !== undefined && before !== content) {
      const message =
        'must be the identity of one event; another of the document has it too, and says something else';
      return refuse([{ pointer: '/eventID', code: 'repeated', message }]);
    }
    said.set(identity, content);
  }
  const warnings = translation.warnings!.map((one) => ({ ...one, pointer: pointer + one.pointer }));
  return { pointer, event, identity, translation: { ...translation, warnings } };
}
