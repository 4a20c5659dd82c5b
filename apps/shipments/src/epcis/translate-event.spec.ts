import { checkData } from '#contracts/check-data.js';
import { EventRetracted, MilestoneReported, ObservationReported } from '#contracts/shipments.js';
import type { UnaddressedEvent } from '../translation.js';
import {
  ALL_KINDS,
  arriving,
  booking,
  CONTAINER,
  fitting,
  json,
  KARACHI,
  objectEvent,
  packing,
  sensors,
  smelting,
  VESSEL,
  withdrawn,
} from './epcis.story.js';
import { translateEvent } from './translate-event.js';

const translated = (event: unknown) => {
  const translation = translateEvent(json(event));
  if ('faults' in translation) throw new Error(JSON.stringify(translation.faults));
  return translation;
};
const eventsOf = (event: unknown): readonly UnaddressedEvent[] => translated(event).events;
const referencesOf = (event: unknown): string[] =>
  translated(event).references.map(({ type, value }) => `${type} ${value}`);
/** The milestone, or what was observed. */
const meaningOf = (event: unknown): string =>
  eventsOf(event)
    .map((one) =>
      one.type === MilestoneReported.type
        ? one.data.milestone
        : one.type === ObservationReported.type
          ? `observed: ${one.data.kind}`
          : 'retracted',
    )
    .join(', ');

const AT_A_TERMINAL = { ...KARACHI, 'ore:facilityTypeCode': 'POTE' };
const PURCHASE = { bizTransactionList: [{ type: 'po', bizTransaction: 'https://buyer.example/po/77' }] };
const RESULTS = { bizTransactionList: [{ type: 'testres', bizTransaction: 'https://lab.example/1' }] };
const step = (bizStep: string, fields: object = {}): unknown => objectEvent({ bizStep, ...fields });

