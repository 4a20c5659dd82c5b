/** What news can touch: a deal or a shipment, as far as it matters for that. */
import type { EventOf } from '#contracts/contract.js';
import { type Commitment, DealRegistered } from '#contracts/deals.js';
import type { SUBJECT_KINDS } from '#contracts/market-news.js';
import type { ShipmentRegistered } from '#contracts/shipments.js';
import type { Money, Party } from '#contracts/trade.js';
import type { Evolve } from '#messaging/planner.js';
import { knownAs } from './tagging/known-as.js';
import type { Reference } from './tagging/reference.js';
import { termsOfSubject } from './terms.js';

export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** A mineral that a deal commits, and for how much; the price where the deal gives one. */
export type PricedCommitment = Pick<Commitment, 'mineral' | 'quantity' | 'unit' | 'basis' | 'price'>;

export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
  /** Of the registration that this is the state after: what is published later has a greater one. */
  readonly revision: string;
  readonly title?: string | undefined;
  readonly parties: readonly Pick<Party, 'name' | 'country'>[];
  /** By every name that news may have for them. */
  readonly minerals: readonly string[];
  /** A deal's: of its parties. A shipment's: of its route. */
  readonly countries: readonly string[];
  /** What an item must have one of to be linked; see `terms.ts`. */
  readonly terms: readonly string[];
  /** Of a deal: its lines and its worth as a whole, exact, as strings that nothing reckons with in the database. */
  readonly commitments?: readonly PricedCommitment[] | undefined;
  readonly value?: Money | undefined;
}

export type SubjectEvent = EventOf<typeof DealRegistered | typeof ShipmentRegistered>;

const FIRST = '000000000000';

/** A subject's id in the collections: a deal and a shipment may share an id. */
export const subjectId = (kind: SubjectKind, id: string): string => `${kind}/${id}`;

export const kindOf = (event: SubjectEvent): SubjectKind =>
  event.type === DealRegistered.type ? 'deal' : 'shipment';

const unique = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values.filter((value) => value !== undefined))].sort();

function describe(event: SubjectEvent, reference: Reference): Omit<Subject, 'terms'> {
  const { data, subject: id } = event;
  const revision = event.extensions['sequence'] ?? FIRST;
  const parties = (data.parties ?? []).map(({ name, country }) => ({ name, ...(country && { country }) }));
  if ('commitments' in data) {
    return {
      kind: 'deal',
      id,
      revision,
      title: data.title,
      parties,
      minerals: unique(data.commitments.flatMap(({ mineral }) => knownAs(mineral, reference))),
      countries: unique(parties.map(({ country }) => country)),
      commitments: data.commitments.map(({ mineral, quantity, unit, basis, price }) => ({
        mineral,
        quantity,
        unit,
        basis,
        ...(price && { price }),
      })),
      ...(data.value && { value: data.value }),
    };
  }
  return {
    kind: 'shipment',
    id,
    revision,
    parties,
    minerals: unique(data.cargo.flatMap(({ mineral }) => knownAs(mineral, reference))),
    countries: unique(
      [data.route.origin, data.route.destination].map(({ unlocode }) => unlocode.slice(0, 2)),
    ),
  };
}

/**
 * The latest registration counts, by its `sequence`: each is the whole current state. So an old one that comes late,
 * or again, changes nothing.
 */
export const subjectFold =
  (reference: Reference): Evolve<Subject, SubjectEvent> =>
  (subject, { event }) => {
    if (subject && (event.extensions['sequence'] ?? FIRST) <= subject.revision) return 'repeated';
    const described = describe(event, reference);
    return { state: { ...described, terms: termsOfSubject(described, reference) }, announcements: [] };
  };
