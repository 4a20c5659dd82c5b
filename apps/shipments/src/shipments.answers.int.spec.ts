import { randomUUID } from 'node:crypto';
import { until } from '#messaging/testing/until.js';
import type { Page } from '#service/page.js';
import { expectProblem, type RunningService, untilReady } from '#service/testing/running-service.js';
import type { AuditView } from './audit.js';
import type { ShipmentSummary, ShipmentView, TimelineView } from './shipment-view.js';
import { ANTIMONY, arrived, departed, estimated, registered, retracted } from './shipment.story.js';
import { newId, overHttp } from './testing/over-http.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';

describe('the shipments service', () => {
  let shipments: RunningService;

  beforeAll(async () => {
    shipments = await runShipments();
    await untilReady(shipments, SHIPMENTS_TOPICS);
  });
  afterAll(() => shipments?.stop());

  const { send, shipment, untilStatus } = overHttp(() => shipments);

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
      expectProblem(await shipments.get(`/shipments/${id}?asOf=yesterday`), 400, 'invalid-query', '/asOf');
    });

    it('its events as they were known, and not those of what had not happened', async () => {
      const id = newId();
      const wrong = arrived({ at: '2025-10-02T00:00:00Z' });
      await send(id, registered({ said: '2025-09-01T00:00:00Z' }), wrong);
      await untilStatus(id, 'arrived');
      const told = async (query = '') =>
        (await shipments.get<TimelineView>(`/shipments/${id}/timeline${query}`)).body.events;
      const learnt = (await told()).at(-1)!.receivedAt;
      await send(id, retracted(wrong));
      await untilStatus(id, 'registered');
      const seen = async (query: string) =>
        (await told(query)).map(({ type, retracted: is }) => [type.split('.')[2], is]);
      expect(await seen(`?knownAt=${learnt}`)).toEqual([
        ['registered', false],
        ['milestone-reported', false],
      ]);
      expect(await seen('?asOf=2025-10-03T00:00:00Z')).toEqual([
        ['registered', false],
        ['event-retracted', false],
        ['milestone-reported', true],
      ]);
      expect(await seen('?asOf=2025-09-15T00:00:00Z')).not.toContainEqual(['milestone-reported', true]);
      const timeline = `/shipments/${id}/timeline`;
      expectProblem(await shipments.get(`${timeline}?asOf=2024-01-01T00:00:00Z`), 404, 'not-found');
      expectProblem(await shipments.get(`${timeline}?knownAt=then`), 400, 'invalid-query', '/knownAt');
    });

    it('others, while it works at the audit of a shipment of which much was taken back', async () => {
      const id = newId();
      const minute = (nth: number): string => new Date(Date.UTC(2025, 8, 1, 0, nth)).toISOString();
      const arrivals = Array.from({ length: 700 }, (_, nth) =>
        arrived({ at: minute(nth), said: minute(nth) }),
      );
      const back = arrivals.map((arrival) => retracted(arrival, { said: '2025-10-10T00:00:00Z' }));
      await send(id, registered(), ...arrivals.slice(0, 400));
      await send(id, ...arrivals.slice(400), ...back.slice(0, 400));
      await send(id, ...back.slice(400));
      await until(
        'all is heard',
        async () =>
          (await shipments.get<Partial<TimelineView>>(`/shipments/${id}/timeline`)).body.events?.length ===
          1401,
        20_000,
      );

      const answered: string[] = [];
      const audit = shipments.get<AuditView>(`/shipments/${id}/audit`).then(({ body }) => {
        answered.push('audit');
        return body;
      });
      for (let asked = 0; asked < 3; asked++) {
        expect((await shipments.get('/health/live')).status).toBe(200);
        answered.push('live');
      }
      expect((await audit).late.length).toBeGreaterThanOrEqual(700);
      expect(answered).toEqual(['live', 'live', 'live', 'audit']);
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
});
