/**
 * kafkajs alone, as it comes: takes the messages of a topic in batches and does nothing with them but count. Says after
 * each batch how many there were.
 */
import kafkajs from 'kafkajs';

const { Kafka, logLevel } = kafkajs;
const { KAFKA_BROKERS, TOPIC, GROUP } = process.env as Record<string, string>;

process.once('disconnect', () => process.exit());
const consumer = new Kafka({ brokers: KAFKA_BROKERS!.split(','), logLevel: logLevel.ERROR }).consumer({
  groupId: GROUP!,
});
await consumer.connect();
await consumer.subscribe({ topics: [TOPIC!], fromBeginning: true });
let count = 0;
await consumer.run({
  partitionsConsumedConcurrently: 6,
  eachBatch: async ({ batch }) => {
    count += batch.messages.length;
    process.send!({ count });
  },
});
