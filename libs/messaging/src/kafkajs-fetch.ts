import { createRequire } from 'node:module';

/** kafkajs's own runner of a consumer, as far as it is used here; not a part of its public face. */
interface RunnerClass {
  readonly prototype: { running: boolean; fetch(nodeId: number): Promise<unknown[]> };
}

/** Ends the fetchers of a consumer that has stopped. */
export class StoppedConsumer extends Error {
  constructor() {
    super('the consumer has stopped');
    this.name = 'StoppedConsumer';
  }
}

/**
 * Has kafkajs end a fetcher of a consumer that has stopped, in place of giving it nothing.
 *
 * A consumer that is stopped in the moment in which its fetchers are made anew, because a broker has come or gone, stops those of
 * before. The new ones then ask, are given nothing at once, and ask again, without a turn of the event loop between: the
 * process answers nobody any more, not even SIGTERM. An error ends them, and kafkajs sees that it is to stop.
 */
export function endFetchersOfStopped(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/runner') as RunnerClass;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
  const { fetch } = prototype;
  prototype.fetch = function (nodeId) {
    return this.running ? fetch.call(this, nodeId) : Promise.reject(new StoppedConsumer());
  };
}
