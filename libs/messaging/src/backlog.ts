import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { nameOf } from './consumer-state.js';
import { FetchedMessage } from './fetched-message.js';
import type { PartitionBatch } from './group-consumer.js';
import { slicesOf } from './slices.js';

/** More would each have less to compress at a time, and less to find alike in it. */
const BUCKETS = 64;
/** Of the messages of a bucket, as they came: they are all held at once when their turn comes. */
const MOST_BYTES_A_BUCKET = 4_000_000;
/** Compressed, and what is not yet. */
const MOST_BYTES_HELD = 14_000_000;
/** Of messages, compressed at once. Half as much at a time takes a third longer, and leaves a fifth more. */
const BYTES_A_PIECE = 64 * 1024;
/** Before each message's body: its offset and timestamp (64-bit floats), and the body's length. */
const HEAD = 8 + 8 + 4;
/** Level 1 takes a microsecond a message, and of events leaves a fifteenth. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * Messages of one partition that have been fetched and wait, so that all that a subject has among them is taken in one go,
 * however far apart it lies in the log. They wait compressed, apart by subject: a bucket has all messages of its subjects, and
 * one bucket after the other is read again. Of 167,000 events of 650 bytes that is 12 MB, and 2 MB for the bucket in turn.
 */
export class Backlog {
  private readonly buckets = Array.from({ length: BUCKETS }, () => new Bucket());
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
    return this.buckets.reduce((sum, { held }) => sum + held, 0);
  }

  /** Whether a bucket is as large as is to be read at once: much of it is of one subject, or the messages are large. */
  get isFull(): boolean {
    return this.buckets.some(({ size }) => size >= MOST_BYTES_A_BUCKET);
  }

  /** @param messages in the order of the log; those that it holds already are passed over */
  add(messages: readonly FetchedMessage[]): void {
    const added = messages.filter(({ offset }) => offset > this.last);
    for (const message of added) this.buckets[bucketOf(message.subject)]!.add(message);
    this.messages += added.length;
    this.last = added.at(-1)?.offset ?? this.last;
  }

  /**
   * All of it, cut as `slicesOf` cuts what comes of one fetch. A bucket is read when the one before it has been
   * given, and no longer held: to be called once.
   */
  slices(most: number): Generator<FetchedMessage[][]> {
    return slicesOf(this.lots(), most);
  }

  private *lots(): Generator<FetchedMessage[]> {
    for (const bucket of this.buckets) yield bucket.taken();
  }
}

/** What is fetched of one partition, as far as it matters to what waits. */
type Fetched = Pick<
  PartitionBatch,
  'topic' | 'partition' | 'messages' | 'endOffset' | 'fetchFrom' | 'fetchAlone'
>;

/** What is to be done with what has been fetched of a partition. */
type Next =
  /** All that has waited, with what is fetched, is to be taken now. */
  | Backlog
  /** Nothing: it waits for what lies behind it, or is fetched again when the backlog of another partition is done. */
  | 'later'
  /** Nothing has waited: it is to be taken by itself. */
  | undefined;

interface Turn {
  readonly name: string;
  readonly backlog: Backlog;
  readonly letOthersOn: () => void;
  /** The batch that came last, and when; none any more when all is taken through. */
  waitsSince: { readonly batch: Fetched; readonly at: number } | undefined;
}

/** Nothing that waits is waited for longer: its partition may have lost its leader, and others are not fetched meanwhile. */
const MOST_MS_WAITING = 5_000;

/**
 * What waits of a consumer's backlog: of one partition at a time, so that as much of it as memory allows is taken in one go. It
 * keeps its turn until that is done, and no other partition is fetched meanwhile.
 */
export class Backlogs {
  private turn: Turn | undefined;
  /** Partitions of which what comes next is taken by itself: nothing may come within the time to wait, over and over. */
  private readonly slow = new Set<string>();

  /** @param now milliseconds of a clock that nobody sets */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Takes what is fetched of a partition to what waits of it.
   *
   * What waits never stays behind: the last of its messages is fetched once more, so something always comes for the
   * partition again, however little its log has left to give.
   * @param most so many messages are enough
   * @returns what is to be done next; a backlog has its turn until `end`
   */
  gather(batch: Fetched, most: number): Next {
    const { messages, endOffset } = batch;
    const name = nameOf(batch);
    const [first, last] = [messages[0]!.offset, messages.at(-1)!.offset];
    const isAtEnd = messages.length === 1 || last + 1 >= endOffset;
    if (this.turn && this.turn.name !== name) return isAtEnd ? undefined : 'later';
    // Else fetched from where it began, or even before: what waited is fetched again.
    const isConnected = this.turn && first >= this.turn.backlog.lastOffset;
    if (!isConnected) {
      this.endTurn();
      if (this.slow.delete(name) || isAtEnd || messages.length >= most) return undefined;
    }
    this.turn ??= {
      name,
      backlog: new Backlog(first),
      letOthersOn: batch.fetchAlone(),
      waitsSince: undefined,
    };
    const { backlog } = this.turn;
    backlog.add(messages);
    if (isAtEnd || backlog.count >= most || backlog.isFull || backlog.bytes > MOST_BYTES_HELD) {
      this.turn.waitsSince = undefined;
      return backlog;
    }
    batch.fetchFrom(last);
    this.turn.waitsSince = { batch, at: this.now() };
    return 'later';
  }

