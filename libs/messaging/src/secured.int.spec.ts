import { randomBytes } from 'node:crypto';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { type LocalCluster, startLocalCluster } from '#local-stack/local-cluster.js';
import { LOGIN } from '#local-stack/secured-listener.js';
import { KafkaClient, type KafkaClientOptions, type OutgoingMessage } from './kafka-client.js';
import { SILENT } from './log.js';
import { COUNTERS_AUDIT } from './testing/counters.js';
import { until } from './testing/until.js';
import { topicDeclarations } from './topic-declarations.js';

const LIMIT = 120_000;
const WRONG = 'not the password';
const TOPIC = COUNTERS_AUDIT.name;
const TOPICS = topicDeclarations('secured', [COUNTERS_AUDIT]);

describe('a broker at which clients log in over TLS', () => {
  let cluster: LocalCluster;
  let trusted: string[];
  const clients: KafkaClient[] = [];
  beforeAll(async () => {
    cluster = await startLocalCluster({ servers: 1, secured: true, log: () => undefined });
    trusted = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...trusted, cluster.brokers[0]!.secured!.certificate]);
  }, LIMIT);
  afterAll(async () => {
    tls.setDefaultCACertificates(trusted);
    await cluster.stop();
  });
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

  function given(options: Partial<KafkaClientOptions>, address?: string): KafkaClient {
    const client = new KafkaClient({
      brokers: [address ?? cluster.brokers[0]!.secured!.address],
      clientId: 'secured',
      namespace: '',
      log: SILENT,
      ...options,
    });
    clients.push(client);
    return client;
  }

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'is sent to and consumed from, whatever a message is of, by who logs in by %s',
    async (mechanism) => {
      const client = given({ ssl: true, sasl: { mechanism, ...LOGIN } });
      await client.ensureTopics(TOPICS);
      // Larger than what is read of a connection at once, and than a record of TLS.
      const sent = [1, 500_000, 2, 70_000].map((size): OutgoingMessage => {
        return { topic: TOPIC, key: mechanism, value: randomBytes(size), headers: { by: mechanism } };
      });
      for (const message of sent) await client.send([message]);

      const seen: (Buffer | null)[] = [];
      const consumer = client.consume(
        {
          groupId: `by-${mechanism}`,
          topics: [TOPIC],
          concurrency: 1,
          sessionTimeoutMs: 10_000,
          prepare: () => Promise.resolve(),
          onBatch: async (batch) => {
            for (const { key, value } of batch.messages) if (key?.toString() === mechanism) seen.push(value);
            await batch.commit(batch.messages.at(-1)!.offset + 1);
          },
          onPoll: () => undefined,
          onAssigned: () => undefined,
        },
        SILENT,
      );
      await until('all is consumed', () => Promise.resolve(seen.length >= sent.length), 30_000);
      await consumer.stop();

      expect(seen.map((value) => value?.toString('base64'))).toEqual(
        sent.map(({ value }) => (value as Buffer).toString('base64')),
      );
    },
    LIMIT,
  );

  it.each<[string, Pick<KafkaClientOptions, 'ssl' | 'sasl'>, RegExp]>([
    [
      'a wrong password',
      { ssl: true, sasl: { mechanism: 'plain', ...LOGIN, password: WRONG } },
      /authentication failed|invalid credentials/i,
    ],
    [
      'a wrong password of SCRAM',
      { ssl: true, sasl: { mechanism: 'scram-sha-512', ...LOGIN, password: WRONG } },
      /authentication failed|invalid credentials/i,
    ],
    ['no name', { ssl: true }, /Closed connection$/],
    ['no TLS', { sasl: { mechanism: 'plain', ...LOGIN } }, /no Kafka broker answers.* is it of TLS\?$/],
  ])(
    'refuses who comes with %s, and says why, but no password',
    async (_, options, why) => {
      const said: unknown[] = [];
      const say = (fields: object, message: string): void => void said.push(fields, message);
      const client = given({ ...options, log: { ...SILENT, warn: say, error: say } });
      const error = await client.ping().then(String, String);
      expect(error).toMatch(why);
      expect(inspect([error, said], { depth: 9 })).not.toMatch(new RegExp(`${LOGIN.password}|${WRONG}`));
    },
    LIMIT,
  );

  it(
    'is not taken for one where it has none of TLS',
    async () => {
      const client = given({ ssl: true, sasl: { mechanism: 'plain', ...LOGIN } }, cluster.kafkaBrokers[0]!);
      await expect(client.ping()).rejects.toThrow(/before secure TLS connection was established/);
    },
    LIMIT,
  );

  it(
    'is not trusted with the password where nobody vouches for its certificate',
    async () => {
      tls.setDefaultCACertificates(trusted);
      try {
        const client = given({ ssl: true, sasl: { mechanism: 'plain', ...LOGIN } });
        await expect(client.ping()).rejects.toThrow(/self-signed certificate/);
      } finally {
        tls.setDefaultCACertificates([...trusted, cluster.brokers[0]!.secured!.certificate]);
      }
    },
    LIMIT,
  );
});