describe('an EPCIS event becomes', () => {
  it.each<[string, unknown]>([
    ['booked', booking()],
    ['booked', booking({ bizStep: 'reserving' })],
    ['gate-in', step('arriving', { readPoint: AT_A_TERMINAL })],
    ['gate-out', step('departing', { readPoint: AT_A_TERMINAL })],
    ['loaded', step('loading')],
    ['loaded', packing({ parentID: VESSEL, childEPCs: [CONTAINER], bizStep: 'loading' })],
    ['discharged', step('unloading')],
    ['discharged', packing({ bizStep: 'unloading', action: 'DELETE' })],
    ['departed', step('departing', { disposition: 'in_transit' })],
    ['departed', step('shipping', { disposition: 'in_transit' })],
    ['arrived', arriving()],
    ['customs-held', step('holding')],
    ['customs-released', step('accepting')],
    [
      'accepted',
      step('accepting', {
        destinationList: [{ type: 'owning_party', destination: 'urn:epc:id:pgln:9521321.00003' }],
      }),
    ],
    ['assayed', step('sampling', { disposition: 'conformant' })],
    ['assayed', step('sampling', { persistentDisposition: { set: ['non_conformant'] } })],
    ['assayed', step('inspecting', { disposition: 'conformant', ...RESULTS })],
    ['delivered', step('receiving')],
    [
      'delivered',
      step('receiving', {
        bizLocation: { id: 'urn:epc:id:sgln:9521321.00002.0' },
        destinationList: [{ type: 'location', destination: 'https://id.gs1.org/414/9521321000025' }],
      }),
    ],
  ])('the milestone %s', (milestone, event) => {
    expect(meaningOf(event)).toBe(milestone);
  });

  it.each<[string, string, unknown]>([
    ['an arrival that nobody can place', 'arriving', arriving({ readPoint: undefined })],
    ['a departure of which it is not said that it is in transit', 'departing', step('departing')],
    ['a container that is stuffed', 'packing', packing()],
    ['one that is stripped', 'unpacking', packing({ bizStep: 'unpacking', action: 'DELETE' })],
    ['an inspection', 'inspecting', step('inspecting', { disposition: 'conformant' })],
    ['loading undone', 'loading', step('loading', { action: 'DELETE' })],
    ['a booking undone', 'TransactionEvent', booking({ action: 'DELETE' })],
    ['a purchase order that shipping names', 'shipping', booking({ bizStep: 'shipping', ...PURCHASE })],
    ['a transformation', 'loading', smelting({ bizStep: 'loading' })],
    ['a logger that is fitted', 'installing', fitting()],
    [
      'a step of somebody’s own',
      'https://ore.example/steps/weighing',
      step('https://ore.example/steps/weighing'),
    ],
    ['no step at all', 'ObjectEvent', objectEvent()],
    ['sensors alone', 'sensor_reporting', objectEvent(sensors({ type: 'Temperature', value: 1 }))],
    [
      'goods received on their way to somewhere else',
      'receiving',
      step('receiving', {
        bizLocation: KARACHI,
        destinationList: [{ type: 'location', destination: 'urn:epc:id:sgln:9521321.00002.0' }],
      }),
    ],
  ])('an observation, of %s', (_, kind, event) => {
    expect(meaningOf(event)).toBe(`observed: ${kind}`);
  });

  it('said, whole', () => {
    const [event] = eventsOf(
      arriving({ 'ore:seal': 'S1', eventID: 'urn:uuid:1', epcList: [CONTAINER, VESSEL] }),
    );
    expect(event).toEqual({
      source: '/epcis',
      id: 'urn:uuid:1',
      time: '2025-10-02T09:40:00.000-05:00',
      type: MilestoneReported.type,
      data: {
        milestone: 'arrived',
        classifier: 'ACT',
        at: '2025-10-02T09:40:00.000-05:00',
        place: { unlocode: 'USSTL' },
        containers: ['CSQU3054383'],
        transport: { mode: 'vessel', vesselImo: '9176187' },
        extensions: {
          epcis: {
            type: 'ObjectEvent',
            action: 'OBSERVE',
            bizStep: 'arriving',
            disposition: 'in_progress',
            readPoint: 'urn:epc:id:sgln:9521321.00002.0',
            added: [{ name: 'ore:seal', value: '"S1"' }],
          },
        },
      },
    });
  });

  it('keeps the beginning of what is long, and no half of a character', () => {
    const [{ data }] = eventsOf(objectEvent({ 'ore:note': `${'a'.repeat(1_998)}📦📦` })) as [
      UnaddressedEvent,
    ];
    expect(data).toMatchObject({
      extensions: { epcis: { added: [{ name: 'ore:note', value: `"${'a'.repeat(1_998)}📦` }] } },
    });
  });

  it.each([
    ['2005-04-04T02:33:31.116987Z', '-06:00', '2005-04-03T20:33:31.116987-06:00'],
    ['2025-10-02T09:40:00+05:00', '+05:00', '2025-10-02T09:40:00+05:00'],
    ['2025-12-31T23:59:59Z', '+05:30', '2026-01-01T05:29:59+05:30'],
    ['9999-12-31T23:59:59Z', '+05:00', '9999-12-31T23:59:59Z'],
  ])('at %s, seen at %s, happened at %s', (eventTime, eventTimeZoneOffset, at) => {
    expect(eventsOf(arriving({ eventTime, eventTimeZoneOffset }))[0]).toMatchObject({ data: { at } });
  });

  it.each([
    ['an extension of the place', { id: 'urn:epc:id:sgln:9521321.00001.0', 'any:unlocode': 'PKKHI' }],
    ['an extension named as a URI', { id: 'urn:x:1', 'https://ore.example/epcis/unlocode': 'PKKHI' }],
    ['UN/CEFACT’s own URI', { id: 'https://vocabulary.uncefact.org/unlocode#PKKHI' }],
    ['our short form', { id: 'urn:orebound:unlocode:PKKHI' }],
  ])('placed by %s', (_, readPoint) => {
    expect(eventsOf(arriving({ readPoint }))[0]).toMatchObject({ data: { place: { unlocode: 'PKKHI' } } });
  });

  it('placed where it was read, rather than where things have been since', () => {
    const [event] = eventsOf(
      step('loading', { readPoint: KARACHI, bizLocation: { id: 'urn:orebound:unlocode:USSTL' } }),
    );
    expect(event).toMatchObject({ data: { place: { unlocode: 'PKKHI' } } });
  });
});

