import fc from 'fast-check';
import { UNITS } from '#contracts/trade.js';
import { inKilograms, positiveDecimal, product, scaled, sum, text } from './decimal.oracle.js';
import { inUnit, kilograms, totalsOf, valueOf } from './weight.js';

const unit = fc.constantFrom(...UNITS);
const mineral = fc.constantFrom('antimony', 'copper', 'rare-earths');
const basis = fc.constantFrom('wet' as const, 'dry' as const, 'contained' as const);
const lots = fc.array(fc.record({ mineral, basis, quantity: positiveDecimal, unit }), { maxLength: 40 });

describe('a weight', () => {
  it('is a thousand kilograms a tonne', () => {
    expect(kilograms('1.5', 'TNE').toString()).toBe('1500');
    expect(kilograms('1.5', 'KGM').toString()).toBe('1.5');
  });

  it('is exact in kilograms, and goes back into its unit, whatever its size', () => {
    fc.assert(
      fc.property(positiveDecimal, unit, (quantity, of) => {
        expect(kilograms(quantity, of).toString()).toBe(inKilograms(quantity, of));
        expect(scaled(inUnit(kilograms(quantity, of), of).toString())).toBe(scaled(quantity));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('totals of lots', () => {
  it('are by mineral and basis: wet goods are never added to dry ones', () => {
    expect(
      totalsOf([
        { mineral: 'copper', basis: 'wet', quantity: '2', unit: 'TNE' },
        { mineral: 'antimony', basis: 'dry', quantity: '300.5', unit: 'KGM' },
        { mineral: 'antimony', basis: 'wet', quantity: '1', unit: 'TNE' },
        { mineral: 'antimony', basis: 'dry', quantity: '1', unit: 'TNE' },
      ]),
    ).toEqual([
      { mineral: 'antimony', basis: 'dry', kilograms: '1300.5' },
      { mineral: 'antimony', basis: 'wet', kilograms: '1000' },
      { mineral: 'copper', basis: 'wet', kilograms: '2000' },
    ]);
  });

  it('are the sums of their lots, to the last digit', () => {
    fc.assert(
      fc.property(lots, (added) => {
        const expected = new Map<string, string[]>();
        for (const { mineral: of, basis: on, quantity, unit: by } of added) {
          const key = `${of} ${on}`;
          expected.set(key, [...(expected.get(key) ?? []), inKilograms(quantity, by)]);
        }
        expect(totalsOf(added).map((total) => [`${total.mineral} ${total.basis}`, total.kilograms])).toEqual(
          [...expected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, parts]) => [key, sum(parts)]),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a value', () => {
  it('is quantity × price, never rounded, by whichever unit the price is', () => {
    const priceOf = (
      quantity: string,
      of: (typeof UNITS)[number],
      per: (typeof UNITS)[number],
      amount: string,
    ): string =>
      product(
        text(per === 'TNE' ? scaled(inKilograms(quantity, of)) / 1000n : scaled(inKilograms(quantity, of))),
        amount,
      );
    fc.assert(
      fc.property(positiveDecimal, unit, positiveDecimal, unit, (quantity, of, amount, per) => {
        expect(valueOf(kilograms(quantity, of), { amount, currency: 'USD', per })).toBe(
          priceOf(quantity, of, per, amount),
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it('of the largest quantity at the largest price has every digit', () => {
    expect(
      valueOf(kilograms('999999999999.999999', 'KGM'), {
        amount: '999999999999.999999',
        currency: 'USD',
        per: 'TNE',
      }),
    ).toBe(product('999999999.999999999', '999999999999.999999'));
  });
});
