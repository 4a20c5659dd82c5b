/** Which shipment an event is of that names it by references. docs/decisions/0070-which-shipment-is-meant.md */
import type { DatedReference, Reference } from '#contracts/trade.js';
import { isValidAt, normalised } from '../references.js';

/** What is asked of a shipment, to see whether an event means it. */
export interface NamedShipment {
  readonly id: string;
  readonly dealId?: string | undefined;
  readonly references: readonly DatedReference[];
}

export interface Sought {
  /** Normalised. */
  readonly references: readonly Reference[];
  /** When it happened: what a reference named then counts. */
  readonly at: Date;
}

/** The shipments that an event is of: one, or all that share what names them. Or why that cannot be said. */
export type Decision =
  | { readonly shipments: readonly string[] }
  | { readonly reason: 'no-match' }
  | { readonly reason: 'ambiguous'; readonly candidates: readonly string[] };

export const REASONS = ['no-match', 'ambiguous'] as const;
/** So many are shown of the shipments that may be meant. */
export const MOST_CANDIDATES = 20;
/** Most that one event goes on to: it is said anew for each, and what an event brings forth is held in one document. */
export const MOST_SHARING = 50;

/** An identifier as ours are (cloudevent.ts). */
const OUR_ID = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/;

/** What can name a shipment: a deal has many, so it only tells them apart; our own id is not looked for. */
const names = ({ type }: Reference): boolean => type !== 'deal' && type !== 'shipment';

/** The values by which the shipments are found that an event may mean. */
export const valuesOf = ({ references }: Pick<Sought, 'references'>): string[] =>
  ourIdsOf(references).length > 0 ? [] : references.filter(names).map(({ value }) => value);

/** Our own ids among references: who knows one is taken at its word, as with an event that has it as its subject. */
const ourIdsOf = (references: readonly Reference[]): string[] => [
  ...new Set(
    references.flatMap(({ type, value }) => (type === 'shipment' && OUR_ID.test(value) ? [value] : [])),
  ),
];

export const ambiguous = (candidates: readonly string[]): Decision => ({
  reason: 'ambiguous',
  candidates: [...candidates].sort().slice(0, MOST_CANDIDATES),
});

/**
 * A shipment is meant that has all of the event's references that any other has, and more. Where several have the same,
 * they are all meant if each shares one of them, and they are not too many; else it is ambiguous, and so it is where one has
 * what another lacks.
 * Pure; the order of the shipments and of the references does not matter.
 * @param shipments all that have any of the event's references, whenever
 */
export function decide({ references, at }: Sought, shipments: readonly NamedShipment[]): Decision {
  const ids = ourIdsOf(references);
  if (ids.length > 0) return ids.length === 1 ? { shipments: ids } : ambiguous(ids);

  const candidates = shipments
    .map((shipment) => ({ id: shipment.id, ...matchOf(references, at, shipment) }))
    .filter(({ isNamed }) => isNamed);
  const isWithin = ({ matched }: Match, other: Match): boolean =>
    [...matched].every((each) => other.matched.has(each));
  const isBelow = (one: Match, other: Match): boolean =>
    one.matched.size < other.matched.size && isWithin(one, other);
  const meant = candidates.filter((one) => !candidates.some((other) => isBelow(one, other)));
  const [first, ...others] = meant;
  if (!first) return { reason: 'no-match' };
  const areEqual = others.every((other) => isWithin(other, first)); // none is below another
  const found = meant.map(({ id }) => id).sort();
  const areAllMeant = areEqual && meant.length <= MOST_SHARING && meant.every(({ isShared }) => isShared);
  return others.length === 0 || areAllMeant ? { shipments: found } : ambiguous(found);
}

interface Match {
  /** Which of the event's references the shipment has, by their place in the event. */
  readonly matched: ReadonlySet<number>;
  /** Whether one of them can name a shipment, and whether that is shared. */
  readonly isNamed: boolean;
  readonly isShared: boolean;
}

function matchOf(
  references: readonly Reference[],
  at: Date,
  { dealId, references: held }: NamedShipment,
): Match {
  const matched = new Set<number>();
  let isNamed = false;
  let isShared = false;
  references.forEach((reference, index) => {
    const { type, value } = reference;
    if (!names(reference)) {
      if (type === 'deal' && value === dealId) matched.add(index);
      return;
    }
    const having = held.filter((each) => each.type === type && each.value === value && isValidAt(each, at));
    if (having.length === 0) return;
    matched.add(index);
    isNamed = true;
    isShared ||= having.some(({ shared }) => shared === true);
  });
  return { matched, isNamed, isShared };
}

/** An event's references, each once, as they are compared. */
export const soughtBy = (references: readonly Reference[]): Reference[] => {
  const byText = normalised(references.map(({ type, value }) => ({ type, value })));
  return [...new Map(byText.map((each) => [`${each.type} ${each.value}`, each])).values()];
};
