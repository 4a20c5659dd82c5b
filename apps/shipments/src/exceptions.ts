/** What is wrong with a shipment: derived from its slots, each time anew. Pure. */
import type { Decimal } from 'decimal.js';
import type { CargoLot, ConditionLimit, Place } from '#contracts/trade.js';
import { EXCEPTION_TYPES, type ExceptionType, type Milestone, type Severity } from '#contracts/shipments.js';
import { isArrival, onlyContainerOf } from './arrival.js';
import { type Claim, inOrderOfClaims, isLater } from './claim.js';
import { holdsOf } from './customs.js';
import {
  type DamageClaim,
  Exact,
  inBaseUnit,
  inKilograms,
  type Range,
  type Reading,
  type SealClaim,
  weighedOf,
} from './evidence.js';
import { nextExpected } from './expectations.js';
import type { Acknowledgement, MilestoneClaim, Shipment } from './shipment.js';
import { keyOf } from './standing.js';
import { portsOf } from './ways.js';

export interface Exception {
  readonly type: ExceptionType;
  readonly severity: Severity;
  /** When that which shows it happened, or was said. */
  readonly since: string;
  /** Words for a person. */
  readonly detail: string;
  /** The event that shows it. */
  readonly source: string;
  readonly id: string;
  /** By an operator; it is no longer open then. */
  readonly acknowledged?: { readonly at: string; readonly reason: string; readonly by: string };
}

/** From when on something is an exception; docs/decisions/0077 says why. */
const POLICY = {
  /** Behind the plan, where there is no deadline. */
  delayMs: 24 * 3_600_000,
  /** Between two weighings of the same, of the larger. */
  weightTolerance: '0.005',
} as const;

const SEVERITY: Readonly<Record<ExceptionType, Severity>> = {
  delayed: 'warning',
  misdirected: 'critical',
  rerouted: 'warning',
  held: 'warning',
  damaged: 'critical',
  'seal-mismatch': 'critical',
  'cargo-mismatch': 'critical',
  'impossible-order': 'warning',
  'conditions-exceeded': 'critical',
  overdue: 'warning',
};

interface Found {
  readonly since: string;
  readonly detail: string;
  readonly by: Claim;
}

interface Expected {
  /** What was passed, in the order of happening. */
  readonly actual: readonly MilestoneClaim[];
  /** The claim that the ETA is of. */
  readonly eta: MilestoneClaim | undefined;
  /** The plan of the arrival. */
  readonly plan: MilestoneClaim | undefined;
}

/** All that shows it, in any order: what shows it of one container may have been acknowledged, and that of the next not. */
type Judge = (shipment: Shipment, expected: Expected) => Found | readonly Found[] | undefined;

const JUDGES: Readonly<Record<ExceptionType, Judge>> = {
  delayed: isDelayed,
  misdirected: isMisdirected,
  rerouted: isRerouted,
  held: isHeld,
  damaged: isDamaged,
  'seal-mismatch': isResealed,
  'cargo-mismatch': isMisweighed,
  'impossible-order': isOutOfOrder,
  'conditions-exceeded': isOutOfLimits,
  overdue: isOverdue,
};

/** Of words for a person. Half a character at their end would not be read as it was stored, and be said anew each time. */
const MOST_CHARACTERS = 1000;

/** @returns undefined where nothing is wrong */
export function exceptionsOf(shipment: Shipment, expected: Expected): readonly Exception[] | undefined {
  let exceptions: Exception[] | undefined;
  for (const type of EXCEPTION_TYPES) {
    const found = JUDGES[type](shipment, expected);
    const exception = found && exceptionOf(type, [found].flat(), shipment.acknowledgements ?? []);
    if (exception) (exceptions ??= []).push(exception);
  }
  return exceptions;
}

/** The first that nobody has seen yet, or else the first. */
function exceptionOf(
  type: ExceptionType,
  found: Found[],
  acknowledgements: readonly Acknowledgement[],
): Exception | undefined {
  const seenOf = ({ by }: Found): Acknowledgement | undefined =>
    acknowledgements.find(({ exception, evidence }) => exception === type && evidence === keyOf(by));
  found.sort(inOrder);
  const shown = found.find((one) => !seenOf(one)) ?? found[0];
  if (!shown) return undefined;
  const { since, detail } = shown;
  const { source, id } = shown.by;
  const seen = seenOf(shown);
  const at = seen?.happenedAt.toISOString();
  return {
    type,
    severity: SEVERITY[type],
    since,
    detail: [...detail].slice(0, MOST_CHARACTERS).join(''),
    source,
    id,
    ...(seen && at !== undefined && { acknowledged: { at, reason: seen.reason, by: seen.by } }),
  };
}

