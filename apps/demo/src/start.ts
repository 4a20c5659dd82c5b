/** `npm start`: everything on this machine, until Ctrl-C. */
import { parseArguments } from './arguments.js';
import { takeInterrupts } from './interrupt.js';
import { run, whereToLook } from './run.js';

const HELP = `npm start [-- options]

Starts the services: shipments, deals, market-news. Kafka and MongoDB too, unless KAFKA_BROKERS and MONGODB_URI say
where they are. Ctrl-C stops all of it.

  --ports N   the first of the three ports (3001)
  --help      this text
`;

const { firstPort } = parseArguments(HELP, []);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const interrupt = takeInterrupts(say);
const running = await run({ firstPort, say });
interrupt.endBy(
  () => running.stop(),
  () => 0,
);
say(`\nOrebound is up.${whereToLook(running)}`);
