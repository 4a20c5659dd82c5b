import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import { KafkaClient } from './kafka-client.js';
import { SILENT } from './log.js';
import { COUNTERS_AUDIT } from './testing/counters.js';
import { until } from './testing/until.js';
import { topicDeclarations } from './topic-declarations.js';

const LIMIT = 120_000;
const TOPICS = topicDeclarations('late', [COUNTERS_AUDIT]);

describe('a broker that is late with its first answer', () => {
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
    'is %s as soon as it answers again',
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
});
