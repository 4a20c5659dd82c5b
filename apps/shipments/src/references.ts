/**
 * By what a shipment is named, and when: what is correlated with it is found by these.
 *
 * They follow from the set of its events alone: the references that it was registered with, the containers of its cargo,
 * and all that was assigned to it since and not taken back.
 */
import { unseparated } from '#contracts/identifiers.js';
import type { ShipmentRegistered } from '#contracts/shipments.js';
import type { DatedReference, Reference } from '#contracts/trade.js';

/** A container may be in use before its shipment is registered: it is stuffed, it goes through the gate. */
const EQUIPMENT_BEFORE_MS = 14 * 24 * 3_600_000;
/** No voyage takes longer; by then a container serves another shipment. */
const EQUIPMENT_BEHIND_MS = 180 * 24 * 3_600_000;

/** What serves one shipment after the other. */
const EQUIPMENT: readonly Reference['type'][] = ['container', 'seal'];

/** What a shipment's references follow from. */
export interface Naming {
  readonly registered?:
    | {
        readonly data: Pick<ShipmentRegistered, 'references' | 'cargo'>;
        /** When it was first registered. */
        readonly since: Date;
      }
    | undefined;
  readonly assigned: readonly Assigned[];
  /** When it was delivered: what carried it is free. */
  readonly until?: Date | undefined;
}

/** A reference that was assigned, and when that was first said. */
export interface Assigned extends DatedReference {
  readonly said: Date;
}

/**
 * References as they are compared: a container's number is also written with spaces, a hyphen and in small letters. One
 * of nothing but blanks names nothing: all that have one would else be taken for each other's.
 */
export const normalised = <R extends Reference>(references: readonly R[]): R[] =>
  references.flatMap((reference) => {
    const value = reference.type === 'container' ? unseparated(reference.value) : reference.value.trim();
    if (value === '') return [];
    return value === reference.value ? [reference] : [{ ...reference, value }];
  });

const textOf = ({ type, value, from, to, shared }: DatedReference): string =>
  JSON.stringify([type, value, from, to, shared]);

const inOrder = <R extends DatedReference>(references: Iterable<R>): R[] =>
  [...references].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));

/** Adds references to those that were assigned. The same said again counts from when it was first said. */
export function assign(
  assigned: readonly Assigned[],
  references: readonly DatedReference[],
  said: Date,
): readonly Assigned[] {
  const byText = new Map(assigned.map((each) => [textOf(each), each]));
  for (const reference of normalised(references)) {
    const text = textOf(reference);
    const held = byText.get(text);
    if (!held || said < held.said) byText.set(text, { ...reference, said });
  }
  return inOrder(byText.values());
}

/**
 * A shipment's references, each once, in a fixed order; those of equipment with both ends, unless they were given.
 * @returns undefined where it has none, as most have that are known by our id alone
 */
export function referencesOf({ registered, assigned, until }: Naming): readonly DatedReference[] | undefined {
  const given: Assigned[] = assigned.map((reference) =>
    registered ? { ...reference, said: registered.since } : reference,
  );
  if (registered) {
    const { data, since: said } = registered;
    for (const reference of normalised(data.references ?? [])) given.push({ ...reference, said });
    for (const { containers = [] } of data.cargo)
      for (const value of containers) given.push({ type: 'container', value, said });
  }
  if (given.length === 0) return undefined;
  const references = given.map(({ said, ...reference }) =>
    EQUIPMENT.includes(reference.type) ? withEnds(reference, said, until) : reference,
  );
  return inOrder(new Map(references.map((reference) => [textOf(reference), reference])).values());
}

function withEnds(reference: DatedReference, said: Date, until: Date | undefined): DatedReference {
  const last = said.getTime() + EQUIPMENT_BEHIND_MS;
  const from = new Date(said.getTime() - EQUIPMENT_BEFORE_MS);
  const to = new Date(until ? Math.min(until.getTime(), last) : last);
  return {
    ...reference,
    from: reference.from ?? from.toISOString(),
    to: reference.to ?? to.toISOString(),
  };
}

/** Whether a reference names its shipment at a moment. */
export const isValidAt = ({ from, to }: DatedReference, at: Date): boolean =>
  (from === undefined || new Date(from) <= at) && (to === undefined || at <= new Date(to));
