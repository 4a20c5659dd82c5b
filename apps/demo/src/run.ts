import { startLocalStack } from '#local-stack/local-stack.js';
import { keepUp } from './keep-up.js';
import { type RunningServices, SERVICES, startServices } from './services.js';

/** Orebound running on this machine: servers and services. */
export interface Running {
  readonly stack: {
    readonly kafkaBrokers: string[];
    readonly mongodbUri: string;
    readonly how: { kafka: string; mongodb: string };
  };
  readonly services: RunningServices;
  stop(): Promise<void>;
}

interface RunOptions {
  readonly firstPort: number;
  readonly say: (line: string) => void;
  readonly feedsFromHere?: boolean;
}

/**
 * Starts the local stack, unless the environment gives addresses, and the services on it; where that fails, says why and
 * ends the process with 1.
 */
export async function run(options: RunOptions): Promise<Running> {
  try {
    return await startAll(options);
  } catch (error) {
    // Each is worded for a person: no server to be had, a port taken, a service that does not get ready.
    process.stderr.write(`${(error as Error).message}\n`);
    return process.exit(1);
  }
}

async function startAll(options: RunOptions): Promise<Running> {
  const { say } = options;
  const took = stopwatch();
  const stack = await startLocalStack({ log: say });
  say(`Kafka and MongoDB answer, after ${took()}.`);
  try {
    say(`Starting ${SERVICES.join(', ')} ...`);
    const services = await startServices(stack, options);
    say(`All is up, after ${took()}.`);
    const leave = [keepUp('Kafka', stack.kafka, say), keepUp('MongoDB', stack.mongod, say)];
    return {
      stack,
      services,
      stop: async () => {
        for (const one of leave) one();
        await services.stop();
        await stack.stop();
      },
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** Where to look next. */
export const whereToLook = ({ stack, services }: Running): string =>
  [
    '',
    ...SERVICES.map(
      (name) =>
        `   ${name.padEnd(12)} ${services.urls[name]}/docs   ${services.urls[name]}/health/ready   ${services.urls[name]}/metrics`,
    ),
    `   ${'Kafka'.padEnd(12)} ${stack.kafkaBrokers.join(',')}   (${stack.how.kafka})`,
    `   ${'MongoDB'.padEnd(12)} ${stack.mongodbUri}   (${stack.how.mongodb})`,
    `   ${'logs'.padEnd(12)} ${services.logs}`,
    `   ${'to paste'.padEnd(12)} export KAFKA_BROKERS=${stack.kafkaBrokers.join(',')} MONGODB_URI='${stack.mongodbUri}'`,
    '',
  ].join('\n');

const stopwatch = (): (() => string) => {
  const began = Date.now();
  return () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
};
