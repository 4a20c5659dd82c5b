import { isUtf8 } from 'node:buffer';
import { type Fault, type FaultCode, RefusedEvent, step } from './fault.js';
import { isTimestamp } from './time.js';
import { isUri, isUriReference } from './uri.js';

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
  /** JSON; null where the event has none. */
  readonly data: D;
  /** Extension attributes, in the textual form that the Kafka binding gives them: traceparent, correlationid, … */
  readonly extensions: Readonly<Record<string, string>>;
}

const REQUIRED = ['specversion', 'id', 'source', 'type', 'subject'] as const;
const ATTRIBUTE_NAME = /^[a-z0-9]+$/;
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:\s*;.*)?$/;
const JSON_MEDIA_TYPE = /^[^;]*[/+]json\s*(?:;|$)/i;
const ENTITY_ID = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/;
const PRINTABLE_ASCII = /^[ -~]*$/;
/** What no attribute may have in it (CloudEvents 1.0, 2.2, String). */
const FORBIDDEN_CHARACTER = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const LONGEST_ATTRIBUTE = 1024;
const MOST_EXTENSIONS = 32;
/** Not counted among them: whoever passes an event on may add them (the distributed tracing extension). */
const TRACE: ReadonlySet<string> = new Set(['traceparent', 'tracestate']);
const LARGEST_INTEGER = 2 ** 31; // CloudEvents 1.0, 2.2, Integer: 32 bits, signed

/** Whether a `datacontenttype` says JSON. None at all means JSON (CloudEvents 1.0, 3.1.2). */
export const isJson = (mediaType: string | undefined): boolean =>
  mediaType === undefined || JSON_MEDIA_TYPE.test(mediaType);

/** The refusal of one attribute. */
export const refusedAttribute = (name: string, code: FaultCode, message: string): RefusedEvent =>
  new RefusedEvent('invalid-envelope', 'the CloudEvents attributes are not as they must be', [
    { pointer: step(name), code, message },
  ]);

/** The textual form of an attribute's value, or undefined where CloudEvents has no such value. */
const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= -LARGEST_INTEGER && value < LARGEST_INTEGER ? String(value) : undefined;
};

type Wrong = readonly [FaultCode, string];

/** What is wrong with a core attribute that is text and not empty. */
type Rule = (text: string) => Wrong | undefined;

const must =
  (hold: (text: string) => boolean, ...wrong: Wrong): Rule =>
  (text) =>
    hold(text) ? undefined : wrong;

const CORE: ReadonlyMap<string, Rule> = new Map([
  ['specversion', must((text) => text === '1.0', 'not-allowed', 'must be 1.0')],
  ['id', () => undefined],
  ['source', must(isUriReference, 'malformed', 'must be a URI reference')],
  ['type', () => undefined],
  [
    'subject',
    must(
      (text) => ENTITY_ID.test(text),
      'malformed',
      'must be an identifier: letters, digits and . _ : ~ -, at most 128',
    ),
  ],
  ['time', must(isTimestamp, 'malformed', 'must be an RFC 3339 date-time with its offset')],
  ['dataschema', must(isUri, 'malformed', 'must be an absolute URI')],
  ['datacontenttype', must((text) => MEDIA_TYPE.test(text), 'malformed', 'must be a media type')],
]);

/** What is wrong with one attribute's name or value. @param rule of a core attribute */
function attributeFault(name: string, value: unknown, rule: Rule | undefined): Wrong | undefined {
  if (!rule) {
    if (!ATTRIBUTE_NAME.test(name)) return ['malformed', 'must be named in lower-case letters and digits'];
    if (name === 'data') return ['not-allowed', 'must not be an attribute: it is the name of the data'];
    if (name === 'constructor') return ['not-allowed', 'must be named otherwise'];
  }
  const text = textOf(value);
  if (text === undefined) return ['malformed', 'must be a string, a boolean or a whole number of 32 bits'];
  if (text.length > LONGEST_ATTRIBUTE) return ['too-long', `must be at most ${LONGEST_ATTRIBUTE} characters`];
  if (!PRINTABLE_ASCII.test(text) && FORBIDDEN_CHARACTER.test(text))
    return ['malformed', 'must be text without control characters'];
  if (!rule) return undefined;
  if (typeof value !== 'string' || text === '') return ['malformed', 'must be a string that is not empty'];
  return rule(text);
}

/** An event without its data. */
type Envelope = Omit<CloudEvent, 'data'>;

/** Checks context attributes one by one, whatever binding they come by, and makes an event's envelope of them. */
export class EnvelopeReader {
  private readonly core: Record<string, string> = {};
  private readonly extensions: Record<string, string> = {};
  private readonly faults: Fault[] = [];
  private extensionCount = 0;

