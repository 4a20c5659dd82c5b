import type { Bytes, HeaderValues } from './record-writer.js';

/** An object that inherits nothing, so that a header may have any name (`__proto__`), yet as quick as any other. */
const Headers = function () {} as unknown as new () => HeaderValues;
Headers.prototype = Object.create(null) as object;

/**
 * Key, value and headers of a record (Kafka's message format, magic 2), read from its bytes whenever they are asked for: what a
 * fetch has brought waits for its turn as little more than the bytes that came.
 *
 * Others' bytes may lie before and behind them; a size that goes beyond the record's end is cut short.
 * Reading throws a TypeError where the memory has been given back.
 */
export class RecordBody {
  constructor(
    readonly bytes: Buffer,
    readonly from: number,
    readonly to: number,
  ) {}

  get key(): Buffer | null {
    return READER.begin(this).readBytes();
  }

  get value(): Buffer | null {
    READER.begin(this).pass();
    return READER.readBytes();
  }

  get headers(): HeaderValues {
    const headers = new Headers();
    for (let nth = 0, count = this.beginHeaders(); nth < count && !READER.isAtEnd; nth++) {
      const name = READER.readAlike(NAMES, nth).toString();
      headers[name] = withOne(headers[name], READER.readAlike(VALUES, nth));
    }
    return headers;
  }

  /** One of the headers, and none of the others read. */
  header(name: string): Bytes | Bytes[] | undefined {
    let found: Bytes | Bytes[] | undefined;
    for (let nth = 0, count = this.beginHeaders(); nth < count && !READER.isAtEnd; nth++) {
      READER.pass();
      if (READER.hasPassed(name)) found = withOne(found, READER.readText());
      else READER.pass();
    }
    return found;
  }

  /** @returns how many there are */
  private beginHeaders(): number {
    READER.begin(this).pass();
    READER.pass();
    return READER.readVarInt();
  }
}

/** What a header says once it has come with one more value. A list is added to: it may be of very many. */
function withOne(before: Bytes | Bytes[] | undefined, value: Bytes): Bytes | Bytes[] {
  if (before === undefined) return value;
  if (!Array.isArray(before)) return [before, value];
  before.push(value);
  return before;
}

class Reader {
  private bytes: Buffer = Buffer.alloc(0);
  private end = 0;
  private at = 0;
  /** Where what has been passed last begins. */
  private from = 0;

  begin({ bytes, from, to }: RecordBody): this {
    if (bytes.length < to)
      throw new TypeError('a message is read whose memory is detached: it was given back');
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    return this;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  readVarInt(): number {
    const { bytes, end } = this;
    let rest = 0;
    for (let shift = 0; this.at < end; shift += 7) {
      const byte = bytes[this.at++]!;
      rest |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return (rest >>> 1) ^ -(rest & 1); // zigzag: the sign is the lowest bit
  }

  /** Passes a field. @returns whether there is one: it may be null */
  pass(): boolean {
    const size = this.readVarInt();
    this.from = this.at;
    this.at = Math.min(this.from + Math.max(size, 0), this.end);
    return size >= 0;
  }

  /** Whether a text, which is ASCII, is what has been passed last. */
  hasPassed(text: string): boolean {
    const { bytes, from } = this;
    if (this.at - from !== text.length) return false;
    for (let nth = 0; nth < text.length; nth++) if (bytes[from + nth] !== text.charCodeAt(nth)) return false;
    return true;
  }

  readBytes(): Buffer | null {
    return this.pass() ? this.bytes.subarray(this.from, this.at) : null;
  }

  readText(): Bytes {
    this.pass();
    return this.passedText();
  }

  /** As `readText`, without a call into Node where the text is that which came last at this place. */
  readAlike(remembered: string[], nth: number): Bytes {
    this.pass();
    const alike = remembered[nth];
    if (alike !== undefined && this.hasPassed(alike)) return alike;
    const text = this.passedText();
    if (typeof text === 'string' && nth < MOST_REMEMBERED && text.length <= LONGEST_REMEMBERED)
      remembered[nth] = text;
    return text;
  }

  /** As a string where that says all of the bytes; null as ''. */
  private passedText(): Bytes {
    const { bytes, from, at: to } = this;
    for (let at = from; at < to; at++) if (bytes[at]! > 0x7f) return bytes.subarray(from, to);
    return from === to ? '' : bytes.toString('latin1', from, to);
  }
}

/** One for all: whatever is read is read in one go. */
const READER = new Reader();

/** Of the headers read before, the last name and the last value at each place: those of the next record are mostly alike. */
const NAMES: string[] = [];
const VALUES: string[] = [];
const MOST_REMEMBERED = 24;
const LONGEST_REMEMBERED = 64;
