import type { Fault } from '#contracts/fault.js';
import { eventFaults } from './check-event.js';
import {
  ALL_KINDS,
  arriving,
  booking,
  fitting,
  json,
  objectEvent,
  packing,
  sensors,
  smelting,
  withdrawn,
} from './epcis.story.js';

const faultsOf = (event: unknown): string[] =>
  eventFaults(json(event)).map(({ pointer, code }: Fault) => `${code} ${pointer}`);

const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce<unknown>((inner) => ({ 'ore:in': inner }), 1);

describe('an EPCIS event is taken', () => {
  it.each(ALL_KINDS.map((event) => [event['type'], event]))('of every type: %s', (_, event) => {
    expect(faultsOf(event)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['with words of somebody’s own', arriving({ bizStep: 'https://ore.example/steps/assaying' })],
    ['with the web form of a word', arriving({ disposition: 'https://ref.gs1.org/cbv/Disp-in_progress' })],
    ['with identifiers that the CBV defines', booking()],
    [
      'with extensions, by prefix or as a URI',
      arriving({ 'ore:a': { b: [1] }, 'https://ore.example/c': null }),
    ],
    [
      'with a declaration without a reason',
      { ...withdrawn(arriving()), errorDeclaration: { declarationTime: '2025-10-03T08:00:00Z' } },
    ],
    ['with an offset of 14 hours', arriving({ eventTimeZoneOffset: '+14:00' })],
    ['without anything in its epcList', objectEvent({ epcList: [] })],
    [
      'of sensors and a place alone',
      objectEvent({ epcList: undefined, readPoint: { id: 'urn:x:1' }, ...sensors({ type: 'Temperature' }) }),
    ],
    ['that empties a container of all that is in it', packing({ childEPCs: undefined, action: 'DELETE' })],
    [
      'of a transformation told in parts',
      smelting({ outputQuantityList: undefined, transformationID: 'urn:x:1' }),
    ],
    [
      'of a class of goods, however much of it there is',
      smelting({ inputQuantityList: [{ epcClass: 'urn:epc:idpat:sgtin:9521321.012345.*' }] }),
    ],
    [
      'read at a point on the map, without an identifier of it',
      objectEvent({ bizStep: 'sensor_reporting', readPoint: { id: 'geo:24.8,66.9' } }),
    ],
    [
      'with sensors of a kind of the sender’s own, and with the web form of one',
      objectEvent(sensors({ type: 'ore:Dust', stringValue: 'much' }, { type: 'gs1:Temperature', value: 26 })),
    ],
    [
      'with a sensor that reports only when it read, and by what rules',
      objectEvent({
        sensorElementList: [
          {
            sensorMetadata: { bizRules: 'https://ore.example/rules', 'ore:calibrated': '2025' },
            sensorReport: [{ type: 'Temperature', uom: 'CEL', time: '2025-10-02T09:39:00-05:00' }],
            'ore:raw': [{ 'ore:volts': '0.98' }],
          },
        ],
      }),
    ],
    [
      'with an extension in its declaration',
      {
        ...withdrawn(arriving()),
        errorDeclaration: { declarationTime: '2025-10-03T08:00:00Z', 'ore:desk': 'Karachi' },
      },
    ],
    ['with twenty levels', arriving({ 'ore:x': nested(18) })],
  ])('%s', (_, event) => {
    expect(faultsOf(event)).toEqual([]);
  });
});

describe('an EPCIS event is refused, with a pointer and a code', () => {
  it.each<[string, unknown, string[]]>([
    ['that is no object', 7, ['malformed ']],
    [
      'named by what is no URI, of characters of two code units each',
      objectEvent({ eventID: '📦'.repeat(600), bizStep: '📦'.repeat(600) }),
      ['malformed /eventID', 'not-allowed /bizStep'],
    ],
    ['without a type', { ...objectEvent(), type: undefined }, ['required /type']],
    ['of a type that is none of the five', objectEvent({ type: 'QuantityEvent' }), ['not-allowed /type']],
    ['without a moment', objectEvent({ eventTime: undefined }), ['required /eventTime']],
    [
      'with a moment without offset',
      objectEvent({ eventTime: '2025-10-02T09:40:00' }),
      ['malformed /eventTime'],
    ],
    ['with the offset Z', objectEvent({ eventTimeZoneOffset: 'Z' }), ['malformed /eventTimeZoneOffset']],
    [
      'with an offset beyond 14 hours',
      objectEvent({ eventTimeZoneOffset: '+14:30' }),
      ['malformed /eventTimeZoneOffset'],
    ],
    ['without an offset', objectEvent({ eventTimeZoneOffset: undefined }), ['required /eventTimeZoneOffset']],
    ['without an action', objectEvent({ action: undefined }), ['required /action']],
    ['with an action in lower case', objectEvent({ action: 'observe' }), ['not-allowed /action']],
    ['a transformation with an action', smelting({ action: 'ADD' }), ['unknown-property /action']],
    ['with an unknown word', objectEvent({ bizStep: 'sailing' }), ['not-allowed /bizStep']],
    ['with a disposition for a step', objectEvent({ bizStep: 'in_transit' }), ['not-allowed /bizStep']],
    [
      'with the words of XML',
      objectEvent({ bizStep: 'urn:epcglobal:cbv:bizstep:shipping' }),
      ['not-allowed /bizStep'],
    ],
    [
      'with an unknown word in a list',
      objectEvent({ persistentDisposition: { set: ['lost'] } }),
      ['not-allowed /persistentDisposition/set/0'],
    ],
    [
      'with a bare property that EPCIS does not have',
      objectEvent({ seal: 'S1' }),
      ['unknown-property /seal'],
    ],
    ['with one of another type', objectEvent({ parentID: 'urn:x:1' }), ['unknown-property /parentID']],
    [
      'with one at depth',
      objectEvent({ readPoint: { id: 'urn:x:1', name: 'dock' } }),
      ['unknown-property /readPoint/name'],
    ],
    [
      'with an identifier that is no URI',
      objectEvent({ epcList: ['CSQU3054383'] }),
      ['malformed /epcList/0'],
    ],
    [
      'with an identifier too long to keep',
      objectEvent({ eventID: `urn:x:${'1'.repeat(900)}` }),
      ['too-long /eventID'],
    ],
    [
      'with a unit in words',
      smelting({ inputQuantityList: [{ epcClass: 'urn:x:1', quantity: 1, uom: 'tonnes' }] }),
      ['malformed /inputQuantityList/0/uom'],
    ],
    [
      'with a quantity as text',
      smelting({ inputQuantityList: [{ epcClass: 'urn:x:1', quantity: '1' }] }),
      ['malformed /inputQuantityList/0/quantity'],
    ],
    ['with a place without identifier', objectEvent({ bizLocation: {} }), ['required /bizLocation/id']],
    [
      'with a source without type',
      objectEvent({ sourceList: [{ source: 'urn:x:1' }] }),
      ['required /sourceList/0/type'],
    ],
    [
      'with a report without type',
      objectEvent(sensors({ value: 1 })),
      ['required /sensorElementList/0/sensorReport/0/type'],
    ],
    [
      'with a declaration without its moment',
      objectEvent({ errorDeclaration: { reason: 'did_not_occur' } }),
      ['required /errorDeclaration/declarationTime'],
    ],
    ['with ilmd for what is observed', objectEvent({ ilmd: {} }), ['not-allowed /ilmd']],
    ['of nothing', objectEvent({ epcList: undefined }), ['required ']],
    ['that packs nothing', packing({ childEPCs: [] }), ['required ']],
    ['a transaction without one', booking({ bizTransactionList: [] }), ['too-few /bizTransactionList']],
    ['a transaction of nothing', booking({ epcList: undefined }), ['required ']],
    ['a transformation without outputs', smelting({ outputQuantityList: [] }), ['required ']],
    ['an association with nothing', fitting({ parentID: undefined }), ['required /parentID']],
    [
      'with a certificate that is no URI',
      objectEvent({ certificationInfo: 'ISO 9001' }),
      ['malformed /certificationInfo'],
    ],
    ['with a context that is none', objectEvent({ '@context': [7] }), ['malformed /@context']],
    [
      'with a context too large to go along',
      objectEvent({ '@context': { ore: `https://ore.example/${'x'.repeat(5_000)}` } }),
      ['too-long /@context'],
    ],
    [
      'with a prefix that stands for more than a namespace',
      objectEvent({ '@context': [{ ore: `https://ore.example/${'x'.repeat(200)}` }] }),
      ['too-long /@context'],
    ],
    ['nested too deep', objectEvent({ 'ore:x': nested(1_000) }), ['malformed ']],
  ])('%s', (_, event, faults) => {
    expect(faultsOf(event)).toEqual(faults);
  });

  it('with all that is wrong at once', () => {
    expect(faultsOf(objectEvent({ action: 'see', bizStep: 'sailing', seal: 1 }))).toEqual([
      'unknown-property /seal',
      'not-allowed /bizStep',
      'not-allowed /action',
    ]);
  });

  it('with words that help: in_transit is a disposition', () => {
    expect(eventFaults(objectEvent({ bizStep: 'in_transit' }))[0]!.message).toMatch(/transporting/u);
  });
});
