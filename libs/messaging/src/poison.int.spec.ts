import { randomUUID } from 'node:crypto';
import type { Message } from 'kafkajs';
import { CounterChild } from './testing/counter-child.js';
import { type Addition, additions, CounterWorld, messageOf } from './testing/counter-world.js';
import { BROKEN, Looked, REFUSED } from './testing/counters.js';
import { expectExactlyOnce, headerOf } from './testing/exactly-once.js';
import { deadLettersOf } from './dead-letter.js';
import { until } from './testing/until.js';

const LIMIT = 120_000;
const HEADERS = messageOf({ id: 'x', counter: 'c', by: 1 }).headers!;
const addition = (by: number): Message => messageOf({ id: randomUUID(), counter: 'bad', by });

/** What is poison, and what its letter must say. */
const POISONS: readonly [name: string, message: Message, reason: string][] = [
  ['JSON that breaks off', { ...addition(1), value: '{"by":' }, 'malformed-json'],
  [
    'bytes that are no text',
    { ...addition(1), value: Buffer.from([0xff, 0xfe, 0x00, 0x80]) },
    'malformed-json',
  ],
  ['no CloudEvent', { key: 'k', value: '{"by":1}', headers: { other: 'kept' } }, 'not-a-cloudevent'],
  ['no headers at all', { key: null, value: 'hello' }, 'not-a-cloudevent'],
  ['nothing at all', { key: null, value: null }, 'not-a-cloudevent'],
  [
    'an unknown type',
    { ...addition(1), headers: { ...HEADERS, ce_type: 'counters.unheard.v1' } },
    'unknown-type',
  ],
  ['invalid data', { ...addition(1), value: '{"by":"many"}' }, 'invalid-data'],
  ['a property nobody knows', { ...addition(1), value: '{"by":1,"constructor":1}' }, 'invalid-data'],
  ['a null value', { ...addition(1), value: null }, 'invalid-data'],
  ['no subject', { ...addition(1), headers: { ...HEADERS, ce_subject: '' } }, 'invalid-envelope'],
  [
    'a repeated header',
    { ...addition(1), headers: { ...HEADERS, ce_id: ['one', 'two'] } },
    'invalid-envelope',
  ],
  ['headers without number', { ...addition(1), headers: { ...HEADERS, ...many(2_000) } }, 'invalid-envelope'],
  [
    'a header with an endless name',
    { ...addition(1), headers: { ...HEADERS, [`ce_${'X'.repeat(400_000)}`]: '1' } },
    'invalid-envelope',
  ],
  [
    'headers named as every object has them',
    { ...addition(1), headers: { ...HEADERS, constructor: 'c', toString: 't', ce_id: '' } },
    'invalid-envelope',
  ],
  ['a key as long as a message', { ...addition(1), key: 'k'.repeat(600_000), value: '{' }, 'malformed-json'],
  [
    'what is too large',
    { ...addition(1), value: JSON.stringify({ by: 1, note: 'n'.repeat(300_000) }) },
    'too-large',
  ],
  [
    'arrays within arrays',
    { ...addition(1), value: '['.repeat(100_000) + ']'.repeat(100_000) },
    'invalid-data',
  ],
  ['a fold that throws', addition(BROKEN), 'fold-failed'],
  ['a fold that refuses', addition(REFUSED), 'invalid-data'],
];

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`ce_x${index}`, 'x']));
}

