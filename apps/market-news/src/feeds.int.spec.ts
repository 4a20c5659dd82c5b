import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MARKET_NEWS_INBOUND } from '#contracts/market-news.js';
import { eventually } from '#messaging/testing/until.js';
import { ownEnvironment, type RunningService, untilReady } from '#service/testing/running-service.js';
import { registeredFeed } from './posted-item.js';
import { type Body, MARKET_NEWS_TOPICS, runMarketNews } from './testing/run-market-news.js';

import.meta.jest.setTimeout(90_000);

interface ServedFeed {
  etag: string;
  items: { title: string; link: string; guid: string }[];
  asked: IncomingMessage[];
  /** Whether it was answered that nothing had changed. */
  unchanged: number;
}

let server: Server;
let origin: string;
const feeds = new Map<string, ServedFeed>();

const served = (path: string, items: ServedFeed['items']): ServedFeed => {
  const feed = { etag: '"1"', items, asked: [], unchanged: 0 };
  feeds.set(path, feed);
  return feed;
};

const rss = ({ items }: ServedFeed): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>${items
    .map(
      ({ title, link, guid }) =>
        `<item><title>${title}</title><link>${link}</link><guid>${guid}</guid></item>`,
    )
    .join('')}</channel></rss>`;

beforeAll(async () => {
  server = createServer((request, response) => {
    const feed = feeds.get(request.url ?? '');
    if (!feed) return void response.writeHead(503, { 'retry-after': '3600' }).end();
    feed.asked.push(request);
    if (request.headers['if-none-match'] === feed.etag) {
      feed.unchanged++;
      return void response.writeHead(304).end();
    }
    response.writeHead(200, { etag: feed.etag, 'content-type': 'application/rss+xml' }).end(rss(feed));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const feedOf = async (service: RunningService, id: string): Promise<Record<string, unknown>> => {
  const { body } = await service.get<Body>('/feeds');
  const found = (body['items'] as Record<string, unknown>[]).find((feed) => feed['id'] === id);
  if (!found) throw new Error(`no feed ${id} yet`);
  return found;
};
const items = async (
  service: RunningService,
  query = '',
): Promise<{ title: string; seenIn: { source: string }[] }[]> =>
  (await service.get<Body>(`/items?${query}`)).body['items'] as {
    title: string;
    seenIn: { source: string }[];
  }[];

describe('feeds', () => {
  const environment = { ...ownEnvironment(), FEEDS_ALLOW_PRIVATE_ADDRESSES: 'true' };
  let services: RunningService[];
  // Two instances, so that leases count.
  beforeAll(async () => {
    services = [await runMarketNews(environment), await runMarketNews(environment)];
    await untilReady(services, MARKET_NEWS_TOPICS);
  });
  afterAll(() => Promise.all((services ?? []).map((service) => service.stop())));

  it('are polled, and asked whether they have changed; an item in two of them is one item', async () => {
    const [service] = services as [RunningService];
    const item = { title: 'Antimony up', link: 'https://news.example/antimony', guid: 'a' };
    const one = served('/one', [item]);
    const registered = await service.post<Body>('/feeds', { url: `${origin}/one`, publisher: 'One' });
    expect(registered.status).toBe(202);
    await eventually(async () => expect(await items(service)).toHaveLength(1));
    await eventually(() => expect(one.unchanged).toBeGreaterThanOrEqual(3));

    const two = served('/two', [{ ...item, link: `${item.link}?utm_source=two`, guid: 'other' }]);
    await service.post<Body>('/feeds', { url: `${origin}/two` });
    await eventually(async () =>
      expect(await items(service)).toMatchObject([
        {
          title: 'Antimony up',
          publisher: 'Wire', // both are copies, and it said so last
          seenIn: [{ source: `${origin}/one` }, { source: `${origin}/two` }],
        },
      ]),
    );
    await eventually(() => expect(two.unchanged).toBeGreaterThanOrEqual(1));
    expect(await feedOf(service, registered.body['id'] as string)).toMatchObject({
      url: `${origin}/one`,
      publisher: 'One',
      failures: 0,
    });

    // What has changed is sent, and what was there before is not sent again.
    one.etag = '"2"';
    one.items.push({ title: 'Tin up', link: '/tin', guid: 'b' });
    await eventually(async () =>
      expect((await items(service, 'mineral=tin')).map(({ title }) => title)).toEqual(['Tin up']),
    );
    // Two feeds, and an item of each and a new one.
    expect(await service.events(MARKET_NEWS_INBOUND)).toHaveLength(5);
  });

  it('that are removed are polled no more, and can be registered again', async () => {
    const [service] = services as [RunningService];
    const feed = served('/removed', []);
    const url = `${origin}/removed`;
    const register = async (): Promise<string> =>
      (await service.post<Body>('/feeds', { url })).body['id'] as string;
    const id = await register();
    const statusOf = async (): Promise<number> => (await service.get(`/feeds/${id}`)).status;
    await eventually(async () =>
      expect((await service.get<Body>(`/feeds/${id}`)).body).toMatchObject({
        id,
        url,
        failures: 0,
        polledAt: expect.any(String),
      }),
    );
    expect(await service.delete(`/feeds/${id}`)).toMatchObject({ status: 202, body: { id } });
    await eventually(async () => expect(await statusOf()).toBe(404));
    const { items: listed } = (await service.get<Body>('/feeds')).body as { items: { id: string }[] };
    expect(listed.map((each) => each.id)).not.toContain(id);
    const polls = service.database.collection<{ _id: string }>('polls');
    await eventually(async () => expect(await polls.findOne({ _id: id })).toBeNull());

    const before = feed.asked.length;
    expect(await register()).toBe(id);
    await eventually(() => expect(feed.asked.length).toBeGreaterThan(before));
    expect(await statusOf()).toBe(200);
    expect(await service.delete('/feeds/no-feed')).toMatchObject({ status: 404 });
  });

  it('that fail are polled ever more rarely, and not before the server wants it', async () => {
    const [service] = services as [RunningService];
    const { body } = await service.post<Body>('/feeds', { url: `${origin}/away` });
    await eventually(async () => {
      const feed = await feedOf(service, body['id'] as string);
      expect(feed).toMatchObject({ failures: 1, failure: 'status 503' });
      const wait = Date.parse(feed['dueAt'] as string) - Date.parse(feed['polledAt'] as string);
      expect(wait).toBeGreaterThanOrEqual(3_600_000);
    });
  });

  it('that are no feeds are failures', async () => {
    const [service] = services as [RunningService];
    const page = createServer((_, response) => response.end('<html>hello</html>'));
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}/`;
      const { body } = await service.post<Body>('/feeds', { url });
      await eventually(async () =>
        expect(await feedOf(service, body['id'] as string)).toMatchObject({
          failure: expect.stringContaining('no feed'),
        }),
      );
    } finally {
      page.closeAllConnections();
      page.close();
    }
  });
});

