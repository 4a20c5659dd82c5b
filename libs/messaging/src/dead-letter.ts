import { type Headers, writeKafka } from '#contracts/kafka-binding.js';
import type { Received, Refusal } from './effects.js';
import type { IncomingMessage, OutgoingMessage } from './kafka-client.js';

/** The topic of a service's dead letters. */
export const deadLettersOf = (service: string): string => `${service}.dead-letters`;

/** What the topic of dead letters takes at most, less what the headers may need. */
const MOST_BYTES = 1_900_000;

/** The message that an event came as, or one that is the same event. */
export function asItCame({ event, offset, receivedAt }: Received): IncomingMessage {
  const { key, value, headers } = writeKafka(event);
  return {
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers,
    offset,
    timestamp: receivedAt,
  };
}

/**
 * A refused message, whole: key, value and headers as they came, and beside them why and where. `deadletter_id` names
 * its place in the log, so a letter written again after a crash is known to be the same one. Only a value too large for
 * the topic of dead letters, which a topic not made by us may hold, is cut, and `deadletter_cut_from` says from what
 * length; the place names where the whole is.
 * @param at when it was refused
 */
export function deadLetter(
  service: string,
  from: { topic: string; partition: number },
  message: IncomingMessage,
  { error }: Refusal,
  at: Date,
): OutgoingMessage {
  const { value } = message;
  const isCut = value !== null && value.length > MOST_BYTES;
  const headers: Headers = {
    ...message.headers,
    deadletter_id: `${from.topic}/${from.partition}/${message.offset}`,
    deadletter_service: service,
    deadletter_reason: error.code,
    deadletter_message: error.message,
    deadletter_faults: JSON.stringify(error.faults),
    deadletter_topic: from.topic,
    deadletter_partition: String(from.partition),
    deadletter_offset: String(message.offset),
    deadletter_received: message.timestamp.toISOString(),
    deadletter_time: at.toISOString(),
    ...(isCut && { deadletter_cut_from: String(value.length) }),
  };
  return {
    topic: deadLettersOf(service),
    key: message.key,
    value: isCut ? value.subarray(0, MOST_BYTES) : value,
    headers,
  };
}
