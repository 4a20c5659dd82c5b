import { createRequire } from 'node:module';
import type * as Kafkajs from 'kafkajs';
import { crc32c } from './crc32c.js';
import { joinOnce } from './kafkajs-requests.js';
import { putTogetherAsItComes } from './kafkajs-responses.js';
import { type Bytes, type HeaderValues, type RecordToWrite, RecordWriter } from './record-writer.js';

/** What kafkajs reads with, as far as it is used here; not a part of its public face. */
interface Decoder {
  readonly buffer: Buffer;
  offset: number;
  readInt8(): number;
  readVarInt(): number;
  readVarLong(): { toString(): string };
  readVarIntBytes(): Buffer | null;
}

/** What kafkajs knows of the batch that a record is of. Numbers of 64 bits are text. */
interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly magicByte: number;
  readonly timestampType: number;
  readonly isControlBatch: boolean;
}

/** What kafkajs hands over to be written as one batch. */
interface BatchToWrite {
  readonly compression?: number;
  readonly transactional?: boolean;
  readonly firstTimestamp: number | string;
  readonly maxTimestamp: number | string;
  readonly lastOffsetDelta: number;
  readonly producerId: { toString(): string };
  readonly producerEpoch: number;
  readonly firstSequence?: number;
  readonly records: readonly RecordToWrite[];
}

/** What kafkajs writes with. */
interface Encoder {
  buf: Buffer;
  offset: number;
}

const MAGIC_BYTE = 2;
const LOG_APPEND_TIME = 1;
/** Of a batch's attributes, the bit beside those of its compression. */
const IN_TRANSACTION = 16;

/** An object that inherits nothing, so that a header may have any name (`__proto__`), yet as quick as any other. */
const Headers = function () {} as unknown as new () => HeaderValues;
Headers.prototype = Object.create(null) as object;

const require = createRequire(import.meta.url);
const RecordDecoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;
const Compression = require('kafkajs/src/protocol/message/compression') as {
  lookupCodec(type: number): { compress(of: { buffer: Buffer }): Promise<Buffer> };
};
const BatchEncoder = require('kafkajs/src/protocol/encoder') as new (size: number) => Encoder;

function loadedFrugally(): typeof Kafkajs {
  joinOnce();
  putTogetherAsItComes();
  const replace = (path: string, by: unknown): void => {
    require(path);
    require.cache[require.resolve(path)]!.exports = by;
  };
  replace('kafkajs/src/producer/groupMessagesPerPartition', groupByPartition);
  replace('kafkajs/src/protocol/recordBatch/record/v0', (record: RecordToWrite) => record);
  replace('kafkajs/src/protocol/recordBatch/record/v0/decoder', readRecord);

  replace('kafkajs/src/protocol/recordBatch/v0', { RecordBatch: writtenBatch, MAGIC_BYTE });
  return require('kafkajs') as typeof Kafkajs;
}

/** What kafkajs hands over to be shared out among partitions. */
interface ToShareOut<Message> {
  readonly topic: string;
  readonly partitionMetadata: readonly object[];
  readonly messages: readonly Message[];
  readonly partitioner: (of: {
    topic: string;
    partitionMetadata: readonly object[];
    message: Message;
  }) => number;
}

/** By partition, its messages. kafkajs copies a partition's list for each message that comes to it. */
function groupByPartition<M>({ topic, partitionMetadata, messages, partitioner }: ToShareOut<M>): object {
  const groups: Record<number, M[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages)
    (groups[partitioner({ topic, partitionMetadata, message })] ??= []).push(message);
  return groups;
}

/** First offset, and the length of what follows it. */
const BATCH_FRAME = 8 + 4;
/** Leader epoch, magic, checksum, attributes, last offset delta, two timestamps, producer, epoch, sequence, count. */
const BATCH_HEAD = 4 + 1 + 4 + 2 + 4 + 8 + 8 + 8 + 2 + 4 + 4;
/** What is behind the checksum it is of. */
const CHECKED_FROM = BATCH_FRAME + 4 + 1 + 4;

/**
 * A record batch (Kafka's message format, magic 2), written into memory that is kept for it. kafkajs writes each record, each
 * of its headers and then the batch into a buffer of its own that grows by doubling.
 */
