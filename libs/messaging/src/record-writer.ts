/** What a message carries beside its value. A repeated header is a list. */
export type HeaderValues = Record<string, Bytes | Bytes[]>;
export type Bytes = Buffer | string;

/** A record of a batch, as kafkajs names what it has. */
export interface RecordToWrite {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly key: Bytes | null;
  readonly value: Bytes | null;
  readonly headers?: HeaderValues;
}

const NONE = -1;
/** Of texts, in UTF-16 units. */
const SHORT = 36;
/** A difference of timestamps may take more than 32 bits. */
const LONGEST_VARINT = 10;
/** Of a record of 64 to 8,191 bytes, as nearly all are. */
const USUAL_PREFIX = 2;
const LONGEST_PREFIX = 5;
/** A UTF-16 unit is at most so many bytes of UTF-8. */
const MOST_BYTES_A_UNIT = 3;

/**
 * Writes records one behind the other, each text once, in memory that grows as needed and is used again. Where the size of
 * something stands before it, the usual one is supposed, and what has been written is moved where that was wrong.
 */
export class RecordWriter {
  private bytes = Buffer.allocUnsafeSlow(64 * 1024);
  private at = 0;

  /** Begins anew, behind so much that the caller writes. */
  begin(head: number): void {
    this.at = 0;
    this.reserve(head);
    this.at = head;
  }

  /** A copy of all since. */
  written(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.at));
  }

  writeRecord({ key, value, headers, timestampDelta, offsetDelta }: RecordToWrite): void {
    const from = this.at;
    this.reserve(USUAL_PREFIX + 1);
    this.at += USUAL_PREFIX;
    this.bytes[this.at++] = 0; // attributes: none are in use
    this.writeVarInt(timestampDelta);
    this.writeVarInt(offsetDelta);
    this.writeBody(key, value, headers);
    this.prefix(from, USUAL_PREFIX, this.at - from - USUAL_PREFIX);
  }

  writeBody(key: Bytes | null, value: Bytes | null, headers: HeaderValues = {}): void {
    this.writeField(key);
    this.writeField(value);
    let count = 0;
    for (const name in headers) {
      const values = headers[name]!;
      count += Array.isArray(values) ? values.length : 1;
    }
    this.writeVarInt(count);
    for (const name in headers) {
      const values = headers[name]!;
      if (Array.isArray(values)) for (const one of values) this.writeHeader(name, one);
      else this.writeHeader(name, values);
    }
  }

  private writeHeader(name: string, value: Bytes): void {
    this.writeField(name);
    this.writeField(value);
  }

  private writeField(field: Bytes | null | undefined): void {
    if (field === null || field === undefined) this.writeVarInt(NONE);
    else if (typeof field === 'string') this.writeText(field);
    else {
      this.writeVarInt(field.length);
      this.reserve(field.length);
      this.bytes.set(field, this.at);
      this.at += field.length;
    }
  }

  private writeText(text: string): void {
    const { length } = text;
    const from = this.at;
    this.reserve(LONGEST_PREFIX + length * MOST_BYTES_A_UNIT);
    const { bytes } = this;
    if (length <= SHORT) {
      // Sooner written here than by a call into Node, and its size is one byte.
      let index = 0;
      for (; index < length; index++) {
        const unit = text.charCodeAt(index);
        if (unit > 0x7f) break;
        bytes[from + 1 + index] = unit;
      }
      if (index === length) {
        bytes[from] = zigzag(length);
        this.at = from + 1 + length;
        return;
      }
    }
    const supposed = varIntSize(length);
    const size = bytes.write(text, from + supposed, 'utf8');
    this.at = from + supposed + size;
    this.prefix(from, supposed, size);
  }

  /** Puts a size before what has been written, for which so many bytes were left. */
  private prefix(from: number, left: number, size: number): void {
    const needed = varIntSize(size);
    if (needed !== left) {
      this.reserve(LONGEST_PREFIX);
      this.bytes.copyWithin(from + needed, from + left, this.at);
      this.at += needed - left;
    }
    writeVarInt(this.bytes, from, size);
  }

  private writeVarInt(value: number): void {
    this.reserve(LONGEST_VARINT);
    this.at = writeVarInt(this.bytes, this.at, value);
  }

  /** @param more bytes that are to be written next */
  private reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.at + more));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }
}

/** Zigzag: the sign goes into the lowest bit. By arithmetic, since a timestamp's difference may take more than 32 bits. */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

function varIntSize(value: number): number {
  let rest = zigzag(value);
  let size = 1;
  for (; rest > 0x7f; size++) rest = Math.floor(rest / 0x80);
  return size;
}

/** @returns where to go on writing */
function writeVarInt(buf: Buffer, from: number, value: number): number {
  let rest = zigzag(value);
  let at = from;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) buf[at++] = (rest % 0x80) | 0x80;
  buf[at++] = rest;
  return at;
}
