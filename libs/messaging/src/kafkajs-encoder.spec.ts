import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { encodeFrugally } from './kafkajs-encoder.js';

/** Prints, as hexadecimal, the request that kafkajs makes of each of the lists of messages on its standard input. */
const AS_IT_COMES = `
  const request = require('kafkajs/src/protocol/requests/produce/v3/request');
  const lists = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  (async () => {
    Date.now = () => 1_759_377_600_000;
    const encoded = [];
    for (const messages of lists) encoded.push((await request(${String(requestOf)}(messages)).encode()).buffer.toString('hex'));
    process.stdout.write(JSON.stringify(encoded));
  })();
`;

interface Message {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly timestamp: string;
}

function requestOf(messages: readonly Message[]): object {
  return {
    acks: -1,
    timeout: 30_000,
    topicData: [{ topic: 'shipments.events', partitions: [{ partition: 3, messages, firstSequence: 0 }] }],
  };
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ minLength: 120, maxLength: 700 }),
);
const message: fc.Arbitrary<Message> = fc.record({
  key: fc.option(text),
  value: fc.option(
    fc.oneof(
      text,
      text.map((part) => part.repeat(300)),
    ),
  ),
  headers: fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(text, fc.array(text, { maxLength: 3 })), {
    maxKeys: 12,
  }),
  timestamp: fc.integer({ min: 0, max: 2_000_000_000_000 }).map(String),
});

describe('encodeFrugally', () => {
  it('writes the very bytes that kafkajs writes without it, whatever the messages', async () => {
    const lists = fc.sample(fc.array(message, { minLength: 1, maxLength: 20 }), 300);
    const expected = JSON.parse(
      execFileSync(process.execPath, ['-e', AS_IT_COMES], {
        input: JSON.stringify(lists),
        maxBuffer: 1 << 30,
        encoding: 'utf8',
      }),
    ) as string[];

    encodeFrugally();

    const request = createRequire(import.meta.url)('kafkajs/src/protocol/requests/produce/v3/request') as (
      of: object,
    ) => { encode(): Promise<{ buffer: Buffer }> };
    const encoded: string[] = [];
    for (const messages of lists)
      encoded.push((await request(requestOf(messages)).encode()).buffer.toString('hex'));
    expect(encoded).toEqual(expected);
  });
});
