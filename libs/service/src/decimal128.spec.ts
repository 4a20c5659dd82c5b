import fc from 'fast-check';
import { fromDecimal128, toDecimal128 } from './decimal128.js';

describe('a decimal in MongoDB', () => {
  it.each([
    '0.000001',
    '1250.500',
    '999999999999.999999',
    '1000000',
    '0',
    '1.10',
    '9999999999999999999999999999.999999',
  ])('%s comes back as it went in, to the last nought, and never with an exponent', (decimal) => {
    expect(fromDecimal128(toDecimal128(decimal))).toBe(decimal);
  });

  it('comes back as it went in, whatever the contracts allow', () => {
    const decimal = fc.stringMatching(/^(?:0|[1-9][0-9]{0,27})(?:\.[0-9]{1,6})?$/);
    fc.assert(
      fc.property(decimal, (text) => expect(fromDecimal128(toDecimal128(text))).toBe(text)),
      { numRuns: 5_000 },
    );
  });
});
