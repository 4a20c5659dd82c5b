import kafkajs from 'kafkajs';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';

const { CompressionTypes, CompressionCodecs } = kafkajs;
const zstd = promisify(zstdCompress);

/** Snappy's format, with nothing found to shorten: the length, then the bytes as literals. */
function snappy(bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    if (rest < 0x80) {
      length.push(rest);
      break;
    }
    length.push((rest & 0x7f) | 0x80);
  }
  const parts: Buffer[] = [Buffer.from(length)];
  for (let from = 0; from < bytes.length; from += 0x10000) {
    const literal = bytes.subarray(from, from + 0x10000);
    const tag = Buffer.from([61 << 2, 0, 0]); // 61: the length less one stands in the next two bytes
    tag.writeUInt16LE(literal.length - 1, 1);
    parts.push(tag, literal);
  }
  return Buffer.concat(parts);
}

/** An LZ4 frame of stored blocks: version 1, blocks by themselves, 64 KB each, no checksums but the header's. */
function lz4(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])];
  for (let from = 0; from < bytes.length; from += 0x10000) {
    const block = bytes.subarray(from, from + 0x10000);
    const size = Buffer.alloc(4);
    size.writeUInt32LE((block.length | 0x80000000) >>> 0); // the highest bit says: not compressed
    parts.push(size, block);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

const writesOnly = (compress: (bytes: Buffer) => Promise<Buffer>) => () => ({
  compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
  decompress: () => Promise.reject(new Error('this process only writes it')),
});

/** Lets producers of this process compress as producers in other languages do. Consumers do not learn to read it. */
export function writeForeignCompression(): void {
  CompressionCodecs[CompressionTypes.Snappy] = writesOnly((bytes) => Promise.resolve(snappy(bytes)));
  CompressionCodecs[CompressionTypes.LZ4] = writesOnly((bytes) => Promise.resolve(lz4(bytes)));
  CompressionCodecs[CompressionTypes.ZSTD] = writesOnly((bytes) => zstd(bytes));
}
