import { isTimestamp } from './fields.js';
import { type Fault, RefusedEvent } from './fault.js';

/**
 * A CloudEvents 1.0 event as Orebound handles it. `subject` is required here, though optional in the standard: it is
 * the id of the entity that the event is about, and the Kafka key.
 */
export interface CloudEvent<T extends string = string, D = unknown> {
  readonly id: string;
  /** URI reference of who says so. `source` and `id` together identify the event (CloudEvents 1.0, 3.1.1). */
  readonly source: string;
  readonly type: T;
  readonly subject: string;
  /** RFC 3339, exactly as sent: offset and nanoseconds stay. Optional in the standard, so it may be absent. */
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data: D;
  /** Extension attributes, in the textual form that the Kafka binding gives them: traceparent, correlationid, … */
  readonly extensions: Readonly<Record<string, string>>;
}

const CORE = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
  'data',
  'data_base64',
]);
const ATTRIBUTE_NAME = /^[a-z0-9]+$/;
const URI_REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:\s*;.*)?$/;
const JSON_MEDIA_TYPE = /^[^;]*[/+]json\s*(?:;|$)/i;
const ENTITY_ID = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/;
const LONGEST_ATTRIBUTE = 1024;
const MOST_EXTENSIONS = 32;

/** Whether a `datacontenttype` says JSON. None at all means JSON (CloudEvents 1.0, 3.1.2). */
export const isJson = (mediaType: string | undefined): boolean =>
  mediaType === undefined || JSON_MEDIA_TYPE.test(mediaType);

const text = (value: unknown): value is string => typeof value === 'string' && value.length > 0;

/**
 * Checks context attributes, whatever binding they came by, and gives the event without its data.
 * @throws RefusedEvent `invalid-envelope`, with a pointer to each fault.
 */
export function readEnvelope(attributes: Iterable<[string, unknown]>): Omit<CloudEvent, 'data'> {
  const faults: Fault[] = [];
  const core: Record<string, string> = {};
  const extensions: Record<string, string> = {};
  let extensionCount = 0;
  const fault = (name: string, code: string, message: string): void => {
    faults.push({ pointer: `/${name}`, code, message });
  };

  for (const [name, value] of attributes) {
    if (value === null || value === undefined) continue; // null is 'absent' in the JSON format (3.1)
    if (!ATTRIBUTE_NAME.test(name)) {
      fault(name, 'malformed', 'must be named in lower-case letters and digits');
    } else if (typeof value === 'object') {
      fault(name, 'malformed', 'must be a string, a number or a boolean');
    } else if (String(value).length > LONGEST_ATTRIBUTE) {
      fault(name, 'too-long', `must be at most ${LONGEST_ATTRIBUTE} characters`);
    } else if (CORE.has(name)) {
      if (text(value)) core[name] = value;
      else fault(name, 'malformed', 'must be a string that is not empty');
    } else if (++extensionCount > MOST_EXTENSIONS) {
      fault(name, 'too-many', `must not be more than the ${MOST_EXTENSIONS} extension attributes taken`);
    } else {
      extensions[name] = String(value);
    }
  }

  for (const name of ['specversion', 'id', 'source', 'type', 'subject']) {
    if (core[name] === undefined && !faults.some(({ pointer }) => pointer === `/${name}`)) {
      fault(
        name,
        'required',
        name === 'subject' ? 'must be the id of the entity that the event is about' : 'must be given',
      );
    }
  }
  if (core['specversion'] !== undefined && core['specversion'] !== '1.0')
    fault('specversion', 'not-allowed', 'must be 1.0');
  if (core['source'] !== undefined && !URI_REFERENCE.test(core['source']))
    fault('source', 'malformed', 'must be a URI reference');
  if (core['subject'] !== undefined && !ENTITY_ID.test(core['subject'])) {
    fault('subject', 'malformed', 'must be an identifier: letters, digits and . _ : ~ -, at most 128');
  }
  if (core['time'] !== undefined && !isTimestamp(core['time']))
    fault('time', 'malformed', 'must be an RFC 3339 date-time with its offset');
  if (core['dataschema'] !== undefined && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(core['dataschema'])) {
    fault('dataschema', 'malformed', 'must be an absolute URI');
  }
  if (core['datacontenttype'] !== undefined && !MEDIA_TYPE.test(core['datacontenttype'])) {
    fault('datacontenttype', 'malformed', 'must be a media type');
  }
  if (faults.length > 0)
    throw new RefusedEvent('invalid-envelope', 'the CloudEvents attributes are not as they must be', faults);

  return {
    id: core['id']!,
    source: core['source']!,
    type: core['type']!,
    subject: core['subject']!,
    ...(core['time'] !== undefined && { time: core['time'] }),
    ...(core['datacontenttype'] !== undefined && { datacontenttype: core['datacontenttype'] }),
    ...(core['dataschema'] !== undefined && { dataschema: core['dataschema'] }),
    extensions,
  };
}

/**
 * Reads one event of the JSON format (structured mode; an item of a batch).
 * @throws RefusedEvent `not-a-cloudevent`, `invalid-envelope`, `unsupported-content-type` or `malformed-json`.
 */
export function readJsonEvent(value: unknown): CloudEvent {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new RefusedEvent('not-a-cloudevent', 'a structured CloudEvent is a JSON object');
  }
  const { data, data_base64: base64, ...attributes } = value as Record<string, unknown>;
  const envelope = readEnvelope(Object.entries(attributes));
  if (data !== undefined && base64 !== undefined) {
    throw new RefusedEvent('invalid-envelope', 'data and data_base64 exclude each other', [
      { pointer: '/data_base64', code: 'not-allowed', message: 'must not stand beside data' },
    ]);
  }
  if (!isJson(envelope.datacontenttype)) {
    throw new RefusedEvent(
      'unsupported-content-type',
      `data is taken as JSON, not as ${envelope.datacontenttype}`,
      [
        {
          pointer: '/datacontenttype',
          code: 'not-allowed',
          message: 'must be application/json or end in +json',
        },
      ],
    );
  }
  if (base64 === undefined || base64 === null) return { ...envelope, data: data ?? null };
  if (
    typeof base64 !== 'string' ||
    !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)
  ) {
    throw new RefusedEvent('invalid-envelope', 'data_base64 is not base64', [
      { pointer: '/data_base64', code: 'malformed', message: 'must be base64 (RFC 4648, 4)' },
    ]);
  }
  return { ...envelope, data: parseJson(Buffer.from(base64, 'base64')) };
}

/** @throws RefusedEvent `malformed-json`. */
export function parseJson(bytes: Buffer | string): unknown {
  try {
    return JSON.parse(typeof bytes === 'string' ? bytes : bytes.toString('utf8')) as unknown;
  } catch (error) {
    throw new RefusedEvent('malformed-json', `not JSON: ${(error as Error).message}`, [
      { pointer: '', code: 'malformed', message: 'must be JSON' },
    ]);
  }
}
