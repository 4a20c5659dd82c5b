import type { CloudEvent } from '#contracts/cloudevent.js';
import { RefusedEvent } from '#contracts/fault.js';
import { foreignMediaType, readForeign, readKafka } from '#contracts/kafka-binding.js';
import { checkEvent, type Topic } from '#contracts/topic.js';
import type { Received, Refusal } from './effects.js';
import type { IncomingMessage } from './kafka-client.js';
import type { Subscription } from './subscription.js';

/** An event larger than this is refused: what is published of it must still fit into one Kafka message. */
export const MOST_BYTES_AN_EVENT = 256 * 1024;
/** What another format puts into one message may be many events: as large as Kafka's brokers take unless told. */
const MOST_BYTES_A_FOREIGN_MESSAGE = 1024 * 1024;

/**
 * Parses and checks a batch's messages, each for itself: a bad one holds nobody up. Pure.
 * Events of types that the subscription ignores are in neither list.
 */
export function readBatch(
  subscription: Subscription,
  partition: number,
  messages: readonly IncomingMessage[],
): { received: Received[]; refused: Refusal[]; ignored: number } {
  const received: Received[] = [];
  const refused: Refusal[] = [];
  let ignored = 0;
  for (const message of messages) {
    try {
      const event = readMessage(subscription.topic, partition, message);
      if (subscription.ignores.has(event.type)) ignored++;
      else received.push({ event, partition, offset: message.offset, receivedAt: message.timestamp });
    } catch (error) {
      refused.push({ offset: message.offset, error: refusalOf(error) });
    }
  }
  return { received, refused, ignored };
}

/** Reading is pure, so what it fails on once it fails on for ever: that must not hold up those behind. */
const refusalOf = (error: unknown): RefusedEvent =>
  error instanceof RefusedEvent
    ? error
    : new RefusedEvent('not-a-cloudevent', `it cannot be read: ${(error as Error).stack ?? String(error)}`);

function readMessage(topic: Topic, partition: number, message: IncomingMessage): CloudEvent {
  const { offset, value, headers } = message; // once: of a backlog each is read from its bytes whenever it is asked for
  const foreign = topic.foreign.get(foreignMediaType(headers) ?? '');
  const most = foreign ? MOST_BYTES_A_FOREIGN_MESSAGE : MOST_BYTES_AN_EVENT;
  const bytes = value?.length ?? 0;
  if (bytes > most)
    throw new RefusedEvent(
      'too-large',
      `${foreign ? 'a message' : 'an event'} is at most ${most} bytes; this one has ${bytes}`,
    );
  return foreign
    ? readForeign(foreign.type, `${topic.name}/${partition}/${offset}`, { value, headers })
    : checkEvent(topic, readKafka({ value, headers }));
}
