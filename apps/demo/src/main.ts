/** `npm run demo`: everything on this machine, and the story played on it. */
import { deadLettersOf } from '#messaging/dead-letter.js';
import { KafkaClient } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';
import { parseArguments } from './arguments.js';
import { Doors } from './doors.js';
import { check, endStates, table } from './end-states.js';
import { serveFeed } from './feed-server.js';
import { play } from './play.js';
import { onInterrupt, run, whereToLook } from './run.js';
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
let holds = false;
try {
  const running = await run({ firstPort, say });
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
  onInterrupt(stop);

  const tell = new Teller((text) => process.stdout.write(text), once ? 0 : PAUSE_MS);
  await play(doors, tell, feed.url);
  await tell.chapter('How it ended', 'Every end state, asked through the public doors, and what it must be.');
  const [arrivals, dealEvents, deadLetters] = readers.map(({ messages }) => messages) as [[], [], []];
  const outcomes = await check(endStates(doors, { arrivals, dealEvents, deadLetters }));
  holds = outcomes.every((outcome) => outcome.holds);
  say(table(outcomes));
  if (once) {
    await stop();
  } else {
    say(`\nLook around; Ctrl-C ends it.${whereToLook(running)}`);
    say(`   try          curl ${running.services.urls.shipments}/shipments/${story.SHIPMENT}`);
    say(`                curl ${running.services.urls.deals}/deals/${story.DEAL}`);
    say(`                curl '${running.services.urls['market-news']}/items?deal=${story.DEAL}'\n`);
  }
} catch (error) {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exit(1);
}
if (once) process.exit(holds ? 0 : 1);
