/** Links as they come out when everything happens at once, and when the process dies on the way. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { EventOf } from '#contracts/contract.js';
import { DEALS_EVENTS } from '#contracts/deals.js';
import { type ItemPosted, MARKET_NEWS_EVENTS, MARKET_NEWS_INBOUND } from '#contracts/market-news.js';
import { eventually } from '#messaging/testing/until.js';
import { ownEnvironment, type RunningService, untilReady } from '#service/testing/running-service.js';
import { linkOf } from './link.js';
import { postedItem } from './posted-item.js';
import { type SubjectEvent, subjectId } from './subject.js';
import { REFERENCE } from './tagging/reference.js';
import {
  batchOf,
  type NewsDatabase,
  openNewsDatabase,
  partsOf,
  publishedBy,
} from './testing/news-database.js';
import { MARKET_NEWS_TOPICS, runMarketNews } from './testing/run-market-news.js';
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
  const environment = { ...ownEnvironment(), BATCH_SIZE: '7' };
  let services: RunningService[];
  beforeAll(async () => {
    services = [await runMarketNews(environment), await runMarketNews(environment)];
    await untilReady(services, MARKET_NEWS_TOPICS);
  });
  afterAll(() => Promise.all((services ?? []).map((service) => service.stop())));

  it('are those of the last states, and what was published adds up to them', async () => {
    const [one] = services as [RunningService];
    const late = new Date('2025-10-02T12:00:00Z');
    const early = new Date('2025-10-01T12:00:00Z');
    const news = Array.from({ length: ITEMS }, (_, nth) => {
      const first = item(nth, early);
      // The same item said again, in other words.
      return [first, { ...item(nth + 2, late), subject: first.subject }];
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

    const { database, items, subjects } = await openNewsDatabase(
      process.env['MONGODB_URI']!,
      environment.MONGODB_DATABASE,
    );
    const session = await database.session();
    const matchable = await items.byIds(
      news.map(([first]) => first!.subject),
      session,
    );
    const deals = await subjects.byIds(
      Array.from({ length: DEALS }, (_, nth) => subjectId('deal', `d${nth}`)),
      session,
    );
    await session.endSession();
    await database.close();
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
    await eventually(async () => {
      const last = new Map<string, CloudEvent>();
      for (const event of await one.events(MARKET_NEWS_EVENTS)) {
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
  });
});

describe('links', () => {
  const NOW = new Date('2025-10-02T12:00:00Z');
  let news: NewsDatabase;
  beforeAll(async () => {
    news = await openNewsDatabase(process.env['MONGODB_URI']!);
  });
  afterAll(() => news?.database.close());

  const itemsOf = (...titles: string[]) =>
    batchOf(
      MARKET_NEWS_INBOUND.name,
      ...titles.map((title) => postedItem({ title }, { from: '/test', now: NOW })),
    );
  const dealsOf = (...deals: CloudEvent[]) => batchOf(DEALS_EVENTS.name, ...(deals as SubjectEvent[]));
  const idsOf = (events: readonly CloudEvent[]): string[] => events.map(({ id }) => id).sort();
  const typesOf = (events: readonly CloudEvent[]): (string | undefined)[] =>
    events.map(({ type }) => type.split('.').at(2));

  it.each(['before', 'after'])(
    'come out the same, with the same ids, when the process dies %s they are written',
    async (when) => {
      const mineral = when === 'before' ? 'niobium' : 'tantalum';
      const deals = dealsOf(
        ...Array.from({ length: 30 }, (_, nth) => dealRegistered(`${when}-${nth}`, 1, [mineral])),
      );
      await news.subjects.apply(deals);
      const items = itemsOf(`${mineral} prices rise`);

      let dies = true;
      const dying = news.linker({
        ever: (...asked) => news.links.ever(...asked),
        apply: async (...batch) => {
          if (dies && when === 'before') throw new Error('died');
          const effects = await news.links.apply(...batch);
          if (dies) throw new Error('died');
          return effects;
        },
      });
      await expect(publishedBy(dying.takeItems(items))).rejects.toThrow('died');
      dies = false;
      const ids = idsOf(await publishedBy(dying.takeItems(items)));
      expect(new Set(ids).size).toBe(31); // the item, and its 30 links
      expect(idsOf(await publishedBy(dying.takeItems(items)))).toEqual(ids);

      // The other side, at work on the same pairs, adds nothing and has nothing of this side's to say.
      expect(await publishedBy(dying.takeSubjects(deals))).toEqual([]);
    },
  );

  it('are not kept that an amendment has taken, though it came while the link was being written', async () => {
    await news.subjects.apply(dealsOf(dealRegistered('meanwhile', 1, ['rubidium'])));
    const amendment = dealsOf(dealRegistered('meanwhile', 2, ['iridium']));
    let amended = false;
    const interrupted = news.linker({
      ever: (...asked) => news.links.ever(...asked),
      apply: async (...batch) => {
        if (!amended) {
          amended = true;
          // Between what was read and what is written, all of the amendment happens elsewhere.
          expect(await publishedBy(news.linker().takeSubjects(amendment))).toEqual([]);
        }
        return news.links.apply(...batch);
      },
    });
    const published = await publishedBy(interrupted.takeItems(itemsOf('Rubidium prices rise')));
    expect(typesOf(published)).toEqual(['item-published', 'item-linked', 'item-unlinked']);
    expect(await news.links.itemsOf('deal/meanwhile', { tagged: [], limit: 10 })).toEqual([]);
  });

  it('are missed by neither side, when both are taken in at the same moment', async () => {
    const PAIRS = 200;
    const AT_ONCE = 10;
    const linker = news.linker();
    for (let from = 0; from < PAIRS; from += AT_ONCE) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, (_, nth) => `Zorin${from + nth} Works`).flatMap((name) => [
          publishedBy(linker.takeItems(itemsOf(`${name} opens a road`))),
          publishedBy(
            linker.takeSubjects(
              dealsOf(
                dealRegistered(name.replace(' ', '-'), 1, ['tin'], { parties: [{ role: 'seller', name }] }),
              ),
            ),
          ),
        ]),
      );
    }
    const linked = await news.database
      .collection<{ subject: string; linked: boolean }>('links')
      .countDocuments({ subject: /Zorin/, linked: true });
    expect(linked).toBe(PAIRS);
  });

  it('come in parts, so that news of everybody is no more than memory holds', async () => {
    const DEALS = 1_200;
    await news.subjects.apply(
      dealsOf(...Array.from({ length: DEALS }, (_, nth) => dealRegistered(`many-${nth}`, 1, ['bismuth']))),
    );
    const parts = await partsOf(news.linker().takeItems(itemsOf('Bismuth prices rise')));
    const sizes = parts.map(({ publish }) => publish.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1 + DEALS);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
  });
});
