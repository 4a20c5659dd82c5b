/** What becomes of the examples that the standard's own circle publishes. examples/README.md says whose they are. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventFaults } from './check-event.js';
import { type EpcisEvent, isObject, type Json } from './epcis-event.js';
import { hashIdOf } from './event-hash.js';
import { readDocument } from './read-document.js';

const EXAMPLES = join(import.meta.dirname, '../../../../../apps/shipments/src/epcis/examples');
const read = (file: string): unknown => JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')) as unknown;

type Verdict = readonly string[];

/** Of each event what it comes to, in the words of the timeline; of what is refused its faults. */
function verdictOn(sent: unknown): Verdict {
  const document = readDocument(sent);
  if ('faults' in document) return document.faults.map(({ code, pointer }) => `${code} ${pointer}`);
  const taken = document.items.map(({ pointer, translation: { events, warnings = [] } }) => ({
    pointer,
    said: [
      events
        .map(({ type, data }) => {
          if ('milestone' in data) return data.milestone;
          return 'kind' in data ? data.kind : type.split('.')[2];
        })
        .join(' + '),
      ...warnings.map((warning) => `${warning.code} ${warning.pointer}`),
    ],
  }));
  const refused = document.refused.map(({ pointer, faults }) => ({
    pointer,
    said: faults.map((fault) => `${fault.code} ${fault.pointer}`),
  }));
  return [...taken, ...refused]
    .sort((a, b) => a.pointer.localeCompare(b.pointer, 'en', { numeric: true }))
    .flatMap(({ said }) => said);
}

const OPENEPCIS: Readonly<Record<string, Verdict>> = {
  AggregationEvent: ['delivered'],
  AggregationEvent_all_possible_fields: ['event-retracted'],
  AggregationEvent_with_digitalLink: ['delivered'],
  AggregationEvent_with_persistentDisposition: ['delivered', 'unpacking'],
  AggregationEvent_with_sensorData: [
    'unknown-property /epcisBody/eventList/0/sensorElementList/2/sensorReport/0/bizRules',
  ],
  AggregationEvent_with_userExtensions: ['unknown-property /epcisBody/eventList/0/extension'],
  AssociationEvent: ['assembling', 'installing'],
  AssociationEvent_2: ['installing'],
  AssociationEvent_all_possible_fields: ['assembling'],
  AssociationEvent_with_sensorData: ['installing'],
  AssociationEvent_with_userExtensions: ['unknown-property /epcisBody/eventList/0/extension'],
  Combination_of_different_event: [
    'sensor_reporting',
    'check-digit /epcisBody/eventList/0/epcList/0',
    'unpacking',
    'ext1:summarising_discharge',
    'TransformationEvent',
    'event-retracted',
    'disassembling',
  ],
  CurieString_document: ['receiving'],
  JumbledFieldsOrder: ['departed + shipping'],
  Namespaces_at_different_level: [
    'sensor_reporting',
    'sensor_reporting',
    'sensor_reporting',
    'sensor_reporting',
    'sensor_reporting',
  ],
  ObjectEvent: ['departed', 'delivered'],
  ObjectEvent_all_possible_fields: [
    'unknown-property /epcisBody/eventList/0/ilmd/countryOfExport',
    'unknown-property /epcisBody/eventList/0/ilmd/grossWeight',
    'unknown-property /epcisBody/eventList/0/ilmd/netWeight',
    'unknown-property /epcisBody/eventList/0/ilmd/countryOfOrigin',
    'unknown-property /epcisBody/eventList/0/ilmd/drainedWeight',
    'unknown-property /epcisBody/eventList/0/ilmd/lotNumber',
  ],
  ObjectEvent_with_comment: ['departed', 'delivered'],
  ObjectEvent_with_digitalLink: ['delivered'],
  ObjectEvent_with_error_declaration: ['event-retracted', 'delivered'],
  ObjectEvent_with_persistentDisposition: ['delivered', 'inspecting'],
  ObjectEvent_with_sensorData: ['inspecting'],
  ObjectEvent_with_userExtensions: ['departed', 'commissioning'],
  SensorData_and_extension: ['inspecting'],
  SensorData_with_combined_events: [
    'inspecting',
    'inspecting',
    'inspecting',
    'inspecting',
    'inspecting',
    'inspecting',
    'inspecting',
    'not-allowed /epcisBody/eventList/7/sensorElementList/0/sensorReport/1/type',
    'not-allowed /epcisBody/eventList/7/sensorElementList/0/sensorReport/2/type',
    'unknown-property /epcisBody/eventList/7/sensorElementList/2/sensorReport/0/bizRules',
    'required /epcisBody/eventList/8/sensorElementList/0/sensorReport/0/type',
    'required /epcisBody/eventList/8/sensorElementList/0/sensorReport/1/type',
    'sensor_reporting',
    'not-allowed /epcisBody/eventList/10/sensorElementList/0/sensorReport/0/type',
    'event-retracted',
    'https://ref.gs1.org/cbv/Bizstep-sensor_reporting',
  ],
  TransactionEvent: ['http://epcis.example.org/hc/bizstep/summarising_discharge', 'transporting'],
  TransactionEvent_all_possible_fields: ['event-retracted + event-retracted'],
  TransactionEvent_with_sensorData: ['inspecting'],
  TransactionEvent_with_userExtensions: [
    'not-allowed /epcisBody/eventList/0/sensorElementList/0/sensorReport/0/type',
  ],
  TransformationEvent: ['commissioning'],
  TransformationEvent_all_possible_fields: ['event-retracted'],
  TransformationEvent_with_digitalLink: ['commissioning'],
  TransformationEvent_with_error_declaration: ['event-retracted', 'commissioning'],
  TransformationEvent_with_sensorData: ['event-retracted'],
  TransformationEvent_with_userExtensions: ['event-retracted'],
  event_AggregationEvent: ['delivered'],
  event_AssociationEvent: ['installing'],
  event_ObjectEvent: ['delivered'],
  event_TransactionEvent: ['transporting'],
  event_TransformationEvent: ['event-retracted'],
  query_CurieString_document: ['not-allowed /type'],
  query_QueryDocumentWithMultipleEvents: ['not-allowed /type'],
  query_TransactionEvent_with_userExtensions: ['not-allowed /type'],
};

