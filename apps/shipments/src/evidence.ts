/**
 * What a shipment keeps of seals, weights and sensors, so that what is wrong can be told without its timeline: of each
 * reading the lowest and the highest, of each seal the first that was told, of each container's damage the first and the last.
 * Each of these is the least of a set in some order, so the order of hearing does not matter. Pure.
 */
import { Decimal } from 'decimal.js';
import type { EventOf } from '#contracts/contract.js';
import { MilestoneReported, type ObservationReported } from '#contracts/shipments.js';
import type { LIMITED, Seal, Unit } from '#contracts/trade.js';
import { type Claim, inOrderOfClaims, isLater } from './claim.js';

export type Limited = (typeof LIMITED)[number];

export interface Reading extends Claim {
  /** In the base unit: degrees Celsius, percent, metres per second squared, kilograms. */
  readonly value: string;
  readonly at: string;
}

/** All that was read of one thing. */
export interface Range {
  /** `temperature`; `gross lot L1`. */
  readonly of: string;
  readonly low: Reading;
  readonly high: Reading;
}

/** The first time that these numbers were on a container. */
export interface SealClaim extends Claim {
  /** Empty for the whole shipment. */
  readonly container: string;
  /** All of them at that time, sorted, joined by commas. */
  readonly numbers: string;
  readonly at: string;
}

/** The first time that a container was seen to be damaged, or the last: what was acknowledged may not be all. */
export interface DamageClaim extends Claim {
  /** Empty for the whole shipment. */
  readonly container: string;
  readonly at: string;
}

export interface Evidence {
  readonly ranges?: readonly Range[];
  readonly seals?: readonly SealClaim[];
  readonly damages?: readonly DamageClaim[];
}

/** Wide enough for every value and factor below; what is thirds after all is rounded alike for reading and limit. */
export const Exact = Decimal.clone({ precision: 40, toExpNeg: -40, toExpPos: 40 });

/** The words that say of an observation that goods are damaged: the CBV's disposition. */
const DAMAGE = 'damaged';

/** By UN/ECE Recommendation 20. */
const BASE_UNITS: Readonly<Record<Limited, Readonly<Record<string, (value: Decimal) => Decimal>>>> = {
  temperature: {
    CEL: (value) => value,
    FAH: (value) => value.minus(32).times(5).dividedBy(9),
    KEL: (value) => value.minus('273.15'),
  },
  humidity: { P1: (value) => value },
  shock: { MSK: (value) => value, K40: (value) => value.times('9.80665') },
};

/** A value in the base unit of what it measures; undefined where the unit is not one of it. */
export const inBaseUnit = (type: Limited, value: string, unit: string | undefined): string | undefined =>
  unit !== undefined && Object.hasOwn(BASE_UNITS[type], unit)
    ? BASE_UNITS[type][unit]!(new Exact(value)).toString()
    : undefined;

export const inKilograms = (quantity: string, unit: Unit): string =>
  new Exact(quantity).times(unit === 'TNE' ? 1000 : 1).toString();

/** What a weighing is of: weighings of the same can be compared. */
export const weighedOf = ({
  kind,
  lot,
  container,
}: {
  kind: string;
  lot?: string;
  container?: string;
}): string =>
  [
    kind,
    ...(lot === undefined ? [] : ['lot', lot]),
    ...(container === undefined ? [] : ['container', container]),
  ].join(' ');

/** @returns the same object where the event adds nothing */
export function evidenceOf(
  held: Evidence | undefined,
  { type, data }: EventOf<typeof MilestoneReported | typeof ObservationReported>,
  { happenedAt, source, id }: Claim,
): Evidence | undefined {
  const claim: Claim = { happenedAt, source, id };
  if (type === MilestoneReported.type) {
    const { classifier, seals = [], weights = [] } = data;
    if (classifier !== 'ACT' || (seals.length === 0 && weights.length === 0)) return held;
    const readings = weights.map((weighing): [string, Reading] => [
      weighedOf(weighing),
      { ...claim, value: inKilograms(weighing.quantity, weighing.unit), at: data.at },
    ]);
    return withSeals(withReadings(held ?? {}, readings), sealClaimsOf(seals, claim, data.at));
  }
  const readings = (data.measurements ?? []).flatMap(({ type: measured, value, unit, at = data.at }) => {
    if (measured === 'other') return [];
    const inBase = inBaseUnit(measured, value, unit);
    return inBase === undefined ? [] : [[measured, { ...claim, value: inBase, at }] as [string, Reading]];
  });
  const damaged = data.kind === DAMAGE ? new Set(data.containers ?? ['']) : [];
  const damages = [...damaged].map((container) => ({ ...claim, container, at: data.at }));
  const seals = sealClaimsOf(data.seals ?? [], claim, data.at);
  if (readings.length === 0 && seals.length === 0 && damages.length === 0) return held;
  return withDamages(withSeals(withReadings(held ?? {}, readings), seals), damages);
}

function sealClaimsOf(seals: readonly Seal[], claim: Claim, at: string): SealClaim[] {
  const byContainer = Map.groupBy(seals, ({ container = '' }) => container);
  return [...byContainer].map(([container, all]) => {
    const numbers = [...new Set(all.map(({ number }) => number))].sort().join(', ');
    return { ...claim, container, numbers, at };
  });
}

function withReadings(held: Evidence, readings: readonly [of: string, reading: Reading][]): Evidence {
  if (readings.length === 0) return held;
  const ranges = new Map(held.ranges?.map((range) => [range.of, range]));
  for (const [of, reading] of readings) {
    const { low = reading, high = reading } = ranges.get(of) ?? {};
    ranges.set(of, {
      of,
      low: isFurther(reading, low, -1) ? reading : low,
      high: isFurther(reading, high, 1) ? reading : high,
    });
  }
  return { ...held, ranges: [...ranges.values()].sort((a, b) => (a.of < b.of ? -1 : 1)) };
}

/** Of equal values the first counts. */
const isFurther = (a: Reading, b: Reading, direction: 1 | -1): boolean => {
  const difference = new Exact(a.value).comparedTo(b.value) * direction;
  if (difference !== 0) return difference > 0;
  return isLater(b, a) || (!isLater(a, b) && a.at < b.at);
};

function withSeals(held: Evidence, claims: readonly SealClaim[]): Evidence {
  if (claims.length === 0) return held;
  const keyOf = ({ container, numbers }: SealClaim): string => `${container} ${numbers}`;
  return { ...held, seals: firstOfEach([...(held.seals ?? []), ...claims], keyOf) };
}

function withDamages(held: Evidence, claims: readonly DamageClaim[]): Evidence {
  if (claims.length === 0) return held;
  const byContainer = Map.groupBy([...(held.damages ?? []), ...claims], ({ container }) => container);
  const damages = [...byContainer.values()].flatMap((told) => {
    const inOrder = told.toSorted(inOrderOfClaims);
    return inOrder.length > 1 ? [inOrder[0]!, inOrder.at(-1)!] : inOrder;
  });
  return {
    ...held,
    damages: damages.sort((a, b) => inOrderOfClaims(a, b) || (a.container < b.container ? -1 : 1)),
  };
}

/** In the order of their keys. */
function firstOfEach<T extends Claim>(claims: readonly T[], keyOf: (claim: T) => string): readonly T[] {
  const first = new Map<string, T>();
  for (const claim of claims) {
    const held = first.get(keyOf(claim));
    if (!held || isLater(held, claim)) first.set(keyOf(claim), claim);
  }
  return [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, claim]) => claim);
}
