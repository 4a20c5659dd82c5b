import { createRequire } from 'node:module';

/** What kafkajs writes requests with, as far as it is used here; not a part of its public face. */
interface Encoder {
  buf: Buffer;
  offset: number;
  /** What stands before `buf`, as it was given. */
  pieces?: Buffer[];
  readonly buffer: Buffer;
  writeBufferInternal(bytes: Buffer): void;
  writeEncoder(value: Encoder): Encoder;
  writeEncoderArray(values: readonly Encoder[]): Encoder;
  size(): number;
}

/** What is smaller is sooner copied. */
const LARGE = 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Has kafkajs put a request together once, when it is sent. It writes each of a request's parts into a buffer of its own, which
 * doubles as it grows, and then that into the one around it: of a batch of records, four times over, each time into memory that
 * is zeroed first.
 */
export function joinOnce(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/protocol/encoder') as {
    prototype: Encoder;
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
  const { writeBufferInternal } = prototype;

  prototype.writeBufferInternal = function (bytes) {
    if (bytes.length < LARGE) return writeBufferInternal.call(this, bytes);
    (this.pieces ??= []).push(this.buf.subarray(0, this.offset), bytes);
    this.buf = NOTHING;
    this.offset = 0;
  };
  prototype.writeEncoder = function (value) {
    for (const piece of value.pieces ?? []) this.writeBufferInternal(piece);
    this.writeBufferInternal(value.buf.subarray(0, value.offset));
    return this;
  };
  prototype.writeEncoderArray = function (values) {
    for (const value of values) this.writeEncoder(value);
    return this;
  };
  prototype.size = function () {
    return (this.pieces ?? []).reduce((sum, { length }) => sum + length, this.offset);
  };
  Object.defineProperty(prototype, 'buffer', {
    get(this: Encoder) {
      const rest = this.buf.subarray(0, this.offset);
      return this.pieces ? Buffer.concat([...this.pieces, rest]) : rest;
    },
  });
}
