import fc from 'fast-check';
import { type Delta, delta } from './delta.js';

/** The operators as MongoDB defines them. */
const applied = (before: Record<string, unknown>, { $set, $unset = {}, $push = {} }: Delta): object => {
  const after: Record<string, unknown> = { ...before, ...$set };
  for (const field of Object.keys($unset)) delete after[field];
  for (const [field, { $each }] of Object.entries($push))
    after[field] = [...(before[field] as unknown[]), ...$each];
  return after;
};

const withoutUndefined = (state: object): object =>
  Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));

const field = fc.constantFrom('a', 'b', 'c', 'd');
const value = fc.oneof(
  fc.nat(3),
  fc.constant(undefined),
  fc.array(fc.nat(3), { maxLength: 4 }),
  fc.constant(null),
);
const state = fc.dictionary(field, value);

describe('the delta of two states', () => {
  it('turns the first into the second', () => {
    fc.assert(
      fc.property(state, state, fc.array(fc.tuple(field, fc.array(fc.nat(3)))), (before, changes, grown) => {
        const stored = withoutUndefined(before) as Record<string, unknown>;
        const after: Record<string, unknown> = { ...stored, ...changes };
        for (const [name, more] of grown)
          if (Array.isArray(after[name])) after[name] = [...after[name], ...more];
        expect(applied(stored, delta(stored, after))).toEqual(withoutUndefined(after));
      }),
    );
  });

  it('of a state and itself is nothing', () => {
    fc.assert(
      fc.property(state, (one) => {
        const stored = withoutUndefined(one) as Record<string, unknown>;
        expect(delta(stored, { ...stored })).toEqual({ $set: {} });
      }),
    );
  });

  it('names no field twice, which MongoDB would refuse', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const { $set, $unset = {}, $push = {} } = delta(before, after);
        const names = [$set, $unset, $push].flatMap((operator) => Object.keys(operator));
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  it('of a list that was appended to is what was appended', () => {
    expect(delta({ list: [1, 2] }, { list: [1, 2, 3] })).toEqual({
      $set: {},
      $push: { list: { $each: [3] } },
    });
    expect(delta({ list: [1, 2] }, { list: [2, 1, 3] })).toEqual({ $set: { list: [2, 1, 3] } });
    expect(delta({ list: [] }, { list: [1] })).toEqual({ $set: { list: [1] } });
  });
});
