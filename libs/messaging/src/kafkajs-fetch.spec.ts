import { createRequire } from 'node:module';
import { watchFetches, StoppedConsumer } from './kafkajs-fetch.js';

type Fetch = (this: object, nodeId: number) => Promise<unknown[]>;
type FetchManager = (of: {
  logger: object;
  getNodeIds: () => number[];
  fetch: (nodeId: number) => Promise<unknown[]>;
  handler: () => Promise<void>;
}) => { start(): Promise<void> };

const require = createRequire(import.meta.url);
const quiet = { debug: () => undefined, info: () => undefined, namespace: () => quiet };
const MOST_ASKS = 1_000;

it('a consumer that has stopped ends the fetchers that were made anew meanwhile', async () => {
  watchFetches();
  const createFetchManager = require('kafkajs/src/consumer/fetchManager') as FetchManager;
  const { fetch } = (require('kafkajs/src/consumer/runner') as { prototype: { fetch: Fetch } }).prototype;
  const stopped = { running: false, logger: quiet, consumerGroup: {} };
  let asks = 0;
  const manager = createFetchManager({
    logger: quiet,
    getNodeIds: () => [1, 2],
    handler: () => Promise.resolve(),
    fetch: (nodeId) =>
      ++asks > MOST_ASKS ? Promise.reject(new Error('it asks for ever')) : fetch.call(stopped, nodeId),
  });

  await expect(manager.start()).rejects.toThrow(StoppedConsumer);
});
