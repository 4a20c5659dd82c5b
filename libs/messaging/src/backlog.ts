import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { FetchedMessage } from './fetched-message.js';
import { slicesOf } from './slices.js';

/** More would each have less to compress at a time, and less to find alike in it. */
const BUCKETS = 16;
/** Of the messages of a bucket, as they came: they are all held at once when their turn comes. */
const MOST_BYTES_A_BUCKET = 4_000_000;
/** Of all partitions together, compressed. */
const MOST_BYTES_HELD = 8_000_000;
/** Before each message's body: its offset and timestamp (64-bit floats), and the body's length. */
const HEAD = 8 + 8 + 4;
/** Level 1 takes a microsecond a message, a fiftieth of what handling it takes, and of events leaves a tenth. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * Messages of one partition that have been fetched and wait, so that all that a subject has among them is taken in one go,
 * however far apart it lies in the log. They wait compressed, apart by subject: a bucket has all messages of its subjects, and
 * one bucket after the other is read again. Of 49,000 events of 600 bytes that is 2 to 4 MB, and 2 MB for the bucket in
 * turn.
 */
export class Backlog {
  private readonly buckets: Bucket[] = Array.from({ length: BUCKETS }, () => ({ chunks: [], size: 0 }));
  private held = 0;
  private messages = 0;
  private last = -1;

  /** @param firstOffset of the messages that are to come */
  constructor(readonly firstOffset: number) {}

  /** Of the messages that it holds. */
  get lastOffset(): number {
    return this.last;
  }

  get count(): number {
    return this.messages;
  }

  /** What it takes of memory, in bytes. */
  get bytes(): number {
    return this.held;
  }

  /** Whether a bucket is as large as is to be read at once: much of it is of one subject, or the messages are large. */
  get isFull(): boolean {
    return this.buckets.some(({ size }) => size >= MOST_BYTES_A_BUCKET);
  }

  /** @param messages in the order of the log; those that it holds already are passed over */
  add(messages: readonly FetchedMessage[]): void {
    const added = messages.filter(({ offset }) => offset > this.last);
    for (const [nth, ofBucket] of Map.groupBy(added, ({ subject }) => bucketOf(subject))) {
      const bytes = written(ofBucket);
      const chunk = Buffer.from(zstdCompressSync(bytes, FAST)); // which gives it in a buffer of 16 KB, however small it is
      this.buckets[nth]!.chunks.push(chunk);
      this.buckets[nth]!.size += bytes.length;
      this.held += chunk.length;
    }
    this.messages += added.length;
    this.last = added.at(-1)?.offset ?? this.last;
  }

  /** All of it, cut as `slicesOf` cuts what comes of one fetch. A bucket is read when the one before it has been given. */
  *slices(most: number): Generator<FetchedMessage[][]> {
    for (const { chunks } of this.buckets)
      yield* slicesOf(
        chunks.flatMap((chunk) => [...read(zstdDecompressSync(chunk))]),
        most,
      );
  }
}

/** What is fetched of one partition, as far as it matters to what waits. */
interface Fetched {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly FetchedMessage[];
  readonly endOffset: number;
}

/** What waits of each partition of a consumer. */
export class Backlogs {
  private readonly waiting = new Map<string, Backlog>();

  /**
   * Takes what is fetched of a partition to what waits of it.
   *
   * What waits never stays behind: the last of its messages is to be fetched once more, so something always comes for the
   * partition again, however little its log has left to give.
   * @param most so many messages are enough
   * @returns 'waits' where what lies behind is to be fetched first, from the last message on; all that has waited, with
   *   what is fetched, where that is to be taken now; undefined where nothing has waited and nothing is to
   */
  gather({ topic, partition, messages, endOffset }: Fetched, most: number): Backlog | 'waits' | undefined {
    const name = `${topic}/${partition}`;
    const first = messages[0]!.offset;
    const before = this.waiting.get(name);
    this.waiting.delete(name);
    // Fetched from where it began, or even before: what waited is fetched again.
    const connected = before && first >= before.lastOffset ? before : undefined;
    const isAtEnd = messages.length === 1 || messages.at(-1)!.offset + 1 >= endOffset;
    if (!connected && (isAtEnd || messages.length >= most)) return undefined;
    const backlog = connected ?? new Backlog(first);
    backlog.add(messages);
    if (isAtEnd || backlog.count >= most || backlog.isFull || this.bytes() + backlog.bytes > MOST_BYTES_HELD)
      return backlog;
    this.waiting.set(name, backlog);
    return 'waits';
  }

  clear(): void {
    this.waiting.clear();
  }

  private bytes(): number {
    return [...this.waiting.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

interface Bucket {
  readonly chunks: Buffer[];
  size: number;
}

function bucketOf(subject = ''): number {
  let hash = 0;
  for (let at = 0; at < subject.length; at++) hash = (Math.imul(hash, 31) + subject.charCodeAt(at)) | 0;
  return (hash >>> 0) % BUCKETS;
}

/** What is compressed next. One for all, grown as needed: to have them collected would take memory until they are. */
let scratch = Buffer.alloc(0);

/** @returns what is there until it is called again */
function written(messages: readonly FetchedMessage[]): Buffer {
  const bodies = messages.map(({ body }) => body);
  const size = bodies.reduce((sum, { length }) => sum + HEAD + length, 0);
  if (size > scratch.length) scratch = Buffer.alloc(size);
  let at = 0;
  for (const [index, { offset, milliseconds }] of messages.entries()) {
    const body = bodies[index]!;
    scratch.writeDoubleLE(offset, at);
    scratch.writeDoubleLE(milliseconds, at + 8);
    scratch.writeUInt32LE(body.length, at + 16);
    scratch.set(body, at + HEAD);
    at += HEAD + body.length;
  }
  return scratch.subarray(0, size);
}

function* read(bytes: Buffer): Generator<FetchedMessage> {
  for (let at = 0; at < bytes.length;) {
    const from = at + HEAD;
    const to = from + bytes.readUInt32LE(at + 16);
    yield FetchedMessage.of(bytes.subarray(from, to), bytes.readDoubleLE(at), bytes.readDoubleLE(at + 8));
    at = to;
  }
}
