/** Decimal strings as whole numbers of millionths of a millionth: arithmetic that cannot round, to judge ours by. */
import fc from 'fast-check';

const DIGITS = 24;

export const scaled = (decimal: string): bigint => {
  const negative = decimal.startsWith('-');
  const [whole, fraction = ''] = decimal.replace('-', '').split('.') as [string, string?];
  if (fraction.length > DIGITS) throw new Error(`${decimal} has more than ${DIGITS} digits behind the point`);
  const value = BigInt(whole + fraction.padEnd(DIGITS, '0'));
  return negative ? -value : value;
};

export const text = (value: bigint): string => {
  const digits = (value < 0n ? -value : value).toString().padStart(DIGITS + 1, '0');
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -DIGITS)}${fraction ? `.${fraction}` : ''}`;
};

export const sum = (decimals: readonly string[]): string =>
  text(decimals.reduce((total, decimal) => total + scaled(decimal), 0n));

/** The product of two decimals with at most 12 digits behind the point each. */
export const product = (a: string, b: string): string =>
  text((scaled(a) * scaled(b)) / 10n ** BigInt(DIGITS));

export const inKilograms = (quantity: string, unit: 'TNE' | 'KGM'): string =>
  text(scaled(quantity) * (unit === 'TNE' ? 1000n : 1n));

/** Any quantity or amount that the contracts take, the smallest and the largest among them. */
export const positiveDecimal: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom('0.000001', '999999999999.999999', '0.1', '1', '1.10', '999999999999'),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.bigInt({ min: 0n, max: 999_999_999_999n }), fc.stringMatching(/^[0-9]{0,6}$/))
      .map(([whole, fraction]) => (fraction ? `${whole}.${fraction}` : `${whole}`))
      .filter((decimal) => /[1-9]/.test(decimal)),
  },
);
