import { RefusedEvent } from '#contracts/fault.js';
import { deadLetter } from './dead-letter.js';
import type { IncomingMessage } from './kafka-client.js';

const message: IncomingMessage = {
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  headers: { other: ['a', 'b'], deadletter_id: 'from before' },
  offset: 7,
  timestamp: new Date(0),
};
const from = { topic: 'counters.inbound', partition: 3 };
const error = new RefusedEvent('invalid-data', 'no', [
  { pointer: '/data', code: 'malformed', message: 'must' },
]);
const letterOf = (of: Partial<IncomingMessage> = {}, why = error) =>
  deadLetter('counters', from, { ...message, ...of }, { offset: 7, error: why }, new Date(1_000));

describe('a dead letter', () => {
  it('is the message as it came, with why, where and when beside it', () => {
    expect(letterOf()).toEqual({
      topic: 'counters.dead-letters',
      key: message.key,
      value: message.value,
      headers: {
        other: ['a', 'b'],
        deadletter_id: 'counters.inbound/3/7',
        deadletter_service: 'counters',
        deadletter_reason: 'invalid-data',
        deadletter_message: 'no',
        deadletter_faults: JSON.stringify(error.faults),
        deadletter_topic: 'counters.inbound',
        deadletter_partition: '3',
        deadletter_offset: '7',
        deadletter_received: '1970-01-01T00:00:00.000Z',
        deadletter_time: '1970-01-01T00:00:01.000Z',
      },
    });
  });

  it('has no value where the message has none', () => {
    expect(letterOf({ value: null, key: null })).toMatchObject({ value: null, key: null });
  });

  it('fits its topic, whatever the message and the reason: cut, it says so', () => {
    const why = new RefusedEvent('invalid-envelope', 'm'.repeat(1e6), [
      { pointer: '/first', code: 'malformed', message: 'must' },
      { pointer: `/${'p'.repeat(1e6)}`, code: 'malformed', message: 'must' },
    ]);
    const { value, headers } = letterOf({ value: Buffer.alloc(5_000_000) }, why);
    expect(value).toHaveLength(1_900_000);
    expect(headers['deadletter_cut_from']).toBe('5000000');
    expect(String(headers['deadletter_message']).length).toBeLessThan(16_000);
    expect(JSON.parse(String(headers['deadletter_faults']))).toEqual(why.faults);
  });
});