describe('what can never be taken', () => {
  let world: CounterWorld;
  let child: CounterChild;
  beforeEach(async () => {
    world = await CounterWorld.shared(1);
  }, LIMIT);
  afterEach(async () => {
    await child.kill();
    await world.close();
  });

  it(
    'is each in the dead letters, whole, once, with why and where, and holds up nothing behind it',
    async () => {
      const good = additions(POISONS.length);
      for (const [index, [, message]] of POISONS.entries()) {
        await world.givenMessages([message, messageOf(good[index]!)]);
      }
      child = await CounterChild.start(world.place, { batchSize: 7 });
      await world.drained(30_000);

      await expectExactlyOnce(world, good);
      const letters = await world.deadLetters();
      expect(letters.map((letter) => headerOf(letter, 'deadletter_id'))).toEqual(
        POISONS.map((_, index) => `counters.inbound/0/${2 * index}`),
      );
      for (const [index, [name, { key, value, headers }, reason]] of POISONS.entries()) {
        const letter = letters[index]!;
        expect({ name, reason: headerOf(letter, 'deadletter_reason') }).toEqual({ name, reason });
        expect(letter.key?.toString()).toBe(key?.toString());
        expect(letter.value?.equals(Buffer.from(value ?? '')) ?? null).toBe(value === null ? null : true);
        for (const kept of Object.keys(headers ?? {})) {
          const values = [letter.headers[kept]!].flat();
          expect({ name, kept, values: values.map(String) }).toEqual({
            name,
            kept,
            values: [headers![kept]].flat(),
          });
        }
        expect(headerOf(letter, 'deadletter_message')).not.toBe('');
        expect(headerOf(letter, 'deadletter_topic')).toBe('counters.inbound');
        expect(headerOf(letter, 'deadletter_partition')).toBe('0');
        expect(headerOf(letter, 'deadletter_offset')).toBe(String(2 * index));
        expect(Date.parse(headerOf(letter, 'deadletter_time'))).toBeGreaterThan(1.7e12);
        expect(JSON.parse(headerOf(letter, 'deadletter_faults'))).toBeInstanceOf(Array);
      }
      expect((await child.report()).deadLetters).toBe(POISONS.length);
    },
    LIMIT,
  );

  it(
    'keeps its id when a crash has it refused again',
    async () => {
      await world.givenMessages([addition(REFUSED), addition(BROKEN), { key: null, value: 'hello' }]);
      child = await CounterChild.start(world.place, {}, { step: 'published', nth: 1, how: 'kill' });
      await child.exited;
      child = await CounterChild.start(world.place);
      await world.drained();

      const ids = (await world.deadLetters()).map((letter) => headerOf(letter, 'deadletter_id'));
      expect([...new Set(ids)].sort()).toEqual([0, 1, 2].map((offset) => `counters.inbound/0/${offset}`));
    },
    LIMIT,
  );

  it(
    'waits with those behind it while its topic takes no letters, and is lost no more than they are',
    async () => {
      const good = additions(10);
      await world.setLargestMessage(deadLettersOf('counters'), 1);
      await world.givenMessages([addition(REFUSED), ...good.map(messageOf)]);
      child = await CounterChild.start(world.place);
      await until(
        'it waits for Kafka',
        async () => (await child.report()).readiness.consumer.waiting?.on === 'kafka',
      );
      expect(await world.committed()).toEqual([0]);

      await world.setLargestMessage(deadLettersOf('counters'), 2_000_000);
      await world.drained();

      expect(await world.deadLetters()).toHaveLength(1);
      await expectExactlyOnce(world, good);
    },
    LIMIT,
  );

  it(
    'holds up no other partition while its topic takes no letters',
    async () => {
      const other = await CounterWorld.shared(2);
      const good = additions(10);
      await other.setLargestMessage(deadLettersOf('counters'), 1);
      await other.givenMessages([addition(REFUSED)], 0);
      await other.given(good, 1);
      child = await CounterChild.start(other.place);
      await until('the other is done', async () => (await other.committed())[1] === good.length);
      expect((await other.committed())[0]).toBe(0);

      await other.setLargestMessage(deadLettersOf('counters'), 2_000_000);
      await other.drained();
      await expectExactlyOnce(other, good);
      await child.kill();
      await other.close();
    },
    LIMIT,
  );

  it(
    'is told from what is only ignored',
    async () => {
      await world.givenMessages([
        { ...addition(1), headers: { ...HEADERS, ce_type: Looked.type }, value: '{"at":1}' },
        { ...addition(1), headers: { ...HEADERS, ce_type: Looked.type }, value: '{"at":"noon"}' },
      ]);
      child = await CounterChild.start(world.place);
      await world.drained();

      expect(await world.documents()).toEqual([]);
      const letters = await world.deadLetters();
      expect(letters.map((letter) => headerOf(letter, 'deadletter_offset'))).toEqual(['1']);
    },
    LIMIT,
  );
});

describe('an entity that outgrows its document', () => {
  let world: CounterWorld;
  let child: CounterChild;
  beforeEach(async () => {
    world = await CounterWorld.shared(1);
  }, LIMIT);
  afterEach(async () => {
    await child.kill();
    await world.close();
  });

  it.each([500, 25])(
    'takes what fits and refuses the rest, in batches of %i, and others go on',
    async (batchSize) => {
      const note = 'n'.repeat(240_000);
      const large: Addition[] = additions(80, 1, 'large').map((one) => ({ ...one, note }));
      const small = additions(20, 4, 'small');
      for (const one of large) await world.given([one]);
      await world.given(small);
      child = await CounterChild.start(world.place, { batchSize });
      await world.drained();

      const letters = await world.deadLetters();
      const refused = new Set(letters.map((letter) => headerOf(letter, 'ce_id')));
      expect(new Set(letters.map((letter) => headerOf(letter, 'deadletter_reason')))).toEqual(
        new Set(['document-too-large']),
      );
      const taken = large.filter(({ id }) => !refused.has(id));
      expect(taken.length).toBeGreaterThan(60);
      expect(refused.size).toBe(large.length - taken.length);
      await expectExactlyOnce(world, [...taken, ...small]);
    },
    LIMIT,
  );
});
