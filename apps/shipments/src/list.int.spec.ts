import { randomUUID } from 'node:crypto';
import { type ExceptionType, SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { eventually } from '#messaging/testing/until.js';
import type { Page } from '#service/page.js';
import {
  type Answer,
  expectProblem,
  type RunningService,
  untilReady,
} from '#service/testing/running-service.js';
import { findOf, ORDERS, type Order, type ShipmentFilter } from './find-shipments.js';
import type { Accepted } from './shipment.js';
import type { ShipmentSummary } from './shipment-view.js';
import type { FeatureCollection } from './shipments-geojson.js';
import {
  ANTIMONY,
  arrived,
  closedOut,
  CONTAINERS,
  departed,
  estimated,
  IN_FIVE,
  KARACHI,
  registered,
  SALALAH,
} from './shipment.story.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';

const VESSEL = '9176187';
const on = { transport: { mode: 'vessel' as const, vesselImo: VESSEL } };
const COPPER = { ...ANTIMONY, mineral: 'copper' };
const withParty = (event: Accepted, name: string): Accepted =>
  ({
    ...event,
    event: { ...event.event, data: { ...event.event.data, parties: [{ role: 'buyer', name }] } },
  }) as Accepted;

/** What is told of each shipment. `E` and `F` are expected at the same moment. */
const STORIES: Readonly<Record<string, readonly Accepted[]>> = {
  A: [registered({ dealId: 'DEAL-1', references: [{ type: 'booking', value: 'MAEU-77/1' }] }), departed(on)],
  B: [registered({ dealId: 'DEAL-1', cargo: IN_FIVE }), arrived()],
  C: [registered({ dealId: 'DEAL-2', cargo: [COPPER] }), departed()],
  D: [
    withParty(registered({ to: SALALAH }), 'Acme Ore & Söhne'),
    estimated('2025-10-09T00:00:00Z', { place: SALALAH }),
  ],
  E: [registered({ deadline: '2025-10-01T00:00:00Z' }), estimated('2025-10-05T00:00:00Z')],
  F: [registered({ cargo: [COPPER] }), estimated('2025-10-05T02:00:00+02:00'), departed(on)],
  G: [registered({ dealId: 'DEAL-2' }), closedOut('lost')],
  H: [arrived({ place: KARACHI })],
};

interface Stage {
  readonly inputStage?: Stage;
  readonly queryPlan?: Stage;
  readonly indexBounds?: Readonly<Record<string, readonly string[]>>;
}

const boundsIn = ({ indexBounds, inputStage, queryPlan }: Stage): Stage['indexBounds'] => {
  const next = inputStage ?? queryPlan;
  return indexBounds ?? (next && boundsIn(next));
};

describe('lists of shipments', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await runShipments();
    await untilReady(service, SHIPMENTS_TOPICS);
    for (const [id, story] of Object.entries(STORIES)) {
      const events = story.map(({ event }) => ({ ...event, subject: id, id: randomUUID() }));
      await service.send(SHIPMENTS_INBOUND, ...events);
      // One by one, so that they are updated in this order.
      await service.caughtUp(SHIPMENTS_INBOUND);
    }
    await eventually(async () => {
      const indexes = await service.database.collection('shipments').indexes();
      expect(indexes).toHaveLength(6);
    });
  });
  afterAll(() => service?.stop());

  const page = async (query: string): Promise<Page<ShipmentSummary>> =>
    (await service.get<Page<ShipmentSummary>>(`/shipments?${query}`)).body;
  const listed = async (query: string, limit = 500): Promise<string> => {
    const ids: string[] = [];
    let next: string | undefined;
    do {
      const { items, ...more } = await page(`${query}&limit=${limit}${next ? `&cursor=${next}` : ''}`);
      ids.push(...items.map(({ id }) => id));
      next = more.next;
    } while (next);
    return ids.join('');
  };

  it.each([
    ['deal=DEAL-1', 'AB'],
    ['mineral=copper', 'BCF'],
    ['status=departed', 'ACF'],
    ['status=announced', ''],
    ['place=PKKHI', 'ACFH'],
    ['origin=PKKHI', 'ABCDEFG'],
    ['destination=OMSLL', 'D'],
    ['party=acme', 'D'],
    ['party=ACME%20ORE%20S%C3%96HNE', 'D'],
    ['party=ore', ''],
    [`vessel=${VESSEL}`, 'AF'],
    [`container=${CONTAINERS[2]}`, 'B'],
    ['container=MSKU9070323', ''],
    ['exception=delayed', 'E'],
    ['etaFrom=2025-10-05T00:00:00Z&etaTo=2025-10-09T00:00:00Z', 'EF'],
    ['etaFrom=2025-10-05T00:00:00.001Z', 'D'],
    ['etaTo=2025-10-05T00:00:00Z', ''],
    ['q=maeu771', 'A'],
    ['q=MAEU%2077', 'A'],
    ['q=maeu772', ''],
    [`q=${CONTAINERS[0].slice(0, 7)}`, 'B'],
    ['q=deal-', 'ABCG'],
    ['q=H', 'BH'],
    ['q=771', 'A'],
    ['q=77%2F1', 'A'],
    ['q=71', ''],
    ['q=2', 'BCG'],
    [`q=${CONTAINERS[0].slice(4)}`, 'B'],
    [`q=${CONTAINERS[0].slice(5)}`, ''],
    ['deal=DEAL-1&mineral=copper&status=arrived&origin=PKKHI&destination=USSTL', 'B'],
    [`vessel=${VESSEL}&mineral=copper&etaFrom=2025-10-01T00:00:00Z&place=PKKHI&status=departed`, 'F'],
    ['exception=delayed&mineral=copper', ''],
    ['party=acme&q=D&etaTo=2026-01-01T00:00:00Z', 'D'],
  ])('of %s', async (query, expected) => {
    expect(await listed(query)).toBe(expected);
  });

  it.each([
    ['id', 'ABCDEFGH'],
    ['-id', 'HGFEDCBA'],
    ['updated', 'ABCDEFGH'],
    ['-updated', 'HGFEDCBA'],
    ['eta', 'EFD'],
    ['-eta', 'DFE'],
  ])('sorted by %s, each once in pages of any size', async (order, expected) => {
    for (const limit of [1, 2, 3, 500]) expect(await listed(`sort=${order}`, limit)).toBe(expected);
    const [filtered, kept] = ['mineral=antimony', 'ABDEG'];
    for (const limit of [1, 2])
      expect(await listed(`sort=${order}&${filtered}`, limit)).toBe(
        [...expected].filter((id) => kept.includes(id)).join(''),
      );
  });

  it('say when each was updated', async () => {
    const { items } = await page('sort=updated');
    const times = items.map(({ updatedAt }) => Date.parse(updatedAt!));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('say what is wrong with each', async () => {
    const { items } = await page('mineral=antimony');
    const wrong = items.flatMap(({ id, openExceptions }) => openExceptions.map((type) => [id, type]));
    expect(wrong).toEqual([['E', 'delayed']]);
  });

  it('go on behind the shipment where a page ended, though it has moved since', async () => {
    const { next } = await page('sort=id&limit=2');
    const { items } = await page(`sort=id&limit=2&cursor=${next}`);
    expect(items.map(({ id }) => id)).toEqual(['C', 'D']);
  });

  it.each(['updated', '-id', 'eta'])('refuse a cursor of another order: %s', async (order) => {
    const { next } = await page('limit=1');
    expectProblem(
      await service.get(`/shipments?sort=${order}&cursor=${next}`),
      400,
      'invalid-query',
      '/cursor',
    );
  });

  it.each([
    'sort=price',
    'place=Karachi',
    'vessel=12',
    'container=X',
    'exception=lost',
    'etaFrom=tomorrow',
    'party=%24',
    'q=',
    'q=.*',
    'q[$ne]=x',
    'q=a&q=b',
    `q=${'a'.repeat(301)}`,
  ])('refuse %.30s', async (query) => {
    expectProblem(await service.get(`/shipments?${query}`), 400, 'invalid-query');
  });

  it('come as CSV, with the same filters and order, page by page', async () => {
    const ids: string[] = [];
    let path: string | undefined = '/shipments.csv?mineral=antimony&sort=-updated&limit=2';
    while (path !== undefined) {
      const { body, headers }: Answer<string> = await service.get<string>(path);
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
      ids.push(...[...body.matchAll(/^([A-H]),/gm)].map(([, id]) => id!));
      path = /^<(\/shipments\.csv\?[^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(ids.join('')).toBe('GEDBA');
  });

  it('come as GeoJSON, each where it is', async () => {
    const { body, headers } = await service.get<FeatureCollection>('/shipments.geojson?deal=DEAL-1');
    expect([headers.get('content-type'), headers.get('link')]).toEqual([
      expect.stringMatching(/^application\/geo\+json/),
      null,
    ]);
    expect(body).toMatchObject({
      type: 'FeatureCollection',
      features: [
        {
          id: 'A',
          geometry: { type: 'Point', coordinates: [67, 24.85] },
          properties: { status: 'departed' },
        },
        { id: 'B', geometry: { type: 'Point', coordinates: [-90.1833, 38.6167] } },
      ],
    });
    expectProblem(await service.get('/shipments.geojson?sort=price'), 400, 'invalid-query');
    expectProblem(await service.get('/shipments.csv?cursor=AAAA'), 400, 'invalid-query', '/cursor');
  });

  describe('are never scans of the collection', () => {
    const EXACT: readonly ShipmentFilter[] = [
      { deal: 'DEAL-1' },
      { mineral: 'antimony' },
      { status: 'departed' },
      { place: 'PKKHI' },
      { origin: 'PKKHI' },
      { destination: 'USSTL' },
      { vessel: VESSEL },
      { container: CONTAINERS[0] },
      { exception: 'delayed' as ExceptionType },
      { deal: 'DEAL-1', mineral: 'antimony', status: 'arrived' },
      { mineral: 'antimony', exception: 'delayed', place: 'PKKHI' },
    ];
    const RANGES: readonly ShipmentFilter[] = [
      { party: 'acme' },
      { q: 'maeu' },
      { etaFrom: '2025-10-01T00:00:00Z' },
      { etaTo: '2025-10-09T00:00:00Z' },
      { etaFrom: '2025-10-01T00:00:00Z', etaTo: '2025-10-09T00:00:00Z', mineral: 'copper' },
      { q: 'maeu', party: 'acme', status: 'departed' },
    ];
    const AFTER = { at: new Date('2025-10-01T00:00:00Z'), id: 'B' };

    const planOf = async (query: ShipmentFilter, order: Order, isFirst: boolean): Promise<string> => {
      const { filter, sort } = findOf(query, order, isFirst ? undefined : AFTER);
      const { queryPlanner } = await service.database
        .collection('shipments')
        .find(filter)
        .sort(sort)
        .limit(51)
        .explain('queryPlanner');
      return JSON.stringify(queryPlanner.winningPlan);
    };

    it.each(ORDERS)(
      'sorted by %s, with no filter, one, or several; the first page or a later one',
      async (order) => {
        for (const query of [{}, ...EXACT, ...RANGES])
          for (const isFirst of [true, false]) {
            const plan = await planOf(query, order, isFirst);
            expect([query, plan]).toEqual([query, expect.stringContaining('IXSCAN')]);
            expect([query, plan]).toEqual([query, expect.not.stringContaining('COLLSCAN')]);
          }
      },
    );

    it('with any two filters, and with all of them', async () => {
      const all: readonly ShipmentFilter[] = [...EXACT.slice(0, 9), ...RANGES.slice(0, 4)];
      const pairs = all.flatMap((one, nth) => all.slice(nth + 1).map((other) => ({ ...one, ...other })));
      for (const query of [...pairs, Object.assign({}, ...all) as ShipmentFilter])
        for (const order of ORDERS) {
          const plan = await planOf(query, order, true);
          expect([query, plan]).toEqual([query, expect.stringContaining('IXSCAN')]);
          expect([query, plan]).toEqual([query, expect.not.stringContaining('COLLSCAN')]);
        }
    });

    it('by a word within a name, by which what begins so is looked up and nothing else', async () => {
      const { filter } = findOf({ q: '77/1' }, 'id', undefined);
      const { queryPlanner } = await service.database
        .collection('shipments')
        .find(filter)
        .hint({ about: 1, _id: 1 })
        .explain('queryPlanner');
      const { about } = boundsIn(queryPlanner.winningPlan as Stage)!;
      expect(about).toEqual([
        '["name:771", "name:772")',
        '["part:771", "part:772")',
        '[/^name:771/, /^name:771/]',
        '[/^part:771/, /^part:771/]',
      ]);
    });

    it('and read in their order where the order is by id, or there is no filter', async () => {
      for (const isFirst of [true, false]) {
        for (const query of EXACT)
          for (const order of ['id', '-id'] as const)
            expect(await planOf(query, order, isFirst)).not.toContain('"SORT"');
        for (const order of ORDERS) expect(await planOf({}, order, isFirst)).not.toContain('"SORT"');
      }
    });
  });
});
