/**
 * What an EPCIS 2.0 event looks like in JSON, by the rules of the standard (EPCIS 2.0, 7.4 and 10) in JSON Schema. What
 * a schema says badly (one of several must be there) is in `check-event.ts`.
 */
import { type EventType } from './epcis-event.js';
import { type Vocabulary, VOCABULARIES } from './vocabulary.js';

export interface Schema {
  readonly description?: string;
  readonly [keyword: string]: unknown;
}

export const LONGEST_URI = 900;
const LONGEST_TEXT = 2000;

const uri: Schema = {
  type: 'string',
  maxLength: LONGEST_URI,
  format: 'uri',
  description: `a URI of at most ${LONGEST_URI} characters`,
};
const time: Schema = {
  type: 'string',
  format: 'date-time',
  description: 'an RFC 3339 date-time with its offset',
};
const text: Schema = {
  type: 'string',
  maxLength: LONGEST_TEXT,
  description: `text of at most ${LONGEST_TEXT} characters`,
};
const number: Schema = { type: 'number', description: 'a number' };
const boolean: Schema = { type: 'boolean', description: 'true or false' };
const unit: Schema = {
  type: 'string',
  pattern: '^[A-Z0-9]{2,3}$',
  description: 'a unit by its code of UN/ECE Recommendation 20: KGM, TNE, CEL',
};

const term = (vocabulary: Vocabulary): Schema => ({
  type: 'string',
  maxLength: LONGEST_URI,
  format: vocabulary,
  description: `${VOCABULARIES[vocabulary].name} of the CBV as a bare word, or a URI of your own; not urn:epcglobal:cbv`,
});

/** Extensions: named with a prefix (`ext:name`) or as a URI. */
const EXTENSION = '^[^:\\s]{1,100}:\\S{1,400}$';

const object = (properties: Record<string, Schema>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  required,
  patternProperties: { [EXTENSION]: {} },
  additionalProperties: false,
  description: 'an object',
});
const list = (items: Schema, least = 0): Schema => ({
  type: 'array',
  items,
  minItems: least,
  description: 'a list',
});

const place = object({ id: uri }, 'id');
/** How much of a class there is may not be told: EPCIS 2.0, 7.3.3.3. */
const quantities = list(object({ epcClass: uri, quantity: number, uom: unit }, 'epcClass'));
const epcs = list(uri);
const action: Schema = {
  type: 'string',
  enum: ['ADD', 'OBSERVE', 'DELETE'],
  description: 'ADD, OBSERVE or DELETE, in upper case',
};

const measured = {
  deviceID: uri,
  deviceMetadata: uri,
  rawData: uri,
  dataProcessingMethod: uri,
  time,
};
const sensorElement = object(
  {
    sensorMetadata: object({ ...measured, startTime: time, endTime: time, bizRules: uri }),
    sensorReport: list(
      object(
        {
          ...measured,
          type: term('measurement'),
          exception: term('alert'),
          microorganism: uri,
          chemicalSubstance: uri,
          component: term('component'),
          stringValue: text,
          booleanValue: boolean,
          hexBinaryValue: {
            type: 'string',
            maxLength: LONGEST_TEXT,
            pattern: '^[A-Fa-f0-9]+$',
            description: 'hexadecimal digits',
          },
          uriValue: uri,
          value: number,
          minValue: number,
          maxValue: number,
          meanValue: number,
          sDev: number,
          percRank: number,
          percValue: number,
          uom: unit,
          coordinateReferenceSystem: uri,
        },
        'type',
      ),
    ),
  },
  'sensorReport',
);

/** What every event may have. */
const common: Record<string, Schema> = {
  '@context': {},
  type: {},
  eventID: uri,
  eventTime: time,
  eventTimeZoneOffset: {
    type: 'string',
    pattern: '^[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)$',
    description: 'an offset from UTC, ±hh:mm, of at most 14:00',
  },
  recordTime: time,
  certificationInfo: {
    type: ['string', 'array'],
    maxLength: LONGEST_URI,
    items: uri,
    description: 'a URI, or a list of URIs',
  },
  errorDeclaration: object(
    { declarationTime: time, reason: term('errorReason'), correctiveEventIDs: list(uri) },
    'declarationTime',
  ),
  bizStep: term('bizStep'),
  disposition: term('disposition'),
  persistentDisposition: object({ set: list(term('disposition')), unset: list(term('disposition')) }),
  readPoint: place,
  bizLocation: place,
  bizTransactionList: list(object({ type: term('bizTransaction'), bizTransaction: uri }, 'bizTransaction')),
  sourceList: list(object({ type: term('sourceDest'), source: uri }, 'type', 'source')),
  destinationList: list(object({ type: term('sourceDest'), destination: uri }, 'type', 'destination')),
  sensorElementList: list(sensorElement),
};

const ilmd: Schema = object({});
const contained = { parentID: uri, childEPCs: epcs, childQuantityList: quantities };

const OWN: Readonly<Record<EventType, readonly [Record<string, Schema>, readonly string[]]>> = {
  ObjectEvent: [{ epcList: epcs, quantityList: quantities, action, ilmd }, ['action']],
  AggregationEvent: [{ ...contained, action }, ['action']],
  AssociationEvent: [{ ...contained, action }, ['action', 'parentID']],
  TransactionEvent: [
    {
      parentID: uri,
      epcList: epcs,
      quantityList: quantities,
      action,
      bizTransactionList: { ...common['bizTransactionList'], minItems: 1 },
    },
    ['action', 'bizTransactionList'],
  ],
  TransformationEvent: [
    {
      inputEPCList: epcs,
      inputQuantityList: quantities,
      outputEPCList: epcs,
      outputQuantityList: quantities,
      transformationID: uri,
      ilmd,
    },
    [],
  ],
};

export const schemaOfEvent = (type: EventType): Schema => {
  const [own, required] = OWN[type];
  return object({ ...common, ...own }, 'eventTime', 'eventTimeZoneOffset', ...required);
};

export const DOCUMENT: Schema = {
  type: 'object',
  required: ['@context', 'schemaVersion', 'creationDate', 'epcisBody'],
  properties: {
    schemaVersion: {
      type: 'string',
      pattern: '^2(?:\\.[0-9]{1,4}){0,2}$',
      description: 'the version of EPCIS as text: "2.0"',
    },
    creationDate: time,
    epcisHeader: { type: 'object', description: 'an object' },
    epcisBody: { type: 'object', description: 'an object' },
  },
};
