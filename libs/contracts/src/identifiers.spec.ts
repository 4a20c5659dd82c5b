import fc from 'fast-check';
import {
  containerCheckDigit,
  containerOf,
  imoCheckDigit,
  imoNumberOf,
  unlocodeOf,
  warningsOf,
} from './identifiers.js';

describe('identifiers in their normal form', () => {
  it.each([
    ['CSQU3054383', 'CSQU3054383'],
    [' csqu 305438-3', 'CSQU3054383'],
    ['CSQU 305438/3', 'CSQU3054383'],
    ['CSQA3054383', undefined],
    ['CSQU305438', undefined],
    ['', undefined],
  ])('container %j is %s', (text, container) => {
    expect(containerOf(text)).toBe(container);
  });

  it.each([
    ['9176187', '9176187'],
    ['IMO 9176187', '9176187'],
    ['imo9176187', '9176187'],
    ['IMO: 917-6187', '9176187'],
    ['91761877', undefined],
  ])('vessel %j is %s', (text, number) => {
    expect(imoNumberOf(text)).toBe(number);
  });

  it.each([
    ['PKKHI', 'PKKHI'],
    ['us stl', 'USSTL'],
    ['US1TL', undefined],
    ['Karachi', undefined],
  ])('place %j is %s', (text, unlocode) => {
    expect(unlocodeOf(text)).toBe(unlocode);
  });
});

describe('check digits', () => {
  it.each(['CSQU3054383', 'GYOU4047990', 'APZU4812090'])('%s is a container', (container) => {
    expect(`${containerCheckDigit(container)}`).toBe(container[10]);
  });

  it.each(['9176187', '9321483', '7654329'])('%s is a vessel', (number) => {
    expect(`${imoCheckDigit(number)}`).toBe(number[6]);
  });

  const digit = fc.integer({ min: 0, max: 9 });
  /** What ISO 6346 sums up, modulo 11, reckoned another way than the code does: by the table of its letters. */
  const LETTERS: Readonly<Record<string, number>> = Object.fromEntries(
    [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter, nth) => [
      letter,
      [
        10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37,
        38,
      ][nth]!,
    ]),
  );
  const remainder = (text: string): number =>
    [...text].reduceRight((sum, each) => (2 * sum + (LETTERS[each] ?? Number(each))) % 11, 0);
  const serial = fc.tuple(fc.stringMatching(/^[A-Z]{3}[UJZ]$/), fc.stringMatching(/^[0-9]{6}$/));

  it('of containers are the remainder of the sum, where ten counts as none', () => {
    fc.assert(
      fc.property(serial, ([owner, number]) => {
        expect(containerCheckDigit(owner + number)).toBe(remainder(owner + number) % 10);
      }),
    );
  });

  it('of containers catch every wrong digit, but for those of numbers with the remainders ten and none', () => {
    fc.assert(
      fc.property(serial, fc.nat(5), digit, ([owner, number], at, wrong) => {
        fc.pre(number[at] !== String(wrong));
        const mistaken = number.slice(0, at) + wrong + number.slice(at + 1);
        const remainders = [remainder(owner + number), remainder(owner + mistaken)].sort((a, b) => a - b);
        const isCaught = containerCheckDigit(owner + number) !== containerCheckDigit(owner + mistaken);
        expect(isCaught).toBe(!(remainders[0] === 0 && remainders[1] === 10));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of vessels catch every wrong digit of the places that count 7 and 3, and of the others where the standard can', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{6}$/), fc.nat(5), digit, (number, at, wrong) => {
        fc.pre(number[at] !== String(wrong));
        const mistaken = number.slice(0, at) + wrong + number.slice(at + 1);
        const isCaught = imoCheckDigit(number) !== imoCheckDigit(mistaken);
        const difference = (Number(number[at]) - wrong) * (7 - at);
        expect(isCaught).toBe(difference % 10 !== 0);
        if (at === 0 || at === 4) expect(isCaught).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('what is questionable in the data of an event', () => {
  const codes = (data: unknown): string[] =>
    warningsOf(data).map(({ pointer, code }) => `${pointer} ${code}`);

  it('is nothing where all is sound', () => {
    const place = { unlocode: 'XZAAA' };
    expect(codes({ containers: ['CSQU3054383'], transport: { vesselImo: '9176187' }, place })).toEqual([]);
  });

  it('is told place by place', () => {
    const data = {
      route: { origin: { unlocode: 'PKKHI' }, destination: { unlocode: 'XYABC' } },
      cargo: [{ lot: 'a', hsCode: '7710', containers: ['CSQU3054383', 'CSQU3054384'] }],
      transport: { vesselImo: '1234568' },
      total: { amount: '5', currency: 'XYX' },
    };
    expect(codes(data)).toEqual([
      '/data/route/destination/unlocode unknown-code',
      '/data/cargo/0/hsCode unknown-code',
      '/data/cargo/0/containers/1 check-digit',
      '/data/transport/vesselImo check-digit',
      '/data/total/currency unknown-code',
    ]);
  });

  it.each(['ZZ', 'XA', 'XB', 'QQ'])('is a place in %s, which is no country', (country) => {
    expect(codes({ place: { unlocode: `${country}ABC` } })).toEqual(['/data/place/unlocode unknown-code']);
  });

  it('is not what a sender keeps in the extensions, and no more than fifty', () => {
    expect(codes({ extensions: { containers: ['CSQU3054384'] }, event: { unlocode: '?' } })).toEqual([]);
    expect(codes({ containers: Array(500).fill('CSQU3054384') })).toHaveLength(50);
  });
});
