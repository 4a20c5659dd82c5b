import { Decimal } from 'decimal.js';
import { IsString } from 'class-validator';
import { Currency, Mineral, OneOf } from '#contracts/fields.js';
import { BASES, type Basis, type Unit } from '#contracts/trade.js';
import { Count, ExactDecimal, ManyOf } from '#service/view-fields.js';
import type { PricedCommitment, Subject } from './subject.js';
import { knownAs } from './tagging/known-as.js';
import type { Reference } from './tagging/reference.js';

class CurrencyAmount {
  @Currency() readonly currency!: string;
  @ExactDecimal() readonly amount!: string;
}

class UnpricedWeight {
  @OneOf(BASES) readonly basis!: Basis;
  @ExactDecimal() readonly tonnes!: string;
}

/** How much stands behind a mineral in the deals that commit it. Every sum is exact. */
export class Exposure {
  @Mineral() readonly mineral!: string;
  /** What the commitments that are counted call it: `aluminium` and `aluminum`, `copper` and `copper-concentrate`. */
  @IsString({ each: true }) readonly committedAs!: readonly string[];
  /** The deals that commit it. */
  @Count() readonly deals!: number;
  /** What its commitments with a price come to, by currency. */
  @ManyOf(() => CurrencyAmount) readonly committed!: readonly CurrencyAmount[];
  /** The weight of its commitments without a price, by basis, in tonnes. */
  @ManyOf(() => UnpricedWeight) readonly unpriced!: readonly UnpricedWeight[];
  /**
   * What the deals that have it without a price are worth as a whole, by currency: the mineral's share in that is not
   * known, so these are beside `committed`, and not to be added to it.
   */
  @ManyOf(() => CurrencyAmount) readonly dealsWorth!: readonly CurrencyAmount[];
}

/** Wide enough for the product of any quantity and price that a contract takes, and the sum of millions of them. */
const Exact = Decimal.clone({ precision: 100 });
const TONNES: Readonly<Record<Unit, string>> = { TNE: '1', KGM: '0.001' };

class Sums {
  private readonly sums = new Map<string, Decimal>();

  add(key: string, amount: Decimal): void {
    this.sums.set(key, (this.sums.get(key) ?? new Exact(0)).plus(amount));
  }

  /** In the order of the keys, plainly written. */
  get all(): [string, string][] {
    return [...this.sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, sum]) => [key, sum.toFixed()]);
  }
}

const inTonnes = (quantity: string, unit: Unit): Decimal => new Exact(quantity).times(TONNES[unit]);

/**
 * What stands behind a mineral, by whatever name a deal has for it that the news knows as the same. What is named for
 * several at once, NdPr or an ore, counts whole behind each of them, for their shares are not known. Takes the deals
 * one by one, and keeps none.
 * @param deals all that commit it, by any of the names that `knownAs` has for it
 */
export async function exposureOf(
  mineral: string,
  deals: AsyncIterable<Pick<Subject, 'commitments' | 'value'>>,
  reference: Reference,
): Promise<Exposure> {
  const [committed, unpriced, worth] = [new Sums(), new Sums(), new Sums()];
  const names = new Set(knownAs(mineral, reference));
  const isCounted = new Map<string, boolean>();
  const counts = ({ mineral: called }: PricedCommitment): boolean => {
    const known = isCounted.get(called) ?? knownAs(called, reference).some((name) => names.has(name));
    isCounted.set(called, known);
    return known;
  };
  let count = 0;
  for await (const { commitments = [], value } of deals) {
    const own = commitments.filter(counts);
    if (own.length === 0) continue;
    count++;
    for (const { quantity, unit, basis, price } of own) {
      const tonnes = inTonnes(quantity, unit);
      // A price for a kilogram is a thousand for a tonne.
      if (price) committed.add(price.currency, tonnes.times(price.amount).div(TONNES[price.per]));
      else unpriced.add(basis, tonnes);
    }
    if (value && own.some(({ price }) => !price)) worth.add(value.currency, new Exact(value.amount));
  }
  const byCurrency = (sums: Sums): CurrencyAmount[] =>
    sums.all.map(([currency, amount]) => ({ currency, amount }));
  return {
    mineral,
    committedAs: [...isCounted].flatMap(([called, counted]) => (counted ? [called] : [])).sort(),
    deals: count,
    committed: byCurrency(committed),
    unpriced: unpriced.all.map(([basis, tonnes]) => ({ basis: basis as Basis, tonnes })),
    dealsWorth: byCurrency(worth),
  };
}
