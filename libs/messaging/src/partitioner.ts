import type { ICustomPartitioner } from 'kafkajs';
import { kafkajs } from './kafkajs-records.js';

const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/** MurmurHash2, 32 bit, as Kafka's Java client has it. */
export function murmur2(key: Buffer): number {
  let hash = SEED ^ key.length;
  const whole = key.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let part = Math.imul(key.readInt32LE(at), MULTIPLIER);
    part = Math.imul(part ^ (part >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ part;
  }
  const rest = key.length - whole;
  if (rest === 3) hash ^= key[whole + 2]! << 16;
  if (rest >= 2) hash ^= key[whole + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ key[whole]!, MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/**
 * Where Kafka's Java client puts a key too, so that everybody's events of one entity meet. kafkajs has the same rule,
 * but reckons it in numbers that grow with the key: one of 300 KB, which anybody can send us and we then dead-letter,
 * kept it busy for 24 s.
 */
export const partitioner: ICustomPartitioner = () => {
  const withoutKey = kafkajs.Partitioners.DefaultPartitioner();
  return (args) => {
    const { key, partition } = args.message;
    if (partition !== undefined || key === null || key === undefined) return withoutKey(args);
    const bytes = typeof key === 'string' ? Buffer.from(key) : key;
    return (murmur2(bytes) & 0x7fffffff) % args.partitionMetadata.length;
  };
};
