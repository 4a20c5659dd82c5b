/**
 * The EPCIS event hash ID of CBV 2.0: what identifies an event that has no `eventID`. Whoever has the event, in whatever
 * order its properties and lists stand, comes to the same. The rules' numbers are those of the standard's list.
 *
 * docs/mappings.md says where its implementations differ, and whom this follows.
 */
import { hash } from 'node:crypto';
import { Decimal } from 'decimal.js';
import { canonicalUri } from './digital-link.js';
import { type EpcisEvent, isObject, type Json } from './epcis-event.js';
import { STANDARD_PREFIXES, type Vocabulary, webUriOf } from './vocabulary.js';

/**
 * How one property is written: its value; an object's properties; a list, which is named once, and so is each of its
 * items; or all that is in it, as extensions are.
 */
type Rule =
  | { readonly value: Vocabulary | 'text' | 'time' }
  | { readonly object: readonly Field[] }
  | { readonly list: Rule; readonly name: string; readonly item: string }
  | { readonly extensions: true };
type Field = readonly [string, Rule];

const TEXT: Rule = { value: 'text' };
const TIME: Rule = { value: 'time' };
const word = (vocabulary: Vocabulary): Rule => ({ value: vocabulary });
const texts = (...names: string[]): Field[] => names.map((name) => [name, TEXT]);
const epcs = (name: string): Field => [name, { list: TEXT, name, item: 'epc' }];
const quantities = (name: string): Field => [
  name,
  { list: { object: texts('epcClass', 'quantity', 'uom') }, name, item: 'quantityElement' },
];
/** The type comes first (rule 13), and the items have no name. */
const typed = (name: string, vocabulary: Vocabulary, property: string): Field => [
  name,
  { list: { object: [['type', word(vocabulary)], ...texts(property)] }, name, item: '' },
];
const place = (name: string): Field => [name, { object: texts('id') }];
/** Only its items are named. */
const repeated = (name: string, list: Rule): Field => [name, { list, name: '', item: name }];

/** The canonical property order. */
const EVENT: readonly Field[] = [
  ['eventTime', TIME],
  ...texts('eventTimeZoneOffset'),
  epcs('epcList'),
  ...texts('parentID'),
  epcs('inputEPCList'),
  epcs('childEPCs'),
  quantities('quantityList'),
  quantities('childQuantityList'),
  quantities('inputQuantityList'),
  epcs('outputEPCList'),
  quantities('outputQuantityList'),
  ...texts('action', 'transformationID'),
  ['bizStep', word('bizStep')],
  ['disposition', word('disposition')],
  [
    'persistentDisposition',
    { object: [repeated('set', word('disposition')), repeated('unset', word('disposition'))] },
  ],
  place('readPoint'),
  place('bizLocation'),
  typed('bizTransactionList', 'bizTransaction', 'bizTransaction'),
  typed('sourceList', 'sourceDest', 'source'),
  typed('destinationList', 'sourceDest', 'destination'),
  [
    'sensorElementList',
    // The one list whose name does not stand before its items (CBV 2.0; since 2.1 it does).
    {
      name: '',
      item: 'sensorElement',
      list: {
        object: [
          [
            'sensorMetadata',
            {
              object: [
                ['time', TIME],
                ['startTime', TIME],
                ['endTime', TIME],
                ...texts('deviceID', 'deviceMetadata', 'rawData', 'dataProcessingMethod', 'bizRules'),
              ],
            },
          ],
          repeated('sensorReport', {
            object: [
              ['type', word('measurement')],
              ['exception', word('alert')],
              ...texts('deviceID', 'deviceMetadata', 'rawData', 'dataProcessingMethod'),
              ['time', TIME],
              ...texts('microorganism', 'chemicalSubstance', 'value'),
              ['component', word('component')],
              ...texts('stringValue', 'booleanValue', 'hexBinaryValue', 'uriValue'),
              ...texts('minValue', 'maxValue', 'meanValue', 'sDev', 'percRank', 'percValue', 'uom'),
              ...texts('coordinateReferenceSystem'),
            ],
          }),
        ],
      },
    },
  ],
  ['ilmd', { extensions: true }],
];

const REMARK = 'rdfs:comment';
/** What takes no part: what the capturing side adds, what withdraws, and remarks. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'eventID',
  'recordTime',
  'errorDeclaration',
  'certificationInfo',
  '@context',
  REMARK,
]);

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const itemsOf = (value: Json): readonly Json[] => (isList(value) ? value : [value]);

/** What prefixes stand for, by the contexts of the document and the event; a later one counts. */
type Prefixes = ReadonlyMap<string, string>;

function prefixesOf(contexts: readonly Json[]): Prefixes {
  const prefixes = new Map<string, string>(STANDARD_PREFIXES);
  for (const context of contexts.flat()) {
    if (!isObject(context)) continue;
    for (const [name, meaning] of Object.entries(context)) {
      if (typeof meaning === 'string') prefixes.set(name, meaning);
    }
  }
  return prefixes;
}

/** A compact URI, `ext:name`, as the namespace and the local name. */
const split = (text: string, prefixes: Prefixes): readonly [string, string] | undefined => {
  const colon = text.indexOf(':');
  const namespace = colon > 0 ? prefixes.get(text.slice(0, colon)) : undefined;
  return namespace === undefined ? undefined : [namespace, text.slice(colon + 1)];
};

// By code units: Strings of JavaScript compare so, and those of UTF-8 do but for characters beyond the first plane.
const sorted = (texts: string[]): string[] =>
  texts.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** A number as rule 6 has it: no exponent, no zeros that say nothing. */
