/** CloudEvents 1.0 over Kafka: the Kafka protocol binding, both modes. */
import { type CloudEvent, isJson, parseJson, readEnvelope, readJsonEvent } from './cloudevent.js';
import { RefusedEvent } from './fault.js';

/** A Kafka message's headers: a repeated header comes as a list. */
export type Headers = Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;

const PREFIX = 'ce_';

const header = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value))
    throw new RefusedEvent('invalid-envelope', `the header ${name} is there ${value.length} times`);
  return value.toString();
};

function* attributesOf(headers: Headers, contentType: string | undefined): Generator<[string, unknown]> {
  for (const name in headers) {
    if (name.startsWith(PREFIX)) yield [name.slice(PREFIX.length), header(headers, name)];
  }
  if (contentType !== undefined) yield ['datacontenttype', contentType];
}

/**
 * Reads an event in either mode.
 * @throws RefusedEvent with the code that the dead letter carries.
 */
export function readKafka(message: { readonly value: Buffer | null; readonly headers: Headers }): CloudEvent {
  const { headers, value } = message;
  const contentType = header(headers, 'content-type');
  if (contentType !== undefined && /^application\/cloudevents(?:[+;\s]|$)/i.test(contentType)) {
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
    throw new RefusedEvent(
      'not-a-cloudevent',
      'neither ce_ headers (binary mode) nor the content type application/cloudevents+json (structured mode)',
    );
  }
  const envelope = readEnvelope(attributesOf(headers, contentType));
  if (!isJson(contentType))
    throw new RefusedEvent('unsupported-content-type', `data is taken as JSON, not as ${contentType}`);
  return { ...envelope, data: value === null ? null : parseJson(value) };
}

/** Writes an event in binary mode, keyed by its subject. */
export function writeKafka(event: CloudEvent): {
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
  for (const name in event.extensions) headers[PREFIX + name] = event.extensions[name]!;
  headers['content-type'] = event.datacontenttype ?? 'application/json';
  return { key: event.subject, value: event.data === null ? null : JSON.stringify(event.data), headers };
}
