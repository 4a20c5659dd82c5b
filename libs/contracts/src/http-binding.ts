/** CloudEvents 1.0 over HTTP: the three modes of the HTTP protocol binding. */
import {
  type CloudEvent,
  EnvelopeReader,
  parseJson,
  readJsonEvent,
  refusedAttribute,
  requireJson,
} from './cloudevent.js';
import { type Fault, faultsOf, RefusedEvent } from './fault.js';

const PREFIX = 'ce-';
const MOST_IN_A_BATCH = 1000;

/** A request's headers as Node gives them: names in lower case. */
type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * A header's value as the attribute that it carries: quotes taken off, as older senders put them, then
 * percent-decoded once (HTTP protocol binding, 3.1.3.2).
 */
const decode = (attribute: string, value: string): string => {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/u.exec(value.trim());
  try {
    return decodeURIComponent(quoted ? quoted[1]!.replaceAll(/\\(.)/gu, '$1') : value);
  } catch {
    throw refusedAttribute(attribute, 'malformed', 'must be percent-encoded UTF-8');
  }
};

function envelopeOf(headers: HttpHeaders): Omit<CloudEvent, 'data'> {
  const reader = new EnvelopeReader();
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(PREFIX) || value === undefined) continue;
    const attribute = name.slice(PREFIX.length);
    // Not of the binding, but the JavaScript SDK writes it beside content-type, which counts.
    if (attribute === 'datacontenttype' && headers['content-type'] !== undefined) continue;
    if (typeof value !== 'string')
      throw refusedAttribute(
        attribute,
        'repeated',
        `must be given once; the header came ${value.length} times`,
      );
    reader.add(attribute, decode(attribute, value));
  }
  reader.add('datacontenttype', headers['content-type']);
  return reader.read();
}

/** What was sent: the events, and whether they came as a batch, so that faults can be given the item's place. */
export interface HttpEvents {
  readonly batch: boolean;
  readonly events: CloudEvent[];
}

/**
 * Reads a request's events, in structured, batched or binary mode, by its content type.
 * @throws RefusedEvent; in a batch the pointers start with the item's place (`/3/data/milestone`), and every item's
 * faults are told, not only the first one's.
 */
export function readHttp(request: { readonly headers: HttpHeaders; readonly body: Buffer }): HttpEvents {
  const given = request.headers['content-type'];
  const contentType = typeof given === 'string' ? given : '';
  if (/^application\/cloudevents-batch\+json\s*(?:;|$)/i.test(contentType)) {
    return { batch: true, events: readBatch(parseJson(request.body)) };
  }
  if (/^application\/cloudevents\+json\s*(?:;|$)/i.test(contentType)) {
    return { batch: false, events: [readJsonEvent(parseJson(request.body))] };
  }
  if (/^application\/cloudevents/i.test(contentType)) {
    throw new RefusedEvent(
      'unsupported-content-type',
      `CloudEvents are taken as JSON, not as ${contentType}`,
    );
  }
  if (request.headers['ce-specversion'] === undefined && request.headers['ce-id'] === undefined) {
    throw new RefusedEvent(
      'unsupported-content-type',
      'send application/cloudevents+json, application/cloudevents-batch+json, or application/json with ce- headers',
    );
  }
  if (contentType !== '') requireJson(contentType);
  const envelope = envelopeOf(request.headers);
  return {
    batch: false,
    events: [{ ...envelope, data: request.body.length === 0 ? null : parseJson(request.body, '/data') }],
  };
}

function readBatch(items: unknown): CloudEvent[] {
  if (!Array.isArray(items))
    throw new RefusedEvent('not-a-cloudevent', 'a batch is a JSON array of CloudEvents', [
      { pointer: '', code: 'malformed', message: 'must be an array' },
    ]);
  if (items.length > MOST_IN_A_BATCH) {
    throw new RefusedEvent(
      'too-large',
      `a batch holds at most ${MOST_IN_A_BATCH} events; this one has ${items.length}`,
      [{ pointer: '', code: 'too-large', message: `must be ${MOST_IN_A_BATCH} at most` }],
    );
  }
  return eachItem(items, true, readJsonEvent);
}

/**
 * Reads every item and gathers the faults of all of them.
 * @throws RefusedEvent when any item is refused, its pointers leading from the batch when it is one.
 */
export function eachItem<I, O>(items: readonly I[], batch: boolean, read: (item: I) => O): O[] {
  const faults: Fault[] = [];
  let refused = 0;
  let first: RefusedEvent | undefined;
  const results = items.map((item, index) => {
    try {
      return read(item);
    } catch (error) {
      if (!(error instanceof RefusedEvent)) throw error;
      if (!batch) throw error;
      first ??= error;
      refused++;
      faults.push(...faultsOf(error).map((fault) => ({ ...fault, pointer: `/${index}${fault.pointer}` })));
      return undefined;
    }
  });
  if (first)
    throw new RefusedEvent(
      first.code,
      `${refused} of the ${items.length} items are refused, so none was taken`,
      faults,
    );
  return results as O[];
}
