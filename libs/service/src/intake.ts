import type { CloudEvent } from '#contracts/cloudevent.js';
import { RefusedEvent } from '#contracts/fault.js';
import { Id, Optional, Text } from '#contracts/fields.js';
import { eachItem, type HttpEvents } from '#contracts/http-binding.js';
import { Warning, warningsOf } from '#contracts/identifiers.js';
import { writeKafka } from '#contracts/kafka-binding.js';
import { checkEvent, type Topic } from '#contracts/topic.js';
import type { KafkaClient, OutgoingMessage } from '#messaging/kafka-client.js';
import { MOST_BYTES_AN_EVENT } from '#messaging/read-batch.js';
import { type HttpHeaders, traced } from '#messaging/trace.js';
import { ProblemError } from './problem.js';
import { ManyOf } from './view-fields.js';
import { within } from './within.js';

/** A Kafka that hangs is not waited for longer; the client's own retries would take the better part of a minute. */
const WITHIN_MS = 5_000;
/** So many a door tells of one request. */
export const MOST_WARNINGS = 200;

/** An event that was accepted, by what identifies it. */
class AcceptedEvent {
  @Text(1024) readonly id!: string;
  @Text(1024) readonly source!: string;
  @Text(1024) readonly type!: string;
  @Id() readonly subject!: string;
}

/** What an intake answers with. */
export class Accepted {
  @ManyOf(() => AcceptedEvent) readonly accepted!: readonly AcceptedEvent[];
  /** What is most likely a mistake, and was taken all the same; absent where there is nothing. */
  @Optional() @ManyOf(() => Warning) readonly warnings?: readonly Warning[];
}

/** The door from HTTP to a topic: an event that is accepted here is on all in-sync replicas. */
export class Intake {
  constructor(private readonly client: KafkaClient) {}

  /**
   * Checks events against their topic and sends them. All or none is taken, though not atomically: where it fails on
   * the way the whole is to be sent again, and ids tell the repeats.
   * @param headers the request's, for its trace; none where no request brought the events
   * @throws RefusedEvent with pointers, where an event is not as it must be
   * @throws ProblemError 503 while Kafka is away
   */
  async accept(topic: Topic, { batch, events }: HttpEvents, headers: HttpHeaders): Promise<Accepted> {
    const messages = eachItem(traced(events, headers), batch, (event) => messageOf(topic, event));
    try {
      await within(WITHIN_MS, this.client.send(messages));
    } catch {
      throw new ProblemError(
        'kafka-away',
        'Kafka does not answer, so it is not known to be stored; send it again, with the same ids',
      );
    }
    const warnings = events.flatMap(({ data }, nth) => warningsOf(data, batch ? `/${nth}/data` : '/data'));
    return {
      accepted: events.map(({ id, source, type, subject }) => ({ id, source, type, subject })),
      ...(warnings.length > 0 && { warnings: warnings.slice(0, MOST_WARNINGS) }),
    };
  }
}

/**
 * An event on its way to a topic.
 * @throws RefusedEvent where it is not as it must be
 */
export const messageOf = (topic: Topic, event: CloudEvent): OutgoingMessage => {
  const message = { topic: topic.name, ...writeKafka(checkEvent(topic, event)) };
  const bytes = message.value === null ? 0 : Buffer.byteLength(message.value);
  if (bytes > MOST_BYTES_AN_EVENT) {
    throw new RefusedEvent(
      'too-large',
      `an event is at most ${MOST_BYTES_AN_EVENT} bytes; this one has ${bytes}`,
    );
  }
  return message;
};
