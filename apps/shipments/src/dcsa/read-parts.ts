/** What the versions of DCSA Track & Trace have in common, if under different names: places, vessels, references. */
import { containerOf, doubtAbout, imoNumberOf, unlocodeOf, type Warning } from '#contracts/identifiers.js';
import type { Place, Reference, Seal, Transport } from '#contracts/trade.js';
import { codeOf, MODES, REFERENCE_OF } from './codes.js';
import type { Part } from './part.js';

const LONGEST_REFERENCE = 300;
const MOST_REFERENCES = 100;

/** What is no such identifier is not used, and kept: the event is worth having without it. */
const notUnderstood = (what: string, then = 'it is kept, and not used'): Omit<Warning, 'pointer'> => ({
  code: 'not-understood',
  message: `is not ${what}: ${then}`,
});

/** An identifier in its normal form, where it has one. */
function identifierIn(
  part: Part,
  name: string,
  normal: (text: string) => string | undefined,
  kind: 'vesselImo' | 'unlocode',
  what: string,
): string | undefined {
  const identifier = normal(part.words(name, 100) ?? '');
  if (part.has(name))
    part.warn(identifier === undefined ? notUnderstood(what) : doubtAbout(kind, identifier), name);
  return identifier;
}

const unlocodeIn = (part: Part): string | undefined =>
  identifierIn(part, 'UNLocationCode', unlocodeOf, 'unlocode', 'a UN/LOCODE');

const imoNumberIn = (part: Part): string | undefined =>
  identifierIn(part, 'vesselIMONumber', imoNumberOf, 'vesselImo', 'an IMO number');

/** The first of the places that has a UN/LOCODE. */
export function placeIn(...parts: Part[]): Place | undefined {
  for (const part of parts) {
    const unlocode = unlocodeIn(part);
    if (unlocode === undefined) continue;
    const name = part.words('locationName', 200);
    const facility = facilityIn(part.has('facility') ? part.part('facility') : part);
    return { unlocode, ...(name !== undefined && { name }), ...(facility !== undefined && { facility }) };
  }
  return undefined;
}

function facilityIn(part: Part): string | undefined {
  const code = part.words('facilityCode', 100);
  const list = part.words('facilityCodeListProvider', 99);
  const coded = code !== undefined && list !== undefined ? `${list}:${code}` : code;
  return part.words('facilityName', 200) ?? coded ?? part.words('otherFacility', 200);
}

/** What carries it, where its mode is one that we know. */
export function transportIn(
  call: Part,
  { vessel, voyage }: { vessel: Part; voyage: string | undefined },
): Transport | undefined {
  const imoNumber = imoNumberIn(vessel);
  const name = vessel.words('vesselName', 200) ?? vessel.words('name', 200);
  const said = call.words('modeOfTransport', 100);
  const mode = said === undefined && vessel.isGiven() ? 'vessel' : MODES.get(said ?? '');
  return (
    mode && {
      mode,
      ...(name !== undefined && { vesselName: name }),
      ...(imoNumber !== undefined && { vesselImo: imoNumber }),
      ...(voyage !== undefined && { voyage }),
    }
  );
}

/** A voyage's number on arriving is the import voyage's, on leaving the export voyage's, where both are told. */
export const voyageOf = (
  code: string,
  { out, into }: { out: string | undefined; into: string | undefined },
): string | undefined => (code === 'ARRI' || code === 'DISC' ? (into ?? out) : (out ?? into));

/** By what an event names its shipment, each once. */
export class References {
  private readonly found = new Map<string, Reference>();

  /** Takes up a reference of DCSA's type; of a type that names no shipment, nothing. */
  add(part: Part, typeName: string, valueName: string): this {
    const type = REFERENCE_OF.get(codeOf(part.words(typeName, 100) ?? ''));
    if (type === 'container') this.container(part, valueName);
    else if (type) this.put(type, part.name(valueName, LONGEST_REFERENCE));
    return this;
  }

  addAll(parts: readonly Part[], typeName: string, valueName: string): this {
    for (const part of parts) this.add(part, typeName, valueName);
    return this;
  }

  /** Takes up a container. A number that is not of ISO 6346 names it all the same, to who uses the same number. */
  container(part: Part, name: string): this {
    const said = part.name(name, LONGEST_REFERENCE);
    if (said === undefined) return this;
    const container = containerOf(said);
    part.warn(
      container === undefined
        ? notUnderstood('a container number of ISO 6346', 'it is a reference, and no more')
        : doubtAbout('container', container),
      name,
    );
    return this.put('container', container ?? said);
  }

  seals(parts: readonly Part[], name: string): this {
    for (const part of parts) this.put('seal', part.name(name, LONGEST_REFERENCE));
    return this;
  }

  /** In the order in which they were told. */
  list(): Reference[] {
    return [...this.found.values()].slice(0, MOST_REFERENCES);
  }

  /** Those of its containers whose numbers are of ISO 6346. */
  containers(): string[] {
    return this.list().flatMap(({ type, value }) =>
      type === 'container' && containerOf(value) === value ? [value] : [],
    );
  }

  private put(type: Reference['type'], value: string | undefined): this {
    if (value !== undefined) this.found.set(`${type} ${value}`, { type, value });
    return this;
  }
}

const LONGEST_SEAL = 100;

/** The seals that were found on the equipment; on which container, as far as its number is of ISO 6346. */
export function sealsIn(parts: readonly Part[], name: string, equipment: Part): Seal[] {
  const container = containerOf(equipment.words('equipmentReference', LONGEST_REFERENCE) ?? '');
  return parts.flatMap((part) => {
    const number = part.name(name, LONGEST_REFERENCE);
    if (number === undefined || number.length > LONGEST_SEAL) return [];
    return [{ number, ...(container !== undefined && { container }) }];
  });
}

/** As many as are read of a list. */
export const MOST_IN_A_LIST = 200;
export const LONGEST_EVENT_ID = 500;

/** What a party says in words of its event. */
export const remarksIn = (...texts: (string | undefined)[]): string | undefined => {
  const said = texts.filter((text) => text !== undefined).join('; ');
  return said === '' ? undefined : [...said].slice(0, 2000).join('');
};
