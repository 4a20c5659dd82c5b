import { readFileSync } from 'node:fs';
import { kafkaVersion } from '#local-stack/kafka-program.js';
import { CONNECT_POM } from './connect-worker.js';

it('runs Kafka Connect in the version of the Kafka that it talks to', () => {
  expect(readFileSync(CONNECT_POM, 'utf8')).toContain(`<kafka.version>${kafkaVersion()}</kafka.version>`);
});
