/** Events and documents for the specs, as a carrier, a port and a mine would capture them. */
import type { Json } from './epcis-event.js';

type Fields = Readonly<Record<string, unknown>>;

export const CONTEXT = [
  'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
  { ore: 'https://ore.example/epcis/' },
];

export const CONTAINER = 'urn:epc:id:bic:CSQU3054383';
export const VESSEL = 'urn:epc:id:imovn:9176187';
export const KARACHI = { id: 'urn:epc:id:sgln:9521321.00001.0', 'ore:unlocode': 'PKKHI' };
export const SAINT_LOUIS = { id: 'urn:epc:id:sgln:9521321.00002.0', 'ore:unlocode': 'USSTL' };

const moment = { eventTime: '2025-10-02T09:40:00.000-05:00', eventTimeZoneOffset: '-05:00' };

export const objectEvent = (fields: Fields = {}): Fields => ({
  type: 'ObjectEvent',
  ...moment,
  action: 'OBSERVE',
  epcList: [CONTAINER],
  ...fields,
});

export const arriving = (fields: Fields = {}): Fields =>
  objectEvent({ bizStep: 'arriving', disposition: 'in_progress', readPoint: SAINT_LOUIS, ...fields });

export const packing = (fields: Fields = {}): Fields => ({
  type: 'AggregationEvent',
  ...moment,
  action: 'ADD',
  parentID: CONTAINER,
  childEPCs: ['urn:epc:id:sscc:9521321.0000000007'],
  bizStep: 'packing',
  disposition: 'container_closed',
  ...fields,
});

export const booking = (fields: Fields = {}): Fields => ({
  type: 'TransactionEvent',
  ...moment,
  action: 'ADD',
  bizTransactionList: [{ type: 'po', bizTransaction: 'urn:epcglobal:cbv:bt:9521321000018:PO-77' }],
  epcList: [],
  ...fields,
});

export const smelting = (fields: Fields = {}): Fields => ({
  type: 'TransformationEvent',
  ...moment,
  inputQuantityList: [{ epcClass: 'urn:epc:class:lgtin:9521321.012345.ORE', quantity: 120.5, uom: 'TNE' }],
  outputQuantityList: [{ epcClass: 'urn:epc:class:lgtin:9521321.012345.SB', quantity: 14.25, uom: 'TNE' }],
  bizStep: 'commissioning',
  ilmd: { 'ore:grade': '61.50' },
  ...fields,
});

export const fitting = (fields: Fields = {}): Fields => ({
  type: 'AssociationEvent',
  ...moment,
  action: 'ADD',
  parentID: CONTAINER,
  childEPCs: ['urn:epc:id:giai:9521321.LOGGER-1'],
  bizStep: 'installing',
  ...fields,
});

export const sensors = (...sensorReport: Fields[]): Fields => ({
  sensorElementList: [
    {
      sensorMetadata: { time: '2025-10-02T09:39:00-05:00', deviceID: 'urn:epc:id:giai:9521321.LOGGER-1' },
      sensorReport,
    },
  ],
});

export const withdrawn = (event: Fields): Fields => ({
  ...event,
  errorDeclaration: {
    declarationTime: '2025-10-03T08:00:00-05:00',
    reason: 'did_not_occur',
    correctiveEventIDs: ['urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8'],
  },
});

/** One of each kind, with all that the standard knows somewhere among them. */
export const ALL_KINDS: readonly Fields[] = [
  arriving({
    eventID: 'urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8',
    recordTime: '2025-10-02T15:00:00Z',
    bizLocation: SAINT_LOUIS,
    bizTransactionList: [{ type: 'bol', bizTransaction: 'https://carrier.example/bl/MEDU123' }],
    sourceList: [{ type: 'possessing_party', source: 'urn:epc:id:pgln:9521321.00003' }],
    destinationList: [{ type: 'location', destination: SAINT_LOUIS.id }],
    persistentDisposition: { set: ['conformant'], unset: ['unknown'] },
    'ore:seal': { 'ore:numbers': ['S1', 'S2'] },
    ...sensors(
      { type: 'Temperature', value: 26.5, uom: 'CEL', 'ore:probe': 2 },
      { type: 'Acceleration', maxValue: 9.25, uom: 'MSK', component: 'z', exception: 'ALARM_CONDITION' },
    ),
  }),
  packing({ childQuantityList: [{ epcClass: 'urn:epc:class:lgtin:9521321.012345.SB', quantity: 20 }] }),
  booking(),
  smelting(),
  fitting(),
  withdrawn(arriving()),
];

export const documentOf = (...eventList: unknown[]): Fields => ({
  '@context': CONTEXT,
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2025-10-02T15:00:00Z',
  epcisBody: { eventList },
});

export const json = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
