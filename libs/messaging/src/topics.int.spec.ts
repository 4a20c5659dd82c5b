import kafkajs from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaClient, type OutgoingMessage } from './kafka-client.js';
import { SILENT } from './log.js';
import { CounterChild } from './testing/counter-child.js';
import { additions, CounterWorld, messageOf } from './testing/counter-world.js';
import { COUNTERS_AUDIT, COUNTERS_EVENTS, COUNTERS_INBOUND, SERVICE, TOPICS } from './testing/counters.js';
import { expectExactlyOnce, headerOf } from './testing/exactly-once.js';
import { writeForeignCompression } from './testing/foreign-compression.js';
import { until } from './testing/until.js';
import { topicDeclarations } from './topic-declarations.js';

const LIMIT = 120_000;
const { Snappy, LZ4, ZSTD, GZIP } = kafkajs.CompressionTypes;
const clientIn = (namespace: string): KafkaClient =>
  new KafkaClient({
    brokers: process.env['KAFKA_BROKERS']!.split(','),
    clientId: 'topics',
    namespace,
    log: SILENT,
  });

describe('topics', () => {
  let clients: KafkaClient[];
  beforeEach(() => {
    const namespace = `spec-${randomUUID().slice(0, 8)}.`;
    clients = [clientIn(namespace), clientIn(namespace), clientIn(namespace)];
  });
  afterEach(() => Promise.all(clients.map((client) => client.close())));

  it(
    'are there for everybody when services that share them start at once',
    async () => {
      const declared = topicDeclarations(SERVICE, TOPICS);
      await Promise.all(
        clients.map((client, index) =>
          client.ensureTopics([...declared, ...topicDeclarations(`other-${index}`, [])]),
        ),
      );
      expect(await clients[0]!.ensureTopics(declared)).toEqual({ created: [], tooSmall: [] });
    },
    LIMIT,
  );

  it(
    'that have fewer partitions than declared are told of, and left as they are',
    async () => {
      const [declared] = topicDeclarations(SERVICE, [COUNTERS_AUDIT]);
      await clients[0]!.ensureTopics([{ ...declared!, partitions: 2 }]);

      expect(await clients[1]!.ensureTopics([declared!])).toEqual({
        created: [],
        tooSmall: [declared!.name],
      });
    },
    LIMIT,
  );
});

describe('messages of every size and kind', () => {
  let world: CounterWorld;
  let child: CounterChild | undefined;
  beforeEach(async () => {
    world = await CounterWorld.shared(2);
  }, LIMIT);
  afterEach(async () => {
    await child?.kill();
    await world.close();
  });

  it(
    'are sent, however many and however large each is, its key and its headers',
    async () => {
      const client = clientIn(world.place.namespace);
      const large = 'x'.repeat(300_000);
      const wide = 'Ж'.repeat(150_000);
      const sent: OutgoingMessage[] = [
        ...[1, 2, 3, 4].map((n) => ({
          topic: COUNTERS_EVENTS.name,
          key: 'k',
          value: large,
          headers: { n: String(n) },
        })),
        ...[5, 6, 7, 8].map((n) => ({
          topic: COUNTERS_EVENTS.name,
          key: large,
          value: 'v',
          headers: { n: String(n) },
        })),
        ...[9, 10, 11, 12].map((n) => ({
          topic: COUNTERS_EVENTS.name,
          key: 'k',
          value: wide,
          headers: { n: String(n) },
        })),
        ...[13, 14, 15, 16].map((n) => ({
          topic: COUNTERS_EVENTS.name,
          key: 'k',
          value: null,
          headers: { n: String(n), wide },
        })),
      ];
      await client.send(sent);
      const numbers = (await world.published()).map((message) => Number(headerOf(message, 'n')));
      expect(numbers.sort((a, b) => a - b)).toEqual(sent.map((_, index) => index + 1));
      await client.close();
    },
    LIMIT,
  );

  it(
    'are taken whatever a foreign producer compresses with, because the broker stores them plain',
    async () => {
      writeForeignCompression();
      const events = additions(400, 5);
      for (const [index, compression] of [Snappy, LZ4, ZSTD, GZIP].entries()) {
        await world.producer.send({
          topic: world.named(COUNTERS_INBOUND.name),
          compression,
          messages: events.slice(100 * index, 100 * (index + 1)).map(messageOf),
        });
      }
      child = await CounterChild.start(world.place);
      await world.drained();

      await expectExactlyOnce(world, events);
      expect(await world.deadLetters()).toEqual([]);
    },
    LIMIT,
  );

  it(
    'come in fetches that are bounded, so that a long partition does not fill the memory',
    async () => {
      const partitions = 2;
      const count = 200;
      const client = clientIn(world.place.namespace);
      const value = Buffer.alloc(100_000, 'n');
      for (let sent = 0; sent < count; sent += 5) {
        const five = Array.from({ length: 5 }, () => ({ value }));
        for (let partition = 0; partition < partitions; partition++)
          await world.givenMessages(five, partition);
      }

      // What is held at once: of all partitions together, since none is handed over before the last fetch is taken through.
      let held = 0;
      let mostHeld = 0;
      let taken = 0;
      const consumer = client.consume(
        {
          groupId: 'bounded',
          topics: [COUNTERS_INBOUND.name],
          concurrency: partitions,
          sessionTimeoutMs: 10_000,
          prepare: () => Promise.resolve(),
          onPoll: () => undefined,
          onAssigned: () => undefined,
          onBatch: async (batch) => {
            const bytes = batch.messages.reduce((sum, message) => sum + message.value!.length, 0);
            held += bytes;
            mostHeld = Math.max(mostHeld, held);
            await sleep(20);
            held -= bytes;
            taken += batch.messages.length;
            await batch.commit(batch.messages.at(-1)!.offset + 1);
          },
        },
        SILENT,
      );
      await until('all are taken', () => taken === partitions * count);
      await consumer.stop();
      await client.close();

      expect(mostHeld).toBeGreaterThan(2_000_000);
      expect(mostHeld).toBeLessThanOrEqual(3_000_000 + value.length);
    },
    LIMIT,
  );
});
