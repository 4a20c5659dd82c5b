import { eventually } from '#messaging/testing/until.js';
import { type RunningService, untilReady } from '#service/testing/running-service.js';
import { checkEvent } from '#contracts/topic.js';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { DEALS_EVENTS } from '#contracts/deals.js';
import {
  ItemLinked,
  ItemPublished,
  ItemUnlinked,
  MARKET_NEWS_EVENTS,
  MARKET_NEWS_INBOUND,
} from '#contracts/market-news.js';
import { SHIPMENTS_EVENTS } from '#contracts/shipments.js';
import { expectWhole, type OpenApiDocument } from '#service/testing/openapi-document.js';
import { postedItem } from './posted-item.js';
import { type Body, MARKET_NEWS_TOPICS, runMarketNews } from './testing/run-market-news.js';
import { commitment, dealRegistered, shipmentRegistered } from './testing/trade-events.js';

import.meta.jest.setTimeout(90_000);

let service: RunningService;

beforeAll(async () => {
  service = await runMarketNews();
  await untilReady(service, MARKET_NEWS_TOPICS);
});
afterAll(() => service?.stop());

const get = async (path: string): Promise<{ status: number; body: Body }> => service.get<Body>(path);
const post = async (title: string, more: object = {}): Promise<string> => {
  const { status, body } = await service.post<Body>('/items', { title, ...more });
  expect(status).toBe(202);
  return body['id'] as string;
};
const ids = async (query: string): Promise<string[]> =>
  ((await get(`/items?${query}`)).body['items'] as { id: string }[]).map(({ id }) => id);
/** The published events of an item, each once, in the order in which they were said. */
const said = async (item: string, ...types: { type: string }[]): Promise<CloudEvent[]> => [
  ...new Map(
    (await service.events(MARKET_NEWS_EVENTS))
      .filter(({ subject, type }) => subject === item && types.some((each) => each.type === type))
      .map((event) => [event.id, event]),
  ).values(),
];

describe('an item and a deal', () => {
  it('are linked when the news comes first', async () => {
    const item = await post('Antimony from Pakistan for US Strategic Metals', {
      summary: '<p>Worth USD 500 million</p>',
    });
    await eventually(async () => expect((await get(`/items/${item}`)).status).toBe(200));
    await service.send(
      DEALS_EVENTS,
      dealRegistered('news-first', 1, ['antimony', 'gallium'], {
        parties: [
          { role: 'seller', name: 'Frontier Works Organization (FWO)', country: 'PK' },
          { role: 'buyer', name: 'US Strategic Metals LLC', country: 'US' },
        ],
      }),
    );
    await eventually(async () => expect(await ids('deal=news-first')).toEqual([item]));

    const { body } = await get(`/items/${item}`);
    expect(body).toMatchObject({
      id: item,
      title: 'Antimony from Pakistan for US Strategic Metals',
      summary: 'Worth USD 500 million',
      links: [
        {
          kind: 'deal',
          id: 'news-first',
          score: '1.00',
          reasons: [
            { kind: 'party', term: 'US Strategic Metals LLC', weight: '0.60', words: 'US Strategic Metals' },
            { kind: 'mineral', term: 'antimony', weight: '0.40', words: 'Antimony' },
            { kind: 'country', term: 'PK', weight: '0.20', words: 'Pakistan' },
            { kind: 'country', term: 'US', weight: '0.05' },
          ],
        },
      ],
    });
    expect((body['tags'] as { term: string }[]).map(({ term }) => term)).toEqual([
      ...['antimony', 'PK', 'US', 'USD 500000000', 'US Strategic Metals LLC'],
    ]);
    await eventually(async () => expect(await said(item, ItemPublished, ItemLinked)).toHaveLength(2));
    for (const event of await said(item, ItemPublished, ItemLinked)) {
      expect(() => checkEvent({ ...MARKET_NEWS_EVENTS, kind: 'inbound' }, event)).not.toThrow();
      expect(event.source).toBe('/market-news');
    }
    expect((await said(item, ItemLinked))[0]).toMatchObject({
      data: { kind: 'deal', id: 'news-first', score: '1.00' },
      extensions: { causationid: 'news-first-1', correlationid: 'test' },
    });
  });

  it('are linked when the deal comes first', async () => {
    await service.send(DEALS_EVENTS, dealRegistered('deal-first', 1, ['cobalt']));
    await service.caughtUp(DEALS_EVENTS);
    const item = await post('Cobalt prices rise');
    await eventually(async () => expect(await ids('deal=deal-first')).toEqual([item]));
  });

  it('are no longer linked when the deal is amended, and an older state changes nothing', async () => {
    const item = await post('Germanium prices rise');
    const first = dealRegistered('amended', 1, ['germanium']);
    await service.send(DEALS_EVENTS, first);
    await eventually(async () => expect(await ids('deal=amended')).toEqual([item]));

    await service.send(DEALS_EVENTS, dealRegistered('amended', 3, ['tellurium']), first);
    await eventually(async () => expect(await ids('deal=amended')).toEqual([]));
    await service.send(DEALS_EVENTS, first, dealRegistered('amended', 2, ['germanium']));
    await service.caughtUp(DEALS_EVENTS);
    expect(await ids('deal=amended')).toEqual([]);
    await eventually(async () =>
      expect((await said(item, ItemLinked, ItemUnlinked)).map(({ type }) => type)).toEqual([
        ItemLinked.type,
        ItemUnlinked.type,
      ]),
    );
    expect((await get(`/items/${item}`)).body['links']).toEqual([]);

    await service.send(DEALS_EVENTS, dealRegistered('amended', 4, ['germanium', 'tellurium']));
    await eventually(async () => expect(await ids('deal=amended')).toEqual([item]));
    await eventually(async () => expect(await said(item, ItemLinked)).toHaveLength(2));
  });
});