async function writtenBatch(batch: BatchToWrite): Promise<Encoder> {
  const { records, compression = 0, transactional = false } = batch;
  const head = BATCH_FRAME + BATCH_HEAD;
  SCRATCH.begin(head);
  for (const record of records) SCRATCH.writeRecord(record);
  const plain = SCRATCH.written();
  const bytes =
    compression === 0
      ? plain
      : Buffer.concat([
          plain.subarray(0, head),
          await Compression.lookupCodec(compression).compress({ buffer: plain.subarray(head) }),
        ]);
  let at = bytes.writeBigInt64BE(0n);
  at = bytes.writeInt32BE(bytes.length - BATCH_FRAME, at);
  at = bytes.writeInt32BE(0, at);
  at = bytes.writeInt8(MAGIC_BYTE, at);
  const checksumAt = at;
  at = bytes.writeInt16BE(compression | (transactional ? IN_TRANSACTION : 0), CHECKED_FROM);
  at = bytes.writeInt32BE(batch.lastOffsetDelta, at);
  at = bytes.writeBigInt64BE(BigInt(batch.firstTimestamp), at);
  at = bytes.writeBigInt64BE(BigInt(batch.maxTimestamp), at);
  at = bytes.writeBigInt64BE(BigInt(batch.producerId.toString()), at);
  at = bytes.writeInt16BE(batch.producerEpoch, at);
  at = bytes.writeInt32BE(batch.firstSequence ?? 0, at);
  bytes.writeInt32BE(records.length, at);
  bytes.writeUInt32BE(crc32c(bytes, CHECKED_FROM), checksumAt);
  const encoder = new BatchEncoder(1);
  encoder.buf = bytes;
  encoder.offset = bytes.length;
  return encoder;
}

const SCRATCH = new RecordWriter();

/**
 * One record that was read, as kafkajs makes a message of it. Key, value and headers are read from its bytes whenever they
 * are asked for: what a fetch has brought waits for its turn as little more than the bytes that came.
 */
export class ReadRecord {
  readonly offset: string;
  readonly isControlRecord: boolean;
  private readonly bodyAt: number;

  constructor(
    private readonly decoder: Decoder,
    readonly batchContext: BatchContext,
    readonly attributes: number,
    private readonly timestampDelta: number | bigint,
    offsetDelta: number,
  ) {
    this.offset = sum(batchContext.firstOffset, offsetDelta);
    this.isControlRecord = batchContext.isControlBatch;
    this.bodyAt = decoder.offset;
  }

  get magicByte(): number {
    return this.batchContext.magicByte;
  }

  get timestamp(): string {
    const { timestampType, maxTimestamp, firstTimestamp } = this.batchContext;
    return timestampType === LOG_APPEND_TIME && maxTimestamp
      ? maxTimestamp
      : sum(firstTimestamp, this.timestampDelta);
  }

  get key(): Buffer | null {
    this.decoder.offset = this.bodyAt;
    return this.decoder.readVarIntBytes();
  }

  get value(): Buffer | null {
    this.skip(1);
    return this.decoder.readVarIntBytes();
  }

  get headers(): HeaderValues {
    this.skip(2);
    return readHeaders(this.decoder);
  }

  /** Key, value and headers, as its bytes have them. */
  get body(): Buffer {
    return this.decoder.buffer.subarray(this.bodyAt);
  }

  /** One of the headers, and none of the others read. */
  header(name: string): Bytes | Bytes[] | undefined {
    this.skip(2);
    const { decoder } = this;
    let found: Bytes | Bytes[] | undefined;
    const count = decoder.readVarInt();
    for (let nth = 0; nth < count; nth++) {
      const size = decoder.readVarInt();
      const { buffer, offset } = decoder;
      decoder.offset += size;
      if (isName(name, buffer, offset, size)) found = withOne(found, readText(decoder));
      else this.skipField();
    }
    return found;
  }

  /** Goes to what stands behind so many of key and value. */
  private skip(parts: number): void {
    const { decoder } = this;
    decoder.offset = this.bodyAt;
    for (let part = 0; part < parts; part++) this.skipField();
  }

  private skipField(): void {
    const size = this.decoder.readVarInt();
    if (size > 0) this.decoder.offset += size;
  }
}

/** Key, value and headers as a record has them. */
export function bodyOf({ key, value, headers }: Pick<RecordToWrite, 'key' | 'value' | 'headers'>): Buffer {
  SCRATCH.begin(0);
  SCRATCH.writeBody(key, value, headers);
  return SCRATCH.written();
}

