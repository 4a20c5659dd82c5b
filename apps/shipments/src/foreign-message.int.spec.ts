import { randomUUID } from 'node:crypto';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { deadLettersOf } from '#messaging/dead-letter.js';
import { until } from '#messaging/testing/until.js';
import { type RunningService, untilReady } from '#service/testing/running-service.js';
import { beta, v2Transport, v3 } from './dcsa/dcsa.story.js';
import { arriving, documentOf } from './epcis/epcis.story.js';
import { registered } from './shipment.story.js';
import type { ShipmentView, TimelineView } from './shipment-view.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';

const EPCIS = 'application/vnd.gs1.epcis+json';
const DCSA_V2 = 'application/vnd.dcsa.tnt.v2+json';
const DCSA_V3 = 'application/vnd.dcsa.tnt.v3+json; charset=utf-8';

/** Messages that are no CloudEvents, as a plain client of Kafka sends them. */
describe('a message of another format on Kafka', () => {
  let shipments: RunningService;

  beforeAll(async () => {
    shipments = await runShipments();
    await untilReady(shipments, SHIPMENTS_TOPICS);
  });
  afterAll(() => shipments?.stop());

  const register = async (booking: string): Promise<string> => {
    const id = `SHP-${randomUUID().slice(0, 8)}`;
    const references = [{ type: 'booking' as const, value: booking }];
    await shipments.send(SHIPMENTS_INBOUND, { ...registered({ references }).event, id, subject: id });
    return id;
  };
  const produce = (type: string, document: unknown, headers: Record<string, string> = {}): Promise<void> =>
    shipments.produce(SHIPMENTS_INBOUND.name, [
      {
        value: typeof document === 'string' ? document : JSON.stringify(document),
        headers: { 'content-type': type, ...headers },
      },
    ]);
  const untilStatus = (id: string, wanted: string): Promise<void> =>
    until(
      `${id} is ${wanted}`,
      async () => (await shipments.get<ShipmentView>(`/shipments/${id}`)).body.status === wanted,
      20_000,
    );
  const epcis = (booking: string, fields: object = {}): object =>
    arriving({
      eventID: `urn:uuid:${randomUUID()}`,
      epcList: [`urn:orebound:booking:${booking}`],
      readPoint: { id: 'urn:orebound:unlocode:USSTL' },
      ...fields,
    });

  it.each<[string, string, string, (booking: string) => unknown]>([
    ['EPCIS 2.0', EPCIS, 'arrived', (booking) => documentOf(epcis(booking))],
    [
      'DCSA 2.2',
      DCSA_V2,
      'arrived',
      (booking) =>
        v2Transport({
          eventID: booking,
          references: [],
          transportCall: { UNLocationCode: 'USSTL', modeOfTransport: 'VESSEL' },
          documentReferences: [{ documentReferenceType: 'BKG', documentReferenceValue: booking }],
        }),
    ],
    [
      'DCSA 3.0.0',
      DCSA_V3,
      'discharged',
      (booking) => ({
        events: [
          v3(
            {},
            {
              eventID: booking,
              equipmentDetails: {},
              shipmentDetails: { documentReference: { typeCode: 'BKG', reference: booking } },
            },
          ),
        ],
      }),
    ],
  ])('of %s leads to its shipment', async (_, type, status, documentFor) => {
    const booking = `BKG-${randomUUID().slice(0, 8)}`;
    const id = await register(booking);
    await produce(type, documentFor(booking));
    await untilStatus(id, status);
  });

  it('sent twice counts once', async () => {
    const booking = `BKG-${randomUUID().slice(0, 8)}`;
    const id = await register(booking);
    const document = documentOf(
      epcis(booking),
      epcis(booking, { bizStep: 'unloading', disposition: undefined }),
    );
    await produce(EPCIS, document);
    await produce(EPCIS, document);
    await untilStatus(id, 'discharged');
    await shipments.caughtUp(SHIPMENTS_INBOUND);
    const { events } = (await shipments.get<TimelineView>(`/shipments/${id}/timeline`)).body;
    expect(events).toHaveLength(3);
  });

  it('is taken as far as it is right, and the whole of it is a dead letter that says what is wrong', async () => {
    const booking = `BKG-${randomUUID().slice(0, 8)}`;
    const id = await register(booking);
    const document = documentOf(epcis(booking), epcis(booking, { eventTime: 'noon' }));
    await produce(EPCIS, document, { mark: booking });
    await untilStatus(id, 'arrived');
    const letter = await shipments.read(
      deadLettersOf('shipments'),
      ({ headers }) => headers['mark'] === booking,
    );
    expect(letter.value).toEqual(JSON.parse(JSON.stringify(document)));
    expect(letter.headers).toMatchObject({ 'content-type': EPCIS, deadletter_reason: 'invalid-data' });
    expect(JSON.parse(letter.headers['deadletter_faults']!)).toMatchObject([
      { pointer: '/epcisBody/eventList/1/eventTime' },
    ]);
  });

  it.each<[string, string, unknown, string]>([
    ['is no JSON', EPCIS, '<epcis:EPCISDocument/>', 'malformed-json'],
    ['has nothing that is right', DCSA_V3, beta({ eventDateTime: 'noon' }), 'invalid-data'],
    ['is of a format nobody knows', 'application/vnd.example+json', {}, 'not-a-cloudevent'],
  ])('that %s is a dead letter', async (_, type, document, reason) => {
    const mark = randomUUID();
    await produce(type, document, { mark });
    const letter = await shipments.read(
      deadLettersOf('shipments'),
      ({ headers }) => headers['mark'] === mark,
    );
    expect(letter.headers['deadletter_reason']).toBe(reason);
  });
});
