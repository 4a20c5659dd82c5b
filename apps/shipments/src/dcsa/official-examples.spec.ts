/** What becomes of the examples that DCSA publishes of Track & Trace. examples/README.md says where they are from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventRetracted, MilestoneReported, ObservationReported } from '#contracts/shipments.js';
import { type Door, type Item, readRequest } from './read-request.js';

const EXAMPLES = join(import.meta.dirname, '../../../../../apps/shipments/src/dcsa/examples');
interface Example {
  readonly example: string;
  readonly body: unknown;
}
const read = (file: string): readonly Example[] =>
  JSON.parse(readFileSync(join(EXAMPLES, `${file}.json`), 'utf8')) as readonly Example[];

/** What an event comes to, by what names it its shipment, and what is questionable; or what is wrong with it. */
function verdictOn({ translation }: Item): string {
  if ('faults' in translation)
    return translation.faults.map(({ code, pointer }) => `refused: ${code} ${pointer}`).join(', ');
  const { events, references, warnings = [] } = translation;
  const data = events[0]!.data as Partial<MilestoneReported & ObservationReported & EventRetracted>;
  const said = [
    data.classifier,
    data.milestone ?? data.kind ?? `withdrawn ${data.eventId}`,
    data.place?.unlocode,
    data.transport?.mode,
    data.transport?.voyage,
    data.measurements && `${data.measurements.length} measurements`,
  ];
  return [
    said.filter((word) => word !== undefined).join(' '),
    references.map(({ type, value }) => `${type} ${value}`).join(', '),
    ...warnings.map(({ code, pointer }) => `${code} ${pointer}`),
  ].join(' | ');
}

const verdictsOn = (body: unknown, door: Door): string[] => readRequest(body, door, 'EXCO').map(verdictOn);

const V2: Readonly<Record<string, readonly string[]>> = {
  'tnt-220-response': [
    'ACT arrived FRPAR vessel 2103N | booking ABC123123123, transport-document reserved-HHL123, container APZU4812090',
    'DRFT | transport-document reserved-HHL123, container APZU4812090',
    'LOAD FRPAR | container APZU4812090, booking ABC123123123, transport-document reserved-HHL123, seal string',
    'ACT arrived FRPAR vessel 2103N | booking ABC123123123, transport-document reserved-HHL123, container APZU4812090',
    'DRFT | booking ABC123123123, container APZU4812090',
    'LOAD FRPAR | container APZU4812090, booking ABC123123123, transport-document reserved-HHL123, seal string',
    'DRFT | transport-document reserved-HHL123, container APZU4812090',
  ],
  'tnt-220-response-wrong-attribute-values': [
    'ACT departed XYBCD vessel 1234W |  | unknown-code /0/transportCall/location/UNLocationCode',
    'VOID | ',
    'RMVD XYABC | container APZU2134567 | check-digit /2/equipmentReference | unknown-code /2/eventLocation/UNLocationCode',
  ],
  'tnt-220-response-wrong-structure': [
    'refused: required /0/eventCreatedDateTime, refused: required /0/eventDateTime, refused: required /0/eventClassifierCode, refused: required /0/eventType',
    'refused: required /1/eventCreatedDateTime, refused: required /1/eventDateTime, refused: required /1/eventClassifierCode, refused: required /1/eventType',
  ],
  'tnt-220-response-wrong-date-times': [
    'DRFT | transport-document reserved-HHL123',
    'refused: required /1/eventCreatedDateTime',
    'refused: required /2/eventDateTime',
    'refused: malformed /3/eventCreatedDateTime',
    'refused: malformed /4/eventDateTime',
    'DRFT | transport-document reserved-HHL123',
    'DRFT | transport-document reserved-HHL123',
  ],
  'tnt-220-response-wrong-event-ids': [
    'refused: malformed /0/eventID',
    'DRFT | booking ABC123123123, container APZU4812090',
    'DRFT | transport-document reserved-HHL123, container APZU4812090',
    'DRFT | transport-document reserved-HHL123, container APZU4812090',
    'DRFT | transport-document reserved-HHL123, container APZU4812090',
    'DRFT | transport-document reserved-HHL123, container APZU4812090',
    'DRFT | transport-document reserved-HHL123, container APZU4812090',
  ],
};

