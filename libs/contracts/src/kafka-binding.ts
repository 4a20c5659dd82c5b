/** CloudEvents 1.0 over Kafka: the Kafka protocol binding, both modes. */
import { isUtf8 } from 'node:buffer';
import {
  type CloudEvent,
  EnvelopeReader,
  parseJson,
  readJsonEvent,
  refusedAttribute,
  requireJson,
} from './cloudevent.js';
import { RefusedEvent } from './fault.js';

type HeaderValue = Buffer | string | null | undefined;

/** A Kafka message's headers: a repeated header comes as a list. */
export type Headers = Readonly<Record<string, HeaderValue | (Buffer | string)[]>>;

const PREFIX = 'ce_';
const STRUCTURED = /^application\/cloudevents/i;

/** The text of the header that carries an attribute, or undefined where it is absent. */
const header = (headers: Headers, name: string, attribute: string): string | undefined => {
  const value = headers[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (Array.isArray(value))
    throw refusedAttribute(
      attribute,
      'repeated',
      `must be given once; the header came ${value.length} times`,
    );
  const text = value.toString('utf8');
  // Decoding puts U+FFFD for what is not UTF-8, and the event would say something else than was sent.
  if (text.includes('\uFFFD') && !isUtf8(value))
    throw refusedAttribute(attribute, 'malformed', 'must be UTF-8');
  return text;
};

/**
 * The attributes that most messages have, and their headers. A name that is put together or cut out of another is a new text
 * each time, by which anything is looked up four times as slowly.
 */
const USUAL = ['specversion', 'id', 'source', 'type', 'subject', 'time']
  .concat(['sequence', 'correlationid', 'causationid', 'traceparent', 'tracestate'])
  .map((attribute) => [attribute, PREFIX + attribute] as const);
const HEADERS: ReadonlyMap<string, string> = new Map(USUAL);
const ATTRIBUTES: ReadonlyMap<string, string> = new Map(USUAL.map(([attribute, name]) => [name, attribute]));

function envelopeOf(headers: Headers, contentType: string | undefined): Omit<CloudEvent, 'data'> {
  const reader = new EnvelopeReader();
  for (const name in headers) {
    if (!name.startsWith(PREFIX)) continue;
    const attribute = ATTRIBUTES.get(name) ?? name.slice(PREFIX.length);
    // Not of the binding, but the JavaScript SDK writes it beside content-type, which counts.
    if (attribute === 'datacontenttype' && contentType !== undefined) continue;
    reader.add(attribute, header(headers, name, attribute));
  }
  reader.add('datacontenttype', contentType);
  return reader.read();
}

const LONGEST_SHOWN = 100;
const NEITHER_MODE =
  'neither ce_ headers (binary mode) nor the content type application/cloudevents+json (structured mode)';

/**
 * What is said of a header that would be one of the binding's in lower case. It is not taken for it: the names of Kafka's
 * headers are told apart by capitals, and whoever looks for the subject of a message alone would not find it.
 */
function misnamed(headers: Headers): string | undefined {
  for (const name in headers) {
    const lower = name.toLowerCase();
    if (lower !== name && (lower === 'content-type' || lower.startsWith(PREFIX))) {
      const [is, should] = [name, lower].map((each) => each.slice(0, LONGEST_SHOWN)) as [string, string];
      return `the header ${is} must be named ${should}: in Kafka capitals make another name`;
    }
  }
  return undefined;
}

/**
 * Reads an event in either mode (Kafka protocol binding, 3). Kafka has no batch mode.
 * @throws RefusedEvent with the code that the dead letter carries; nothing else, whatever the message is.
 */
export function readKafka(message: { readonly value: Buffer | null; readonly headers: Headers }): CloudEvent {
  const { headers, value } = message;
  const contentType = header(headers, 'content-type', 'datacontenttype');
  if (contentType !== undefined && STRUCTURED.test(contentType)) {
    if (!/^application\/cloudevents\+json\s*(?:;|$)/i.test(contentType)) {
      throw new RefusedEvent(
        'unsupported-content-type',
        `structured mode is taken as application/cloudevents+json, not as ${contentType}`,
      );
    }
    return readJsonEvent(parseJson(value ?? ''));
  }
  if (
    headers['ce_specversion'] === undefined &&
    headers['ce_id'] === undefined &&
    headers['ce_type'] === undefined
  ) {
    throw new RefusedEvent('not-a-cloudevent', misnamed(headers) ?? NEITHER_MODE);
  }
  const envelope = envelopeOf(headers, contentType);
  requireJson(contentType);
  return { ...envelope, data: value === null ? null : parseJson(value, '/data') };
}

/**
 * The subject of the event that a message is, as far as it has one; whether the message is any good, only reading it tells.
 * @param header gives one of its headers
 * @param value gives its value, which is asked for in structured mode alone
 */
export function subjectOf(
  header: (name: string) => Headers[string],
  value: () => Buffer | null,
): string | undefined {
  const contentType = header('content-type');
  if (contentType === undefined || contentType === null || !STRUCTURED.test(String(contentType)))
    return header('ce_subject')?.toString();
  try {
    const subject = (JSON.parse(String(value())) as { subject?: unknown } | null)?.subject;
    return typeof subject === 'string' ? subject : undefined;
  } catch {
    return undefined;
  }
}

/** A message of another format: what it says, and beside it the headers that are text. */
export class ForeignMessage {
  readonly document!: unknown;
  readonly headers!: Readonly<Record<string, string>>;
}

/**
 * The media type of a message that is not meant as a CloudEvent: in lower case, without parameters. Undefined where it
 * has attributes of CloudEvents, or no content type.
 */
export function foreignMediaType(headers: Headers): string | undefined {
  const contentType = headers['content-type'];
  if (contentType === undefined || contentType === null || Array.isArray(contentType)) return undefined;
  for (const name in headers) if (name.startsWith(PREFIX)) return undefined;
  return contentType.toString().split(';', 1)[0]!.trim().toLowerCase();
}

const TRACE = ['traceparent', 'tracestate'] as const;

/**
 * Reads a message of another format as an event of ours.
 * @param type of the event
 * @param place of the message in the log, which is the event's id: it is the same whenever the message comes again
 * @throws RefusedEvent `malformed-json`
 */
export function readForeign(
  type: string,
  place: string,
  message: { readonly value: Buffer | null; readonly headers: Headers },
): CloudEvent<string, ForeignMessage> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(message.headers)) {
    if (typeof value === 'string') headers[name] = value;
    else if (Buffer.isBuffer(value) && isUtf8(value)) headers[name] = value.toString();
  }
  const trace = TRACE.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, headers[name]] as const],
  );
  return {
    id: place,
    source: '/kafka',
    type,
    subject: place,
    data: { document: parseJson(message.value ?? ''), headers },
    extensions: Object.fromEntries(trace),
  };
}

/**
 * Writes an event in binary mode, keyed by its subject.
 * @param json its data, where that is made already
 */
export function writeKafka(
  event: CloudEvent,
  json?: string,
): {
  key: string;
  value: string | null;
  headers: Record<string, string>;
} {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_subject: event.subject,
  };
  if (event.time !== undefined) headers['ce_time'] = event.time;
  if (event.dataschema !== undefined) headers['ce_dataschema'] = event.dataschema;
  for (const name in event.extensions) headers[HEADERS.get(name) ?? PREFIX + name] = event.extensions[name]!;
  headers['content-type'] = event.datacontenttype ?? 'application/json';
  const value = event.data === null ? null : (json ?? JSON.stringify(event.data));
  return { key: event.subject, value, headers };
}
