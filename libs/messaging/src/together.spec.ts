import { together } from './together.js';

/** Answers with ten times what is asked, and keeps what was asked together. */
const tenfold = (fails: (asks: readonly number[]) => boolean = () => false) => {
  const asked: (readonly number[])[] = [];
  const answer = (asks: readonly number[]): Promise<readonly number[]> => {
    asked.push(asks);
    return fails(asks)
      ? Promise.reject(new Error(asks.join()))
      : Promise.resolve(asks.map((ask) => ask * 10));
  };
  return { asked, answer };
};

describe('together', () => {
  it('asks of the same moment go together, and each has its own answer', async () => {
    const { asked, answer } = tenfold();
    const ask = together(answer);
    const first = ask(1);
    await Promise.resolve(); // a step later, still of the same moment
    expect(await Promise.all([first, ask(2), ask(1)])).toEqual([10, 20, 10]);
    expect(await ask(3)).toBe(30);
    expect(asked).toEqual([[1, 2, 1], [3]]);
  });

  it('an ask waits for none that is on its way', async () => {
    const { promise: answered, resolve: answerFirst } = Promise.withResolvers<readonly string[]>();
    const ask = together((asks: readonly string[]) =>
      asks.includes('slow') ? answered : Promise.resolve(asks),
    );
    const slow = ask('slow');
    await new Promise(setImmediate);
    expect(await ask('quick')).toBe('quick');
    answerFirst(['at last']);
    expect(await slow).toBe('at last');
  });

  it('no more go together than the most, in their order', async () => {
    const { asked, answer } = tenfold();
    const ask = together(answer, { sizeOf: (size) => size, most: 6 });
    await Promise.all([2, 3, 1, 3, 2].map(ask));
    expect(asked).toEqual([
      [2, 3, 1],
      [3, 2],
    ]);
  });

  it('one of more than half of the most goes alone, at once', async () => {
    const { asked, answer } = tenfold();
    const ask = together(answer, { sizeOf: (size) => size, most: 6 });
    const answers = Promise.all([2, 4, 1, 9].map(ask));
    expect(asked).toEqual([[4], [9]]);
    expect(await answers).toEqual([20, 40, 10, 90]);
    expect(asked).toEqual([[4], [9], [2, 1]]);
  });

  it('what cannot be helped all fail by, at once', async () => {
    const { asked, answer } = tenfold(() => true);
    const ask = together(answer);
    const outcomes = await Promise.allSettled([ask(1), ask(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toEqual([[1, 2]]);
  });

  it('none fails for the sake of another', async () => {
    const { asked, answer } = tenfold((asks) => asks.includes(2));
    const ask = together(answer, { mayBeOfOne: () => true });
    const outcomes = await Promise.allSettled([ask(1), ask(2), ask(3)]);
    expect(outcomes).toMatchObject([{ value: 10 }, { reason: { message: '2' } }, { value: 30 }]);
    expect(asked).toEqual([[1, 2, 3], [1], [2], [3]]);
  });
});