const GS1: Readonly<Record<string, Verdict>> = {
  'AssociationEvent-c': ['removing'],
  'AssociationEvent-h': ['disassembling'],
  ErrorDeclarationAndCorrectiveEvent: ['event-retracted', 'commissioning'],
  SensorDataExample16: ['sensor_reporting'],
  SensorDataExample9: ['sensor_reporting'],
  SensorDataExample17: ['sensor_reporting'],
  'Example-TransactionEvents-2020_07_03y': [
    'http://epcis.example.org/hc/bizstep/summarising_discharge',
    'transporting',
  ],
  'Example_9.6.1-ObjectEvent-with-pseudo-SBDH-headers': ['delivered'],
  EPCISQueryDocument: ['not-allowed /type'],
  'Example_9.8.1-MasterData-complying-with-schema': ['too-few /epcisBody/eventList'],
  'Extended-Event': ['not-allowed /type'],
  SensorDataExample12: ['unknown-property /epcisBody/eventList/0/sensorElementList/0/type'],
  'Example-ObjectEvent-with-reused-source-destination': [
    'unknown-property /epcisBody/eventList/0/sourceList/0/id',
  ],
  'Example_9.6.1-ObjectEvent, draft: isA': ['required /type'],
  'Example_9.6.3-AggregationEventWithDigitalLink, draft: version a number': ['malformed /schemaVersion'],
  'Example_9.6.3-AggregationEventWithDigitalLink, draft: URNs of the CBV, a place as text': [
    'not-allowed /epcisBody/eventList/0/bizStep',
    'not-allowed /epcisBody/eventList/0/disposition',
    'malformed /epcisBody/eventList/0/readPoint',
  ],
  'event_with_identical_hash_id_7, draft: URNs of the CBV in lists': [
    'not-allowed /epcisBody/eventList/0/persistentDisposition/set/0',
    'not-allowed /epcisBody/eventList/0/bizTransactionList/0/type',
    'not-allowed /epcisBody/eventList/0/sourceList/0/type',
  ],
};

