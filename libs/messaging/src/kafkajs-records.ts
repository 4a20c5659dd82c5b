import { createRequire } from 'node:module';
import type * as Kafkajs from 'kafkajs';
import { crc32c } from './crc32c.js';
import { joinOnce } from './kafkajs-requests.js';
import { putTogetherAsItComes } from './kafkajs-responses.js';
import { RecordBody } from './record-body.js';
import { type RecordToWrite, RecordWriter } from './record-writer.js';

/** What kafkajs reads with, as far as it is used here; not a part of its public face. */
interface Decoder {
  readonly buffer: Buffer;
  offset: number;
  readInt8(): number;
  readVarInt(): number;
  readVarLong(): { toString(): string };
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

const require = createRequire(import.meta.url);
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

/** One record that was read, as kafkajs makes a message of it. */
export class ReadRecord extends RecordBody {
  readonly offset: string;
  readonly isControlRecord: boolean;

  constructor(
    { buffer, offset }: Decoder,
    readonly batchContext: BatchContext,
    readonly attributes: number,
    private readonly timestampDelta: number | bigint,
    offsetDelta: number,
  ) {
    super(buffer, offset, buffer.length);
    this.offset = sum(batchContext.firstOffset, offsetDelta);
    this.isControlRecord = batchContext.isControlBatch;
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
}

/** Key, value and headers as a record has them. */
export function bodyOf({ key, value, headers }: Pick<RecordToWrite, 'key' | 'value' | 'headers'>): Buffer {
  SCRATCH.begin(0);
  SCRATCH.writeBody(key, value, headers);
  return SCRATCH.written();
}

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

/**
 * kafkajs, which writes and reads its records frugally: the same bytes and the same messages, from a third of the time and
 * a tenth of the memory (docs/decisions/0008). Its last release is 2.2.4, which package.json names exactly, since what
 * is replaced is private; `kafkajs-records.spec.ts` compares both.
 *
 * One thing is other than with kafkajs: a header whose bytes are all ASCII comes as a string, not as a Buffer, a header
 * without a value as '', and no name of a header (`constructor`) is taken for what every object has.
 */
export const kafkajs = loadedFrugally();
