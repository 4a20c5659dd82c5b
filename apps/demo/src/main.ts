/** `npm run demo`: everything on this machine, and the story played on it. */
import { deadLettersOf } from '#messaging/dead-letter.js';
import { KafkaClient } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';
import { parseArguments } from './arguments.js';
import { Doors } from './doors.js';
import { check, endStates, summary, table } from './end-states.js';
import { serveFeed } from './feed-server.js';
import { takeInterrupts } from './interrupt.js';
import { play } from './play.js';
import { run, whereToLook } from './run.js';
import * as story from './story.js';
import { Teller } from './teller.js';

const HELP = `npm run demo [-- options]

Starts everything on this machine, plays the story of a first shipment from Karachi to Missouri through the public
doors, checks what came of it, and stays up for you to look around.

  --once      play, check every end state, and end: exit code 0, or 1 with what differs
  --ports N   the first of the three ports (3001)
  --help      this text
`;

const PAUSE_MS = 250;

const { firstPort, flags } = parseArguments(HELP, ['once']);
const once = flags.has('once');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const interrupt = takeInterrupts(say);
/** Whether a Ctrl-C is no more than the end of looking around. */
let isTold = false;
let holds = false;
const running = await run({ firstPort, say, feedsFromHere: true });
try {
  const kafka = new KafkaClient({
    brokers: running.stack.kafkaBrokers,
    clientId: 'orebound-demo',
    namespace: '',
    log: SILENT,
  });
  const doors = new Doors(running.services.urls, kafka);
  const feed = await serveFeed(story.FEED_NEWS);
  const readers = ['shipments.arrivals', 'deals.events', deadLettersOf('shipments')].map((topic) =>
    doors.read(topic),
  );
  const stop = async (): Promise<void> => {
    feed.stop();
    await Promise.all(readers.map((reader) => reader.stop()));
    await kafka.close();
    await running.stop();
  };
  interrupt.endBy(stop, () => (isTold ? 0 : 130));

  // The story goes on for a moment while everything is stopped, and then fails: neither is to be read.
  const write = (text: string): void => void (interrupt.isEnding || process.stdout.write(text));
  const tell = new Teller(write, once ? 0 : PAUSE_MS);
  await play(doors, tell, feed.url);
  await tell.chapter('How it ended', 'Every end state, asked through the public doors, and what it must be.');
  const [arrivals, dealEvents, deadLetters] = readers.map(({ messages }) => messages) as [[], [], []];
  const outcomes = await check(endStates(doors, { arrivals, dealEvents, deadLetters }));
  holds = outcomes.every((outcome) => outcome.holds);
  tell.says(`${table(outcomes)}\n\n   ${summary(outcomes)}\n`);
  if (once) {
    tell.says('`npm run demo` without --once stays up after this, and says where to look.');
    if (!interrupt.isEnding) await stop();
  } else {
    isTold = true;
    const { shipments, deals, 'market-news': news } = running.services.urls;
    tell.says(`Look around; Ctrl-C ends it.${whereToLook(running)}`);
    tell.says(`   try          curl ${shipments}/shipments/${story.SHIPMENT}`);
    tell.says(`                curl ${deals}/deals/${story.DEAL}`);
    tell.says(`                curl '${news}/items?deal=${story.DEAL}'\n`);
  }
} catch (error) {
  if (!interrupt.isEnding) {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exit(1);
  }
}
if (once && !interrupt.isEnding) process.exit(holds ? 0 : 1);
