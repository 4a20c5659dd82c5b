import type { ErrorObject, Format } from 'ajv/dist/2020.js';
import { type Fault, type FaultCode, step } from '#contracts/fault.js';
import { errorFinder, type FindErrors } from '#contracts/find-errors.js';
import { isTimestamp } from '#contracts/time.js';
import { isUri } from '#contracts/uri.js';
import { EVENT_TYPES, type EpcisEvent, type EventType, isObject, type Json } from './epcis-event.js';
import { DOCUMENT, LONGEST_URI, type Schema, schemaOfEvent } from './event-schema.js';
import { type Vocabulary, VOCABULARIES } from './vocabulary.js';

/** Nothing in an event of the standard is deeper than 6; the rest is left to extensions. */
const DEEPEST = 20;
const LARGEST_CONTEXT = 4 * 1024;
/** Written out at each of its uses where an event's identity is made of what it says. */
const LONGEST_NAMESPACE = 200;

// Of a text that is too long that is said already, and the form of a very long one takes long to tell. A character has
// two code units at most, so one that is longer than this is too long however its characters are counted.
const isLong = (text: string): boolean => text.length > 2 * LONGEST_URI;
const text = (validate: (text: string) => boolean): Format => ({ type: 'string', validate });
const finderOf = errorFinder({
  'date-time': text(isTimestamp),
  uri: text((uri) => isLong(uri) || isUri(uri)),
  ...Object.fromEntries(
    Object.entries(VOCABULARIES).map(([name, { words }]) => [
      name,
      text(
        (term) =>
          isLong(term) ||
          (words as ReadonlySet<string>).has(term) ||
          (isUri(term) && !/^urn:epcglobal:cbv:/iu.test(term)),
      ),
    ]),
  ),
});

const errorsOfDocument = finderOf(DOCUMENT);
const ERRORS = new Map<EventType, FindErrors>(
  EVENT_TYPES.map((type) => [type, finderOf(schemaOfEvent(type))]),
);

const CODES: Readonly<Record<string, FaultCode>> = {
  required: 'required',
  additionalProperties: 'unknown-property',
  enum: 'not-allowed',
  maxLength: 'too-long',
  minItems: 'too-few',
};

/** What is said of a word that the vocabulary does not have. */
const wordsOf = (format: string, { description }: Schema, value: unknown): string => {
  if (format === 'bizStep' && value === 'in_transit')
    return `must be ${description}: in_transit is a disposition, the step is transporting`;
  return `must be ${description}`;
};

function* faultsOf(errors: readonly ErrorObject[]): Generator<Fault> {
  for (const { keyword, instancePath, params, parentSchema, data } of errors) {
    const schema = parentSchema as Schema;
    const isTerm = keyword === 'format' && (params['format'] as string) in VOCABULARIES;
    const name = (params['missingProperty'] ?? params['additionalProperty']) as string | undefined;
    const place = name === undefined ? '' : step(name);
    const code = isTerm ? 'not-allowed' : (CODES[keyword] ?? 'malformed');
    const message = {
      required: 'must be given',
      additionalProperties: 'is not of EPCIS: an extension is named with a prefix (ext:name) or as a URI',
      minItems: 'must have at least one item',
    }[keyword];
    yield {
      pointer: instancePath + place,
      code,
      message: message ?? wordsOf(isTerm ? (params['format'] as Vocabulary) : '', schema, data),
    };
  }
}

const isDeep = (value: unknown, left: number): boolean =>
  value !== null &&
  typeof value === 'object' &&
  (left === 0 || Object.values(value).some((inner) => isDeep(inner, left - 1)));

const some = (list: readonly unknown[] | undefined): boolean => (list?.length ?? 0) > 0;

