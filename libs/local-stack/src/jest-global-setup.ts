import { type LocalStack, startLocalStack } from './local-stack.js';

declare global {
  /** Handed from the setup to the teardown, which run in one process. */
  var localStackOfTheRun: LocalStack | undefined;
}

/** Starts the stack once a run. The workers, which are started later, inherit its addresses in their environment. */
export default async function setUp(): Promise<void> {
  const stack = await startLocalStack();
  globalThis.localStackOfTheRun = stack;
  process.env.KAFKA_BROKERS = stack.kafkaBrokers.join(',');
  process.env.MONGODB_URI = stack.mongodbUri;
}
