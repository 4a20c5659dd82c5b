import { startLocalStack } from '#local-stack/local-stack.js';
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

/** Starts the local stack, unless the environment gives addresses, and the services on it. */
export async function run(options: { firstPort: number; say: (line: string) => void }): Promise<Running> {
  const { say } = options;
  const stack = await startLocalStack({ log: say });
  try {
    const services = await startServices(stack, options);
    return {
      stack,
      services,
      stop: async () => {
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

/** Calls once, at the first Ctrl-C or SIGTERM. */
export const onInterrupt = (stop: () => Promise<void>): void => {
  let stopping = false;
  const once = (): void => {
    if (stopping) return;
    stopping = true;
    void stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', once).on('SIGTERM', once);
};