/** Until it has arrived whole: afterwards the verdict says how late it was. */
function isDelayed({ registration, arrival }: Shipment, { eta, plan }: Expected): Found | undefined {
  if (!eta || (arrival && !arrival.containers)) return undefined;
  const deadline = registration?.data.route.deadline;
  const until = deadline ?? plan?.at;
  if (until === undefined) return undefined;
  const grace = deadline === undefined ? POLICY.delayMs : 0;
  if (Date.parse(eta.at) <= Date.parse(until) + grace) return undefined;
  const detail = `expected ${eta.at}, ${deadline === undefined ? 'planned' : 'due'} ${until}`;
  return { since: eta.happenedAt.toISOString(), detail, by: eta };
}

const CALLS: readonly Milestone[] = ['transshipped', 'arrived', 'discharged'];

/** At a port that neither route nor itinerary has. Without an itinerary any port may be one of transshipment. */
function isMisdirected({ registration, itinerary }: Shipment, { actual }: Expected): Found | undefined {
  if (!itinerary) return undefined;
  const { origin, destination } = registration?.data.route ?? {};
  const planned = itinerary.legs.flatMap(({ from, to }) => [from, to]);
  const known = new Set([origin, destination, ...planned].map((place) => place?.unlocode));
  const last = actual.findLast(({ place }) => place !== undefined);
  if (!last?.place || known.has(last.place.unlocode) || !CALLS.includes(last.milestone)) return undefined;
  return {
    since: last.at,
    detail: `${last.milestone} at ${last.place.unlocode}, which is not on its way`,
    by: last,
  };
}

/**
 * Planned to go where it was not asked to; or, since it left, by other ports than were planned then, of those that it has
 * not been at. What was planned anew before it left is a plan, and no exception. An arrival ends it.
 */
function isRerouted(
  { registration, itinerary, ways = [], arrival }: Shipment,
  { actual }: Expected,
): Found | undefined {
  const way = itinerary && ways.find(({ ports }) => ports === portsOf(itinerary.legs));
  if (!way || (arrival && !arrival.containers)) return undefined;
  const found = (detail: string): Found => ({ since: way.happenedAt.toISOString(), detail, by: way });

  const ports = way.ports.split(' ');
  const destination = registration?.data.route.destination.unlocode;
  if (destination !== undefined && !ports.includes(destination))
    return found(`planned by ${ports.join(', ')}, which does not lead to ${destination}`);

  const left = actual.find(({ milestone }) => milestone === 'departed');
  if (!left || !isLater(itinerary, left)) return undefined;
  const planned = ways.findLast((one) => !isLater(one, left))?.ports.split(' ');
  const passed = new Set(actual.map(({ place }) => place?.unlocode));
  const ahead = (one: readonly string[], other: readonly string[]): boolean =>
    one.some((port) => !other.includes(port) && !passed.has(port));
  if (!planned || !(ahead(ports, planned) || ahead(planned, ports))) return undefined;
  return found(`planned by ${ports.join(', ')}, when it left by ${planned.join(', ')}`);
}

/** Held by customs and not released since, at any place. */
function isHeld({ registration }: Shipment, { actual }: Expected): readonly Found[] | undefined {
  if (!actual.some(({ milestone }) => milestone === 'customs-held')) return undefined;
  return holdsOf(actual, registration).map(({ claim, containers, isPartial }) => ({
    since: claim.at,
    detail: `held by customs${placeOf(claim)}${isPartial ? `: ${containers.join(', ')}` : ''}`,
    by: claim,
  }));
}

const placeOf = ({ place }: { place?: Place }): string => (place ? ` at ${place.unlocode}` : '');

function isDamaged({ evidence }: Shipment): readonly Found[] | undefined {
  if (!evidence?.damages) return undefined;
  const byEvent = Map.groupBy(evidence.damages, keyOf);
  return [...byEvent.values()].map((damages) => {
    const [by] = damages as [DamageClaim, ...DamageClaim[]];
    const containers = damages.map(({ container }) => container).filter((container) => container !== '');
    const where = containers.length > 0 ? ` to ${containers.join(', ')}` : '';
    return { since: by.at, detail: `damage${where} was observed`, by };
  });
}

/** Seen without one that it was first seen with. One more may be the carrier's, or that of customs. */
function isResealed({ registration, evidence }: Shipment): readonly Found[] | undefined {
  if (!evidence?.seals) return undefined;
  const only = registration && onlyContainerOf(registration);
  const byContainer = Map.groupBy(evidence.seals, ({ container }) => container || (only ?? ''));
  return [...byContainer].flatMap(([container, seals]) => {
    const [first, ...others] = seals.toSorted(inOrderOfClaims) as [SealClaim, ...SealClaim[]];
    const numbersOf = ({ numbers }: SealClaim): string[] => numbers.split(', ');
    const had = numbersOf(first);
    const name = container === '' ? 'it' : container;
    return others.flatMap((by) => {
      const there = new Set(numbersOf(by));
      if (had.every((number) => there.has(number))) return [];
      return [{ since: by.at, detail: `${name} had seals ${first.numbers}, then ${by.numbers}`, by }];
    });
  });
}