const NUMBER = /^[+-]?\d{1,60}(?:\.\d{1,60})?$/u;
const numeric = (text: string): string => {
  const [, minus, whole, fraction] = /^(?:\+|(-))?0*(\d+?)(?:\.(\d*?)0*)?$/u.exec(text)!;
  const bare = fraction ? `${whole}.${fraction}` : whole!;
  return minus && bare !== '0' ? `-${bare}` : bare;
};

const GS1_NAMESPACE = /^https:\/\/(?:ref\.)?gs1\.org\//u;

const textOf = (value: Json, prefixes: Prefixes): string => {
  if (typeof value === 'number') return value === 0 ? '0' : new Decimal(value).toFixed();
  if (typeof value !== 'string') return JSON.stringify(value); // true, false, null
  const text = value.trim();
  if (NUMBER.test(text)) return numeric(text);
  // In a value only what GS1 has words for is written out (rules 15 and 16): XML has no prefixes there.
  const [namespace = '', name = ''] = split(text, prefixes) ?? [];
  return canonicalUri(GS1_NAMESPACE.test(namespace) ? namespace + name : text);
};

/** UTC with milliseconds (rules 8 and 9), the half rounded up; CBV 2.0 does not say how, 2.1 does. */
const timeOf = (value: string): string => {
  const rounded = /\.\d{3}[5-9]/u.test(value) ? 1 : 0;
  return new Date(Date.parse(value) + rounded).toISOString();
};

const valueOf = (kind: Vocabulary | 'text' | 'time', value: Json, prefixes: Prefixes): string => {
  if (kind === 'text' || typeof value !== 'string') return textOf(value, prefixes);
  if (kind === 'time') return timeOf(value);
  const term = value.trim();
  const uri = webUriOf(kind, term);
  return uri === term ? textOf(term, prefixes) : uri;
};

/** What a property comes to: in its place, and what extensions in it add behind all that is of the standard. */
interface Written {
  readonly inPlace: string;
  readonly behind: string;
}

const named = (name: string, { inPlace, behind }: Written): Written => ({
  inPlace: inPlace === '' ? '' : name + inPlace,
  behind: behind === '' ? '' : name + behind,
});

/** A property, or nothing where it has no value (rule 4). */
function written(name: string, value: Json, rule: Rule, prefixes: Prefixes): Written {
  if ('value' in rule) {
    const text = valueOf(rule.value, value, prefixes);
    return { inPlace: text === '' ? '' : `${name}=${text}`, behind: '' };
  }
  if ('extensions' in rule) return { inPlace: extension(name, value, prefixes), behind: '' };
  if ('object' in rule)
    return isObject(value)
      ? named(name, properties(value, rule.object, prefixes))
      : { inPlace: '', behind: '' };
  const items = itemsOf(value).map((item) => written(rule.item, item, rule.list, prefixes));
  return named(rule.name, {
    inPlace: sorted(items.map(({ inPlace }) => inPlace)).join(''),
    behind: sorted(items.map(({ behind }) => behind)).join(''),
  });
}

/** An object's properties in their order (rule 12), and behind them what is not of the standard (rules 20 and 21). */
function properties(
  object: Readonly<Record<string, Json>>,
  fields: readonly Field[],
  prefixes: Prefixes,
): Written {
  const known = new Set(fields.map(([name]) => name));
  const parts = fields
    .filter(([name]) => Object.hasOwn(object, name))
    .map(([name, rule]) => written(name, object[name]!, rule, prefixes));
  const extensions = added(object, (name) => known.has(name) || LEFT_OUT.has(name), prefixes);
  return {
    inPlace: parts.map(({ inPlace }) => inPlace).join(''),
    behind: [...parts.map(({ behind }) => behind), ...extensions].join(''),
  };
}

/** Extensions: named with their whole namespace, sorted at each level. */
const added = (
  object: Readonly<Record<string, Json>>,
  leavesOut: (name: string) => boolean,
  prefixes: Prefixes,
): string[] =>
  sorted(
    Object.entries(object)
      .filter(([name]) => !leavesOut(name))
      .flatMap(([name, value]) => itemsOf(value).map((one) => extension(name, one, prefixes))),
  );

function extension(name: string, value: Json, prefixes: Prefixes): string {
  const expanded = split(name, prefixes);
  const label = expanded ? `{${expanded[0]}}${expanded[1]}` : name;
  if (isList(value)) return sorted(value.map((one) => extension(name, one, prefixes))).join('');
  if (isObject(value)) return label + added(value, (inner) => inner === REMARK, prefixes).join('');
  const text = textOf(value, prefixes);
  return text === '' ? label : `${label}=${text}`;
}

/**
 * The text that is hashed.
 * @param event one that `checkEvent` finds no fault with
 * @param contexts of the document and of the event
 */
export function preHashOf({ type, ...event }: EpcisEvent, contexts: readonly Json[]): string {
  const said = event as Readonly<Record<string, Json>>;
  const { inPlace, behind } = properties(said, EVENT, prefixesOf(contexts));
  return `eventType=${type}${inPlace}${behind}`;
}

/** The event hash ID, as a URI (RFC 6920; rules 22 to 24). */
export const hashIdOf = (event: EpcisEvent, contexts: readonly Json[]): string =>
  `ni:///sha-256;${hash('sha256', preHashOf(event, contexts), 'hex')}?ver=CBV2.0`;