  add(name: string, value: unknown): void {
    if (value === null || value === undefined) return; // null is 'absent' in the JSON format (2.3)
    const rule = CORE.get(name);
    const wrong = attributeFault(name, value, rule);
    if (wrong) this.fault(name, ...wrong);
    else if (rule) this.core[name] = value as string;
    else if (!TRACE.has(name) && ++this.extensionCount > MOST_EXTENSIONS)
      this.fault(name, 'too-many', `must not be more than the ${MOST_EXTENSIONS} extension attributes taken`);
    else this.extensions[name] = textOf(value)!;
  }

  /** @throws RefusedEvent `invalid-envelope`, with a pointer to each fault. */
  read(): Envelope {
    const { core, extensions, faults } = this;
    for (const name of REQUIRED) {
      if (core[name] !== undefined || faults.some(({ pointer }) => pointer === step(name))) continue;
      const what = name === 'subject' ? ': the id of the entity that the event is about' : '';
      this.fault(name, 'required', `must be given${what}`);
    }
    if (faults.length > 0)
      throw new RefusedEvent(
        'invalid-envelope',
        'the CloudEvents attributes are not as they must be',
        faults,
      );

    const { id, source, type, subject, time, datacontenttype, dataschema } = core;
    const envelope: { -readonly [Name in keyof Envelope]: Envelope[Name] } = {
      id: id!,
      source: source!,
      type: type!,
      subject: subject!,
      extensions,
    };
    if (time !== undefined) envelope.time = time;
    if (datacontenttype !== undefined) envelope.datacontenttype = datacontenttype;
    if (dataschema !== undefined) envelope.dataschema = dataschema;
    return envelope;
  }

  private fault(name: string, code: FaultCode, message: string): void {
    this.faults.push({ pointer: step(name), code, message });
  }
}

/** The same of attributes that are at hand. */
export function readEnvelope(attributes: Readonly<Record<string, unknown>>): Envelope {
  const reader = new EnvelopeReader();
  for (const [name, value] of Object.entries(attributes)) reader.add(name, value);
  return reader.read();
}

/**
 * Reads one event of the JSON format (structured mode; an item of a batch).
 * @throws RefusedEvent `not-a-cloudevent`, `invalid-envelope`, `unsupported-content-type` or `malformed-json`.
 */
export function readJsonEvent(value: unknown): CloudEvent {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new RefusedEvent('not-a-cloudevent', 'a structured CloudEvent is a JSON object', [
      { pointer: '', code: 'malformed', message: 'must be an object' },
    ]);
  const { data, data_base64: base64, ...attributes } = value as Record<string, unknown>;
  const envelope = readEnvelope(attributes);
  if (data !== undefined && base64 !== undefined)
    throw refusedAttribute('data_base64', 'not-allowed', 'must not stand beside data');
  requireJson(envelope.datacontenttype);
  if (base64 === undefined || base64 === null) return { ...envelope, data: data ?? null };
  if (typeof base64 !== 'string' || !BASE64.test(base64))
    throw refusedAttribute('data_base64', 'malformed', 'must be base64 (RFC 4648, 4)');
  return { ...envelope, data: parseJson(Buffer.from(base64, 'base64'), '/data_base64') };
}

/** An event in the JSON format, as structured mode carries it. What `readJsonEvent` makes of it is the same event. */
export function jsonEvent(event: CloudEvent): Record<string, unknown> {
  const { extensions, data, ...attributes } = event;
  return { specversion: '1.0', ...attributes, ...extensions, ...(data !== null && { data }) };
}

/** @throws RefusedEvent `unsupported-content-type`. */
export function requireJson(mediaType: string | undefined): void {
  if (isJson(mediaType)) return;
  throw new RefusedEvent('unsupported-content-type', `data is taken as JSON, not as ${mediaType}`, [
    { pointer: '/datacontenttype', code: 'not-allowed', message: 'must be application/json or end in +json' },
  ]);
}

/**
 * @param pointer where in the event the text stands, for the fault
 * @throws RefusedEvent `malformed-json`.
 */
export function parseJson(bytes: Buffer | string, pointer = ''): unknown {
  const refused = (message: string): RefusedEvent =>
    new RefusedEvent('malformed-json', `not JSON: ${message}`, [
      { pointer, code: 'malformed', message: 'must be JSON in UTF-8, of whole characters' },
    ]);
  // Decoding would put U+FFFD for what is not UTF-8, and the event would say something else than was sent.
  if (typeof bytes !== 'string' && !isUtf8(bytes)) throw refused('it is not UTF-8');
  const text = typeof bytes === 'string' ? bytes : bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused((error as Error).message);
  }
  if (!isWellFormed(text)) throw refused('it has half a surrogate pair, which is no character');
  return value;
}

/** Every escape of JSON but a surrogate without its other half. */
const ESCAPE = /\\(?:[^u]|u(?![dD][89a-fA-F])|u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F])/g;

/**
 * Whether JSON says no half of a surrogate pair (RFC 7493, 2.1). In UTF-8 only an escape can; kept as UTF-8 again, U+FFFD
 * would stand for it, and what is read would not be what was sent.
 */
const isWellFormed = (json: string): boolean =>
  !json.includes('\\') || !json.replace(ESCAPE, '').includes('\\');
