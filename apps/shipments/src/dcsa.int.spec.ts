import { DcsaEventReported } from '#contracts/dcsa.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { Accepted } from '#service/intake.js';
import {
  expectProblem,
  type RunningService,
  runService,
  untilReady,
} from '#service/testing/running-service.js';
import { ShipmentsConfig } from './config.js';
import { beta, v2Equipment, v2Transport, v3 } from './dcsa/dcsa.story.js';
import { ShipmentsModule } from './shipments.module.js';
import type { Tried } from './tried-view.js';

describe('the doors of DCSA', () => {
  let shipments: RunningService;

  beforeAll(async () => {
    shipments = await runService(ShipmentsConfig, (config) => ShipmentsModule.for(config));
    await untilReady(shipments, 3);
  });
  afterAll(() => shipments?.stop());

  const onKafka = async (id: string) =>
    (await shipments.events(SHIPMENTS_INBOUND)).filter((event) => event.id === id);

  it('take events of 2.2: they are on Kafka, whole, under their own identity', async () => {
    const events = [v2Transport({ eventID: 'door-1' }), v2Equipment({ eventID: 'door-2' })];
    const { status, body } = await shipments.post<Accepted>('/dcsa/v2/events?party=SMDG:INDX', events);
    expect([status, body.accepted.map(({ id, source }) => [id, source])]).toEqual([
      202,
      [
        ['door-1', '/dcsa/SMDG:INDX'],
        ['door-2', '/dcsa/SMDG:INDX'],
      ],
    ]);
    expect(await onKafka('door-1')).toMatchObject([
      {
        type: DcsaEventReported.type,
        subject: body.accepted[0]!.subject,
        data: { version: '2.2', party: 'SMDG:INDX', event: events[0] },
      },
    ]);
  });

  it('take events of 3.0.0 and of its beta, and tell what is questionable', async () => {
    const wrong = { equipmentDetails: { equipmentReference: 'CSQU3054384' } };
    const events = [v3({}, { eventID: 'door-3', ...wrong }), beta({}, { eventID: 'door-4' })];
    const { status, body } = await shipments.post<Accepted>('/dcsa/v3/events', { events });
    expect([status, body.warnings]).toEqual([
      202,
      [
        {
          pointer: '/events/0/equipmentDetails/equipmentReference',
          code: 'check-digit',
          message: expect.any(String),
        },
      ],
    ]);
    expect(await onKafka('door-4')).toMatchObject([{ data: { version: '3.0.0-beta', event: events[1] } }]);
  });

  it('refuse all where one is wrong, and say where', async () => {
    const events = [v3({}, { eventID: 'door-5' }), v3({}, { eventID: 'door-6', eventDateTime: 'today' })];
    const refusal = await shipments.post('/dcsa/v3/events', { events });
    expectProblem(refusal, 422, 'invalid-data', '/events/1/eventDateTime');
    await shipments.post('/dcsa/v3/events', v3({}, { eventID: 'door-7' }));
    expect(await onKafka('door-7@2025-10-02T14:00:00.250000000Z')).toHaveLength(1);
    expect(await onKafka('door-5@2025-10-02T14:00:00.250000000Z')).toEqual([]);
  });

  it('say of what is only tried what would become of it, and store nothing', async () => {
    const events = [v2Transport({ eventID: 'tried-1' }), { eventID: 'tried-2' }];
    const { status, body } = await shipments.post<Tried>('/dcsa/v2/events?dryRun=true', events);
    expect(status).toBe(200);
    expect(body.accepted).toMatchObject([
      { pointer: '/0', becomes: [{ id: 'tried-1', source: '/dcsa', data: { milestone: 'arrived' } }] },
    ]);
    expect(body.refused).toMatchObject([{ pointer: '/1', faults: expect.any(Array) }]);
    await shipments.post('/dcsa/v2/events', v2Transport({ eventID: 'door-8' }));
    expect(await onKafka('door-8')).toHaveLength(1);
    expect(await onKafka('tried-1')).toEqual([]);
  });

  it('refuse what is no JSON, and a query that is none', async () => {
    expectProblem(await shipments.post('/dcsa/v2/events', '{'), 400, 'malformed-json');
    const xml = { 'content-type': 'text/xml' };
    expectProblem(await shipments.post('/dcsa/v2/events', '<a/>', xml), 415, 'unsupported-content-type');
    expectProblem(await shipments.post('/dcsa/v2/events?dryRun=yes', []), 400, 'invalid-query', '/dryRun');
    expectProblem(await shipments.post('/dcsa/v3/events?party=a%20b', []), 400, 'invalid-query', '/party');
  });
});
