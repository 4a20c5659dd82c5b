/** CRC-32C (Castagnoli), reflected: what Kafka's record batches carry. */
const POLYNOMIAL = 0x82f63b78;
const BYTES_AT_ONCE = 8;

/** For each place of eight bytes, the first the last, what each value of a byte adds. */
const TABLES = new Int32Array(BYTES_AT_ONCE * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLES[byte] = crc;
}
for (let at = 256; at < TABLES.length; at++) {
  const before = TABLES[at - 256]!;
  TABLES[at] = (before >>> 8) ^ TABLES[before & 0xff]!;
}

/**
 * The checksum of the bytes from `from` on: eight at a time ("slicing-by-8", Kounavis and Berry, 2008), which takes a
 * quarter of the time of one at a time. Node's own `zlib.crc32` is of another polynomial.
 */
export function crc32c(bytes: Uint8Array, from = 0): number {
  const end = bytes.length;
  let crc = -1;
  let at = from;
  for (; at + BYTES_AT_ONCE <= end; at += BYTES_AT_ONCE) {
    const first =
      crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    crc =
      TABLES[1792 + (first & 0xff)]! ^
      TABLES[1536 + ((first >>> 8) & 0xff)]! ^
      TABLES[1280 + ((first >>> 16) & 0xff)]! ^
      TABLES[1024 + (first >>> 24)]! ^
      TABLES[768 + bytes[at + 4]!]! ^
      TABLES[512 + bytes[at + 5]!]! ^
      TABLES[256 + bytes[at + 6]!]! ^
      TABLES[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = TABLES[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
