import { gzipSync } from 'node:zlib';
import { MilestoneReported, ShipmentRegistered } from '#contracts/shipments.js';
import { until } from '#messaging/testing/until.js';
import { expectProblem, type RunningService, untilReady } from '#service/testing/running-service.js';
import type { Accepted } from './shipment.js';
import type { TimelineView } from './shipment-view.js';
import { ANTIMONY, arrived, departed, estimated, registered, retracted } from './shipment.story.js';
import { BATCH, newId, overHttp, STRUCTURED, structured } from './testing/over-http.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';

describe('the shipments service', () => {
  let shipments: RunningService;

  beforeAll(async () => {
    shipments = await runShipments();
    await untilReady(shipments, SHIPMENTS_TOPICS);
  });
  afterAll(() => shipments?.stop());

  const { send, shipment, untilStatus } = overHttp(() => shipments);

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

  it('takes as many events of one shipment as 16 MB hold, refuses more, and goes on with what is smaller', async () => {
    const id = newId();
    const large = departed();
    const data = { ...large.event.data, extensions: { scan: 'x'.repeat(230_000) } };
    const several = Array.from({ length: 75 }, (_, nth) => ({
      ...large,
      event: { ...large.event, id: `scan-${nth}`, data } as Accepted['event'],
    }));
    for (const one of several) expect((await send(id, one)).status).toBe(202);
    expect((await send(id, departed({ id: 'last' }))).status).toBe(202);

    const timeline = async (): Promise<string[]> =>
      (await shipments.get<TimelineView>(`/shipments/${id}/timeline`)).body.events?.map(
        (event) => event.id,
      ) ?? [];
    await until('the last is taken', async () => (await timeline()).includes(`${id}/last`), 30_000);
    const taken = (await timeline()).length - 1;
    expect(taken).toBe(Math.floor((16 * 1024 * 1024) / 230_500));
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
});