/** What must be there one way or another, and what must not go together. */
function incomplete(
  event: EpcisEvent & { readonly ilmd?: Json; readonly transformationID?: string },
): Fault[] {
  const required = (message: string): Fault[] => [{ pointer: '', code: 'required', message }];
  const { type, action } = event;
  switch (type) {
    case 'ObjectEvent':
      if (event.ilmd !== undefined && action !== 'ADD')
        return [{ pointer: '/ilmd', code: 'not-allowed', message: 'must stand with the action ADD alone' }];
      if (event.epcList || some(event.quantityList) || (some(event.sensorElementList) && event.readPoint))
        return [];
      return required('must have an epcList, a quantityList, or a sensorElementList with a readPoint');
    case 'AggregationEvent':
    case 'AssociationEvent':
      if (action === 'DELETE' || some(event.childEPCs) || some(event.childQuantityList)) return [];
      return required('must have childEPCs or a childQuantityList');
    case 'TransactionEvent':
      if (action === 'DELETE' || event.epcList || some(event.quantityList)) return [];
      return required('must have an epcList or a quantityList');
    case 'TransformationEvent': {
      const input = some(event.inputEPCList) || some(event.inputQuantityList);
      const output = some(event.outputEPCList) || some(event.outputQuantityList);
      if (input && output) return [];
      if (event.transformationID !== undefined && (input || output)) return [];
      return required('must have inputs and outputs; with a transformationID, one of them');
    }
    default:
      return type satisfies never;
  }
}

const certificationFaults = ({ certificationInfo }: { readonly certificationInfo?: Json }): Fault[] =>
  typeof certificationInfo !== 'string' || isLong(certificationInfo) || isUri(certificationInfo)
    ? []
    : [{ pointer: '/certificationInfo', code: 'malformed', message: 'must be a URI, or a list of URIs' }];

const hasLongNamespace = (entry: unknown): boolean =>
  isObject(entry) &&
  Object.values(entry).some((meaning) => typeof meaning === 'string' && meaning.length > LONGEST_NAMESPACE);

/** Checks a JSON-LD context: that it is one, and that it is small, since it goes along with every event. */
export function contextFaults(context: unknown, pointer = '/@context'): Fault[] {
  if (context === undefined) return [];
  const entries = [context].flat(1) as unknown[];
  if (
    !entries.every(
      (entry) => (typeof entry === 'string' && !isLong(entry) && isUri(entry)) || isObject(entry),
    )
  )
    return [{ pointer, code: 'malformed', message: 'must be a URI, an object, or a list of both' }];
  if (isDeep(context, DEEPEST) || Buffer.byteLength(JSON.stringify(context)) > LARGEST_CONTEXT)
    return [{ pointer, code: 'too-long', message: `must be at most ${LARGEST_CONTEXT} bytes of JSON` }];
  if (entries.some(hasLongNamespace)) {
    const message = `must have prefixes that stand for at most ${LONGEST_NAMESPACE} characters each`;
    return [{ pointer, code: 'too-long', message }];
  }
  return [];
}

/** What is wrong with an event. Pointers are into it. An event without a fault is an `EpcisEvent`. */
export function eventFaults(event: unknown): Fault[] {
  if (!isObject(event))
    return [{ pointer: '', code: 'malformed', message: 'must be an EPCIS event, an object' }];
  if (isDeep(event, DEEPEST))
    return [{ pointer: '', code: 'malformed', message: `must not be nested deeper than ${DEEPEST} levels` }];
  const errorsOf = ERRORS.get(event['type'] as EventType);
  if (!errorsOf) {
    const code = event['type'] === undefined ? 'required' : 'not-allowed';
    return [{ pointer: '/type', code, message: `must be one of ${EVENT_TYPES.join(', ')}` }];
  }
  const context = contextFaults(event['@context']);
  const errors = errorsOf(event);
  if (errors.length > 0) return [...context, ...faultsOf(errors)];
  const sound = event as unknown as EpcisEvent;
  return [...context, ...incomplete(sound), ...certificationFaults(event)];
}

/** What is wrong with a document, without its events. */
export function documentFaults(document: Readonly<Record<string, Json>>): Fault[] {
  return [...faultsOf(errorsOfDocument(document)), ...contextFaults(document['@context'])];
}
