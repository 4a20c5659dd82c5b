import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { ReadRecord } from './kafkajs-records.js';
import './kafkajs-records.js';

/**
 * Of each list of messages on its standard input, prints the request that kafkajs makes of it, and what it reads of
 * the batch within, as it does without us.
 */
const AS_IT_COMES = `
  const lists = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  (async () => {
    Date.now = () => 1_759_377_600_000;
    const all = [];
    for (const messages of lists) all.push(await (${String(throughKafkajs)})(require, messages));
    process.stdout.write(JSON.stringify(all));
  })();
`;

interface Message {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly timestamp: string;
}

interface Through {
  readonly request: string;
  /** The same for three partitions of two topics, compressed, in a transaction, with what stands before a request. */
  readonly compressed: string;
  readonly records: readonly unknown[];
  readonly read: readonly object[];
}

/** Written out whole, since it runs in a process of its own as well. */
async function throughKafkajs(require: NodeJS.Require, messages: readonly Message[]): Promise<Through> {
  const load = (path: string): unknown => require(`kafkajs/src/protocol/${path}`) as unknown;
  const request = load('requests/produce/v3/request') as (of: object) => {
    encode(): Promise<{ buffer: Buffer }>;
  };
  const framed = load('request') as (of: object) => Promise<{ buffer: Buffer }>;
  const Decoder = load('decoder') as new (bytes: Buffer) => unknown;
  const read = load('recordBatch/v0/decoder') as (decoder: unknown) => Promise<{ records: Untouched[] }>;
  interface Untouched {
    key: Buffer | null;
    value: Buffer | null;
    headers: Record<string, Buffer | string | (Buffer | string)[]>;
    timestamp: string;
    offset: string;
    isControlRecord: boolean;
  }

  const topic = 'shipments.events';
  const topicData = [{ topic, partitions: [{ partition: 3, messages, firstSequence: 0 }] }];
  const { buffer } = await request({ acks: -1, timeout: 30_000, topicData }).encode();
  const partitions = [7, 8].map((partition) => ({ partition, messages, firstSequence: partition }));
  const compressed = await framed({
    correlationId: 5,
    clientId: 'client',
    request: request({
      acks: -1,
      timeout: 30_000,
      topicData: [...topicData, { topic: 'deals.events', partitions }],
      transactionalId: 't',
      compression: 1,
    }),
  });
  // No transaction's id, acks, timeout, one topic and its name, one partition: its number, and the size of the batch.
  const batch = buffer.subarray(2 + 2 + 4 + 4 + 2 + topic.length + 4 + 4 + 4);
  const { records } = await read(new Decoder(batch));
  const hex = (bytes: Buffer | string | null): string | null =>
    bytes === null ? null : Buffer.from(bytes).toString('hex');
  return {
    request: buffer.toString('hex'),
    compressed: compressed.buffer.toString('hex'),
    records,
    read: records.map(({ key, value, headers, timestamp, offset, isControlRecord }) => ({
      key: hex(key),
      value: hex(value),
      headers: Object.entries(headers).map(([name, one]) => [name, [one].flat().map(hex)]),
      timestamp,
      offset,
      isControlRecord,
    })),
  };
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ minLength: 120, maxLength: 700 }),
  fc.string(),
);
const message = (name: fc.Arbitrary<string>): fc.Arbitrary<Message> =>
  fc.record({
    key: fc.option(text),
    value: fc.option(
      fc.oneof(
        text,
        text.map((part) => part.repeat(300)),
      ),
    ),
    headers: fc.dictionary(name, fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })), {
      maxKeys: 12,
    }),
    timestamp: fc.integer({ min: 0, max: 2_000_000_000_000 }).map(String),
  });

describe('kafkajs, made frugal', () => {
  const require = createRequire(import.meta.url);

  it('writes the very bytes, and reads the very messages, that kafkajs does without it', async () => {
    const anyName = fc.string({ minLength: 1 }).filter((name) => !(name in Object.prototype));
    const lists = fc.sample(fc.array(message(anyName), { minLength: 1, maxLength: 20 }), 300);
    const expected = JSON.parse(
      execFileSync(process.execPath, ['-e', AS_IT_COMES], {
        input: JSON.stringify(lists),
        maxBuffer: 1 << 30,
        encoding: 'utf8',
      }),
    ) as Through[];

    const ours: Through[] = [];
    for (const messages of lists) ours.push(await throughKafkajs(require, messages));
    const said = ({ request, compressed, read }: Through): object => ({ request, compressed, read });
    expect(ours.map(said)).toEqual(expected.map(said));
  });

  it('reads a header named like something that every object has as any other', async () => {
    const headers = Object.fromEntries(
      ['constructor', '__proto__', 'toString', 'hasOwnProperty'].map((name) => [name, `the ${name}`]),
    );
    const { read } = await throughKafkajs(require, [
      { key: 'SHP-1', value: null, headers, timestamp: '1759377600000' },
    ]);
    const hex = (value: string): string => Buffer.from(value).toString('hex');
    expect(read).toMatchObject([
      { headers: Object.entries(headers).map(([name, value]) => [name, [hex(value)]]) },
    ]);
  });

  it.each([
    ['few bits', '1759377600000', '1759377600123'],
    ['more bits than an integer of JavaScript has', '0', '4102444800000'],
    ['a time before the first', '1759377600000', '1000'],
  ])('keeps timestamps whose difference takes %s', async (_, first, second) => {
    const messages = [first, second].map((timestamp) => ({ key: null, value: 'x', headers: {}, timestamp }));
    const { read } = await throughKafkajs(require, messages);
    expect(read).toMatchObject([{ timestamp: first }, { timestamp: second }]);
  });

  it('gives one header as it gives all of them', async () => {
    const name = fc.constantFrom('ce_subject', 'ce_subjects', 'content-type', 'x', '');
    const lists = fc.sample(fc.array(message(name), { minLength: 1, maxLength: 5 }), 100);
    for (const messages of lists) {
      const { records } = await throughKafkajs(require, messages);
      for (const record of records)
        for (const each of ['ce_subject', 'content-type', 'x', 'y'])
          expect((record as ReadRecord).header(each)).toEqual((record as ReadRecord).headers[each]);
    }
  });
});
