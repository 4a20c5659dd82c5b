/** `npm run stack`: the local stack alone, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { LocalStackUnavailableError } from './attempts.js';
import { type LocalStack, startLocalStack } from './local-stack.js';

const usage = `npm run stack [-- --help]

Starts a Kafka and a MongoDB replica set on this machine, prints their addresses as
export lines for a shell, and stays until Ctrl-C or SIGTERM; then their data is gone.
Set KAFKA_BROKERS or MONGODB_URI to use servers of your own; LOCAL_STACK_DOCKER=off
to leave Docker out. More in libs/local-stack/README.md.
`;

let stack: LocalStack | undefined;
let stopping = false;

async function stop(exitCode: number): Promise<never> {
  // The second Ctrl-C: leave at once, the supervisors do the rest.
  if (stopping) process.exit(exitCode);
  stopping = true;
  await stack?.stop();
  process.exit(exitCode);
}

function asksForHelp(): boolean {
  try {
    return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values.help ?? false;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

if (asksForHelp()) {
  process.stdout.write(usage);
  process.exit(0);
}

// Before the servers are up it has not done what it was asked for.
process.on('SIGINT', () => void stop(stack ? 0 : 130));
process.on('SIGTERM', () => void stop(stack ? 0 : 143));

try {
  const began = Date.now();
  stack = await startLocalStack();
  process.stderr.write(`Kafka: ${stack.how.kafka}\nMongoDB: ${stack.how.mongodb}\n`);
  process.stderr.write(
    `Up in ${((Date.now() - began) / 1000).toFixed(1)} s. Ctrl-C stops them and removes their data.\n`,
  );
  process.stdout.write(
    `export KAFKA_BROKERS='${stack.kafkaBrokers.join(',')}' MONGODB_URI='${stack.mongodbUri}'\n`,
  );
  // The servers do not keep this process alive; this does.
  setInterval(() => undefined, 2 ** 30);
} catch (error) {
  if (!(error instanceof LocalStackUnavailableError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
