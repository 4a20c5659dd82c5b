import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import { KafkaClient } from './kafka-client.js';
import { SILENT } from './log.js';
import { COUNTERS_AUDIT } from './testing/counters.js';
import { until } from './testing/until.js';
import { topicDeclarations } from './topic-declarations.js';

const LIMIT = 120_000;
const TOPICS = topicDeclarations('late', [COUNTERS_AUDIT]);

describe('a broker that hangs', () => {
  let stack: LocalStack;
  let client: KafkaClient;
  beforeAll(async () => {
    stack = await startLocalStack({ ownProcesses: true });
  }, LIMIT);
  afterAll(() => stack.stop());
  beforeEach(() => {
    client = new KafkaClient({
      brokers: stack.kafkaBrokers,
      clientId: 'late',
      namespace: '',
      log: SILENT,
    });
  });
  afterEach(() => client.close());

  it.each<[string, () => Promise<unknown>]>([
    ['asked for its topics', () => client.ensureTopics(TOPICS)],
    ['sent to', () => client.send([{ topic: COUNTERS_AUDIT.name, key: 'a', value: 'b', headers: {} }])],
  ])(
    'at the first answer is %s as soon as it answers again',
    async (_, ask) => {
      await stack.kafka!.kill('SIGSTOP'); // the system takes connections for it all the same
      await expect(ask()).rejects.toThrow();
      await stack.kafka!.kill('SIGCONT');

      const outcomes: string[] = [];
      await until(
        'it is reached',
        async () => {
          outcomes.push(await ask().then(() => 'done', String));
          return outcomes.at(-1) === 'done';
        },
        30_000,
      );
    },
    LIMIT,
  );

  it(
    'does not hold up a process that stops while it owes it an answer',
    async () => {
      const message = { topic: COUNTERS_AUDIT.name, key: 'a', value: 'b', headers: {} };
      await client.ensureTopics(TOPICS);
      await client.send([message]);
      await stack.kafka!.kill('SIGSTOP');
      const sent = client.send([message]).catch(() => undefined);
      await sleep(200); // it is on its way, which nothing else tells

      let isClosed = false;
      void client.close().then(() => (isClosed = true));

      await until('it is closed', () => Promise.resolve(isClosed), 5_000);
      await stack.kafka!.kill('SIGCONT');
      await sent;
    },
    LIMIT,
  );
});
