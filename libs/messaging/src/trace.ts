/** The trace that an event is part of: W3C Trace Context, and CloudEvents' distributed tracing extension. */
import { hash, randomBytes } from 'node:crypto';
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { IncomingMessage } from './kafka-client.js';

/**
 * `traceparent` of any version: its version, trace id, parent id and flags, and what a later version adds (3.2.2). No
 * version is ff, and ids of zeros alone are none.
 */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Of version 00, to which nothing is added. */
const TRACEPARENT_LENGTH = 55;
const SAMPLED = 1;
/** What is passed on of `tracestate`. What its members say is their vendors' affair (3.3 asks for 512 characters). */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;

interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

interface Parent {
  readonly traceId: string;
  /** As version 00 writes it: what a later version has beside that is not known here, so it is not passed on (3.2.4). */
  readonly traceparent: string;
}

/** Where it is not, it is as if it were not there (3.2.2, 3.2.4). */
const isValid = (text: unknown): text is string =>
  typeof text === 'string' &&
  TRACEPARENT.test(text) &&
  (text.length === TRACEPARENT_LENGTH || !text.startsWith('00'));

/** @returns undefined where it is not valid */
function readTraceparent(text: unknown): Parent | undefined {
  if (!isValid(text)) return undefined;
  const [, version, traceId, parentId, flags] = TRACEPARENT.exec(text)!;
  const passed = version === '00' ? flags : `0${parseInt(flags!, 16) & SAMPLED}`;
  return { traceId: traceId!, traceparent: `00-${traceId}-${parentId}-${passed}` };
}

/** A request's headers as Node gives them: names in lower case, repeated ones joined. */
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

function traceOfHeaders({ traceparent, tracestate }: HttpHeaders): TraceContext | undefined {
  const parent = readTraceparent(traceparent);
  return (
    parent && {
      traceparent: parent.traceparent,
      ...(typeof tracestate === 'string' && TRACESTATE.test(tracestate) && { tracestate }),
    }
  );
}

/** Begins a trace. Nobody has recorded where it begins, so its flags say that it is not sampled. */
const newTrace = (): TraceContext => ({
  traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`,
});

/**
 * Events with the trace that they are part of. One that carries its own keeps it, whatever the request says: the
 * extension is the trace in which the event arose, the header that of its last hop. One without takes the request's,
 * and where that has none, or none that is valid, a new one: the same for all of one request.
 */
export function traced(events: readonly CloudEvent[], headers: HttpHeaders): CloudEvent[] {
  const trace = traceOfHeaders(headers) ?? newTrace();
  return events.map((event) => {
    const { traceparent, tracestate: _, ...others } = event.extensions;
    return traceparent === undefined ? { ...event, extensions: { ...others, ...trace } } : event;
  });
}

/**
 * What an event passes on of its trace to those that it brings about. One that came without any, or with none that is
 * valid, begins a trace with them, derived from what identifies it: what is published again has the same.
 */
export function traceFrom({ source, id, extensions: { traceparent, tracestate } }: CloudEvent): TraceContext {
  if (isValid(traceparent)) return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
  const digest = hash('sha256', JSON.stringify([source, id]), 'hex');
  return { traceparent: `00-${digest.slice(0, 32)}-${digest.slice(32, 48)}-00` };
}

/** What ties a log line to the trace and the story that it is about. OpenTelemetry names `trace_id` so in logs. */
export interface LoggedTrace {
  readonly trace_id?: string;
  readonly correlationid?: string;
}

const LONGEST = 1024;

const logged = (traceparents: readonly unknown[], correlationid: unknown): LoggedTrace => {
  const parent = traceparents.map(readTraceparent).find((each) => each !== undefined);
  return {
    ...(parent && { trace_id: parent.traceId }),
    ...(typeof correlationid === 'string' && correlationid.length <= LONGEST && { correlationid }),
  };
};

/** What a log line says of a message's trace, as far as it has any: one that is refused may be anything at all. Pure. */
export function traceOf({ headers, value }: Pick<IncomingMessage, 'headers' | 'value'>): LoggedTrace {
  const attribute = attributesOf('ce_', headers, value);
  return logged([attribute('traceparent')], attribute('correlationid'));
}

/** The same of a request: the trace of the one event that is in it, or else its own. Pure. */
export function traceOfRequest({ headers, body }: { headers: HttpHeaders; body?: unknown }): LoggedTrace {
  const attribute = attributesOf('ce-', headers, Buffer.isBuffer(body) ? body : null);
  return logged([attribute('traceparent'), headers['traceparent']], attribute('correlationid'));
}

const attributesOf = (
  prefix: 'ce_' | 'ce-',
  headers: IncomingMessage['headers'],
  value: Buffer | null,
): ((name: string) => unknown) => {
  if (/^application\/cloudevents\+/i.test(String(headers['content-type'] ?? ''))) {
    const attributes = objectIn(value);
    return (name) => attributes[name];
  }
  return (name) => {
    const held = headers[prefix + name];
    return Buffer.isBuffer(held) ? held.toString() : held;
  };
};

const objectIn = (value: Buffer | null): Readonly<Record<string, unknown>> => {
  try {
    return (JSON.parse(value?.toString() ?? '') ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
};
