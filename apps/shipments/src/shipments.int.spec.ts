import { ExceptionCleared } from '#contracts/shipments.js';
import { until } from '#messaging/testing/until.js';
import {
  type Answer,
  expectProblem,
  type RunningService,
  untilReady,
} from '#service/testing/running-service.js';
import { expectWhole, type OpenApiDocument } from '#service/testing/openapi-document.js';
import {
  ANTIMONY,
  arrived,
  closedOut,
  CONTAINERS,
  estimated,
  IN_FIVE,
  registered,
  SAINT_LOUIS,
} from './shipment.story.js';
import { BATCH, newId, overHttp, structured } from './testing/over-http.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';

describe('the shipments service', () => {
  let shipments: RunningService;

  beforeAll(async () => {
    shipments = await runShipments();
    await untilReady(shipments, SHIPMENTS_TOPICS);
  });
  afterAll(() => shipments?.stop());

  const { send, shipment, untilStatus } = overHttp(() => shipments);

  it('publishes an arrival with deal and cargo, keyed by the shipment, in binary mode', async () => {
    const id = newId();
    const trace = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      correlationid: 'corr-1',
    };
    await shipments.post(
      '/events',
      [structured(registered({ dealId: 'DEAL-9' }), id), { ...structured(arrived(), id), ...trace }],
      BATCH,
    );
    await untilStatus(id, 'arrived');
    const published = await shipments.read('shipments.arrivals', ({ key }) => key === id);
    expect(published.value).toEqual({
      at: '2025-10-02T09:40:00-05:00',
      place: SAINT_LOUIS,
      cargo: [ANTIMONY],
      dealId: 'DEAL-9',
    });
    expect(published.headers).toMatchObject({
      'content-type': 'application/json',
      ce_source: '/shipments',
      ce_subject: id,
      ce_time: '2025-10-02T09:40:00-05:00',
      ce_traceparent: trace.traceparent,
      ce_correlationid: 'corr-1',
      ce_sequence: expect.stringMatching(/^\d{12}$/),
    });
  });

  it("publishes with its request's trace what an event brings about that has none of its own", async () => {
    const id = newId();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await shipments.post(
      '/events',
      [registered(), arrived()].map((event) => structured(event, id)),
      {
        ...BATCH,
        traceparent,
      },
    );
    const published = await shipments.read('shipments.arrivals', ({ key }) => key === id);
    expect(published.headers['ce_traceparent']).toBe(traceparent);
  });

  it('raises an exception, and has an operator acknowledge it with a reason', async () => {
    const id = newId();
    const late = estimated('2025-10-05T00:00:00Z');
    await send(id, registered({ deadline: '2025-10-01T00:00:00Z' }), late);
    await until('it is delayed', async () => (await shipment(id)).exceptions.length === 1, 20_000);
    const acknowledge = (type: string, body: unknown): Promise<Answer> =>
      shipments.post(`/shipments/${id}/exceptions/${type}/acknowledge`, body);
    expectProblem(await acknowledge('held', { reason: 'x', by: 'y' }), 404, 'not-found');
    expectProblem(await acknowledge('delayed', { by: 'y' }), 422, 'invalid-data', '/reason');
    const reason = 'the consignee agrees';
    expect((await acknowledge('delayed', { reason, by: 'operator' })).status).toBe(202);
    await until(
      'it is acknowledged',
      async () => (await shipment(id)).exceptions[0]!.acknowledged !== undefined,
    );
    expect((await shipment(id)).exceptions).toMatchObject([
      { type: 'delayed', id: `${id}/${late.event.id}`, acknowledged: { reason, by: 'operator' } },
    ]);
    const cleared = await shipments.read(
      'shipments.events',
      ({ key, headers }) => key === id && headers['ce_type'] === ExceptionCleared.type,
    );
    expect(cleared.value).toEqual({ exception: 'delayed', acknowledged: true, reason });
  });

  it('draws a deal down by each lot whose containers are all in', async () => {
    const id = newId();
    const [first, second, third] = CONTAINERS;
    await send(id, registered({ cargo: IN_FIVE }), arrived({ containers: [first, second, third] }));
    await untilStatus(id, 'partly-arrived');
    expect(await shipment(id)).toMatchObject({ partsArrived: { arrived: 3, of: 5 } });
    const published = await shipments.read('shipments.arrivals', ({ key }) => key === id);
    expect(published.value).toMatchObject({ partial: true, cargo: [{ lot: 'CU' }] });
    await send(id, closedOut('returned'));
    await untilStatus(id, 'returned');
  });

  it('keeps weights as Decimal128, with every digit of the text', async () => {
    const id = newId();
    await send(id, registered({ cargo: [{ ...ANTIMONY, quantity: '999999999999.100000' }] }));
    await untilStatus(id, 'registered');
    const stored = await shipments.database.collection('shipments').findOne({ _id: id as never });
    const { quantity } = stored!['registration'].data.cargo[0];
    expect([quantity._bsontype, String(quantity)]).toEqual(['Decimal128', '999999999999.100000']);
    expect((await shipment(id)).cargo[0]!.quantity).toBe('999999999999.100000');
  });

  describe('tells of itself', () => {
    it('an OpenAPI document that is valid, and a page to browse it', async () => {
      const { body } = await shipments.get<OpenApiDocument>('/openapi.json');
      await expectWhole(body);
      const { parameters } = body.paths['/shipments']!['get']!;
      expect(parameters!.map(({ name }) => name).sort()).toEqual([
        'container',
        'cursor',
        'deal',
        'destination',
        'etaFrom',
        'etaTo',
        'exception',
        'limit',
        'mineral',
        'origin',
        'party',
        'place',
        'q',
        'sort',
        'status',
        'vessel',
      ]);
      expect(Object.keys(body.paths).sort()).toEqual([
        '/dcsa/v2/events',
        '/dcsa/v3/events',
        '/epcis/capture',
        '/epcis/capture/{id}',
        '/epcis/events',
        '/events',
        '/health/live',
        '/health/ready',
        '/metrics',
        '/shipments',
        '/shipments.csv',
        '/shipments.geojson',
        '/shipments/{id}',
        '/shipments/{id}/audit',
        '/shipments/{id}/exceptions/{type}/acknowledge',
        '/shipments/{id}/timeline',
        '/unmatched',
        '/unmatched/{id}',
        '/unmatched/{id}/match',
      ]);
      const docs = await shipments.get<string>('/docs');
      expect([docs.status, docs.headers.get('content-type')]).toEqual([
        200,
        expect.stringContaining('text/html'),
      ]);
    });

    it('that it lives, that it is ready, and which dependencies answer since when', async () => {
      expect((await shipments.get('/health/live')).body).toEqual({ status: 'alive' });
      const { status, body } = await shipments.get('/health/ready');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        dependencies: [
          { name: 'kafka', status: 'up', since: expect.stringMatching(/^\d{4}-.*Z$/) },
          { name: 'mongodb', status: 'up' },
        ],
        consumer: {
          assigned: {
            'shipments.inbound': [0, 1, 2, 3, 4, 5],
            'shipments.correlation': [0, 1, 2, 3, 4, 5],
          },
        },
      });
    });

    it('its metrics, by the names that dashboards and alerts know', async () => {
      const { body, headers } = await shipments.get<string>('/metrics');
      expect(headers.get('content-type')).toContain('text/plain');
      for (const name of [
        'orebound_events_total',
        'orebound_events_published_total',
        'orebound_dead_letters_total',
        'orebound_batch_retries_total',
        'orebound_batch_seconds',
        'orebound_batch_events',
        'orebound_consumer_lag',
        'orebound_unmatched_events',
        'orebound_unmatched_oldest_seconds',
        'orebound_overdue_polls_total',
        'orebound_overdue_said_total',
        'process_resident_memory_bytes',
      ]) {
        expect(body).toContain(`# TYPE ${name} `);
      }
      expect(body).toMatch(
        /orebound_events_total\{[^}]*topic="shipments\.inbound",outcome="applied"[^}]*service="shipments"/,
      );
    });
  });
});
