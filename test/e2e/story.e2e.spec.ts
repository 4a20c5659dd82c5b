/** The story of the demo, through the public doors, undisturbed and with each service killed in the middle of it. */
import { randomBytes } from 'node:crypto';
import { Doors } from '../../apps/demo/src/doors.js';
import { check, endStates } from '../../apps/demo/src/end-states.js';
import { serveFeed } from '../../apps/demo/src/feed-server.js';
import { play } from '../../apps/demo/src/play.js';
import {
  type RunningServices,
  SERVICES,
  type ServiceName,
  startServices,
} from '../../apps/demo/src/services.js';
import { FEED_NEWS } from '../../apps/demo/src/story.js';
import { Teller } from '../../apps/demo/src/teller.js';
import { deadLettersOf } from '#messaging/dead-letter.js';
import { KafkaClient } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';

const WITHIN_MS = 240_000;
/** Calls once for each chapter that is told, as it begins. */
class Interrupter extends Teller {
  constructor(private readonly begins: (chapter: number) => void) {
    super(() => undefined, 0);
  }
  private told = 0;
  override async chapter(title: string, text: string): Promise<void> {
    this.begins(++this.told);
    await super.chapter(title, text);
  }
}

async function playedWith(firstPort: number, disturb: (services: RunningServices, chapter: number) => void) {
  const namespace = `e2e${randomBytes(4).toString('hex')}`;
  const kafkaBrokers = process.env['KAFKA_BROKERS']!.split(',');
  const services = await startServices(
    { kafkaBrokers, mongodbUri: process.env['MONGODB_URI']! },
    { firstPort, namespace, feedsFromHere: true, say: () => undefined },
  );
  const kafka = new KafkaClient({
    brokers: kafkaBrokers,
    clientId: 'e2e',
    namespace: `${namespace}.`,
    log: SILENT,
  });
  const doors = new Doors(services.urls, kafka);
  const feed = await serveFeed(FEED_NEWS);
  const readers = ['shipments.arrivals', 'deals.events', deadLettersOf('shipments')].map((topic) =>
    doors.read(topic),
  );
  try {
    await play(doors, new Interrupter((chapter) => disturb(services, chapter)), feed.url);
    const [arrivals, dealEvents, deadLetters] = readers.map(({ messages }) => messages) as [[], [], []];
    return await check(endStates(doors, { arrivals, dealEvents, deadLetters }));
  } finally {
    feed.stop();
    await Promise.all(readers.map((reader) => reader.stop()));
    await kafka.close();
    await services.stop();
  }
}

const failed = (outcomes: Awaited<ReturnType<typeof playedWith>>): object[] =>
  outcomes.filter(({ holds }) => !holds).map(({ what, expected, actual }) => ({ what, expected, actual }));

describe('the story', () => {
  it(
    'ends as it must',
    async () => {
      const outcomes = await playedWith(20_100, () => undefined);
      expect(outcomes.length).toBeGreaterThan(10);
      expect(failed(outcomes)).toEqual([]);
    },
    WITHIN_MS,
  );

  it(
    'ends as it must when every service is killed in the middle of it',
    async () => {
      const killed: ServiceName[] = [];
      const outcomes = await playedWith(20_200, (services, chapter) => {
        // One a chapter, from the voyage on: each while events for it are under way.
        const name = SERVICES[chapter - 5];
        if (name === undefined) return;
        killed.push(name);
        process.kill(services.pids()[name], 'SIGKILL');
      });
      expect(killed).toEqual([...SERVICES]);
      expect(failed(outcomes)).toEqual([]);
    },
    WITHIN_MS,
  );
});
