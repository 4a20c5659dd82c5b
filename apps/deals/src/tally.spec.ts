import fc from 'fast-check';
import { BASES } from '#contracts/trade.js';
import { positiveDecimal, sum } from './decimal.oracle.js';
import { type Change, Tally, type Totals } from './tally.js';
import type { Line, Total } from './weight.js';

const total = (mineral: string, kilograms = '1', basis: Total['basis'] = 'wet'): Total => ({
  mineral,
  basis,
  kilograms,
});
const added = (...delivered: Total[]): Change => ({ delivered, sign: 1 });
const taken = (...delivered: Total[]): Change => ({ delivered, sign: -1 });
/** Names in their order: `m000`, `m001`, … */
const minerals = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `m${String(index).padStart(3, '0')}`);

const NONE: Totals = { delivered: [] };
/** Each change for itself, as it comes. */
const tallied = (changes: readonly Change[], committed: readonly Line[] = [], before = NONE): Totals =>
  changes.reduce(
    (totals, change) => new Tally(totals, new Set(committed)).add([change]).totals,
    new Tally(before, new Set(committed)).totals,
  );
const named = ({ delivered }: Totals): string[] => delivered.map(({ mineral }) => mineral);

describe('a tally', () => {
  it('has a total for each line, also of what nobody committed to', () => {
    expect(
      tallied([added(total('lead', '2'), total('lead', '3', 'dry')), added(total('lead', '0.5'))]),
    ).toEqual({
      delivered: [total('lead', '3', 'dry'), total('lead', '2.5')],
    });
  });

  it('has none for what has come to nothing again, unless it is committed to', () => {
    const changes = [added(total('lead'), total('copper')), taken(total('lead'), total('copper'))];
    expect(tallied(changes, ['copper wet']).delivered).toEqual([total('copper', '0')]);
  });

  it('has totals for a hundred lines that nobody committed to; the rest is one weight a basis', () => {
    const many = minerals(103).map((mineral) => total(mineral));
    const totals = tallied([added(...many, total('m200', '7', 'dry'))]);
    expect(named(totals)).toEqual(minerals(100));
    expect(totals.others).toEqual([
      { basis: 'dry', kilograms: '7' },
      { basis: 'wet', kilograms: '3' },
    ]);
  });

  it('has a total for every commitment on top of that, whatever came before it', () => {
    const many = tallied([added(...minerals(150).map((mineral) => total(mineral)))], ['zinc wet']);
    expect(tallied([added(total('zinc', '5'))], ['zinc wet'], many).delivered).toContainEqual(
      total('zinc', '5'),
    );
  });

  it('has none for a new commitment of which there may be something among the others', () => {
    const many = tallied([added(...minerals(101).map((mineral) => total(mineral)))]);
    const committed = tallied([added(total('m100', '5'))], ['m100 wet', 'm100 dry', 'm001 wet'], many);
    expect(named(committed)).toEqual(['m000', 'm001', ...minerals(100).slice(2), 'm100']);
    expect(committed.delivered.at(-1)).toEqual(total('m100', '0', 'dry'));
    expect(committed.others).toEqual([{ basis: 'wet', kilograms: '6' }]);
  });

  it('gives totals to new lines again once the others have been taken away', () => {
    const many = tallied([added(...minerals(101).map((mineral) => total(mineral)))]);
    expect(named(tallied([taken(total('m000')), added(total('a'))], [], many))).not.toContain('a');
    expect(named(tallied([taken(total('m000'), total('m100')), added(total('a'))], [], many))).toContain('a');
  });

  /** Deliveries of more minerals than have totals, some taken back again, in any order in which that may come. */
  const story = fc
    .array(
      fc.record({
        lines: fc.array(
          fc
            .tuple(fc.constantFrom(...minerals(160)), fc.constantFrom(...BASES), positiveDecimal)
            .map(([mineral, basis, kilograms]) => total(mineral, kilograms, basis)),
          { minLength: 1, maxLength: 12, size: 'max' },
        ),
        isTakenBack: fc.boolean(),
        order: fc.tuple(fc.nat(), fc.nat()),
      }),
      { maxLength: 60, size: 'max' },
    )
    .map((deliveries) => {
      const changes = deliveries.flatMap(({ lines, isTakenBack, order: [first, second] }) => {
        const [early, late] = first < second ? [first, second] : [second, first + 1];
        return [
          { at: early, change: added(...lines) },
          ...(isTakenBack ? [{ at: late, change: taken(...lines) }] : []),
        ];
      });
      return {
        changes: changes.sort((a, b) => a.at - b.at).map(({ change }) => change),
        there: deliveries.filter(({ isTakenBack }) => !isTakenBack).flatMap(({ lines }) => lines),
        back: deliveries.filter(({ isTakenBack }) => !isTakenBack).map(({ lines }) => taken(...lines)),
      };
    });
  const weightOf = (all: readonly { kilograms: string }[]): string =>
    sum(all.map(({ kilograms }) => kilograms));
  const COMMITTED: Line[] = ['m000 wet', 'm080 dry', 'm159 wet'];

  it('loses nothing and adds nothing twice, and is exact for commitments, however many minerals come and go', () => {
    let crowded = 0;
    fc.assert(
      fc.property(story, ({ changes, there, back }) => {
        const totals = tallied(changes, COMMITTED);
        const { delivered, others = [] } = totals;
        for (const basis of BASES) {
          const on = <T extends { basis: string }>(all: readonly T[]): T[] =>
            all.filter((one) => one.basis === basis);
          expect(sum([weightOf(on(delivered)), weightOf(on(others))])).toBe(weightOf(on(there)));
        }
        for (const { mineral, basis, kilograms } of delivered) {
          const ofLine = there.filter((one) => one.mineral === mineral && one.basis === basis);
          expect(kilograms).toBe(weightOf(ofLine));
        }
        expect(delivered.map(({ mineral, basis }) => `${mineral} ${basis}`)).toEqual(
          expect.arrayContaining(COMMITTED),
        );
        expect(delivered.length).toBeLessThanOrEqual(100 + COMMITTED.length);
        expect(tallied(back, COMMITTED, totals)).toEqual(tallied([], COMMITTED));
        if (others.length > 0) crowded++;
      }),
      { numRuns: 200 },
    );
    expect(crowded).toBeGreaterThan(50);
  });
});
