import { type Headers, subjectOf } from '#contracts/kafka-binding.js';
import type { IncomingMessage } from './kafka-client.js';
import { bodyOf } from './kafkajs-records.js';
import { RecordBody } from './record-body.js';

/** A message as kafkajs hands it over. Numbers of 64 bits are text. */
interface KafkaMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Headers;
  readonly offset: string;
  readonly timestamp: string;
}

const LATEST_DATE = 8.64e15;

/** A message that waits for its turn: one object, and read where it is asked for. */
export class FetchedMessage extends RecordBody implements IncomingMessage {
  /**
   * @param body may lie among others
   * @param milliseconds when Kafka took it
   */
  constructor(
    { bytes, from, to }: Pick<RecordBody, 'bytes' | 'from' | 'to'>,
    readonly offset: number,
    readonly milliseconds: number,
  ) {
    super(bytes, from, to);
  }

  /** As kafkajs hands it over. */
  static fetched(message: KafkaMessage): FetchedMessage {
    return new FetchedMessage(
      message instanceof RecordBody ? message : withoutHeaders(message),
      Number(message.offset),
      Number(message.timestamp),
    );
  }

  /** Of the event that it is, as far as it has one; told without reading the rest. */
  get subject(): string | undefined {
    return subjectOf(
      (name) => this.header(name),
      () => this.value,
    );
  }

  get timestamp(): Date {
    // A producer may have stamped it with a time that no Date can hold.
    return new Date(Math.abs(this.milliseconds) <= LATEST_DATE ? this.milliseconds : 0);
  }
}

/** Of the format before headers, which kafkajs reads itself. */
function withoutHeaders({ key, value }: KafkaMessage): RecordBody {
  const bytes = bodyOf({ key, value, headers: {} });
  return new RecordBody(bytes, 0, bytes.length);
}
