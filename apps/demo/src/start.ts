/** `npm start`: everything on this machine, until Ctrl-C. */
import { parseArguments } from './arguments.js';
import { onInterrupt, run, whereToLook } from './run.js';

const HELP = `npm start [-- options]

Starts the services: shipments, deals, market-news. Kafka and MongoDB too, unless KAFKA_BROKERS and MONGODB_URI say
where they are. Ctrl-C stops all of it.

  --ports N   the first of the three ports (3001)
  --help      this text
`;

const { firstPort } = parseArguments(HELP, []);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
try {
  const running = await run({ firstPort, say });
  onInterrupt(() => running.stop());
  say(`\nOrebound is up.${whereToLook(running)}`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
