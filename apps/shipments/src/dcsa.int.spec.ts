import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DcsaEventReported } from '#contracts/dcsa.js';
import {
  EventRetracted,
  ExceptionRaised,
  SHIPMENTS_EVENTS,
  SHIPMENTS_INBOUND,
} from '#contracts/shipments.js';
import type { DatedReference } from '#contracts/trade.js';
import { until } from '#messaging/testing/until.js';
import type { Accepted } from '#service/intake.js';
import { expectProblem, type RunningService, untilReady } from '#service/testing/running-service.js';
import { beta, type Json, v2Equipment, v2Transport, v3 } from './dcsa/dcsa.story.js';
import { registered } from './shipment.story.js';
import type { ShipmentView, TimelineView } from './shipment-view.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';
import type { Tried } from './tried-view.js';

describe('the doors of DCSA', () => {
  let shipments: RunningService;

  beforeAll(async () => {
    shipments = await runShipments();
    await untilReady(shipments, SHIPMENTS_TOPICS);
  });
  afterAll(() => shipments?.stop());

  /** What is there of an event. What Kafka took in part is sent again as a whole, so the same may be there twice. */
  const onKafka = async (id: string) => {
    const there = (await shipments.events(SHIPMENTS_INBOUND)).filter((event) => event.id === id);
    return there.filter((event, nth) => there.findIndex((other) => isDeepStrictEqual(other, event)) === nth);
  };

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

  describe('lead an event to the shipment that it names', () => {
    const newId = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;
    /** At the port of discharge: at 9:40 by its first word. */
    const discharged = (eventID: string, more: Json): Json =>
      v3({}, { eventID, shipmentDetails: {}, equipmentDetails: {}, eventLocation: {}, ...more });
    const post = async (event: Json): Promise<void> =>
      expect((await shipments.post('/dcsa/v3/events', event)).status).toBe(202);
    const register = async (references: DatedReference[]): Promise<string> => {
      const id = newId('SHP');
      await shipments.send(SHIPMENTS_INBOUND, { ...registered({ references }).event, id, subject: id });
      return id;
    };
    const shipment = async (id: string): Promise<Partial<ShipmentView>> =>
      (await shipments.get<ShipmentView>(`/shipments/${id}`)).body;
    const untilStatus = (id: string, status: string, at?: string): Promise<void> =>
      until(`${id} is ${status} at ${at}`, async () => {
        const { status: is, statusAt } = await shipment(id);
        return is === status && (at === undefined || statusAt === at);
      });
    const containerNumber = (): string => `OREU${String(Date.now() % 10_000_000).padStart(7, '0')}`;

    it.each<[string, () => { reference: DatedReference; details: Json }]>([
      [
        'booking',
        () => {
          const value = newId('BKG');
          const details = { shipmentDetails: { documentReference: { typeCode: 'BKG', reference: value } } };
          return { reference: { type: 'booking', value }, details };
        },
      ],
      [
        'transport document',
        () => {
          const value = newId('BOL');
          const details = { shipmentDetails: { documentReference: { typeCode: 'TRD', reference: value } } };
          return { reference: { type: 'transport-document', value }, details };
        },
      ],
      [
        'container, however it is written',
        () => {
          const value = containerNumber();
          const equipmentReference = `${value.slice(0, 4).toLowerCase()} ${value.slice(4)}`;
          const details = { equipmentDetails: { equipmentReference } };
          return { reference: { type: 'container', value, from: '2020-01-01T00:00:00Z' }, details };
        },
      ],
    ])('by its %s, and so its update, and so its withdrawal', async (_, named) => {
      const { reference, details } = named();
      const eventID = newId('event');
      const id = await register([reference]);
      await untilStatus(id, 'registered');

      await post(discharged(eventID, details));
      await untilStatus(id, 'discharged', '2025-10-02T09:40:00-04:00');

      const anew = {
        eventDateTime: '2025-10-02T11:00:00-04:00',
        eventUpdatedDateTime: '2025-10-02T16:00:00Z',
      };
      await post(discharged(eventID, { ...details, ...anew }));
      await untilStatus(id, 'discharged', '2025-10-02T11:00:00-04:00');

      await post(discharged(eventID, { eventUpdatedDateTime: '2025-10-02T18:00:00Z', isRetracted: true }));
      await untilStatus(id, 'registered');
      const { events } = (await shipments.get<TimelineView>(`/shipments/${id}/timeline`)).body;
      expect(events.map((event) => [event.type === EventRetracted.type, event.retracted])).toEqual([
        [false, false],
        [false, true],
        [false, true],
        [true, false],
      ]);
    });

    it('with what a reefer measured, which is an exception where it is out of the limits of the shipment', async () => {
      const booking = newId('BKG');
      const id = newId('SHP');
      const kept = registered({
        references: [{ type: 'booking', value: booking }],
        limits: [{ type: 'temperature', max: '-18', unit: 'CEL' }],
      });
      await shipments.send(SHIPMENTS_INBOUND, { ...kept.event, id, subject: id });
      await untilStatus(id, 'registered');
      const measured = (eventID: string, inside: number): Json => ({
        eventRouting: { originatingParty: { partyCode: 'INDX', codeListProvider: 'SMDG' } },
        eventID,
        eventDateTime: '2025-09-22T04:00:00Z',
        eventUpdatedDateTime: '2025-09-22T04:05:00Z',
        eventClassification: {
          eventTypeCode: 'REEFER',
          eventClassifierCode: 'ACT',
          reeferEventTypeCode: 'MEAS',
        },
        shipmentDetails: { documentReference: { typeCode: 'BKG', reference: booking } },
        equipmentDetails: { equipmentReference: 'CSQU3054383' },
        reeferDetails: {
          temperatureUnit: 'FAH',
          ambientMeasuredTemperature: 98.6,
          temperatureProbeMeasurements: [{ USDAProbeNumber: 1, measuredTemperatureValue: inside }],
        },
      });

      const [cold, warm] = [newId('cold'), newId('warm')];
      await post(measured(cold, -4));
      await until('it is measured', async () => (await shipment(id)).conditions?.length === 1);
      expect(await shipment(id)).toMatchObject({
        status: 'registered',
        conditions: [{ type: 'temperature', lowest: { value: '-20' }, highest: { value: '-20' } }],
        exceptions: [],
      });

      await post(measured(warm, 14));
      await until('it is an exception', async () => (await shipment(id)).exceptions?.length === 1);
      expect((await shipment(id)).exceptions).toMatchObject([
        { type: 'conditions-exceeded', severity: 'critical', detail: 'temperature -10, at most -18' },
      ]);
      const raised = await shipments.read(
        SHIPMENTS_EVENTS.name,
        ({ key, headers }) => key === id && headers['ce_type'] === ExceptionRaised.type,
      );
      expect(raised.value).toMatchObject({
        exception: 'conditions-exceeded',
        since: '2025-09-22T04:00:00Z',
        evidence: { source: '/dcsa/SMDG:INDX', id: expect.stringContaining(warm) },
      });
    });

    it('though the update and the withdrawal have come before it, and the shipment after all of them', async () => {
      const [value, eventID] = [newId('BKG'), newId('event')];
      const details = { shipmentDetails: { documentReference: { typeCode: 'BKG', reference: value } } };
      await post(discharged(eventID, { eventUpdatedDateTime: '2025-10-02T15:00:00Z', isRetracted: true }));
      const anew = {
        eventDateTime: '2025-10-02T11:00:00-04:00',
        eventUpdatedDateTime: '2025-10-02T16:00:00Z',
      };
      await post(discharged(eventID, { ...details, ...anew }));
      await post(discharged(eventID, details));
      const id = await register([{ type: 'booking', value }]);
      await until('all are there', async () => {
        const { body } = await shipments.get<TimelineView>(`/shipments/${id}/timeline`);
        return body.events?.length === 4;
      });
      // The update is later than the withdrawal, so it stands.
      expect(await shipment(id)).toMatchObject({
        status: 'discharged',
        statusAt: '2025-10-02T11:00:00-04:00',
      });
      const then = '2020-01-01T00:00:00Z';
      expectProblem(await shipments.get(`/shipments/${id}?knownAt=${then}`), 404, 'not-found');
    });
  });

  it('refuse what is no JSON, and a query that is none', async () => {
    expectProblem(await shipments.post('/dcsa/v2/events', '{'), 400, 'malformed-json');
    const xml = { 'content-type': 'text/xml' };
    expectProblem(await shipments.post('/dcsa/v2/events', '<a/>', xml), 415, 'unsupported-content-type');
    expectProblem(await shipments.post('/dcsa/v2/events?dryRun=yes', []), 400, 'invalid-query', '/dryRun');
    expectProblem(await shipments.post('/dcsa/v3/events?party=a%20b', []), 400, 'invalid-query', '/party');
  });
});
