import { randomUUID } from 'node:crypto';
import type { Message } from 'kafkajs';
import { DealBalanceChanged, DealFulfilled } from '#contracts/deals.js';
import { until } from '#messaging/testing/until.js';
import type { Page } from '#service/page.js';
import { expectProblem, type RunningService, untilReady } from '#service/testing/running-service.js';
import { expectWhole, type OpenApiDocument } from '#service/testing/openapi-document.js';
import { arrivalMessage, commitment, lot } from './deal.story.js';
import type { DealView, DeliveryView } from './deal-view.js';
import { overHttp } from './testing/over-http.js';
import { DEALS_TOPICS, runDeals } from './testing/run-deals.js';

describe('the deals service', () => {
  let deals: RunningService;

  beforeAll(async () => {
    deals = await runDeals();
    await untilReady(deals, DEALS_TOPICS);
  }, 60_000);
  afterAll(() => deals?.stop());

  const { deal, register } = overHttp(() => deals);
  const untilDelivered = (id: string, shipments: number, delivered: string): Promise<void> =>
    until(
      `${id} has ${delivered} of ${shipments}`,
      async () => {
        const { deliveries, commitments } = await deal(id);
        return deliveries === shipments && commitments[0]?.delivered === delivered;
      },
      20_000,
    );

  describe('draws a deal down', () => {
    it('by arrivals, replaced, retracted and repeated', async () => {
      const id = await register();
      await deals.produce('shipments.arrivals', [
        arrivalMessage(`${id}-A`, 1, { dealId: id }),
        arrivalMessage(`${id}-B`, 1, { dealId: id }),
      ]);
      await untilDelivered(id, 2, '40');
      await deals.produce('shipments.arrivals', [
        arrivalMessage(`${id}-A`, 3, { dealId: id, cargo: [lot({ quantity: '25.5' })] }),
        arrivalMessage(`${id}-A`, 2, { dealId: id, cargo: [lot({ quantity: '99' })] }),
        arrivalMessage(`${id}-A`, 3, { dealId: id, cargo: [lot({ quantity: '99' })] }),
      ]);
      await untilDelivered(id, 2, '45.5');
      await deals.produce('shipments.arrivals', [
        arrivalMessage(`${id}-B`, 2, { dealId: id, retracted: true }),
      ]);
      await untilDelivered(id, 1, '25.5');
    });

    it('by every arrival of a batch in which those of its shipments alternate', async () => {
      const id = await register();
      const [a, b] = [`${id}-A`, `${id}-B`];
      const of = (shipment: string, sequence: number, quantity: string): Message =>
        arrivalMessage(shipment, sequence, { dealId: id, partition: 4, cargo: [lot({ quantity })] });
      await deals.produce('shipments.arrivals', [
        of(a, 1, '1'),
        of(b, 1, '10'),
        of(a, 2, '2'),
        of(b, 2, '20'),
      ]);
      await untilDelivered(id, 2, '22');
    });

    it('that is registered after its deliveries, and says how far', async () => {
      const id = `DEAL-${randomUUID()}`;
      await deals.produce('shipments.arrivals', [
        arrivalMessage(`${id}-A`, 1, { dealId: id, cargo: [lot({ quantity: '100' })] }),
      ]);
      await until('it is counted', async () => (await deal(id)).deliveries === 1);
      await register({}, id);
      await deals.read(
        'deals.events',
        ({ key, headers }) => key === id && headers['ce_type'] === DealFulfilled.type,
      );
      const { value } = await deals.read(
        'deals.events',
        ({ key, headers }) => key === id && headers['ce_type'] === DealBalanceChanged.type,
      );
      expect(value).toMatchObject({ balance: [{ committed: '100', delivered: '100', remaining: '0' }] });
    });

    it('moves what a shipment delivers when it changes deal', async () => {
      const [from, to] = [await register(), await register()];
      await deals.produce('shipments.arrivals', [arrivalMessage(`${from}-A`, 1, { dealId: from })]);
      await untilDelivered(from, 1, '20');
      await deals.produce('shipments.arrivals', [arrivalMessage(`${from}-A`, 2, { dealId: to })]);
      await untilDelivered(to, 1, '20');
      await untilDelivered(from, 0, '0');
      const { body } = await deals.get<Page<DeliveryView>>(`/deals/${to}/deliveries`);
      expect(body.items).toEqual([
        {
          shipmentId: `${from}-A`,
          status: 'provisional',
          at: '2025-10-02T09:40:00-05:00',
          place: { unlocode: 'USSTL' },
          cargo: [lot()],
        },
      ]);
    });

    it('to the last digit, in MongoDB too, where weights and money are Decimal128', async () => {
      const price = { amount: '12345.678901', currency: 'USD', per: 'KGM' as const };
      const id = await register({
        commitments: [commitment({ quantity: '999999999999.999999', price })],
        value: { amount: '500000000', currency: 'USD' },
      });
      await deals.produce('shipments.arrivals', [
        arrivalMessage(`${id}-A`, 1, {
          dealId: id,
          cargo: [
            lot({ quantity: '0.000001', unit: 'KGM' }),
            lot({ lot: 'L2', quantity: '123456789.000001' }),
          ],
        }),
      ]);
      await untilDelivered(id, 1, '123456789.000001001');
      expect((await deal(id)).commitments[0]).toMatchObject({
        delivered: '123456789.000001001',
        remaining: '999876543210.999997999',
        deliveredValue: {
          currency: 'USD',
          amount: String(123456789000001001n * 12345678901n).replace(/(\d{12})$/, '.$1'),
        },
      });

      const stored = await deals.database.collection('deals').findOne({ _id: id as never });
      const held = await deals.database.collection('deliveries').findOne({ _id: `${id}-A` as never });
      const decimals = [
        stored!['terms'].commitments[0].quantity,
        stored!['terms'].commitments[0].price.amount,
        stored!['terms'].value.amount,
        stored!['delivered'][0].kilograms,
        held!['cargo'][1].quantity,
      ];
      expect(decimals.map((decimal) => [decimal._bsontype, String(decimal)])).toEqual([
        ['Decimal128', '999999999999.999999'],
        ['Decimal128', '12345.678901'],
        ['Decimal128', '500000000'],
        ['Decimal128', '123456789000.001001'],
        ['Decimal128', '123456789.000001'],
      ]);
    });
  });

  describe('answers', () => {
    it('what is asked for by mineral and fulfilment, a page at a time', async () => {
      const mineral = `mineral-${randomUUID().slice(0, 8)}`;
      const ids = await Promise.all(
        [1, 2, 3].map(() => register({ commitments: [commitment({ mineral })] })),
      );
      const all: string[] = [];
      let next: string | undefined;
      do {
        const { body } = await deals.get<Page<DealView>>(
          `/deals?mineral=${mineral}&fulfilled=false&limit=2${next ? `&cursor=${next}` : ''}`,
        );
        all.push(...body.items.map(({ id }) => id));
        next = body.next;
      } while (next);
      expect(all).toEqual([...ids].sort());
      expect(
        (await deals.get<Page<DealView>>(`/deals?mineral=${mineral}&fulfilled=true`)).body.items,
      ).toEqual([]);
    });

    it.each([
      'limit=0',
      'limit=501',
      'limit=x',
      'fulfilled=maybe',
      'mineral=Antimony',
      'mineral[$ne]=x',
      'nobody=1',
      '$where=1',
      '__proto__[x]=1',
      'constructor=1',
      '__proto__=1',
      'toString=1',
      'cursor=%24',
      `cursor=${'a'.repeat(5_000)}`,
      'mineral=a&mineral=b',
      'limit=1&limit=2',
    ])('a query of %s with what is wrong with it', async (query) => {
      expectProblem(await deals.get(`/deals?${query}`), 400, 'invalid-query');
    });

    it.each(['%24where', '__proto__', 'constructor', 'a.b', '%00', 'x'.repeat(150), '[object%20Object]'])(
      'that no deal %s is known',
      async (id) => {
        expectProblem(await deals.get(`/deals/${id}`), 404, 'not-found');
        expectProblem(await deals.get(`/deals/${id}/deliveries`), 404, 'not-found');
      },
    );

    it('every query from an index, looking at no more than it gives', async () => {
      const id = await register({ commitments: [commitment({ mineral: 'rhenium' })] });
      await deals.produce('shipments.arrivals', [arrivalMessage(`${id}-A`, 1, { dealId: id })]);
      await until('it has a delivery', async () => (await deal(id)).deliveries === 1);
      await until(
        'the indexes are there',
        async () => (await deals.database.collection('deals').indexes()).length === 3,
      );
      // Of each list's neighbours there are many: unregistered, fulfilled, of another mineral, of another deal.
      const { _id, ...one } = (await deals.database.collection('deals').findOne({ _id: id as never }))!;
      const { terms: known, ...unregistered } = one;
      const other = {
        ...known,
        commitments: (known.commitments as object[]).map((line) => ({ ...line, mineral: 'lead' })),
      };
      const many = (kind: string, fields: object) =>
        Array.from({ length: 200 }, (_, index) => ({ ...fields, _id: `${kind}-${index}-${id}` as never }));
      await deals.database
        .collection('deals')
        .insertMany([
          ...many('A', unregistered),
          ...many('B', { ...one, terms: other }),
          ...many('C', { ...one, terms: other, fulfilled: true }),
          ...many('D', { ...one, fulfilled: true }),
        ]);
      const delivery = await deals.database.collection('deliveries').findOne({ _id: `${id}-A` as never });
      await deals.database
        .collection('deliveries')
        .insertMany(many('A', { ...delivery, dealId: `${id}-other` }));

      const lists = [
        '/deals?limit=20',
        '/deals?mineral=rhenium&limit=20',
        '/deals?fulfilled=false&limit=20',
        '/deals?fulfilled=true&limit=20',
        '/deals?mineral=rhenium&fulfilled=false&limit=20',
        `/deals/${id}/deliveries?limit=20`,
      ];
      const cursor = Buffer.from('C-1').toString('base64url');
      await deals.database.setProfilingLevel('all');
      for (const path of [`/deals/${id}`, ...lists, ...lists.map((list) => `${list}&cursor=${cursor}`)])
        expect((await deals.get(path)).status).toBe(200);
      await deals.database.setProfilingLevel('off');
      const profiled = await deals.database
        .collection('system.profile')
        .find({ op: { $in: ['query', 'command'] }, planSummary: { $exists: true } })
        .toArray();
      expect(profiled.length).toBeGreaterThanOrEqual(1 + 2 * lists.length);
      for (const { command, planSummary, docsExamined, nreturned, hasSortStage } of profiled) {
        expect({ command, planSummary }).toMatchObject({
          planSummary: expect.stringMatching(/^(?:IXSCAN|IDHACK|EXPRESS)/),
        });
        expect({ command, docsExamined, hasSortStage }).toEqual({
          command,
          docsExamined: nreturned,
          hasSortStage: undefined,
        });
      }
    });

    it('an OpenAPI document, a page to browse it, metrics and health', async () => {
      const { body } = await deals.get<OpenApiDocument>('/openapi.json');
      await expectWhole(body);
      expect(Object.keys(body.paths)).toEqual(
        expect.arrayContaining(['/deals', '/deals/{id}', '/deals/{id}/amendments', '/deals/{id}/deliveries']),
      );
      expect((await deals.get('/docs')).body).toContain('<title>spec</title>');
      const root = await fetch(`${deals.url}/`, { redirect: 'manual' });
      expect([root.status, root.headers.get('location')]).toEqual([302, '/docs']);
      expect((await deals.get('/health/live')).body).toEqual({ status: 'alive' });
      expect((await deals.get<{ status: string }>('/health/ready')).status).toBe(200);
      expect((await deals.get('/metrics')).body).toMatch(/orebound_events_total\{[^}]*topic="deals.inbound"/);
    });
  });
});
