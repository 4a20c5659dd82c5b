import { type Headers, subjectOf } from '#contracts/kafka-binding.js';
import type { IncomingMessage } from './kafka-client.js';
import { bodyOf, ReadRecord, recordOf } from './kafkajs-records.js';

/** A message as kafkajs hands it over. Numbers of 64 bits are text. */
interface KafkaMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Headers;
  readonly offset: string;
  readonly timestamp: string;
}

const LATEST_DATE = 8.64e15;

/** A message that waits for its turn: read where it is asked for, like the record that it is of. */
export class FetchedMessage implements IncomingMessage {
  /** @param milliseconds when Kafka took it */
  private constructor(
    private readonly message: KafkaMessage,
    readonly offset: number,
    readonly milliseconds: number,
  ) {}

  /** As kafkajs hands it over. */
  static fetched(message: KafkaMessage): FetchedMessage {
    return new FetchedMessage(message, Number(message.offset), Number(message.timestamp));
  }

  /** The message that has a body, at its place in the log. */
  static of(body: Buffer, offset: number, milliseconds: number): FetchedMessage {
    return new FetchedMessage(recordOf(body), offset, milliseconds);
  }

  get key(): Buffer | null {
    return this.message.key;
  }

  get value(): Buffer | null {
    return this.message.value;
  }

  get headers(): Headers {
    return this.message.headers ?? {};
  }

  /** Of the event that it is, as far as it has one; told without reading the rest. */
  get subject(): string | undefined {
    const { message } = this;
    // Of the format before headers, kafkajs reads itself.
    const header = (name: string): Headers[string] =>
      message instanceof ReadRecord ? message.header(name) : undefined;
    return subjectOf(header, () => message.value);
  }

  get timestamp(): Date {
    // A producer may have stamped it with a time that no Date can hold.
    return new Date(Math.abs(this.milliseconds) <= LATEST_DATE ? this.milliseconds : 0);
  }

  /** Key, value and headers as Kafka's record has them: with offset and timestamp, all of it. */
  get body(): Buffer {
    const { message } = this;
    return message instanceof ReadRecord ? message.body : bodyOf({ key: message.key, value: message.value });
  }
}