describe('what sensors tell', () => {
  it('becomes measurements, exact and readable, beside the milestone', () => {
    const events = eventsOf(
      arriving({
        eventID: 'urn:uuid:1',
        ...sensors(
          { type: 'Temperature', value: -18.5, sDev: 0.4, uom: 'CEL' },
          { type: 'RelativeHumidity', value: 1e-7, uom: 'P1', time: '2025-10-02T09:30:00-05:00' },
          {
            type: 'Acceleration',
            maxValue: 9.25,
            meanValue: 1,
            component: 'z',
            exception: 'ALARM_CONDITION',
          },
          { type: 'https://ore.example/types/Radon', value: 40, deviceID: 'urn:x:2' },
          { type: 'Temperature', stringValue: 'warm' },
          { type: 'Count', value: 1e12 },
        ),
      }),
    );
    const logger = { at: '2025-10-02T09:39:00-05:00', device: 'urn:epc:id:giai:9521321.LOGGER-1' };
    expect(events.map(({ id }) => id)).toEqual(['urn:uuid:1', 'urn:uuid:1#sensors']);
    expect(events[1]).toMatchObject({
      type: ObservationReported.type,
      data: {
        kind: 'arriving',
        remarks: 'ALARM_CONDITION: Acceleration',
        measurements: [
          { ...logger, type: 'temperature', value: '-18.5', unit: 'CEL' },
          { ...logger, type: 'other', name: 'Temperature sDev', value: '0.4', unit: 'CEL' },
          {
            ...logger,
            type: 'humidity',
            name: 'RelativeHumidity',
            value: '0.0000001',
            unit: 'P1',
            at: '2025-10-02T09:30:00-05:00',
          },
          { ...logger, type: 'shock', name: 'Acceleration maxValue z', value: '9.25' },
          { ...logger, type: 'shock', name: 'Acceleration meanValue z', value: '1' },
          { ...logger, type: 'other', name: 'Radon', value: '40', device: 'urn:x:2' },
        ],
      },
    });
  });
});

describe('damage that an event tells of', () => {
  const kindsOf = (event: unknown): unknown[] =>
    eventsOf(event).map(({ id, data }) => [id, (data as ObservationReported).kind ?? 'milestone']);
  const damaged = { eventID: 'urn:uuid:1', disposition: 'damaged' };

  it('stands beside the milestone at which it was seen, where the milestone was', () => {
    const lasting = { persistentDisposition: { set: ['https://ref.gs1.org/cbv/Disp-damaged'] } };
    const [milestone, damage] = eventsOf(arriving({ eventID: 'urn:uuid:1', ...lasting }));
    const { at, place } = milestone!.data as MilestoneReported;
    expect(damage).toMatchObject({ id: 'urn:uuid:1#damaged', data: { kind: 'damaged', at, place } });
  });

  it('stands beside what was done when it was seen', () => {
    expect(kindsOf(step('inspecting', damaged))).toEqual([
      ['urn:uuid:1', 'inspecting'],
      ['urn:uuid:1#damaged', 'damaged'],
    ]);
  });

  it('is the event where nothing else is told', () => {
    expect(kindsOf({ ...(step('inspecting', damaged) as object), bizStep: undefined })).toEqual([
      ['urn:uuid:1', 'damaged'],
    ]);
  });

  it('is measured once, where sensors report too', () => {
    const events = eventsOf(
      arriving({
        ...damaged,
        disposition: 'in_progress',
        persistentDisposition: { set: ['damaged'] },
        ...sensors({ type: 'Temperature', value: 40 }),
      }),
    );
    expect(events.map(({ id, data }) => [id, 'measurements' in data])).toEqual([
      ['urn:uuid:1', false],
      ['urn:uuid:1#sensors', true],
      ['urn:uuid:1#damaged', false],
    ]);
  });

  it('is taken back with the event', () => {
    const taken = eventsOf(withdrawn(objectEvent({ bizStep: 'inspecting', ...damaged })));
    expect(taken.map(({ data }) => (data as EventRetracted).eventId)).toEqual([
      'urn:uuid:1',
      'urn:uuid:1#damaged',
    ]);
  });

  it('is no longer told where it ceases', () => {
    expect(
      kindsOf(step('inspecting', { eventID: 'urn:uuid:1', persistentDisposition: { unset: ['damaged'] } })),
    ).toEqual([['urn:uuid:1', 'inspecting']]);
  });
});

