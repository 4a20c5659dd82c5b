/** What is only tried, at every door that takes events in. */
import { randomUUID } from 'node:crypto';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { DatedReference } from '#contracts/trade.js';
import { until } from '#messaging/testing/until.js';
import type { Accepted } from '#service/intake.js';
import { expectProblem, type RunningService, untilReady } from '#service/testing/running-service.js';
import { booking, container, referred } from './correlation/correlation.story.js';
import { v3 } from './dcsa/dcsa.story.js';
import { capturedEvent } from './epcis/capture.js';
import { arriving, CONTEXT, documentOf } from './epcis/epcis.story.js';
import type { EpcisEvent } from './epcis/epcis-event.js';
import { departed, registered } from './shipment.story.js';
import { BATCH, newId, STRUCTURED, structured } from './testing/over-http.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';
import type { Tried } from './tried-view.js';

import.meta.jest.setTimeout(120_000);

describe('what is only tried', () => {
  let shipments: RunningService;
  beforeAll(async () => {
    shipments = await runShipments();
    await untilReady(shipments, SHIPMENTS_TOPICS);
  });
  afterAll(() => shipments?.stop());

  const registeredWith = async (...references: DatedReference[]): Promise<string> => {
    const id = newId();
    await shipments.send(SHIPMENTS_INBOUND, { ...registered({ references }).event, id, subject: id });
    await until(
      'it is registered',
      async () => (await shipments.get(`/shipments/${id}`)).status === 200,
      20_000,
    );
    return id;
  };
  const newBooking = (): DatedReference => booking(`B-${randomUUID().slice(0, 8)}`);
  const foreign = (...references: DatedReference[]): Record<string, unknown> => {
    const { extensions, ...event } = referred(references, { id: randomUUID() });
    return { specversion: '1.0', ...event, ...extensions };
  };
  const tried = async (door: string, body: unknown, headers?: Record<string, string>): Promise<Tried> => {
    const answer = await shipments.post<Tried>(`${door}?dryRun=true`, body, headers);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  /** How much stands on the topic that all doors lead to. */
  const onKafka = async (): Promise<number> => (await shipments.events(SHIPMENTS_INBOUND)).length;

  it('is told item by item: what it would come to, where it would go, or why it is refused', async () => {
    const [one, two, shared] = [newBooking(), newBooking(), newBooking()];
    const [first, second] = [await registeredWith(one, shared), await registeredWith(two, shared)];
    const own = structured(departed(), 'SHP-unheard-of');
    const before = await onKafka();

    const { accepted, refused } = await tried(
      '/events',
      [own, foreign(one), foreign(shared), foreign(newBooking()), { ...own, data: { milestone: 'sunk' } }],
      BATCH,
    );

    expect(accepted.map(({ pointer, reaches }) => [pointer, reaches])).toEqual([
      ['/0', { shipments: ['SHP-unheard-of'], candidates: [] }],
      ['/1', { shipments: [first], candidates: [] }],
      ['/2', { shipments: [], reason: 'ambiguous', candidates: [first, second].sort() }],
      ['/3', { shipments: [], reason: 'no-match', candidates: [] }],
    ]);
    expect(accepted[0]).toMatchObject({ becomes: [{ id: own['id'], data: own['data'] }], references: [] });
    expect(accepted[1]).toMatchObject({ becomes: [{ type: expect.any(String) }], references: [one] });
    expect(refused).toMatchObject([
      { pointer: '/4', faults: expect.arrayContaining([expect.objectContaining({ code: 'not-allowed' })]) },
    ]);
    expect(refused[0]!.faults[0]!.pointer).toMatch(/^\/4\/data\//);
    expect(await onKafka()).toBe(before);
    expect((await shipments.get('/shipments/SHP-unheard-of')).status).toBe(404);
  });

  it('may be a CloudEvent in structured and in binary mode, and an event of DCSA and of EPCIS', async () => {
    const [named, box] = [newBooking(), container('CSQU3054383')];
    const id = await registeredWith(named);
    const { data, ...attributes } = foreign(named);
    const binary = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)]),
    );
    const before = await onKafka();

    const answers = [
      await tried('/events', { ...attributes, data }, STRUCTURED),
      await tried('/events', data, { ...binary, 'content-type': 'application/json' }),
      await tried(
        '/dcsa/v3/events',
        v3(
          {},
          {
            shipmentDetails: { documentReference: { typeCode: 'BKG', reference: named.value } },
            equipmentDetails: {},
          },
        ),
      ),
    ];
    for (const { accepted, refused } of answers) {
      expect(refused).toEqual([]);
      expect(accepted).toMatchObject([{ references: [named], reaches: { shipments: [id] } }]);
    }
    const { accepted } = await tried('/epcis/capture', documentOf(arriving()));
    expect(accepted).toMatchObject([{ references: [box], reaches: { candidates: expect.any(Array) } }]);
    expect(await onKafka()).toBe(before);
  });

  it('and what is taken is told what is questionable in it, where it holds an event of another format', async () => {
    const { id, ...held } = capturedEvent(
      {
        event: arriving({ epcList: ['urn:epc:id:bic:CSQU3054384'] }) as unknown as EpcisEvent,
        identity: `urn:uuid:${randomUUID()}`,
      },
      CONTEXT,
    );
    const { extensions: _, ...event } = { specversion: '1.0', id, ...held };
    const doubt = { pointer: '/0/data/event/epcList/0', code: 'check-digit' };

    expect((await tried('/events', [event], BATCH)).accepted).toMatchObject([{ warnings: [doubt] }]);
    const { status, body } = await shipments.post<Accepted>('/events', [event], BATCH);
    expect([status, body.warnings]).toMatchObject([202, [doubt]]);
  });

  it('is tried, or it is not: nothing between', async () => {
    expectProblem(
      await shipments.post('/events?dryRun=perhaps', [foreign(newBooking())], BATCH),
      400,
      'invalid-query',
      '/dryRun',
    );
  });
});
