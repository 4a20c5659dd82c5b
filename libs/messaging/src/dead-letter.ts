import type { Headers } from '#contracts/kafka-binding.js';
import type { Refusal } from './effects.js';
import type { IncomingMessage, OutgoingMessage } from './kafka-client.js';

/** The topic of a service's dead letters. */
export const deadLettersOf = (service: string): string => `${service}.dead-letters`;

/**
 * A refused message, whole: key, value and headers as they came, and beside them why and where. `deadletter_id` names
 * its place in the log, so a letter written again after a crash is known to be the same one.
 * @param at when it was refused
 */
export function deadLetter(
  service: string,
  from: { topic: string; partition: number },
  message: IncomingMessage,
  { error }: Refusal,
  at: Date,
): OutgoingMessage {
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
  };
  return { topic: deadLettersOf(service), key: message.key, value: message.value, headers };
}