  /** A backlog is done, or put down. */
  end(backlog: Backlog): void {
    if (this.turn?.backlog === backlog) this.endTurn();
  }

  /** Forgets what has waited for too long; it is fetched again. Called every now and then. */
  giveUp(): void {
    const waits = this.turn?.waitsSince;
    if (!waits || this.now() - waits.at < MOST_MS_WAITING) return;
    waits.batch.fetchFrom(this.turn!.backlog.firstOffset);
    this.slow.add(this.turn!.name);
    this.endTurn();
  }

  /** Forgets all: the group is joined anew, and what is not committed is fetched again. */
  clear(): void {
    this.slow.clear();
    this.turn = undefined;
  }

  private endTurn(): void {
    this.turn?.letOthersOn();
    this.turn = undefined;
  }
}

/** Messages in the order in which they come, all but the last of them compressed. */
class Bucket {
  private pieces: Piece[] = [];
  /** The last ones, as they came, and how much of it is in use. */
  private open = NONE;
  private end = 0;
  /** What they come to when they are read again, in bytes. */
  size = 0;

  /** What they take of memory, in bytes. */
  get held(): number {
    return this.pieces.reduce((sum, { bytes }) => sum + bytes.length, this.open.length);
  }

  add(message: FetchedMessage): void {
    const size = HEAD + message.to - message.from;
    if (this.end + size > this.open.length) {
      if (this.end > 0) this.compress();
      if (size > this.open.length) this.open = Buffer.allocUnsafeSlow(Math.max(size, BYTES_A_PIECE));
    }
    this.end = written(message, this.open, this.end);
    this.size += size;
    // That large a message is a piece by itself.
    if (size > BYTES_A_PIECE) {
      this.compress();
      this.open = NONE;
    }
  }

  /** All of them. It holds none any more then: they are to be collected long before the next backlog is gathered. */
  taken(): FetchedMessage[] {
    const { pieces, open, end } = this;
    this.pieces = [];
    this.open = NONE;
    this.end = 0;
    return [...pieces.map(decompressed), open.subarray(0, end)].flatMap((bytes) => [...read(bytes)]);
  }

  private compress(): void {
    this.pieces.push(compressed(this.open.subarray(0, this.end)));
    this.end = 0;
  }
}

const NONE = Buffer.alloc(0);

interface Piece {
  /** Compressed. */
  readonly bytes: Buffer;
  /** What it comes to when it is read again. */
  readonly size: number;
}

/** Of what is compressed, as a rule: more comes in further pieces. */
const MOST_OF_IT_LEFT = 0.25;
const SMALLEST_PIECE = 1024;

/** Node gathers what comes of it in pieces of 16 KB unless told, sets one more apart than it fills, and copies them together. */
function compressed(bytes: Buffer): Piece {
  const chunkSize = Math.max(SMALLEST_PIECE, Math.ceil(bytes.length * MOST_OF_IT_LEFT));
  const piece = zstdCompressSync(bytes, { chunkSize, ...FAST });
  // Of its own: a small Buffer is otherwise a part of one of 64 KB, which all that is small shares and each keeps.
  const kept = Buffer.allocUnsafeSlow(piece.length);
  kept.set(piece);
  return { bytes: kept, size: bytes.length };
}

const decompressed = ({ bytes, size }: Piece): Buffer =>
  zstdDecompressSync(bytes, { chunkSize: Math.max(SMALLEST_PIECE, size + 1) });

function bucketOf(subject = ''): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (let at = 0; at < subject.length; at++) hash = Math.imul(hash ^ subject.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % BUCKETS;
}

/** @returns where it ends */
function written(
  { bytes, from, to, offset, milliseconds }: FetchedMessage,
  into: Buffer,
  at: number,
): number {
  into.writeDoubleLE(offset, at);
  into.writeDoubleLE(milliseconds, at + 8);
  into.writeUInt32LE(to - from, at + 16);
  return at + HEAD + bytes.copy(into, at + HEAD, from, to);
}

function* read(bytes: Buffer): Generator<FetchedMessage> {
  for (let at = 0; at < bytes.length;) {
    const from = at + HEAD;
    const to = from + bytes.readUInt32LE(at + 16);
    yield new FetchedMessage({ bytes, from, to }, bytes.readDoubleLE(at), bytes.readDoubleLE(at + 8));
    at = to;
  }
}
