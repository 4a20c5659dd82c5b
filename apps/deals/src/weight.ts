import { Decimal } from 'decimal.js';
import type { Basis, Price, Unit } from '#contracts/trade.js';

/**
 * Decimals that are never rounded. A quantity has at most 18 digits (`PositiveDecimal`), so at most 21 in kilograms or
 * tonnes, and its product with a price at most 39; a total is kept in MongoDB as a Decimal128, whose 34 digits are
 * enough for the sum of 10 million million of the largest lots. 64 digits hold the product of such a total and a price.
 */
export const Exact = Decimal.clone({ precision: 64, toExpNeg: -64, toExpPos: 64 });

const KILOGRAMS: Readonly<Record<Unit, number>> = { TNE: 1_000, KGM: 1 };

/** A quantity in kilograms. */
export const kilograms = (quantity: string, unit: Unit): Decimal =>
  new Exact(quantity).times(KILOGRAMS[unit]);

/** Kilograms in another unit. */
export const inUnit = (weight: Decimal, unit: Unit): Decimal => weight.dividedBy(KILOGRAMS[unit]);

/** What a weight in kilograms is worth, in the price's currency: every digit of it. */
export const valueOf = (weight: Decimal, { amount, per }: Price): string =>
  inUnit(weight, per).times(amount).toString();

/** How much of one mineral, weighed one way. */
export interface Total {
  readonly mineral: string;
  readonly basis: Basis;
  /** Kilograms, as a decimal string. */
  readonly kilograms: string;
}

/** A mineral and what of it is weighed: what commitments, and so totals, are told apart by. */
export type Line = `${string} ${Basis}`;

export const lineOf = ({ mineral, basis }: { mineral: string; basis: Basis }): Line => `${mineral} ${basis}`;

interface Lot {
  readonly mineral: string;
  readonly basis: Basis;
  readonly quantity: string;
  readonly unit: Unit;
}

/** What lots come to. */
export function totalsOf(lots: readonly Lot[]): readonly Total[] {
  const sums = new Map<Line, Decimal>();
  for (const lot of lots) {
    const line = lineOf(lot);
    sums.set(line, (sums.get(line) ?? new Exact(0)).plus(kilograms(lot.quantity, lot.unit)));
  }
  return listed(sums);
}

/** Totals as a list, in the order of their lines. */
export const listed = (sums: ReadonlyMap<Line, Decimal>): readonly Total[] =>
  [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([line, sum]) => {
      const [mineral, basis] = line.split(' ') as [string, Basis];
      return { mineral, basis, kilograms: sum.toString() };
    });
