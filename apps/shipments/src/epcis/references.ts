/** By what an EPCIS event names its shipment. */
import { REFERENCE_TYPES, type Reference } from '#contracts/trade.js';
import { canonicalUri, gs1KeyOf } from './digital-link.js';
import type { EpcisEvent } from './epcis-event.js';
import { wordOf } from './vocabulary.js';

type ReferenceType = (typeof REFERENCE_TYPES)[number];

const MOST_REFERENCES = 100;
const LONGEST_REFERENCE = 300;
const MOST_CONTAINERS = 500;

export const CONTAINER = /^urn:epc:id:bic:([A-Z]{3}[UJZ][0-9]{7})$/u;
export const VESSEL = /^urn:epc:id:imovn:([0-9]{7})$/u;
/** Our own names for things, `urn:orebound:booking:ABC123`: what EPCIS has no identifier for. */
const OURS = /^urn:orebound:([a-z-]{1,30}):(.{1,300})$/u;
/** A business transaction by its issuer's GLN and number (CBV 2.0, 8.5.2). */
const TRANSACTION = /^urn:epcglobal:cbv:bt:[0-9]{13}:(.{1,300})$/u;
/** Places, parties and vessels: many shipments have to do with each. */
const NOT_A_SHIPMENT = /^(?:urn:epc:id:(?:imovn|sgln|pgln):|urn:epc:idpat:)/u;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const reference = (type: ReferenceType, value: string): Reference | undefined =>
  value !== '' && value.length <= LONGEST_REFERENCE ? { type, value } : undefined;

/** What an identifier of a thing names; nothing where it names a place, a party, a vessel or a kind of product. */
function ofThing(uri: string): Reference | undefined {
  const container = CONTAINER.exec(uri);
  if (container) return reference('container', container[1]!);
  const ours = OURS.exec(uri);
  if (ours) {
    const type = REFERENCE_TYPES.find((known) => known === ours[1]);
    return type && reference(type, decoded(ours[2]!));
  }
  if (NOT_A_SHIPMENT.test(uri)) return undefined;
  const [identifier, value, qualifier] = gs1KeyOf(uri)?.split('/') ?? [];
  if (identifier === '401') return reference('consignment', decoded(value!));
  if (identifier === '402') return reference('consignor-shipment', value!);
  if (identifier === '414' || identifier === '417') return undefined;
  if (identifier === '01' && qualifier === undefined) return undefined;
  return reference('epc', canonicalUri(uri));
}

const TRANSACTION_TYPES = new Map<string, ReferenceType>([
  ['po', 'purchase-order'],
  ['bol', 'transport-document'],
]);

function ofTransaction(type: string | undefined, uri: string): Reference | undefined {
  const named = OURS.test(uri) || /^(?:401|402)\//u.test(gs1KeyOf(uri) ?? '') ? ofThing(uri) : undefined;
  const known = type === undefined ? undefined : TRANSACTION_TYPES.get(wordOf('bizTransaction', type));
  if (named || !known) return named;
  const number = TRANSACTION.exec(uri)?.[1];
  return reference(known, number === undefined ? canonicalUri(uri) : decoded(number));
}

const thingsOf = (event: EpcisEvent): readonly string[] => [
  ...(event.parentID === undefined ? [] : [event.parentID]),
  ...(event.epcList ?? []),
  ...(event.childEPCs ?? []),
  ...(event.inputEPCList ?? []),
  ...(event.outputEPCList ?? []),
  ...[event.quantityList, event.childQuantityList, event.inputQuantityList, event.outputQuantityList].flatMap(
    (list) => (list ?? []).map(({ epcClass }) => epcClass),
  ),
];

const orderOf = ({ type }: Reference): number => REFERENCE_TYPES.indexOf(type);

/** At most a hundred, none twice; what names a shipment most closely comes first. */
export function referencesOf(event: EpcisEvent): readonly Reference[] {
  const named = [
    ...(event.bizTransactionList ?? []).map(({ type, bizTransaction }) =>
      ofTransaction(type, bizTransaction),
    ),
    ...thingsOf(event).map(ofThing),
  ].filter((one) => one !== undefined);
  const distinct = new Map(named.map((one) => [`${one.type} ${one.value}`, one]));
  return [...distinct.values()].sort((a, b) => orderOf(a) - orderOf(b)).slice(0, MOST_REFERENCES);
}

const matched = (event: EpcisEvent, pattern: RegExp): readonly string[] => [
  ...new Set(thingsOf(event).flatMap((uri) => pattern.exec(uri)?.[1] ?? [])),
];

export const containersOf = (event: EpcisEvent): readonly string[] =>
  matched(event, CONTAINER).slice(0, MOST_CONTAINERS);

/** The IMO number of the vessel, where the event names one vessel. */
export const vesselOf = (event: EpcisEvent): string | undefined => {
  const vessels = matched(event, VESSEL);
  return vessels.length === 1 ? vessels[0] : undefined;
};