describe('an item and a shipment', () => {
  it('are linked for a mineral and a country of the route, whichever comes first', async () => {
    const before = await post('Niobium from Pakistan');
    await service.caughtUp(MARKET_NEWS_INBOUND);
    await service.send(SHIPMENTS_EVENTS, shipmentRegistered('s1', 1, ['niobium']));
    await service.caughtUp(SHIPMENTS_EVENTS);
    const after = await post('Niobium for the United States');
    const unrelated = await post('Niobium prices rise');
    await service.caughtUp(MARKET_NEWS_INBOUND);
    await eventually(async () => expect((await ids('shipment=s1')).sort()).toEqual([before, after].sort()));
    expect((await ids('mineral=niobium')).sort()).toEqual([before, after, unrelated].sort());
  });
});

describe('what is said twice', () => {
  it('is one item, with the words that were said last, however often and wherever it is said', async () => {
    const url = 'https://news.example/twice';
    const item = await post('Zirconium here', { url });
    expect(await post('Zirconium there', { url: 'http://NEWS.example/twice?utm_source=x#top' })).toBe(item);
    await eventually(async () => expect((await get(`/items/${item}`)).body['title']).toBe('Zirconium there'));
    await post('Zirconium here', { url });
    const feed = postedItem(
      { title: 'Zirconium elsewhere', url, feed: 'https://feed.example/rss' },
      { from: '/elsewhere', now: new Date() },
    );
    await service.send(MARKET_NEWS_INBOUND, feed, feed, feed);
    await service.caughtUp(MARKET_NEWS_INBOUND);

    expect(await ids('mineral=zirconium')).toEqual([item]);
    expect((await get(`/items/${item}`)).body).toMatchObject({
      title: 'Zirconium here',
      seenIn: [{ source: '/market-news/items' }, { source: 'https://feed.example/rss' }],
    });
    const titles = async (): Promise<unknown[]> =>
      (await said(item, ItemPublished)).map(({ data }) => (data as ItemPublished).title);
    await eventually(async () =>
      expect(await titles()).toEqual(['Zirconium here', 'Zirconium there', 'Zirconium here']),
    );
  });

  it('changes nothing in the database the second time', async () => {
    const events = [
      postedItem(
        { title: 'Hafnium from Pakistan' },
        { from: '/twice', now: new Date('2025-10-02T10:00:00Z') },
      ),
    ];
    const deal = dealRegistered('twice', 1, ['hafnium']);
    const shipment = shipmentRegistered('twice', 1, ['hafnium']);
    const sendAll = async (): Promise<void> => {
      await service.send(MARKET_NEWS_INBOUND, ...events);
      await service.send(DEALS_EVENTS, deal);
      await service.send(SHIPMENTS_EVENTS, shipment);
      await service.caughtUp(MARKET_NEWS_INBOUND, DEALS_EVENTS, SHIPMENTS_EVENTS);
    };
    const all = async (): Promise<unknown[]> =>
      Promise.all(
        ['items', 'subjects', 'links'].map((name) =>
          service.database
            .collection(name)
            .find({ _id: { $regex: /twice|news-/ } } as object)
            .sort({ _id: 1 })
            .toArray(),
        ),
      );
    await sendAll();
    const once = await all();
    await sendAll();
    expect(await all()).toEqual(once);
    expect(await ids('deal=twice')).toEqual([events[0]!.subject]);
    expect(await ids('shipment=twice')).toEqual([events[0]!.subject]);
  });
});

