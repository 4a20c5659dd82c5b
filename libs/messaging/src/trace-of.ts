import { type IncomingMessage } from './kafka-client.js';

/** What ties a log line to the request or event that it is about. */
export interface Trace {
  readonly traceparent?: string;
  readonly correlationid?: string;
}

const LONGEST = 1024;

/**
 * The trace and correlation ids of a message, as far as it has any: one that is refused may be anything at all. Pure.
 */
export function traceOf({ headers, value }: Pick<IncomingMessage, 'headers' | 'value'>): Trace {
  const isStructured = String(headers['content-type'] ?? '').startsWith('application/cloudevents');
  const attributes = isStructured ? objectIn(value) : {};
  const textOf = (name: string): string | undefined => {
    const held = isStructured ? attributes[name] : headers[`ce_${name}`];
    const text = Buffer.isBuffer(held) ? held.toString() : held;
    return typeof text === 'string' && text.length <= LONGEST ? text : undefined;
  };
  const [traceparent, correlationid] = [textOf('traceparent'), textOf('correlationid')];
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(correlationid !== undefined && { correlationid }),
  };
}

const objectIn = (value: Buffer | null): Readonly<Record<string, unknown>> => {
  try {
    return (JSON.parse(value?.toString() ?? '') ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
};
