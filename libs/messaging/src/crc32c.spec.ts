import { createRequire } from 'node:module';
import fc from 'fast-check';
import { crc32c } from './crc32c.js';

const require = createRequire(import.meta.url);
const ofKafkajs = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

describe('the checksum of a record batch', () => {
  it('is the one that the polynomial is known by', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(0))).toBe(0);
  });

  it('is what kafkajs makes of the same bytes, however many they are and wherever they begin', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (bytes, from) => {
        expect(crc32c(bytes, from)).toBe(ofKafkajs(Buffer.from(bytes.subarray(from))));
      }),
    );
  });
});
