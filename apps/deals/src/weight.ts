import { Decimal } from 'decimal.js';
import type { Basis, Unit } from '#contracts/trade.js';

/**
 * Decimals as exact as Decimal128 is: 34 digits. The contracts bound quantities so that no sum or product of them
 * needs more, and nothing is ever rounded.
 */
export const Exact = Decimal.clone({ precision: 34, toExpNeg: -34, toExpPos: 34 });

const KILOGRAMS: Readonly<Record<Unit, number>> = { TNE: 1_000, KGM: 1 };

/** A quantity in kilograms. */
export const kilograms = (quantity: string, unit: Unit): Decimal =>
  new Exact(quantity).times(KILOGRAMS[unit]);

/** Kilograms in another unit. */
export const inUnit = (weight: Decimal, unit: Unit): Decimal => weight.dividedBy(KILOGRAMS[unit]);

/** How much of one mineral, weighed one way. */
export interface Total {
  readonly mineral: string;
  readonly basis: Basis;
  /** Kilograms, as a decimal string. */
  readonly kilograms: string;
}

interface Lot {
  readonly mineral: string;
  readonly basis: Basis;
  readonly quantity: string;
  readonly unit: Unit;
}

/** Totals with lots added or, with a sign of −1, taken away. Sorted, and without what comes to nothing. */
export function addLots(totals: readonly Total[], lots: readonly Lot[], sign: 1 | -1): readonly Total[] {
  if (lots.length === 0) return totals;
  const sums = new Map(
    totals.map(({ mineral, basis, kilograms: held }) => [`${mineral} ${basis}`, new Exact(held)]),
  );
  for (const { mineral, basis, quantity, unit } of lots) {
    const key = `${mineral} ${basis}`;
    sums.set(key, (sums.get(key) ?? new Exact(0)).plus(kilograms(quantity, unit).times(sign)));
  }
  return [...sums]
    .filter(([, sum]) => !sum.isZero())
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, sum]) => {
      const [mineral, basis] = key.split(' ') as [string, Basis];
      return { mineral, basis, kilograms: sum.toString() };
    });
}