/** The record that has a body. Where it stands in the log it does not know. */
export const recordOf = (body: Buffer): ReadRecord =>
  new ReadRecord(new RecordDecoder(body), NOWHERE, 0, 0, 0);

const NOWHERE: BatchContext = {
  firstOffset: '0',
  firstTimestamp: '0',
  maxTimestamp: '',
  magicByte: MAGIC_BYTE,
  timestampType: 0,
  isControlBatch: false,
};

const readRecord = (decoder: Decoder, context: BatchContext): ReadRecord => {
  const attributes = decoder.readInt8();
  const timestampDelta = readVarLong(decoder);
  return new ReadRecord(decoder, context, attributes, timestampDelta, decoder.readVarInt());
};

/** As a number where it is a small one, as nearly all are. */
function readVarLong(decoder: Decoder): number | bigint {
  const { buffer, offset } = decoder;
  for (let length = 1; length <= 4; length++) {
    if (buffer[offset + length - 1]! < 0x80) return decoder.readVarInt();
  }
  return BigInt(decoder.readVarLong().toString());
}

/** Of numbers that may take 64 bits, in text. A sum beyond them wraps around, as it does in Kafka. */
function sum(first: string, delta: number | bigint): string {
  if (typeof delta === 'number') {
    const added = Number(first) + delta;
    if (Number.isSafeInteger(added) && Number.isSafeInteger(Number(first))) return String(added);
  }
  return BigInt.asIntN(64, BigInt(first) + BigInt(delta)).toString();
}

function readHeaders(decoder: Decoder): HeaderValues {
  const headers = new Headers();
  const count = decoder.readVarInt();
  for (let nth = 0; nth < count; nth++) {
    const name = readAlike(decoder, NAMES, nth).toString();
    const value = readAlike(decoder, VALUES, nth);
    headers[name] = withOne(headers[name], value);
  }
  return headers;
}

/** What a header says once it has come with one more value. A list is added to: it may be of very many. */
function withOne(before: Bytes | Bytes[] | undefined, value: Bytes): Bytes | Bytes[] {
  if (before === undefined) return value;
  if (!Array.isArray(before)) return [before, value];
  before.push(value);
  return before;
}

/** Whether bytes are a name, which is ASCII. */
function isName(name: string, buffer: Buffer, from: number, size: number): boolean {
  if (size !== name.length) return false;
  for (let at = 0; at < size; at++) if (buffer[from + at] !== name.charCodeAt(at)) return false;
  return true;
}

/** Of the headers read before, the last name and the last value at each place: those of the next record are mostly alike. */
const NAMES: string[] = [];
const VALUES: string[] = [];
const MOST_REMEMBERED = 24;
const LONGEST_REMEMBERED = 64;

/** As `readText`, without a call into Node where the bytes are those that were remembered. */
function readAlike(decoder: Decoder, remembered: string[], nth: number): Bytes {
  const { buffer, offset } = decoder;
  const size = decoder.readVarInt();
  const alike = remembered[nth];
  if (alike !== undefined && isName(alike, buffer, decoder.offset, size)) {
    decoder.offset += size;
    return alike;
  }
  decoder.offset = offset;
  const text = readText(decoder);
  if (typeof text === 'string' && nth < MOST_REMEMBERED && size <= LONGEST_REMEMBERED) remembered[nth] = text;
  return text;
}

/** The bytes, as a string where that says all of them. */
function readText(decoder: Decoder): Bytes {
  const size = decoder.readVarInt();
  if (size <= 0) return '';
  const { buffer, offset: from } = decoder;
  const to = from + size;
  decoder.offset = to;
  for (let at = from; at < to; at++) if (buffer[at]! > 0x7f) return buffer.subarray(from, to);
  return buffer.toString('latin1', from, to);
}

/**
 * kafkajs, which writes and reads its records frugally: the same bytes and the same messages, from a third of the time and
 * a tenth of the memory (docs/decisions/0008). Its last release is 2.2.4, which package.json names exactly, since what
 * is replaced is private; `kafkajs-records.spec.ts` compares both.
 *
 * One thing is other than with kafkajs: a header whose bytes are all ASCII comes as a string, not as a Buffer, a header
 * without a value as '', and no name of a header (`constructor`) is taken for what every object has.
 */
export const kafkajs = loadedFrugally();
