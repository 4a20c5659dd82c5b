import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { EpcisEventCaptured } from '#contracts/epcis.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { until } from '#messaging/testing/until.js';
import {
  type Answer,
  expectProblem,
  type RunningService,
  untilReady,
} from '#service/testing/running-service.js';
import type { CaptureAccepted, CaptureJob } from './epcis/capture-view.js';
import { arriving, booking, CONTEXT, documentOf, packing, sensors, withdrawn } from './epcis/epcis.story.js';
import { registered } from './shipment.story.js';
import type { ShipmentView, TimelineView } from './shipment-view.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';
import type { Tried } from './tried-view.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const PROCEED = { ...JSON_TYPE, 'GS1-Capture-Error-Behaviour': 'proceed' };

const newEventID = (): string => `urn:uuid:${randomUUID()}`;

describe('EPCIS events', () => {
  let shipments: RunningService;

  beforeAll(async () => {
    shipments = await runShipments();
    await untilReady(shipments, SHIPMENTS_TOPICS);
  });
  afterAll(() => shipments?.stop());

  const capture = <T = CaptureAccepted>(
    body: unknown,
    headers: Record<string, string> = JSON_TYPE,
    query = '',
  ): Promise<Answer<T>> => shipments.post<T>(`/epcis/capture${query}`, body, headers);
  const untilRun = async (id: string): Promise<CaptureJob> => {
    await until(
      `capture ${id} has run`,
      async () => (await shipments.get<CaptureJob>(`/epcis/capture/${id}`)).body.running === false,
      20_000,
    );
    return (await shipments.get<CaptureJob>(`/epcis/capture/${id}`)).body;
  };
  const stored = async (...ids: string[]): Promise<CloudEvent[]> =>
    (await shipments.events(SHIPMENTS_INBOUND)).filter(({ id }) => ids.includes(id));

  it('are captured as a document: each is stored whole, and the job says that all were taken', async () => {
    const [first, second] = [arriving({ eventID: newEventID() }), packing({ eventID: newEventID() })];

    const { status, body, headers } = await capture(documentOf(first, second));

    expect([status, headers.get('location')]).toEqual([202, `/epcis/capture/${body.captureID}`]);
    expect(body).toMatchObject({
      captured: [
        { pointer: '/epcisBody/eventList/0', eventID: first['eventID'] },
        { pointer: '/epcisBody/eventList/1', eventID: second['eventID'] },
      ],
      refused: [],
    });
    const events = await stored(first['eventID'] as string, second['eventID'] as string);
    const expected = (event: object) =>
      expect.objectContaining({
        type: EpcisEventCaptured.type,
        source: '/epcis',
        data: { event, context: CONTEXT, capture: body.captureID },
      });
    expect(events).toEqual(expect.arrayContaining([expected(first), expected(second)]));
    expect(await untilRun(body.captureID)).toEqual({
      captureID: body.captureID,
      createdAt: expect.any(String),
      finishedAt: expect.any(String),
      running: false,
      success: true,
      captureErrorBehaviour: 'rollback',
      errors: [],
    });
  });

  it('are the same event in a document, by themselves, and sent again', async () => {
    const event = booking({ 'ore:run': randomUUID() });
    const first = await capture(documentOf(event));
    const again = await capture({ '@context': CONTEXT, ...event });

    const [eventID] = first.body.captured.map((one) => one.eventID);
    expect(eventID).toMatch(/^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/);
    expect(again.body.captured).toEqual([{ pointer: '', eventID }]);
    const events = await stored(eventID!);
    expect(events.length).toBe(2);
    expect(new Set(events.map(({ subject }) => subject)).size).toBe(1);
  });

  it('keep one key and two ids where one withdraws the other', async () => {
    const event = arriving({ eventID: newEventID() });
    const id = event['eventID'] as string;
    expect((await capture(documentOf(event, withdrawn(event)))).status).toBe(202);
    const events = await stored(id, `${id}#errorDeclaration`);
    expect(events.map((one) => one.id)).toEqual([id, `${id}#errorDeclaration`]);
    expect(events[0]!.subject).toBe(events[1]!.subject);
  });

  it('wait for the shipment whose container they name, and move it once it is known', async () => {
    const container = `OREU${String(Date.now() % 10_000_000).padStart(7, '0')}`;
    const event = arriving({ eventID: newEventID(), epcList: [`urn:epc:id:bic:${container}`] });
    expect((await capture(documentOf(event))).status).toBe(202);
    await until('it waits in sight', async () => {
      const { body } = await shipments.get<{ items: unknown[] }>(`/unmatched?reference=${container}`);
      return body.items.length === 1;
    });

    const id = `SHP-${container}`;
    const references = [{ type: 'container' as const, value: container, from: '2020-01-01T00:00:00Z' }];
    await shipments.send(SHIPMENTS_INBOUND, { ...registered({ references }).event, id, subject: id });
    await until('the shipment has arrived', async () => {
      const { body } = await shipments.get<{ status: string }>(`/shipments/${id}`);
      return body.status === 'arrived';
    });
  });

  it('have what their sensors read held against the limits of the shipment, and shown', async () => {
    const id = `SHP-${randomUUID()}`;
    const limits = [{ type: 'temperature' as const, max: '25', unit: 'CEL' }];
    await shipments.send(SHIPMENTS_INBOUND, { ...registered({ limits }).event, id, subject: id });
    const event = arriving({
      eventID: newEventID(),
      epcList: [`urn:orebound:shipment:${id}`],
      ...sensors({ type: 'Temperature', minValue: 21, maxValue: 80.6, uom: 'FAH' }),
    });
    expect((await capture(documentOf(event))).status).toBe(202);

    const shown = async () => (await shipments.get<Partial<ShipmentView>>(`/shipments/${id}`)).body;
    await until('it is an exception', async () => {
      const { exceptions = [] } = await shown();
      return exceptions.some(({ type }) => type === 'conditions-exceeded');
    });
    const { conditions, exceptions } = await shown();
    expect(conditions).toMatchObject([{ type: 'temperature', unit: 'CEL', highest: { value: '27' } }]);
    expect(exceptions).toMatchObject([{ id: `${event['eventID'] as string}#sensors` }]);
  });

  describe('where some are wrong', () => {
    const mixed = () => {
      const good = arriving({ eventID: newEventID() });
      return { id: good['eventID'] as string, document: documentOf(good, arriving({ bizStep: 'sailing' })) };
    };

    it('are refused together, with a pointer to what is wrong, and none is stored', async () => {
      const { id, document } = mixed();
      const answer = await capture(document);
      expectProblem(answer, 422, 'invalid-data', '/epcisBody/eventList/1/bizStep');
      expect(await stored(id)).toEqual([]);
    });

    it('are taken but for those, if asked to proceed, and the job says which', async () => {
      const { id, document } = mixed();
      const { status, body } = await capture(document, PROCEED);
      expect([status, body.captured.length]).toEqual([202, 1]);
      expect((await stored(id)).length).toBe(1);
      expect(await untilRun(body.captureID)).toMatchObject({
        success: false,
        captureErrorBehaviour: 'proceed',
        errors: [
          {
            code: 'invalid-data',
            errors: [{ pointer: '/epcisBody/eventList/1/bizStep', code: 'not-allowed' }],
          },
        ],
      });
    });

    it('are refused all the same where none is left to proceed with', async () => {
      const answer = await capture(documentOf(arriving({ bizStep: 'sailing' })), PROCEED);
      expectProblem(answer, 422, 'invalid-data', '/epcisBody/eventList/0/bizStep');
    });
  });

  it('tell what would become of them, and are not stored, when they are only tried', async () => {
    const event = arriving({ eventID: newEventID() });
    const { status, body } = await capture<Tried>(documentOf(event, 7), JSON_TYPE, '?dryRun=true');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      accepted: [
        {
          pointer: '/epcisBody/eventList/0',
          becomes: [{ id: event['eventID'], data: { milestone: 'arrived', place: { unlocode: 'USSTL' } } }],
          references: [{ type: 'container', value: 'CSQU3054383' }],
        },
      ],
      refused: [{ pointer: '/epcisBody/eventList/1', faults: [{ code: 'malformed' }] }],
    });
    expect(await stored(event['eventID'] as string)).toEqual([]);
  });

  it('tell what is questionable in them, tried or taken, and in the timeline of their shipment', async () => {
    const id = `SHP-${randomUUID()}`;
    const mistyped = 'OREU1234567';
    const document = documentOf(
      arriving({
        eventID: newEventID(),
        epcList: [`urn:epc:id:bic:${mistyped}`],
        bizTransactionList: [{ bizTransaction: `urn:orebound:shipment:${id}` }],
      }),
    );
    const doubt = { pointer: '/epcisBody/eventList/0/epcList/0', code: 'check-digit' };

    const tried = await capture<Tried>(document, JSON_TYPE, '?dryRun=true');
    expect(tried.body.accepted).toMatchObject([{ warnings: [doubt] }]);
    const taken = await capture(document);
    expect(taken.body.warnings).toMatchObject([doubt]);
    expect((await capture(documentOf(arriving()))).body).not.toHaveProperty('warnings');

    await shipments.send(SHIPMENTS_INBOUND, { ...registered().event, id, subject: id });
    await until('it is in the timeline', async () => {
      const { body } = await shipments.get<TimelineView>(`/shipments/${id}/timeline`);
      return body.events?.some(({ warnings }) => warnings?.[0]?.pointer === '/data/containers/0');
    });
  });

  it.each<[string, unknown, Record<string, string>, string, [number, string, ...string[]]]>([
    ['is no JSON', '{', JSON_TYPE, '', [400, 'malformed-json', '']],
    ['is XML', '<a/>', { 'content-type': 'application/xml' }, '', [415, 'unsupported-content-type']],
    ['is no EPCIS', [], JSON_TYPE, '', [422, 'invalid-data', '']],
    [
      'asks for what cannot be',
      documentOf(arriving()),
      { ...JSON_TYPE, 'GS1-Capture-Error-Behaviour': 'ignore' },
      '',
      [400, 'invalid-envelope', '/gs1-capture-error-behaviour'],
    ],
    [
      'is tried neither way',
      documentOf(arriving()),
      JSON_TYPE,
      '?dryRun=perhaps',
      [400, 'invalid-query', '/dryRun'],
    ],
  ])('are refused where what is sent %s', async (_, body, headers, query, problem) => {
    expectProblem(await capture(body, headers, query), ...problem);
  });

  it('have no job but their own', async () => {
    for (const id of ['none', randomUUID(), '018f0000-0000-7000-8000-000000000000'])
      expectProblem(await shipments.get(`/epcis/capture/${id}`), 404, 'not-found');
  });

  it('how a capture ended is told for 90 days, unless told otherwise, and then MongoDB forgets it', async () => {
    const { body } = await capture(documentOf(arriving({ eventID: newEventID() })));
    await untilRun(body.captureID);

    const captures = shipments.database.collection<{ _id: string; finishedAt: string; expiresAt: Date }>(
      'captures',
    );
    const { finishedAt, expiresAt } = (await captures.findOne({ _id: body.captureID }))!;
    const days = (expiresAt.getTime() - Date.parse(finishedAt)) / 86_400_000;
    expect(days).toBeCloseTo(90, 2);
    expect(await captures.indexes()).toContainEqual(
      expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }),
    );
  });
});