describe('an example of OpenEPCIS', () => {
  it.each(Object.entries(OPENEPCIS))('%s', (name, verdict) => {
    expect(verdictOn(read(`openepcis/${name}.json`))).toEqual(verdict);
  });

  it('is in the table, whichever it is', () => {
    const files = readdirSync(join(EXAMPLES, 'openepcis'));
    expect(files.map((file) => file.replace(/\.json$/u, '')).sort()).toEqual(Object.keys(OPENEPCIS).sort());
  });
});

const ofGs1 = read('gs1.json') as readonly { readonly example: string; readonly document: Json }[];

describe('an example of GS1', () => {
  it.each(ofGs1.map(({ example, document }) => [example, document] as const))('%s', (name, document) => {
    expect(verdictOn(document)).toEqual(GS1[name]);
  });

  it('is there for each verdict', () => {
    expect(ofGs1.map(({ example }) => example)).toEqual(Object.keys(GS1));
  });
});

interface Hashed {
  readonly example: string;
  /** Beside the context of the standard. */
  readonly context: readonly Json[];
  readonly events: readonly EpcisEvent[];
  readonly hashes: readonly string[];
}

/** Those of OpenEPCIS that the reference implementation has too, and in what its copies differ. */
const ALL_FIELDS: readonly (readonly [string, string, (event: Record<string, Json>) => unknown])[] = [
  [
    'AggregationEvent',
    '41cf5d2be6b6926acc531597e43932eb4b9b23926ccb6ce08c882bda7a74d1a8',
    ({ persistentDisposition: _, ...event }) => event,
  ],
  ['AssociationEvent', '3dada0cdabe84618e9f0b842031159cb49534f487d5714cac9cfd647bf5f6c54', (event) => event],
  [
    'ObjectEvent',
    '9811bfb2672e9c3a0f6151be339d22b60db375c8b23d2740f6137cc6539f0639',
    ({ ilmd, ...event }) => ({
      ...event,
      ilmd: Object.fromEntries(
        Object.entries(ilmd as object).map(([name, value]: [string, Json]) => [
          name.includes(':') ? name : `cbvmda:${name}`,
          value,
        ]),
      ),
    }),
  ],
  [
    'TransactionEvent',
    '4a85d64a96409f0c57baed258666b26d83e6690d204a8aaed4c7e2624d8b0c81',
    ({ persistentDisposition: _, ...event }) => event,
  ],
  [
    'TransformationEvent',
    '529cc54b8cf9d8664208cc6c77473274d8c2dd473469920a7d09a814623f52cc',
    (event) => event,
  ],
];

describe('the event hash ID that is published of an example', () => {
  const published = (hash: string): string => `ni:///sha-256;${hash}?ver=CBV2.0`;
  const examples = read('event-hashes.json') as readonly Hashed[];

  it.each(examples.map((one) => [one.example, one] as const))('%s', (_, { context, events, hashes }) => {
    expect(events.length).toBeGreaterThan(0);
    expect(events.map((event) => hashIdOf(event, context))).toEqual(hashes.map(published));
  });

  it.each(ALL_FIELDS)('%s with all fields that there are', (type, hash, asThere) => {
    const document = read(`openepcis/${type}_all_possible_fields.json`) as {
      '@context': Json;
      epcisBody: { eventList: [Record<string, Json>] };
    };
    const event = asThere(document.epcisBody.eventList[0]) as EpcisEvent;
    expect(hashIdOf(event, [document['@context']])).toBe(published(hash));
  });
});

/** Of an event the places that the standard knows: what stands in extensions and in `ilmd` is the sender's. */
function* placesIn(value: Json, pointer = ''): Generator<{ pointer: string; value: Json }> {
  yield { pointer, value };
  if (value === null || typeof value !== 'object') return;
  for (const [name, inner] of Object.entries(value) as [string, Json][])
    if (!/[:@]/u.test(name)) yield* placesIn(inner, `${pointer}/${name}`);
}