describe('more feeds than there may be', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await runMarketNews({ FEEDS_MOST: '3', FEEDS_MOST_PER_HOST: '2' });
    await untilReady(service, MARKET_NEWS_TOPICS);
  });
  afterAll(() => service?.stop());

  const urls = async (): Promise<string[]> =>
    ((await service.get<Body>('/feeds')).body['items'] as { url: string }[]).map(({ url }) => url).sort();
  const registered = async (url: string): Promise<void> => {
    expect(await service.post('/feeds', { url })).toMatchObject({ status: 202 });
    await eventually(async () => expect(await urls()).toContain(url));
  };
  const refused = { status: 409, body: { code: 'limit-reached', errors: [{ pointer: '/url' }] } };

  it('are refused, in all and on one host, at the door and from Kafka; not one that is there, or in place of one', async () => {
    const [one, two, three] = ['/1', '/2', '/3'].map((path) => `https://one.invalid${path}`) as [
      ...[string, string, string],
    ];
    const other = 'https://two.invalid/';
    await registered(one);
    await registered(two);
    expect(await service.post('/feeds', { url: three })).toMatchObject(refused);
    await registered(one);
    await registered(other);
    expect(await service.post('/feeds', { url: 'https://three.invalid/' })).toMatchObject(refused);

    const event = registeredFeed({ url: three }, { from: '/elsewhere', now: new Date() });
    await service.send(MARKET_NEWS_INBOUND, event);
    const dead = await service.read('market-news.dead-letters', ({ key }) => key === event.subject);
    expect(dead.headers).toMatchObject({ deadletter_reason: 'limit-reached' });
    expect(await urls()).toEqual([one, two, other]);

    await service.delete(`/feeds/${registeredFeed({ url: two }, { from: '', now: new Date() }).subject}`);
    await eventually(async () => expect(await urls()).toEqual([one, other]));
    await registered(three);
  });
});

describe('private addresses', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await runMarketNews();
    await untilReady(service, MARKET_NEWS_TOPICS);
  });
  afterAll(() => service?.stop());

  it('are refused to the face of who registers them', async () => {
    for (const url of [
      `${origin}/one`,
      'http://169.254.169.254/latest',
      'http://[::1]/',
      'https://a:b@x.example/',
    ])
      expect(await service.post<Body>('/feeds', { url })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/url', code: 'not-allowed' }] },
      });
  });

  it('are not fetched from when they come another way, or behind a name', async () => {
    const secret = served('/secret', []);
    const now = new Date();
    const literal = registeredFeed({ url: `${origin}/secret` }, { from: '/elsewhere', now });
    const named = registeredFeed({ url: 'http://localhost/secret' }, { from: '/elsewhere', now });
    await service.send(MARKET_NEWS_INBOUND, literal, named);
    await eventually(async () => {
      expect(await feedOf(service, literal.subject)).toMatchObject({
        failure: expect.stringContaining('port 80 or 443'),
      });
      expect(await feedOf(service, named.subject)).toMatchObject({
        failure: expect.stringContaining('no public address'),
      });
    });
    expect(secret.asked).toEqual([]);
  });
});
