import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { murmur2, partitioner } from './partitioner.js';

const partitionMetadata = Array.from({ length: 6 }, (_, partitionId) => ({
  partitionErrorCode: 0,
  partitionId,
  leader: 1,
  replicas: [1],
  isr: [1],
}));

describe('the partition of a key', () => {
  it('is the one that Kafka itself gives it', () => {
    // The values of Kafka's own UtilsTest.testMurmur2.
    const known: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ];
    for (const [key, hash] of known) expect([key, murmur2(Buffer.from(key))]).toEqual([key, hash]);
  });

  it('is the one that the client library gives it', () => {
    const [ours, theirs] = [partitioner(), kafkajs.Partitioners.DefaultPartitioner()];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const args = { topic: 't', partitionMetadata, message: { key: Buffer.from(bytes), value: null } };
        return ours(args) === theirs(args);
      }),
    );
  });

  it('is any where there is no key', () => {
    expect(
      partitioner()({ topic: 't', partitionMetadata, message: { key: null, value: null } }),
    ).toBeLessThan(6);
  });
});
