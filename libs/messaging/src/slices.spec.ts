import fc from 'fast-check';
import { slicesOf } from './slices.js';
import { expectWholeSubjects } from './testing/whole-subjects.js';

interface Message {
  readonly subject: string | undefined;
  readonly offset: number;
}

const message = (subject: string | undefined, offset: number): Message => ({ subject, offset });

const offsetsOf = (slices: readonly (readonly (readonly Message[])[])[]): number[][][] =>
  slices.map((parts) => parts.map((part) => part.map(({ offset }) => offset)));

const anyMessages = fc
  .array(fc.option(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'), { nil: undefined }), { maxLength: 200 })
  .map((subjects) => subjects.map(message));

describe('slices of a batch', () => {
  it('have every message once, and all of a subject in one slice, in the order of the log', () => {
    fc.assert(
      fc.property(anyMessages, fc.integer({ min: 1, max: 50 }), (messages, most) => {
        const slices = [...slicesOf([messages], most)];

        expectWholeSubjects(slices);
        const all = slices.flat(2).map(({ offset }) => offset);
        expect(all.sort((a, b) => a - b)).toEqual(messages.map(({ offset }) => offset));
      }),
    );
  });

  it('have parts of as many messages as are taken at once, however many a subject has', () => {
    fc.assert(
      fc.property(anyMessages, fc.integer({ min: 1, max: 50 }), (messages, most) => {
        for (const part of [...slicesOf([messages], most)].flat()) {
          expect(part.length).toBeGreaterThan(0);
          expect(part.length).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('are cut between subjects, and a subject with more than fits is a slice of several parts', () => {
    const messages = ['A', 'B', 'A', 'C', 'C', 'C', 'C', 'C', 'D'].map(message);

    expect(offsetsOf([...slicesOf([messages], 3)])).toEqual([
      [[0, 1, 2]],
      [
        [3, 4, 5],
        [6, 7],
      ],
      [[8]],
    ]);
  });

  it('go on from one lot to the next, which is asked for when the one before is used up', () => {
    const asked: string[] = [];
    function* lots(): Generator<Message[]> {
      for (const lot of ['AAB', 'C', 'DD', 'E']) {
        asked.push(lot);
        yield [...lot].map(message);
      }
    }

    const slices = slicesOf(lots(), 3);
    expect(slices.next().value).toHaveLength(1);
    expect(asked).toEqual(['AAB', 'C']);
    const rest = [...slices].map((parts) => parts.flat().map(({ subject }) => subject));
    expect(rest).toEqual([['C', 'D', 'D'], ['E']]);
  });

  it('take what has no subject for nobody`s', () => {
    const messages = ['A', undefined, 'A', undefined].map(message);

    expect(offsetsOf([...slicesOf([messages], 2)])).toEqual([[[0, 2]], [[1, 3]]]);
  });
});
