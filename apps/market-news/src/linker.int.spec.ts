/** Links as they come out when everything happens at once, and when the process dies on the way. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { EventOf } from '#contracts/contract.js';
import { DEALS_EVENTS } from '#contracts/deals.js';
import { type ItemPosted, MARKET_NEWS_EVENTS, MARKET_NEWS_INBOUND } from '#contracts/market-news.js';
import type { Effects, EventBatch } from '#messaging/effects.js';
import { Database } from '#service/database.js';
import { ItemsCollection } from './items.collection.js';
import { linkOf } from './link.js';
import { Linker } from './linker.js';
import { LinksCollection } from './links.collection.js';
import { postedItem } from './posted-item.js';
import { type SubjectEvent, subjectId } from './subject.js';
import { SubjectsCollection } from './subjects.collection.js';
import { REFERENCE } from './tagging/reference.js';
import { eventually } from './testing/eventually.js';
import { ownEnvironment, RunningService, SILENT } from './testing/running-service.js';
import { dealRegistered } from './testing/trade-events.js';

import.meta.jest.setTimeout(120_000);

const MINERALS = ['antimony', 'copper', 'cobalt', 'tin', 'rare earths', 'cerium', 'gallium'];
const DEAL_MINERALS = ['antimony', 'copper', 'cobalt', 'tin', 'rare-earths', 'neodymium', 'gallium'];
const pick = (from: readonly string[], nth: number): string => from[nth % from.length]!;

const item = (nth: number, at: Date): EventOf<typeof ItemPosted> =>
  postedItem(
    { title: `News ${nth}: ${pick(MINERALS, nth)} and ${pick(MINERALS, nth * 3 + 1)}` },
    { from: '/test', now: at },
  );
const deal = (nth: number, revision: number): CloudEvent =>
  dealRegistered(`d${nth}`, revision, [
    ...new Set([pick(DEAL_MINERALS, nth + revision), pick(DEAL_MINERALS, nth * 2 + revision * 3)]),
  ]);

describe('links of items and deals that come and change at the same time, in two instances', () => {
  const ITEMS = 60;
  const DEALS = 20;
  const REVISIONS = 5;
  const environment = ownEnvironment(process.env, { BATCH_SIZE: '7' });
  let services: RunningService[];
  beforeAll(async () => {
    services = [await RunningService.start(environment), await RunningService.start(environment)];
  });
  afterAll(() => Promise.all((services ?? []).map((service) => service.stop())));

  it('are those of the last states, and what was published adds up to them', async () => {
    const [one] = services as [RunningService];
    const published = one.listen(MARKET_NEWS_EVENTS);
    const late = new Date('2025-10-02T12:00:00Z');
    const early = new Date('2025-10-01T12:00:00Z');
    const news = Array.from({ length: ITEMS }, (_, nth) => {
      const first = item(nth, late);
      // Another sighting of the same item, earlier: it comes later, and gives the item other words.
      return [first, { ...item(nth + 2, early), subject: first.subject }];
    });
    const send = async (): Promise<void> => {
      for (const round of [0, 1]) {
        for (const sightings of news) {
          await one.send(MARKET_NEWS_INBOUND, sightings[round]!);
        }
      }
    };
    const amend = async (): Promise<void> => {
      for (let revision = 1; revision <= REVISIONS; revision++)
        for (let nth = 0; nth < DEALS; nth++) await one.send(DEALS_EVENTS, deal(nth, revision));
    };
    await Promise.all([send(), amend()]);
    await one.caughtUp(MARKET_NEWS_INBOUND, DEALS_EVENTS);

    const items = new ItemsCollection(one.database);
    const subjects = new SubjectsCollection(one.database);
    const [matchable, deals] = [
      await items.byIds(news.map(([first]) => first!.subject)),
      await subjects.byIds(Array.from({ length: DEALS }, (_, nth) => subjectId('deal', `d${nth}`))),
    ];
    expect([matchable.length, deals.length]).toEqual([ITEMS, DEALS]);
    const expected = matchable
      .flatMap((each) =>
        deals.flatMap((subject) => {
          const link = linkOf(each, subject, REFERENCE);
          return link ? [`${each.id}|deal/${subject.id} ${link.score}`] : [];
        }),
      )
      .sort();
    const stored = (await one.database
      .collection('links')
      .find({ linked: true } as object)
      .toArray()) as unknown as {
      _id: string;
      score: string;
    }[];
    expect(stored.map(({ _id, score }) => `${_id} ${score}`).sort()).toEqual(expected);
    expect(expected.length).toBeGreaterThan(50);

    // Of each link, what was said last (by sequence) is how it stands.
    await eventually(() => {
      const last = new Map<string, CloudEvent>();
      for (const event of published.events) {
        const { kind, id } = event.data as { kind?: string; id?: string };
        if (kind === undefined) continue;
        const link = `${event.subject}|${kind}/${id}`;
        const before = last.get(link);
        if (!before || before.extensions['sequence']! < event.extensions['sequence']!) last.set(link, event);
      }
      const linked = [...last].filter(([, { type }]) => type.endsWith('item-linked.v1'));
      expect(linked.map(([link, { data }]) => `${link} ${(data as { score: string }).score}`).sort()).toEqual(
        expected,
      );
    });
    await published.stop();
  });
});

describe('links when the process dies on the way', () => {
  const environment = ownEnvironment(process.env);
  let database: Database;
  let items: ItemsCollection;
  let subjects: SubjectsCollection;
  let links: LinksCollection;

  beforeAll(async () => {
    database = new Database(
      {
        mongodbUri: environment['MONGODB_URI']!,
        mongodbDatabase: environment['MONGODB_DATABASE']!,
        service: 'market-news',
      },
      SILENT,
    );
    items = new ItemsCollection(database);
    subjects = new SubjectsCollection(database);
    links = new LinksCollection(database);
    database.open();
    await eventually(() => database.ping());
  });
  afterAll(() => database?.close());

  const batchOf = <E extends CloudEvent>(topic: string, ...events: E[]): EventBatch<E> => ({
    topic,
    partition: 0,
    firstOffset: 100,
    lastOffset: 100 + events.length - 1,
    received: events.map((event, index) => ({
      event,
      partition: 0,
      offset: 100 + index,
      receivedAt: new Date('2025-10-02T12:00:00Z'),
    })),
  });
  const all = async (parts: AsyncIterable<Effects>): Promise<Effects> => {
    const effects: Effects[] = [];
    for await (const part of parts) effects.push(part);
    return {
      publish: effects.flatMap(({ publish }) => publish),
      refused: effects.flatMap(({ refused }) => refused),
      repeated: 0,
    };
  };
  const idsOf = ({ publish }: Effects): string[] => publish.map(({ event }) => event.id).sort();

  it.each(['before', 'after'])('%s links are written, come out the same, with the same ids', async (when) => {
    const mineral = when === 'before' ? 'niobium' : 'tantalum';
    const deals = batchOf(
      'deals.events',
      ...(Array.from({ length: 30 }, (_, nth) =>
        dealRegistered(`${when}-${nth}`, 1, [mineral]),
      ) as SubjectEvent[]),
    );
    await subjects.apply(deals);
    const news = batchOf(
      MARKET_NEWS_INBOUND.name,
      postedItem(
        { title: `${mineral} prices rise` },
        { from: '/test', now: new Date('2025-10-02T12:00:00Z') },
      ),
    );

    let dies = true;
    const dying = new Linker(
      items,
      subjects,
      {
        ever: (side, ids) => links.ever(side, ids),
        apply: async (batch) => {
          if (dies && when === 'before') throw new Error('died');
          const effects = await links.apply(batch);
          if (dies) throw new Error('died');
          return effects;
        },
      },
      REFERENCE,
    );
    const take = async (): Promise<string[]> => {
      const written = await items.apply(news);
      const linked = await all(dying.itemsWritten(news));
      return [...idsOf(written), ...idsOf(linked)].sort();
    };
    await expect(take()).rejects.toThrow('died');
    dies = false;
    const ids = await take();
    expect(new Set(ids).size).toBe(31); // the item, and its 30 links
    expect(await take()).toEqual(ids);

    // The other side, at work on the same pairs, adds nothing and has nothing of this side's to say.
    const other = await all(dying.subjectsWritten(deals, (event) => subjectId('deal', event.subject)));
    expect(other).toEqual({ publish: [], refused: [], repeated: 0 });
  });

  it('leave no link that an amendment has taken, though it came while the link was being written', async () => {
    const news = batchOf(
      MARKET_NEWS_INBOUND.name,
      postedItem({ title: 'Rubidium prices rise' }, { from: '/test', now: new Date('2025-10-02T12:00:00Z') }),
    );
    await subjects.apply(
      batchOf('deals.events', dealRegistered('meanwhile', 1, ['rubidium']) as SubjectEvent),
    );
    const amendment = batchOf('deals.events', dealRegistered('meanwhile', 2, ['iridium']) as SubjectEvent);
    const deal = (event: CloudEvent): string => subjectId('deal', event.subject);
    const plain = new Linker(items, subjects, links, REFERENCE);
    let amended = false;
    const interrupted = new Linker(
      items,
      subjects,
      {
        ever: (side, ids) => links.ever(side, ids),
        apply: async (batch) => {
          if (!amended) {
            amended = true;
            // Between what was read and what is written, all of the amendment happens elsewhere.
            await subjects.apply(amendment);
            expect((await all(plain.subjectsWritten(amendment, deal))).publish).toEqual([]);
          }
          return links.apply(batch);
        },
      },
      REFERENCE,
    );
    await items.apply(news);
    const { publish } = await all(interrupted.itemsWritten(news));
    expect(publish.map(({ event }) => event.type.split('.').at(2))).toEqual(['item-linked', 'item-unlinked']);
    expect(await links.itemsOf('deal/meanwhile', { tagged: [], limit: 10 })).toEqual([]);
  });

  it('come in parts, so that news of everybody is no more than memory holds', async () => {
    const DEALS = 1_200;
    const deals = batchOf(
      'deals.events',
      ...(Array.from({ length: DEALS }, (_, nth) =>
        dealRegistered(`many-${nth}`, 1, ['bismuth']),
      ) as SubjectEvent[]),
    );
    await subjects.apply(deals);
    const news = batchOf(
      MARKET_NEWS_INBOUND.name,
      postedItem({ title: 'Bismuth prices rise' }, { from: '/test', now: new Date('2025-10-02T12:00:00Z') }),
    );
    await items.apply(news);

    const sizes: number[] = [];
    const linker = new Linker(items, subjects, links, REFERENCE);
    for await (const { publish } of linker.itemsWritten(news)) sizes.push(publish.length);

    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(DEALS);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
  });
});
