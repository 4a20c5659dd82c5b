/**
 * How an item and a deal or shipment that belong together are found without comparing all with all. Each side stores
 * terms under an index and asks for the other's. A term is what suffices for a link by itself (see `link.ts`): a
 * mineral for a deal; a mineral in one of its countries for a shipment; for both the first words of a party's name. So
 * a search finds little that is not then linked, and leaves out nothing that is: `terms.spec.ts` shows that, both ways.
 */
import { keyOf, type NameIndex, namesOf, type PartyName } from './party-name.js';
import { GROUPS, groupsOf } from './reference/minerals.js';
import type { Subject } from './subject.js';
import type { Reference } from './tagging/reference.js';

const mineral = (name: string): string => `mineral:${name}`;
/** A member of a group: what says `rare-earths` touches what says `cerium`, but what says `cerium` not `lanthanum`. */
const within = (group: string): string => `within:${group}`;
const isMembership = (term: string): boolean => term.startsWith(within(''));
const inCountry = (name: string, country: string): string => `mineral:${name}@${country}`;
const name = (key: string): string => `name:${key}`;

/** Whether an item with these terms can have a name. Where it cannot, its text need not be read. */
export const mayName = (terms: ReadonlySet<string>, party: PartyName): boolean =>
  terms.has(name(keyOf(party)));

/** The terms by which what speaks of these minerals is found. */
const stored = (minerals: readonly string[]): string[] =>
  minerals.flatMap((each) => [mineral(each), ...groupsOf(each).map(within)]);

/** The terms to ask for, to find what speaks of these minerals, of their groups, or of their members. */
const asked = (minerals: readonly string[]): string[] =>
  minerals.flatMap((each) => [
    mineral(each),
    ...groupsOf(each).map(mineral),
    ...(GROUPS.has(each) ? [within(each)] : []),
  ]);

const inCountries = (minerals: readonly string[], countries: readonly string[]): string[] =>
  minerals.flatMap((each) => countries.map((country) => inCountry(each, country)));

const unique = (terms: readonly string[]): string[] => [...new Set(terms)];

type Described = Pick<Subject, 'kind' | 'minerals' | 'countries' | 'parties'>;

const names = ({ parties }: Described, reference: Reference): string[] =>
  parties.flatMap(({ name: party }) => namesOf(party, reference).map((each) => name(keyOf(each))));

export const termsOfSubject = (subject: Described, reference: Reference): string[] =>
  unique([
    ...(subject.kind === 'deal'
      ? stored(subject.minerals)
      : inCountries(subject.minerals, subject.countries)),
    ...names(subject, reference),
  ]);

export const askedBySubject = (subject: Described, reference: Reference): string[] =>
  unique([
    ...(subject.kind === 'deal' ? asked(subject.minerals) : inCountries(subject.minerals, subject.countries)),
    ...names(subject, reference),
  ]);

export const termsOfItem = (
  minerals: readonly string[],
  countries: readonly string[],
  index: NameIndex,
): string[] => unique([...stored(minerals), ...inCountries(minerals, countries), ...index.keys().map(name)]);

/**
 * Names and minerals in countries are asked for as they are stored; minerals by their groups and members, too. What is
 * stored as a member is found by who asks for the group, and not by another member.
 */
export const askedByItem = (item: { minerals: readonly string[]; terms: readonly string[] }): string[] =>
  unique([...asked(item.minerals), ...item.terms.filter((term) => !isMembership(term))]);