describe('asking', () => {
  it('pages through the news, the latest first, by mineral, country and time', async () => {
    const day = (nth: number): string => `2025-03-0${nth}T12:00:00+02:00`;
    const items: string[] = [];
    for (const nth of [1, 2, 3, 4, 5])
      items.unshift(
        await post(`Vanadium ${nth} from ${nth % 2 ? 'Peru' : 'Chile'}`, { publishedAt: day(nth) }),
      );
    await eventually(async () => expect(await ids('mineral=vanadium')).toEqual(items));
    expect(await ids('mineral=vanadium&country=PE')).toEqual([items[0], items[2], items[4]]);
    expect(await ids(`mineral=vanadium&since=${encodeURIComponent(day(4))}`)).toEqual(items.slice(0, 2));

    const paged: string[] = [];
    let cursor: unknown;
    do {
      const { body } = await get(
        `/items?mineral=vanadium&limit=2${cursor ? `&cursor=${cursor as string}` : ''}`,
      );
      paged.push(...(body['items'] as { id: string }[]).map(({ id }) => id));
      cursor = body['next'];
    } while (cursor !== undefined);
    expect(paged).toEqual(items);

    await service.send(DEALS_EVENTS, dealRegistered('pages', 1, ['vanadium']));
    await eventually(async () => expect(await ids('deal=pages')).toEqual(items));
    const first = await get('/items?deal=pages&limit=3');
    expect(await ids(`deal=pages&limit=3&cursor=${first.body['next'] as string}`)).toEqual(items.slice(3));
    expect(await ids('deal=pages&country=PE')).toEqual([items[0], items[2], items[4]]);

    await service.database.collection<{ _id: string }>('items').deleteOne({ _id: items[1]! });
    const lacking = (await get('/items?deal=pages&limit=3')).body;
    expect((lacking['items'] as { id: string }[]).map(({ id }) => id)).toEqual([items[0], items[2]]);
    expect(await ids(`deal=pages&limit=3&cursor=${lacking['next'] as string}`)).toEqual(items.slice(3));
  });

  it('tells what stands behind a mineral, exactly', async () => {
    await service.send(
      DEALS_EVENTS,
      dealRegistered('priced', 1, [
        commitment('scandium', { quantity: '0.3', price: { amount: '0.1', currency: 'USD', per: 'KGM' } }),
        commitment('tin'),
      ]),
      dealRegistered('unpriced', 1, [commitment('scandium', { quantity: '250', unit: 'KGM' })], {
        value: { amount: '500000000', currency: 'USD' },
      }),
    );
    await eventually(async () =>
      expect((await get('/exposure/scandium')).body).toEqual({
        mineral: 'scandium',
        committedAs: ['scandium'],
        deals: 2,
        committed: [{ currency: 'USD', amount: '30' }],
        unpriced: [{ basis: 'wet', tonnes: '0.25' }],
        dealsWorth: [{ currency: 'USD', amount: '500000000' }],
      }),
    );
    expect((await get('/exposure/unobtainium')).status).toBe(404);
  });

  it('knows a mineral by every name that news has for it', async () => {
    const item = await post('Aluminum from Pakistan');
    const magnets = await post('NdPr prices rise');
    await service.send(
      DEALS_EVENTS,
      dealRegistered('aliases', 1, ['aluminium', commitment('bauxite', { basis: 'dry' })]),
    );
    for (const name of ['aluminum', 'aluminium', 'Aluminium', 'bauxite'])
      await eventually(async () => expect(await ids(`mineral=${name}&country=PK`)).toEqual([item]));
    for (const name of ['NdPr', 'ndpr-oxide', 'neodymium', 'praseodymium'])
      await eventually(async () => expect(await ids(`mineral=${name}`)).toEqual([magnets]));
    await eventually(async () => expect(await ids('deal=aliases&mineral=aluminium')).toEqual([item]));
    for (const name of ['aluminum', 'Aluminium'])
      expect((await get(`/exposure/${name}`)).body).toMatchObject({
        committedAs: ['aluminium', 'bauxite'],
        unpriced: [
          { basis: 'dry', tonnes: '10' },
          { basis: 'wet', tonnes: '10' },
        ],
      });
  });

  it('reads no index whole', async () => {
    const stages = async (collection: string, filter: object, sort: object): Promise<string> =>
      JSON.stringify(
        await service.database
          .collection(collection)
          .find(filter)
          .sort(sort as never)
          .explain('queryPlanner'),
      );
    for (const [collection, filter, sort] of [
      ['items', { $and: [{ tagged: { $in: ['mineral:tin'] } }] }, { at: -1, _id: -1 }],
      [
        'items',
        { $and: [{ tagged: { $in: ['mineral:a', 'mineral:b'] } }, { tagged: { $in: ['country:PK'] } }] },
        { at: -1, _id: -1 },
      ],
      ['items', { at: { $gte: new Date(0) } }, { at: -1, _id: -1 }],
      ['items', { terms: { $in: ['mineral:tin'] } }, {}],
      ['subjects', { terms: { $in: ['mineral:tin'] } }, {}],
      ['subjects', { kind: 'deal', minerals: { $in: ['tin', 'lead'] } }, {}],
      ['links', { subject: 'deal/x', linked: true }, { at: -1, item: -1 }],
      ['links', { item: { $in: ['x'] } }, {}],
      ['links', { item: 'x', linked: true }, { score: -1 }],
    ] as const) {
      const plan = await stages(collection, filter, sort);
      expect(plan).toContain('IXSCAN');
      expect(plan).not.toContain('COLLSCAN');
      expect(plan).not.toContain('"stage":"SORT"');
    }
  });

  it.each([
    '/items?mineral[$ne]=x',
    '/items?mineral=%7B%24ne%3A1%7D',
    '/items?deal=a&shipment=b',
    '/items?unheard=of',
    '/items?limit=0',
    '/items?since=yesterday',
    '/items?cursor=AAAA',
    '/items?mineral=tin&mineral=copper',
  ])('refuses %s', async (path) => {
    const { status, body } = await get(path);
    expect(status).toBe(400);
    expect(body).toMatchObject({ status: 400, code: expect.stringMatching(/invalid-query|bad-request/) });
  });

  it('refuses to ask for a deal and a shipment at once, and points to the second', async () => {
    expect(await get('/items?deal=D-1&shipment=SHP-1')).toMatchObject({
      status: 400,
      body: { code: 'invalid-query', errors: [{ pointer: '/shipment', code: 'not-allowed' }] },
    });
  });

  it('knows no item that it has not heard of', async () => {
    expect(await get('/items/news-none')).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await get('/items/$where')).toMatchObject({ status: 404 });
  });
});

