import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  EventRetracted,
  ExceptionCleared,
  MilestoneReported,
  ShipmentRegistered,
} from '#contracts/shipments.js';
import { until } from '#messaging/testing/until.js';
import type { Page } from '#service/page.js';
import {
  type Answer,
  expectProblem,
  type RunningService,
  runService,
  untilReady,
} from '#service/testing/running-service.js';
import { expectWhole, type OpenApiDocument } from '#service/testing/openapi-document.js';
import { ShipmentsConfig } from './config.js';
import type { AuditView } from './audit.js';
import type { Accepted } from './shipment.js';
import type { ShipmentSummary, ShipmentView, TimelineView } from './shipment-view.js';
import {
  ANTIMONY,
  arrived,
  closedOut,
  CONTAINERS,
  departed,
  estimated,
  IN_FIVE,
  registered,
  retracted,
  SAINT_LOUIS,
} from './shipment.story.js';
import { ShipmentsModule } from './shipments.module.js';

const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

/** A shipment's story, as an upstream system would send it. */
const structured = (
  { event: { extensions, ...event } }: Accepted,
  subject: string,
): Record<string, unknown> => ({
  specversion: '1.0',
  ...event,
  ...extensions,
  id: `${subject}/${event.id}`,
  subject,
  data:
    event.type === EventRetracted.type
      ? { ...event.data, eventId: `${subject}/${event.data.eventId}` }
      : event.data,
});

const newId = (): string => `SHP-${randomUUID()}`;