function isMisweighed({ registration, evidence }: Shipment): readonly Found[] | undefined {
  const weighed = evidence?.ranges?.filter(({ of }) => isWeight(of));
  if (!weighed?.length) return undefined;
  const declared = declaredOf(registration?.data.cargo ?? []);
  return weighed.flatMap(({ of, low, high }): Found[] => {
    const was = declared.get(of)?.toString();
    const off = was === undefined ? [] : [low, high].filter((reading) => isFarFrom(reading, was));
    if (off.length > 0)
      return off.map((by) => ({ since: by.at, detail: `${of}: ${by.value} kg, declared ${was} kg`, by }));
    if (!isFarFrom(low, high.value)) return [];
    const later = inOrderOfClaims(low, high) > 0 ? low : high;
    return [{ since: later.at, detail: `${of}: from ${low.value} to ${high.value} kg`, by: later }];
  });
}

/**
 * By what a weighing is of: what each lot was declared to weigh, and all of them together where they were declared alike.
 * Lots of one name cannot be told apart on a scale, and count as one.
 */
function declaredOf(cargo: readonly CargoLot[]): ReadonlyMap<string, Decimal> {
  const declared = new Map<string, Decimal>();
  const areAlike = cargo.every(({ basis }) => basis === cargo[0]!.basis);
  for (const { lot, basis: kind, quantity, unit } of cargo)
    for (const of of [weighedOf({ kind, lot }), ...(areAlike ? [weighedOf({ kind })] : [])])
      declared.set(of, (declared.get(of) ?? new Exact(0)).plus(inKilograms(quantity, unit)));
  return declared;
}

const isWeight = (of: string): boolean => !CONDITIONS.has(of);
const CONDITIONS: ReadonlySet<string> = new Set(['temperature', 'humidity', 'shock']);

const isFarFrom = ({ value }: Reading, other: string): boolean => {
  const larger = Exact.max(value, other);
  return new Exact(value).minus(other).abs().greaterThan(larger.times(POLICY.weightTolerance));
};

const BEHIND_ARRIVAL: readonly Milestone[] = ['discharged', 'gate-out', 'delivered', 'assayed', 'accepted'];

/** Left the port of discharge before it came there. */
function isOutOfOrder({ registration, arrival }: Shipment, { actual }: Expected): Found | undefined {
  if (!registration || !arrival) return undefined;
  const { destination } = registration.data.route;
  const arrived = actual.findIndex(
    (claim) => claim.milestone === 'arrived' && isArrival(claim, registration),
  );
  // At the same moment what is behind the arrival in the lifecycle stands behind it here.
  const before = actual.find(
    ({ milestone, place }, index) =>
      index < arrived &&
      BEHIND_ARRIVAL.includes(milestone) &&
      (milestone === 'delivered' || milestone === 'accepted' || place?.unlocode === destination.unlocode),
  );
  if (!before) return undefined;
  const detail = `${before.milestone} ${before.at}, arrived ${actual[arrived]!.at}`;
  return { since: before.at, detail, by: before };
}

function isOutOfLimits({ registration, evidence }: Shipment): readonly Found[] | undefined {
  const limits = registration?.data.limits;
  if (!limits || !evidence?.ranges) return undefined;
  const ranges = new Map(evidence.ranges.map((range) => [range.of, range]));
  return limits.flatMap((limit) => exceeded(limit, ranges.get(limit.type)));
}

function exceeded({ type, min, max, unit }: ConditionLimit, range: Range | undefined): Found[] {
  if (!range) return [];
  const least = min === undefined ? undefined : inBaseUnit(type, min, unit);
  const most = max === undefined ? undefined : inBaseUnit(type, max, unit);
  const found: Found[] = [];
  const { low, high } = range;
  if (most !== undefined && new Exact(high.value).greaterThan(most))
    found.push({ since: high.at, detail: `${type} ${high.value}, at most ${most}`, by: high });
  if (least !== undefined && new Exact(low.value).lessThan(least))
    found.push({ since: low.at, detail: `${type} ${low.value}, at least ${least}`, by: low });
  return found;
}

/** The next thing expected has not come, and the clock has said that its time has passed. */
function isOverdue(shipment: Shipment): Found | undefined {
  const expected = shipment.clocks && nextExpected(shipment);
  if (!expected?.passedBy) return undefined;
  const { next, due, passedBy: by } = expected;
  const { milestone, at, place } = next;
  const detail = `${milestone}${placeOf(place ? { place } : {})} was expected ${at}`;
  return { since: due.toISOString(), detail, by };
}

const inOrder = (a: Found, b: Found): number => inOrderOfClaims(a.by, b.by) || (a.detail < b.detail ? -1 : 1);
