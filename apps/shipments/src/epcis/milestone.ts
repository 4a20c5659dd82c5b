/** Which milestone an EPCIS event says was passed. No standard defines this; docs/mappings.md has it as a table. */
import type { Milestone } from '#contracts/shipments.js';
import { canonicalUri } from './digital-link.js';
import type { EpcisEvent, Located } from './epcis-event.js';
import { wordOf } from './vocabulary.js';

/** DCSA's facility types of terminals and depots: a container arrives there through a gate. */
const TERMINALS: ReadonlySet<string> = new Set(['POTE', 'INTE', 'DEPO', 'COFS', 'OFFD', 'RAMP']);
const UNLOCODE = /^[A-Z]{2}[A-Z2-9]{3}$/u;
/** UN/CEFACT's web vocabulary of UN/LOCODE, and our own short form. */
const UNLOCODE_URI =
  /^(?:https?:\/\/vocabulary\.uncefact\.org\/unlocode#|urn:orebound:unlocode:)([A-Z]{2}[A-Z2-9]{3})$/u;

/** An extension of a place, by its local name, whosever namespace it has. */
const extensionOf = (place: Located | undefined, localName: string): string | undefined => {
  for (const [name, value] of Object.entries(place ?? {})) {
    const local = name.split(/[:/#]/u).at(-1)!;
    if (name.includes(':') && local === localName && typeof value === 'string') return value;
  }
  return undefined;
};

/** What a place says that its UN/LOCODE is, whether or not it has the form of one. */
export const saidUnlocodeOf = (place: Located | undefined): string | undefined =>
  extensionOf(place, 'unlocode');

/** The UN/LOCODE of a place, as far as it has one. */
export const unlocodeIn = (place: Located | undefined): string | undefined => {
  const said = saidUnlocodeOf(place);
  if (said !== undefined && UNLOCODE.test(said)) return said;
  return place && UNLOCODE_URI.exec(place.id)?.[1];
};

/** Where it happened, or where things have been since, as far as the event says a UN/LOCODE. An SGLN does not. */
export const unlocodeOf = ({ readPoint, bizLocation }: EpcisEvent): string | undefined =>
  unlocodeIn(readPoint) ?? unlocodeIn(bizLocation);

const isAtTerminal = ({ readPoint, bizLocation }: EpcisEvent): boolean =>
  [readPoint, bizLocation].some((place) => TERMINALS.has(extensionOf(place, 'facilityTypeCode') ?? ''));

/** Whether things are where they were to go, as far as the event says where that is. */
const isAtDestination = ({ readPoint, bizLocation, destinationList = [] }: EpcisEvent): boolean => {
  const destinations = destinationList.filter(({ type }) => wordOf('sourceDest', type) === 'location');
  if (destinations.length === 0) return true;
  const here = [readPoint, bizLocation].flatMap((place) => (place ? [canonicalUri(place.id)] : []));
  return destinations.some(({ destination }) => here.includes(canonicalUri(destination)));
};

const hasTransaction = ({ bizTransactionList = [] }: EpcisEvent, wanted: string): boolean =>
  bizTransactionList.some(({ type }) => type !== undefined && wordOf('bizTransaction', type) === wanted);

/** What is said of the goods' state, for the moment or to persist. */
const dispositionsOf = ({ disposition, persistentDisposition }: EpcisEvent): string[] =>
  [disposition ?? [], persistentDisposition?.set ?? []].flat().map((said) => wordOf('disposition', said));

export const isDamaged = (event: EpcisEvent): boolean => dispositionsOf(event).includes('damaged');

/** The milestone, or undefined where the event is none: then it is an observation. */
export function milestoneOf(event: EpcisEvent): Milestone | undefined {
  const { type, action } = event;
  const step = event.bizStep === undefined ? undefined : wordOf('bizStep', event.bizStep);
  const dispositions = dispositionsOf(event);
  const is = (...wanted: string[]): boolean =>
    wanted.some((disposition) => dispositions.includes(disposition));
  // Of inputs and outputs it is not known which of them is the shipment.
  if (type === 'TransformationEvent') return undefined;
  // A thing that is taken out of the world, or out of a transaction, passes nothing.
  if (action === 'DELETE' && !(type === 'AggregationEvent' && step === 'unloading')) return undefined;
  switch (step) {
    case undefined:
    case 'reserving':
      return type === 'TransactionEvent' && action === 'ADD' && hasTransaction(event, 'po')
        ? 'booked'
        : undefined;
    case 'loading':
      return 'loaded';
    case 'unloading':
      return action === 'ADD' ? undefined : 'discharged';
    case 'departing':
      if (is('in_transit')) return 'departed';
      return isAtTerminal(event) ? 'gate-out' : undefined;
    case 'shipping':
      return is('in_transit') ? 'departed' : undefined;
    case 'arriving':
      // An arrival draws a deal down, and without a place any call on the way would be taken for the last.
      if (is('in_progress')) return unlocodeOf(event) === undefined ? undefined : 'arrived';
      return isAtTerminal(event) ? 'gate-in' : undefined;
    case 'holding':
      return 'customs-held';
    case 'accepting':
      return (event.destinationList ?? []).some(({ type }) => wordOf('sourceDest', type) === 'owning_party')
        ? 'accepted'
        : 'customs-released';
    case 'sampling':
      return is('conformant', 'non_conformant') ? 'assayed' : undefined;
    case 'inspecting':
      return is('conformant', 'non_conformant') && hasTransaction(event, 'testres') ? 'assayed' : undefined;
    case 'receiving':
      return isAtDestination(event) ? 'delivered' : undefined;
    default:
      return undefined;
  }
}
