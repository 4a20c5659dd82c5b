import { ForeignMessage, writeKafka } from '#contracts/kafka-binding.js';
import { inbound } from '#contracts/topic.js';
import type { IncomingMessage } from './kafka-client.js';
import { MOST_BYTES_AN_EVENT, readBatch } from './read-batch.js';
import { takes } from './subscription.js';
import { Added, COUNTERS_INBOUND, Looked } from './testing/counters.js';

const at = new Date('2025-10-02T03:00:00Z');
const { subscription } = takes(COUNTERS_INBOUND, { ignores: [Looked] });

class Tallied extends ForeignMessage {
  static readonly type = 'counters.tallied.v1';
  static readonly description = 'Strokes, as they were sent.';
}
const TALLY = 'application/vnd.example.tally+json';
const { subscription: tallies } = takes(inbound('tallies', 'counter', [Added], { [TALLY]: Tallied }));

const message = (
  offset: number,
  change: Partial<IncomingMessage> & { type?: string; data?: unknown } = {},
): IncomingMessage => {
  const { type = 'counters.added.v1', data = { by: 1 }, ...rest } = change;
  const { key, value, headers } = writeKafka({
    id: `e-${offset}`,
    source: '/up',
    type,
    subject: 'c1',
    data,
    extensions: {},
  });
  return {
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers,
    offset,
    timestamp: at,
    ...rest,
  };
};

describe('a batch that is read', () => {
  it('gives every good event with its place and when it was learnt of, and each bad one with its place', () => {
    const { received, refused, ignored } = readBatch(subscription, 3, [
      message(10),
      message(11, { value: Buffer.from('{') }),
      message(12, { type: Looked.type, data: { at: 1 } }),
      message(14),
    ]);
    expect(
      received.map(({ event, partition, offset, receivedAt }) => [event.id, partition, offset, receivedAt]),
    ).toEqual([
      ['e-10', 3, 10, at],
      ['e-14', 3, 14, at],
    ]);
    expect(refused.map(({ offset, error }) => [offset, error.code])).toEqual([[11, 'malformed-json']]);
    expect(ignored).toBe(1);
  });

  it('ignores a type by name only when its data is valid', () => {
    const { refused, ignored } = readBatch(subscription, 0, [
      message(1, { type: Looked.type, data: { at: 'noon' } }),
    ]);
    expect(refused.map(({ error }) => error.code)).toEqual(['invalid-data']);
    expect(ignored).toBe(0);
  });

  it('refuses what is one byte too large before it is parsed', () => {
    const { refused } = readBatch(subscription, 0, [
      message(1, { value: Buffer.alloc(MOST_BYTES_AN_EVENT + 1, '{') }),
    ]);
    expect(refused.map(({ error }) => error.code)).toEqual(['too-large']);
  });

  it('gives a message of a format that the topic knows as one event, however many are in it', () => {
    const tally = { headers: { 'content-type': TALLY }, value: Buffer.from('[1,1,1]') };
    const large = { ...tally, value: Buffer.from(JSON.stringify(['x'.repeat(MOST_BYTES_AN_EVENT)])) };
    const { received, refused } = readBatch(tallies, 3, [message(7, tally), message(8, large)]);
    expect(refused).toEqual([]);
    expect(received.map(({ event, offset }) => [event.type, event.id, offset])).toEqual([
      [Tallied.type, 'tallies/3/7', 7],
      [Tallied.type, 'tallies/3/8', 8],
    ]);
  });

  it('refuses a message of a format that the topic does not know, and one that is too large', () => {
    const huge = Buffer.alloc(1024 * 1024 + 1, ' ');
    const { refused } = readBatch(tallies, 0, [
      message(1, { headers: { 'content-type': 'application/vnd.example.other+json' } }),
      message(2, { headers: { 'content-type': TALLY }, value: huge }),
    ]);
    expect(refused.map(({ error }) => error.code)).toEqual(['not-a-cloudevent', 'too-large']);
  });

  it('refuses, and goes on behind, what reading fails on in a way nobody thought of', () => {
    const broken = {
      toString: () => {
        throw new Error('cannot be text');
      },
    } as unknown as Buffer;
    const { received, refused } = readBatch(subscription, 0, [
      message(1, { headers: { ce_id: broken } }),
      message(2),
    ]);
    expect(refused.map(({ offset, error }) => [offset, error.code])).toEqual([[1, 'not-a-cloudevent']]);
    expect(received).toHaveLength(1);
  });
});
