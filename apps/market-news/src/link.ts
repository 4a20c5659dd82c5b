/** Whether a piece of news touches a deal or a shipment, and why. */
import type { LinkReason } from '#contracts/market-news.js';
import { type NameIndex, namesOf } from './party-name.js';
import { GROUPS, groupsOf } from './reference/minerals.js';
import type { Subject } from './subject.js';
import type { Reference } from './tagging/reference.js';
import type { Evidence, Tag } from './tagging/tags.js';
import { bounded } from './text-of-html.js';

export interface Link {
  /** The sum of the reasons' weights, at most 1, with two decimals. */
  readonly score: string;
  readonly reasons: readonly LinkReason[];
}

/** What of an item decides its links. */
export interface LinkableItem {
  readonly tags: readonly Tag[];
  readonly names: Pick<NameIndex, 'find'>;
}

/**
 * What each reason counts, in hundredths: the first of its kind, each further one, and all of its kind at most. A
 * related mineral is a group for its member or the other way round: rare earths and neodymium.
 *
 * | reason           | first | further | at most |
 * |------------------|-------|---------|---------|
 * | same mineral     | 0.40  | 0.05    | 0.50    |
 * | related mineral  | 0.30  | 0       | 0.30    | only where no mineral is the same
 * | party            | 0.60  | 0.20    | 0.80    |
 * | country          | 0.20  | 0.05    | 0.25    |
 *
 * A deal is linked from 0.30 on, a shipment from 0.60. So: a country alone never links; a mineral alone, the same or a
 * related one, links a deal and no shipment; the same mineral and a country link a shipment; a party links both.
 */
const WEIGHTS = {
  mineral: { first: 40, further: 5, most: 50 },
  related: { first: 30, further: 0, most: 30 },
  party: { first: 60, further: 20, most: 80 },
  country: { first: 20, further: 5, most: 25 },
} as const;
const THRESHOLD = { deal: 30, shipment: 60 } as const;

interface Finding {
  readonly kind: LinkReason['kind'];
  readonly term: string;
  readonly evidence: Evidence;
}

/** The link between an item and a deal or shipment; undefined where there is none. Pure. */
export function linkOf(
  item: LinkableItem,
  subject: Pick<Subject, 'kind' | 'minerals' | 'countries' | 'parties'>,
  reference: Reference,
): Link | undefined {
  const minerals = item.tags.filter(({ kind }) => kind === 'mineral');
  const same = minerals.filter(({ term }) => subject.minerals.includes(term));
  const related = same.length > 0 ? [] : minerals.filter(({ term }) => isRelated(term, subject.minerals));
  const countries = item.tags.filter(
    ({ kind, term }) => kind === 'country' && subject.countries.includes(term),
  );
  const weighed = [
    ...weigh(WEIGHTS.party, partiesIn(item, subject, reference)),
    ...weigh(WEIGHTS.mineral, same.map(findingOf)),
    ...weigh(WEIGHTS.related, related.map(findingOf)),
    ...weigh(WEIGHTS.country, countries.map(findingOf)),
  ];
  const total = weighed.reduce((sum, { hundredths }) => sum + hundredths, 0);
  if (total < THRESHOLD[subject.kind]) return undefined;
  return { score: decimal(Math.min(100, total)), reasons: weighed.map(({ reason }) => reason) };
}

const isRelated = (mineral: string, minerals: readonly string[]): boolean =>
  groupsOf(mineral).some((group) => minerals.includes(group)) ||
  (GROUPS.get(mineral) ?? []).some((member) => minerals.includes(member));

const findingOf = ({ kind, term, words, field, start, end }: Tag): Finding => ({
  kind: kind as LinkReason['kind'],
  term,
  evidence: { words, field, start, end },
});

/** One finding a party: its name, or else the abbreviation that it gives itself. */
function partiesIn(
  item: LinkableItem,
  { parties }: Pick<Subject, 'parties'>,
  reference: Reference,
): Finding[] {
  const found = new Map<string, Finding>();
  for (const { name } of parties) {
    if (found.has(name)) continue;
    const evidence = namesOf(name, reference)
      .map((each) => item.names.find(each))
      .find((each) => each !== undefined);
    if (evidence) found.set(name, { kind: 'party', term: name, evidence });
  }
  return [...found.values()];
}

/** Gives each finding what it counts, in the order of the text; what no longer counts is no reason. */
function weigh(
  { first, further, most }: { first: number; further: number; most: number },
  findings: readonly Finding[],
): { hundredths: number; reason: LinkReason }[] {
  let left = most;
  const weighed: { hundredths: number; reason: LinkReason }[] = [];
  for (const [nth, { kind, term, evidence }] of findings.entries()) {
    const hundredths = Math.min(left, nth === 0 ? first : further);
    if (hundredths === 0) break;
    left -= hundredths;
    const words = bounded(evidence.words, LONGEST_WORDS);
    weighed.push({ hundredths, reason: { kind, term, weight: decimal(hundredths), ...evidence, words } });
  }
  return weighed;
}

/** What the contract takes. No name that is found is longer, but the spaces in one might be. */
const LONGEST_WORDS = 200;

const decimal = (hundredths: number): string =>
  `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