describe('posting', () => {
  it('gives the item the trace of the request', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const headers = { 'content-type': 'application/json', traceparent };
    const { body } = await service.post<Body>('/items', { title: 'Traced news of tin' }, headers);
    await eventually(async () => {
      const [event] = await said(body['id'] as string, ItemPublished);
      expect(event?.extensions['traceparent']).toBe(traceparent);
    });
  });

  it.each([
    ['no title', '/title', {}],
    ['an operator beside it', '/$where', { title: 'x', $where: '1' }],
    ['an operator as title', '/title', { title: { $gt: '' } }],
    ['too long a title', '/title', { title: 'x'.repeat(501) }],
    ['too long a summary', '/summary', { title: 'x', summary: 'x'.repeat(20_001) }],
    ['an address of no web', '/url', { title: 'x', url: 'javascript:alert(1)' }],
    ['a day of no calendar', '/publishedAt', { title: 'x', publishedAt: 'today' }],
  ])('refuses %s, and points to %s', async (_, pointer, body) => {
    expect(await service.post('/items', body)).toMatchObject({
      status: 422,
      body: { code: 'invalid-data', errors: [{ pointer }] },
    });
  });

  it('is in the OpenAPI document', async () => {
    const { body } = await get('/openapi.json');
    await expectWhole(body as unknown as OpenApiDocument);
    expect(Object.keys(body['paths'] as object)).toEqual(
      expect.arrayContaining(['/items', '/items/{id}', '/feeds', '/exposure/{mineral}']),
    );
  });
});