const changed = (
  event: Json,
  pointer: string,
  change: (holder: Record<string, Json>, name: string) => void,
) => {
  const root = { event: structuredClone(event) } as Record<string, Json>;
  const path = `/event${pointer}`.split('/').slice(1);
  const name = path.pop()!;
  let holder: Json = root;
  for (const step of path) holder = (holder as Record<string, Json>)[step]!;
  change(holder as Record<string, Json>, name);
  return root['event'];
};

/** The events of the examples that are taken whole, one of each that says something new. */
const sound = Object.entries(OPENEPCIS)
  .filter(([, verdict]) => !verdict.some((said) => said.includes('/epcisBody') || said.includes('/type')))
  .flatMap(([name]): Json[] => {
    const document = read(`openepcis/${name}.json`) as Record<string, Json>;
    const body = document['epcisBody'] as { eventList?: Json[]; event?: Json } | undefined;
    return body ? (body.eventList ?? [body.event!]) : [document];
  });

/** What no value of the standard is, wherever it stands. */
const NEVER: readonly Json[] = [null, '', 'a word', [null], { a: 1 }];
/** Where any text is one, and where there may be anything. */
const FREE = /\/(?:stringValue|ilmd|ilmd\/.*)$/u;

describe('a sound example with one thing wrong', () => {
  const refusals = (event: unknown): string[] => eventFaults(event).map(({ pointer }) => pointer);

  it('is taken while nothing is', () => {
    expect(sound.length).toBeGreaterThan(40);
    for (const event of sound) expect(refusals(event)).toEqual([]);
  });

  it('is refused with a property that the standard does not have, wherever it is added', () => {
    let tried = 0;
    for (const event of sound)
      for (const { pointer, value } of placesIn(event)) {
        if (!isObject(value) || /\/ilmd\/./u.test(pointer)) continue;
        tried++;
        const wrong = changed(event, pointer, (holder, name) => {
          holder[name] = { ...value, unheardOf: 1 };
        });
        expect(refusals(wrong)).toEqual([`${pointer}/unheardOf`]);
      }
    expect(tried).toBeGreaterThan(300);
  });

  it('is refused with a value that is never one, wherever it stands', () => {
    let tried = 0;
    for (const event of sound)
      for (const { pointer, value } of placesIn(event)) {
        if (pointer === '' || FREE.test(pointer) || isObject(value) || Array.isArray(value)) continue;
        for (const wrong of NEVER) {
          tried++;
          const places = refusals(changed(event, pointer, (holder, name) => (holder[name] = wrong)));
          expect(places.length).toBeGreaterThan(0);
          expect(places.every((place) => place.startsWith(pointer))).toBe(true);
        }
      }
    expect(tried).toBeGreaterThan(3_000);
  });

  it.each([
    ['eventTime', ['2005-04-03', '2005-04-03T20:33:31', '2005-02-30T20:33:31Z', '2005-04-03T25:33:31Z']],
    ['eventTimeZoneOffset', ['Z', '+2:00', '+15:00', '-14:01', '02:00']],
    ['action', ['add', 'Add', 'REMOVE']],
    ['bizStep', ['in_transit', 'SHIPPING', 'urn:epcglobal:cbv:bizstep:shipping']],
    ['disposition', ['shipping', 'urn:epcglobal:cbv:disp:in_transit']],
    ['eventID', ['1', 'not a uri']],
    ['type', ['QuantityEvent', 'objectEvent', 'epcis:ObjectEvent']],
  ])('is refused with a wrong %s', (name, wrongs) => {
    const having = sound.filter((event) => (event as Record<string, Json>)[name] !== undefined);
    expect(having.length).toBeGreaterThan(0);
    for (const event of having)
      for (const wrong of wrongs)
        expect(refusals({ ...(event as object), [name]: wrong })).toEqual([`/${name}`]);
  });

  it.each(['type', 'eventTime', 'eventTimeZoneOffset'])('is refused without its %s', (name) => {
    for (const event of sound) {
      const { [name]: _, ...rest } = event as Record<string, Json>;
      expect(refusals(rest)).toEqual([`/${name}`]);
    }
  });
});
