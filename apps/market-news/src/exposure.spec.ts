import fc from 'fast-check';
import { exposureOf } from './exposure.js';
import type { PricedCommitment } from './subject.js';
import { REFERENCE } from './tagging/reference.js';

type Deal = { commitments: PricedCommitment[]; value?: { amount: string; currency: string } };
async function* each(deals: Deal[]): AsyncGenerator<Deal> {
  yield* deals;
}
const line = (more: Partial<PricedCommitment>): PricedCommitment => ({
  mineral: 'tin',
  quantity: '1',
  unit: 'TNE',
  basis: 'wet',
  ...more,
});

describe('what stands behind a mineral', () => {
  it('is its commitments by currency, in whatever unit they are weighed and priced', async () => {
    const deals = [
      { commitments: [line({ quantity: '0.1', price: { amount: '0.2', currency: 'USD', per: 'KGM' } })] },
      {
        commitments: [
          line({ quantity: '500', unit: 'KGM', price: { amount: '3', currency: 'EUR', per: 'TNE' } }),
        ],
      },
      { commitments: [line({ mineral: 'copper', price: { amount: '9', currency: 'USD', per: 'TNE' } })] },
    ] satisfies Deal[];
    expect(await exposureOf('tin', each(deals), REFERENCE)).toEqual({
      mineral: 'tin',
      committedAs: ['tin'],
      deals: 2,
      committed: [
        { currency: 'EUR', amount: '1.5' },
        { currency: 'USD', amount: '20' },
      ],
      unpriced: [],
      dealsWorth: [],
    });
  });

  it('is a weight, and the worth of its deals beside it, where no price is given', async () => {
    const deals = [
      {
        commitments: [line({}), line({ basis: 'dry', quantity: '250', unit: 'KGM' })],
        value: { amount: '5', currency: 'USD' },
      },
    ] satisfies Deal[];
    expect(await exposureOf('tin', each(deals), REFERENCE)).toMatchObject({
      committed: [],
      unpriced: [
        { basis: 'dry', tonnes: '0.25' },
        { basis: 'wet', tonnes: '1' },
      ],
      dealsWorth: [{ currency: 'USD', amount: '5' }],
    });
  });

  it.each([
    ['aluminium', ['aluminium', 'aluminum']],
    ['aluminum', ['aluminium', 'aluminum']],
    ['neodymium', ['ndpr-oxide', 'neodymium']],
    ['ndpr', ['ndpr-oxide', 'neodymium']],
    ['copper', ['copper-concentrate']],
  ])('counts for %s what deals call %j', async (mineral, names) => {
    const deals = ['aluminium', 'aluminum', 'ndpr-oxide', 'neodymium', 'copper-concentrate', 'tin'].map(
      (called): Deal => ({ commitments: [line({ mineral: called })] }),
    );
    expect(await exposureOf(mineral, each(deals), REFERENCE)).toMatchObject({
      committedAs: names,
      deals: names.length,
      unpriced: [{ basis: 'wet', tonnes: String(names.length) }],
    });
  });

  it('is exact, and the same in whatever order the deals come', async () => {
    const decimal = fc
      .tuple(fc.bigInt({ min: 1n, max: 999_999_999_999n }), fc.integer({ min: 0, max: 999_999 }))
      .map(
        ([whole, fraction]) =>
          [whole * 1_000_000n + BigInt(fraction), `${whole}.${String(fraction).padStart(6, '0')}`] as const,
      );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(decimal, decimal), { minLength: 1 }), async (lines) => {
        const deals = lines.map(([[, quantity], [, amount]]) => ({
          commitments: [line({ quantity, price: { amount, currency: 'USD', per: 'TNE' } })],
        }));
        const millionths = lines.reduce((sum, [[quantity], [amount]]) => sum + quantity * amount, 0n);
        const { committed } = await exposureOf('tin', each(deals), REFERENCE);
        const [whole, fraction = ''] = committed[0]!.amount.split('.');
        expect(BigInt(whole! + fraction.padEnd(12, '0'))).toBe(millionths);
        expect(await exposureOf('tin', each(deals.toReversed()), REFERENCE)).toEqual(
          await exposureOf('tin', each(deals), REFERENCE),
        );
      }),
    );
  });
});