describe('an event names its shipment by', () => {
  it.each([
    ['a container', CONTAINER, 'container CSQU3054383'],
    ['a consignment', 'urn:epc:id:ginc:9521321.XY-7', 'consignment 9521321XY-7'],
    ['a consignment, as a link', 'https://id.example/401/9521321XY-7', 'consignment 9521321XY-7'],
    ['a shipment', 'urn:epc:id:gsin:9521321.000000001', 'consignor-shipment 95213210000000018'],
    ['a pallet', 'urn:epc:id:sscc:9521321.0000000007', 'epc https://id.gs1.org/00/095213210000000070'],
    [
      'a pallet, as a link',
      'https://id.example/sscc/095213210000000070?x',
      'epc https://id.gs1.org/00/095213210000000070',
    ],
    ['a URI of somebody’s own', 'https://mine.example/bags/7', 'epc https://mine.example/bags/7'],
    ['our own id', 'urn:orebound:shipment:SHP-1', 'shipment SHP-1'],
    ['a booking', 'urn:orebound:booking:ABC%20123', 'booking ABC 123'],
  ])('%s', (_, epc, reference) => {
    expect(referencesOf(objectEvent({ epcList: [epc] }))).toEqual([reference]);
  });

  it.each([
    ['a vessel', VESSEL],
    ['a place', 'urn:epc:id:sgln:9521321.00001.0'],
    ['a party', 'https://id.gs1.org/417/9521321000018'],
    ['a kind of product', 'urn:epc:idpat:sgtin:9521321.012345.*'],
    ['a kind of product, as a link', 'https://id.gs1.org/01/09521321123458'],
    ['what we have no name for', 'urn:orebound:vessel:9176187'],
  ])('but not by %s: many have to do with it', (_, epc) => {
    expect(referencesOf(objectEvent({ epcList: [epc] }))).toEqual([]);
  });

  it.each([
    ['po', 'urn:epcglobal:cbv:bt:9521321000018:PO-77', ['purchase-order PO-77']],
    [
      'https://ref.gs1.org/cbv/BTT-po',
      'https://buyer.example/po/77',
      ['purchase-order https://buyer.example/po/77'],
    ],
    ['bol', 'urn:epcglobal:cbv:bt:9521321000018:MEDU%201', ['transport-document MEDU 1']],
    ['inv', 'urn:epcglobal:cbv:bt:9521321000018:4711', []],
    [undefined, 'urn:epc:id:gsin:9521321.000000001', ['consignor-shipment 95213210000000018']],
    ['po', 'urn:orebound:deal:DEAL-1', ['deal DEAL-1']],
  ])('a transaction of type %s, %s', (type, bizTransaction, references) => {
    expect(referencesOf(booking({ bizTransactionList: [{ type, bizTransaction }] }))).toEqual(references);
  });

  it('all of them, the closest first, none twice, at most a hundred', () => {
    const bags = Array.from({ length: 200 }, (_, n) => `https://mine.example/bags/${n}`);
    const references = referencesOf(
      packing({ ...PURCHASE, childEPCs: [...bags, 'urn:epc:id:ginc:9521321.XY-7', CONTAINER] }),
    );
    expect(references.slice(0, 3)).toEqual([
      'container CSQU3054383',
      'purchase-order https://buyer.example/po/77',
      'consignment 9521321XY-7',
    ]);
    expect(references.length).toBe(100);
  });
});

describe('an error declaration', () => {
  it.each([
    ['its eventID', { eventID: 'urn:uuid:1' }],
    ['its hash, for want of an eventID', {}],
  ])('takes back what the event came to, known by %s', (_, fields) => {
    const event = arriving({ ...fields, ...sensors({ type: 'Temperature', value: 1 }) });
    const before = translated(event);
    const after = translated(withdrawn(event));
    expect(after.events).toEqual(
      before.events.map(({ id, source }) => ({
        source,
        id: `${id}#errorDeclaration`,
        time: '2025-10-03T08:00:00-05:00',
        type: EventRetracted.type,
        data: { eventId: id, reason: 'did_not_occur' },
      })),
    );
    expect(after.references).toEqual(before.references);
  });
});

it.each(ALL_KINDS.map((event, n) => [n, event]))(
  'what event %i becomes holds to its contract',
  (_, event) => {
    const contracts = [MilestoneReported, ObservationReported, EventRetracted];
    for (const { type, data } of eventsOf(event))
      checkData(
        contracts.find((contract) => contract.type === type)!,
        'closed',
        data,
      );
  },
);
