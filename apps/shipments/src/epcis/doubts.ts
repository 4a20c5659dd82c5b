/** What is questionable about the identifiers of an EPCIS event, and taken all the same: decision 0066. Pure. */
import { step } from '#contracts/fault.js';
import { doubtAbout, type Warning, wrongDigit } from '#contracts/identifiers.js';
import { wrongCheckDigit } from './digital-link.js';
import type { EpcisEvent, Json } from './epcis-event.js';
import { saidUnlocodeOf, unlocodeIn } from './milestone.js';
import { CONTAINER, VESSEL } from './references.js';

/** One event can have thousands of identifiers. */
const MOST_WARNINGS = 50;

/** Where an event has identifiers of things, places and parties. */
const IDENTIFIERS = [
  'parentID',
  'epcList',
  'childEPCs',
  'inputEPCList',
  'outputEPCList',
  'quantityList',
  'childQuantityList',
  'inputQuantityList',
  'outputQuantityList',
  'bizTransactionList',
  'sourceList',
  'destinationList',
  'readPoint',
  'bizLocation',
] as const;

type Doubt = Omit<Warning, 'pointer'>;

function doubtAboutUri(uri: string): Doubt | undefined {
  const container = CONTAINER.exec(uri)?.[1];
  if (container !== undefined) return doubtAbout('container', container);
  const vessel = VESSEL.exec(uri)?.[1];
  if (vessel !== undefined) return doubtAbout('vesselImo', vessel);
  const should = wrongCheckDigit(uri);
  return should === undefined ? undefined : wrongDigit('a GS1 key', should);
}

function* doubtsIn(value: Json, pointer: string): Generator<Warning> {
  if (typeof value === 'string') {
    const doubt = doubtAboutUri(value);
    if (doubt) yield { pointer, ...doubt };
  } else if (value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) {
      // An extension is the sender's own.
      if (!name.includes(':')) yield* doubtsIn(inner as Json, pointer + step(name));
    }
  }
}

function doubtAboutPlace(event: EpcisEvent, name: 'readPoint' | 'bizLocation'): Warning[] {
  const place = event[name];
  const unlocode = unlocodeIn(place);
  const doubt: Doubt | undefined =
    unlocode !== undefined
      ? doubtAbout('unlocode', unlocode)
      : saidUnlocodeOf(place) !== undefined
        ? {
            code: 'not-understood',
            message: 'has an `unlocode` that is no UN/LOCODE, so the event has no place',
          }
        : undefined;
  return doubt ? [{ pointer: `/${name}`, ...doubt }] : [];
}

function* doubts(event: EpcisEvent): Generator<Warning> {
  for (const name of IDENTIFIERS) {
    const value = (event as unknown as Readonly<Record<string, Json>>)[name];
    if (value !== undefined) yield* doubtsIn(value, step(name));
  }
  yield* doubtAboutPlace(event, 'readPoint');
  yield* doubtAboutPlace(event, 'bizLocation');
}

/** Pointers are into the event. */
export const doubtsOf = (event: EpcisEvent): Warning[] => [...doubts(event)].slice(0, MOST_WARNINGS);