describe('the shipments service', () => {
  let shipments: RunningService;

  beforeAll(async () => {
    shipments = await runService(ShipmentsConfig, (config) => ShipmentsModule.for(config));
    await untilReady(shipments, 3);
  });
  afterAll(() => shipments?.stop());

  const send = (id: string, ...events: Accepted[]): Promise<Answer> =>
    shipments.post(
      '/events',
      events.map((event) => structured(event, id)),
      BATCH,
    );
  const shipment = async (id: string): Promise<ShipmentView> =>
    (await shipments.get<ShipmentView>(`/shipments/${id}`)).body;
  const untilStatus = (id: string, status: string): Promise<void> =>
    until(`${id} is ${status}`, async () => (await shipment(id)).status === status, 20_000);

  describe('takes events in over HTTP', () => {
    it('one, in structured mode', async () => {
      const id = newId();
      const event = structured(registered({ dealId: 'DEAL-1' }), id);
      const { status, body } = await shipments.post('/events', event, STRUCTURED);
      expect([status, body]).toEqual([
        202,
        { accepted: [{ id: event['id'], source: '/carrier', type: ShipmentRegistered.type, subject: id }] },
      ]);
      await untilStatus(id, 'registered');
    });

    it('one, in binary mode, with attributes that are percent-encoded', async () => {
      const id = newId();
      const { event } = departed();
      const { status, body } = await shipments.post('/events', event.data, {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': encodeURIComponent('é €'),
        'ce-source': event.source,
        'ce-type': event.type,
        'ce-subject': id,
        'ce-time': event.time!,
      });
      expect([status, body]).toMatchObject([202, { accepted: [{ id: 'é €', subject: id }] }]);
      await untilStatus(id, 'departed');
    });

    it('many, in a batch', async () => {
      const id = newId();
      const { status, body } = await send(id, registered(), departed(), arrived());
      expect([status, (body as { accepted: object[] }).accepted.length]).toEqual([202, 3]);
      await untilStatus(id, 'arrived');
    });

    it('said anew in any order: the last word stands, and the timeline has all of them', async () => {
      const id = newId();
      const word = (nth: number): Accepted =>
        estimated(`2025-10-0${nth}T00:00:00Z`, {
          id: `eta@${nth}`,
          revision: { of: 'eta', at: `2025-09-2${nth}T00:00:00Z` },
        });
      await send(id, registered(), word(2));
      await until('the second word is heard', async () => (await shipment(id)).eta !== undefined, 20_000);
      await send(id, word(3), word(1));
      await until(
        'the third word stands',
        async () => (await shipment(id)).eta === '2025-10-03T00:00:00Z',
        20_000,
      );
      await until(
        'all are heard',
        async () => (await shipments.get<TimelineView>(`/shipments/${id}/timeline`)).body.events.length === 4,
        20_000,
      );
      const { events } = (await shipments.get<TimelineView>(`/shipments/${id}/timeline`)).body;
      expect(events.map((event) => event.revised).sort()).toEqual([false, false, true, true]);
      expect((await shipment(id)).eta).toBe('2025-10-03T00:00:00Z');
    });

    it('with what is questionable told, and in the timeline too', async () => {
      const id = newId();
      const transport = { mode: 'vessel', vesselImo: '9176186' } as const;
      const { body } = await send(id, registered(), departed({ transport }));
      expect(body).toMatchObject({
        warnings: [{ pointer: '/1/data/transport/vesselImo', code: 'check-digit' }],
      });
      await untilStatus(id, 'departed');
      const { events } = (await shipments.get<TimelineView>(`/shipments/${id}/timeline`)).body;
      const told = events.flatMap(({ warnings = [] }) => warnings);
      expect(told).toMatchObject([{ pointer: '/data/transport/vesselImo', code: 'check-digit' }]);
    });

    it('with the size, order and repeats that they come in', async () => {
      const id = newId();
      const [registration, departure, arrival] = [registered(), departed(), arrived()];
      await send(id, arrival, departure, arrival, registration, departure, arrival);
      await untilStatus(id, 'arrived');
      const { events } = (await shipments.get<TimelineView>(`/shipments/${id}/timeline`)).body;
      expect(events.map(({ type }) => type)).toEqual([
        ShipmentRegistered.type,
        MilestoneReported.type,
        MilestoneReported.type,
      ]);
    });
  });

  describe('refuses', () => {
    it('a whole batch where one item is wrong, points to all that is wrong, and takes nothing', async () => {
      const id = newId();
      const before = shipments.kafka.admin();
      await before.connect();
      const offsets = () => before.fetchTopicOffsets(shipments.topic('shipments.inbound'));
      const [was, answer] = [
        await offsets(),
        await shipments.post(
          '/events',
          [
            structured(registered(), id),
            { ...structured(departed(), id), data: { ...departed().event.data, milestone: 'sunk' } },
            { ...structured(arrived(), id), source: undefined },
            'not an event',
          ],
          BATCH,
        ),
      ];
      expectProblem(answer, 400, 'invalid-envelope', '/2/source', '/3');
      expectProblem(
        await shipments.post(
          '/events',
          [
            structured(registered(), id),
            { ...structured(departed(), id), data: { ...departed().event.data, milestone: 'sunk' } },
            { ...structured(arrived(), id), type: 'unheard.of' },
          ],
          BATCH,
        ),
        422,
        'invalid-data',
        '/1/data/milestone',
        '/2/type',
      );
      expect(await offsets()).toEqual(was);
      await before.disconnect();
    });

    it.each([
      ['what is not JSON', '{', STRUCTURED, 400, 'malformed-json'],
      ['an empty body', '', STRUCTURED, 400, 'malformed-json'],
      ['a list that should be one event', '[]', STRUCTURED, 400, 'not-a-cloudevent'],
      ['one event that should be a list', '{}', BATCH, 400, 'not-a-cloudevent'],
      ['an event without attributes', '{}', STRUCTURED, 400, 'invalid-envelope'],
      [
        'JSON that is no CloudEvent',
        '{}',
        { 'content-type': 'application/json' },
        415,
        'unsupported-content-type',
      ],
      [
        'a CloudEvent in Avro',
        'x',
        { 'content-type': 'application/cloudevents+avro' },
        415,
        'unsupported-content-type',
      ],
      [
        'a form',
        'a=b',
        { 'content-type': 'application/x-www-form-urlencoded' },
        415,
        'unsupported-content-type',
      ],
      ['a content type that is none', 'x', { 'content-type': 'nonsense' }, 415, 'unsupported-content-type'],
      [
        'a body that is compressed',
        gzipSync('{}'),
        { ...STRUCTURED, 'content-encoding': 'gzip' },
        415,
        'unsupported-content-type',
      ],
      [
        'a batch of too many',
        JSON.stringify(Array.from({ length: 1001 }, () => ({}))),
        BATCH,
        413,
        'too-large',
      ],
      ['more than a body may be', ' '.repeat(1024 * 1024 + 1), STRUCTURED, 413, 'too-large'],
      ['lists in lists', '['.repeat(100_000) + ']'.repeat(100_000), BATCH, 400, 'not-a-cloudevent'],
      [
        'an extension that is an object',
        `{"a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_001)}`,
        STRUCTURED,
        400,
        'invalid-envelope',
      ],
      ['an extension named __proto__', '{"__proto__":"x"}', STRUCTURED, 400, 'invalid-envelope'],
      ['an extension named constructor', '{"constructor":"x"}', STRUCTURED, 400, 'invalid-envelope'],
      ['an extension named $where', '{"$where":"x"}', STRUCTURED, 400, 'invalid-envelope'],
      ['an extension with a dot', '{"a.b":"x"}', STRUCTURED, 400, 'invalid-envelope'],
    ] as const)('%s', async (_, body, headers, status, code) => {
      expectProblem(await shipments.post('/events', body, headers), status, code);
    });

    it.each([
      ['data nested a hundred thousand deep', '['.repeat(100_000) + ']'.repeat(100_000), '/data'],
      ['an operator as a key', '{"$where":"sleep(1000)"}', '/data/$where'],
      ['a key of __proto__', '{"__proto__":{"milestone":"departed"}}', '/data/__proto__'],
      ['a dotted key', '{"place.unlocode":"PKKHI"}', '/data/place.unlocode'],
      [
        'an operator for a value',
        '{"milestone":{"$ne":""},"classifier":"ACT","at":"2025-10-01T00:00:00Z"}',
        '/data/milestone',
      ],
      [
        'extensions with an operator',
        '{"milestone":"departed","classifier":"ACT","at":"2025-10-01T00:00:00Z","extensions":{"$set":1}}',
        '/data/extensions',
      ],
      [
        'extensions with a constructor',
        '{"milestone":"departed","classifier":"ACT","at":"2025-10-01T00:00:00Z","extensions":{"constructor":{"prototype":1}}}',
        '/data/extensions',
      ],
    ])('%s', async (_, data, pointer) => {
      const { data: __, ...attributes } = structured(departed(), newId());
      const body = `${JSON.stringify(attributes).slice(0, -1)},"data":${data}}`;
      const answer = await shipments.post('/events', body, STRUCTURED);
      const { errors } = expectProblem(answer, 422, 'invalid-data');
      expect(errors!.some((fault) => fault.pointer.startsWith(pointer))).toBe(true);
    });

    it('an event of more bytes than may go on', async () => {
      const remarks = 'x'.repeat(2000);
      const containers = Array.from({ length: 500 }, () => 'CSQU3054383');
      const lots = Array.from({ length: 100 }, (_, n) => ({
        ...ANTIMONY,
        lot: `L${n}`,
        description: remarks.slice(0, 500),
        containers,
      }));
      expectProblem(await send(newId(), registered({ cargo: lots })), 413, 'too-large', '/0');
    });
  });

  it('takes events of a plain producer: structured mode, no key, and so any partition', async () => {
    const id = newId();
    const [registration, departure, arrival] = [registered(), departed(), arrived({ id: 'wrong' })];
    const back = retracted(arrival);
    const all = [back, arrival, registration, departure, arrival];
    await shipments.produce(
      'shipments.inbound',
      all.map((event, partition) => ({
        partition,
        value: JSON.stringify(structured(event, id)),
        headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
      })),
    );
    await until('all are taken', async () => {
      const timeline = await shipments.get<TimelineView>(`/shipments/${id}/timeline`);
      return timeline.status === 200 && timeline.body.events.length === 4;
    });
    expect(await shipment(id)).toMatchObject({ status: 'departed', cargo: [ANTIMONY] });
  });

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

  describe('answers', () => {
    it('what is asked for by deal, mineral and status, a page at a time', async () => {
      const dealId = newId();
      const mineral = `mineral-${randomUUID().slice(0, 8)}`;
      const ids = [newId(), newId(), newId()].sort();
      for (const id of ids)
        await send(id, registered({ dealId, cargo: [ANTIMONY, { ...ANTIMONY, lot: 'L2', mineral }] }));
      await send(ids[1]!, departed());
      for (const id of ids) await untilStatus(id, id === ids[1] ? 'departed' : 'registered');
      const listed = async (query: string): Promise<string[]> => {
        const all: string[] = [];
        let next: string | undefined;
        do {
          const { body } = await shipments.get<Page<ShipmentSummary>>(
            `/shipments?${query}&limit=1${next ? `&cursor=${next}` : ''}`,
          );
          all.push(...body.items.map(({ id }) => id));
          next = body.next;
        } while (next);
        return all;
      };
      expect(await listed(`deal=${dealId}`)).toEqual(ids);
      expect(await listed(`mineral=${mineral}`)).toEqual(ids);
      expect(await listed(`deal=${dealId}&mineral=${mineral}&status=departed`)).toEqual([ids[1]]);
      expect(await listed(`deal=${dealId}&status=arrived`)).toEqual([]);
    });

    it('a shipment and its timeline, what was taken back among it', async () => {
      const id = newId();
      const wrong = estimated('2025-10-05T00:00:00Z');
      await send(id, registered(), departed(), wrong, retracted(wrong), estimated('2025-10-02T00:00:00Z'));
      await until('the ETA is there', async () => (await shipment(id)).eta === '2025-10-02T00:00:00Z');
      expect(await shipment(id)).toMatchObject({
        status: 'departed',
        etaHistory: [{ eta: '2025-10-02T00:00:00Z', classifier: 'EST', source: '/carrier' }],
      });
      const { events } = (await shipments.get<TimelineView>(`/shipments/${id}/timeline`)).body;
      expect(events.filter((event) => event.retracted).map(({ data }) => data)).toEqual([wrong.event.data]);
    });

    it('a shipment as it was, and as it was known', async () => {
      const id = newId();
      const wrong = arrived({ at: '2025-10-02T00:00:00Z' });
      await send(id, registered({ said: '2025-09-01T00:00:00Z' }), wrong);
      await untilStatus(id, 'arrived');
      await send(id, departed({ at: '2025-09-12T00:00:00Z' }), retracted(wrong));
      await untilStatus(id, 'departed');
      const { events } = (await shipments.get<TimelineView>(`/shipments/${id}/timeline`)).body;
      const learnt = events.find(({ id: one }) => one === `${id}/${wrong.event.id}`)!.receivedAt;
      const at = async (query: string) =>
        (await shipments.get<ShipmentView>(`/shipments/${id}?${query}`)).body;
      expect((await at('asOf=2025-09-11T00:00:00Z')).status).toBe('registered');
      expect((await at(`asOf=${encodeURIComponent('2025-09-12T05:00:00+05:00')}`)).status).toBe('departed');
      expect((await at(`knownAt=${learnt}`)).status).toBe('arrived');
      const { late } = (await shipments.get<AuditView>(`/shipments/${id}/audit`)).body;
      expect(late.map(({ after }) => after.status)).toEqual(['arrived', 'departed']);
      expectProblem(await shipments.get(`/shipments/${id}?asOf=2024-01-01T00:00:00Z`), 404, 'not-found');
      expectProblem(await shipments.get(`/shipments/${id}?asOf=yesterday`), 400, 'invalid-query');
    });

    it.each([
      'limit=0',
      'limit=501',
      'limit=1e9',
      'status=sunk',
      'status[$ne]=x',
      'deal[$gt]=',
      'deal=$where',
      'deal=a&deal=b',
      'mineral=Antimony',
      'unknown=1',
      '$where=1',
      'a.b=1',
      '__proto__=1',
      '__proto__[status]=arrived',
      'constructor=1',
      'constructor[prototype]=1',
      'cursor=%24gt',
      `cursor=${'a'.repeat(10_000)}`,
    ])('a query of %.40s with what is wrong with it', async (query) => {
      expectProblem(await shipments.get(`/shipments?${query}`), 400, 'invalid-query');
    });

    it('a cursor that is not of ours with what is wrong with it', async () => {
      for (const cursor of ['_w', 'AA', 'U0hQ', Buffer.from('id $where x').toString('base64url')])
        expectProblem(await shipments.get(`/shipments?cursor=${cursor}`), 400, 'invalid-query', '/cursor');
    });

    it.each(['%24where', '__proto__', 'constructor', 'a.b', '%00', '%5Bobject%20Object%5D', 'x'.repeat(190)])(
      'that no shipment %.20s is known',
      async (id) => {
        expectProblem(await shipments.get(`/shipments/${id}`), 404, 'not-found');
        expectProblem(await shipments.get(`/shipments/${id}/timeline`), 404, 'not-found');
      },
    );

    it('what is not there, and what is no address, as problems too', async () => {
      expectProblem(await shipments.get('/nowhere'), 404, 'not-found');
      expectProblem(await shipments.get('/shipments/%E0%A4%A'), 400, 'bad-request');
      expectProblem(await shipments.get(`/shipments/${'x'.repeat(5_000)}`), 414, 'bad-request');
      expectProblem(await shipments.post('/shipments', {}), 405, 'method-not-allowed');
    });

    it('every query from an index', async () => {
      const id = newId();
      await send(id, registered());
      await untilStatus(id, 'registered');
      await until(
        'the indexes are there',
        async () => (await shipments.database.collection('shipments').indexes()).length === 6,
      );
      await shipments.database.setProfilingLevel('all');
      const lists = [
        'limit=5',
        'deal=DEAL-1',
        'mineral=antimony',
        'status=registered',
        'deal=DEAL-1&mineral=antimony&status=arrived',
      ];
      const paths = [
        ...lists.map((query) => `/shipments?${query}`),
        ...lists.map((query) => `/shipments?${query}&cursor=${Buffer.from('id SHP').toString('base64url')}`),
        `/shipments/${id}`,
        `/shipments/${id}/timeline`,
      ];
      for (const path of paths) expect((await shipments.get(path)).status).toBe(200);
      await send(id, departed());
      await untilStatus(id, 'departed');
      await shipments.database.setProfilingLevel('off');
      const profiled = await shipments.database
        .collection('system.profile')
        .find({ ns: /\.shipments$/, planSummary: { $exists: true } })
        .toArray();
      expect(profiled.length).toBeGreaterThan(paths.length);
      for (const { planSummary, hasSortStage } of profiled) {
        expect([planSummary, hasSortStage ?? false]).toEqual([
          expect.stringMatching(/^(?:IXSCAN|IDHACK|EXPRESS)/),
          false,
        ]);
      }
    });
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