const V3: Readonly<Record<string, readonly string[]>> = {
  'tnt-300-request-shipment': ['ACT booked | booking ABC709951'],
  'tnt-300-request-transport': [
    'ACT arrived DEHAM vessel V001N | booking ABC709951, transport-document HHL71800000',
  ],
  'tnt-300-request-equipment': [
    'ACT loaded NLRTM | booking CARRIER_BOOKING_REFERENCE_PLACEHOLDER, transport-document TRANSPORT_DOCUMENT_REFERENCE_PLACEHOLDER, container APZU4812090',
  ],
  'tnt-300-request-iot': ['DETC | container APZU4812090'],
  'tnt-300-request-reefer': ['MEAS USNYC 3 measurements | container APZU4812090'],
  'tnt-300-response, in codes': [
    'ACT booked | booking BKG987654321, transport-document TRD123456',
    'ACT departed GBSOU vessel V002E |  | check-digit /events/1/transportDetails/transportCall/vessel/vesselIMONumber',
    'GTIN FRPAR | container EXCU9876543 | check-digit /events/2/equipmentDetails/equipmentReference',
    'DETC | container EXCU9876543 | check-digit /events/3/equipmentDetails/equipmentReference',
    'MEAS BEANR 7 measurements | container EXCU1122334 | check-digit /events/4/equipmentDetails/equipmentReference',
  ],
  'tnt-300-response, in words': [
    'ACT booked | booking CARRIER_BOOKING_REFERENCE_PLACEHOLDER, transport-document TRANSPORT_DOCUMENT_REFERENCE_PLACEHOLDER, container EQUIPMENT_REFERENCE_PLACEHOLDER | not-understood /events/0/equipmentDetails/equipmentReference',
    'ACT departed GBSOU vessel V002E | booking CARRIER_BOOKING_REFERENCE_PLACEHOLDER, transport-document TRANSPORT_DOCUMENT_REFERENCE_PLACEHOLDER, container EQUIPMENT_REFERENCE_PLACEHOLDER | not-understood /events/1/equipmentDetails/equipmentReference | check-digit /events/1/transportDetails/transportCall/vesselTransport/vesselIMONumber',
    'GTIN FRPAR | booking CARRIER_BOOKING_REFERENCE_PLACEHOLDER, transport-document TRANSPORT_DOCUMENT_REFERENCE_PLACEHOLDER, container EQUIPMENT_REFERENCE_PLACEHOLDER | not-understood /events/2/equipmentDetails/equipmentReference',
    'GEOFENCE_ENTRY | booking CARRIER_BOOKING_REFERENCE_PLACEHOLDER, transport-document TRANSPORT_DOCUMENT_REFERENCE_PLACEHOLDER, container EQUIPMENT_REFERENCE_PLACEHOLDER | not-understood /events/3/equipmentDetails/equipmentReference',
    'MEAS BEANR 7 measurements | booking CARRIER_BOOKING_REFERENCE_PLACEHOLDER, transport-document TRANSPORT_DOCUMENT_REFERENCE_PLACEHOLDER, container EQUIPMENT_REFERENCE_PLACEHOLDER | not-understood /events/4/equipmentDetails/equipmentReference',
  ],
  'tnt-300-response-nextpage': [
    'APPR | booking ABC709951',
    'EST arrived ESBCN vessel V003N | booking ABC709951, transport-document HHL71800000 | check-digit /events/1/transportDetails/transportCall/vessel/vesselIMONumber',
    'DISC ITGOA | container APZU4812090',
    'DETC | container APZU4812090',
    'ADJU NLAMS 6 measurements | container APZU4812090',
  ],
};

const BETA: Readonly<Record<string, readonly string[]>> = {
  bookingExample: [
    'ISSU | transport-document 84db923d-2a19-4eb0-beb5-446c1ec57d34, booking ABC123059, container APZU4812090',
    'EST transshipped NLRAM vessel 2103S | container APZU4812090, booking ABC123059, transport-document 85943567, seal 133534',
  ],
  dropPickExample: [
    'DROP NLRAM | container APZU4812090, booking ABC123059, transport-document 85943567, seal 133534',
    'PICK NLRAM | container APNR7744962 | not-understood /1/payload/equipmentReference',
  ],
  transportEventListExample: [
    'withdrawn 957e4966-dad0-4111-9f8f-fb7216c43907 | ',
    'EST arrived NLRAM vessel 2103N | booking ABC123059, transport-document 85943567, container APZU4812090',
  ],
  shipmentEventExample: [
    'ISSU | transport-document 84db923d-2a19-4eb0-beb5-446c1ec57d34, booking ABC123059, container APZU4812090',
  ],
  transshipmentExample: [
    'EST transshipped NLRAM vessel 2103S | container APZU4812090, booking ABC123059, transport-document 85943567, seal 133534',
  ],
  railTransportExample: [
    'EST arrived NLRAM rail | booking ABC123059, transport-document 85943567, container APZU4812090',
  ],
  truckTransportExample: ['ARRI | booking ABC123059, transport-document 85943567, container APZU4812090'],
  retractedTransportEventExample: ['withdrawn 957e4966-dad0-4111-9f8f-fb7216c43907 | '],
};

describe.each([
  ['2.2', 'v2', 'v2', V2],
  ['3.0.0', 'v3', 'v3', V3],
  ['3.0.0-beta', 'beta', 'v3', BETA],
] as const)('an example of DCSA %s', (version, file, door, verdicts) => {
  const examples = read(file);

  it.each(examples.map(({ example, body }) => [example, body] as const))('%s', (name, body) => {
    expect(verdictsOn(body, door)).toEqual(verdicts[name]);
  });

  it('is of that version, and there for each verdict', () => {
    const versions = examples
      .flatMap(({ body }) => readRequest(body, door, 'EXCO'))
      .map((one) => one.version);
    expect(new Set(versions)).toEqual(new Set([version]));
    expect(examples.map(({ example }) => example)).toEqual(Object.keys(verdicts));
  });
});

it('an event told twice, by one party, is one; by two it is two', () => {
  const idsOf = (file: string, name: string, door: Door): string[] => {
    const { body } = read(file).find(({ example }) => example === name)!;
    return readRequest(body, door, 'EXCO').flatMap(({ translation }) =>
      'events' in translation ? translation.events.map(({ source, id }) => `${source} ${id}`) : [],
    );
  };
  const repeated = idsOf('v2', 'tnt-220-response-wrong-event-ids', 'v2');
  expect([repeated.length, new Set(repeated).size]).toEqual([6, 4]);
  expect(idsOf('beta', 'dropPickExample', 'v3')).toEqual([
    '/dcsa/SMDG:EMC 3ac63340-3f64-434b-8410-67942a2cef21',
    '/dcsa/SMDG:ZIM 3ac63340-3f64-434b-8410-67942a2cef21',
  ]);
});
