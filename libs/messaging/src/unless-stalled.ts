/** Says that work goes on. @throws when it was given up before: it is not to go on, for it may have been begun again. */
export type GoesOn = () => void;

/**
 * What work comes to that never stands still for longer than a limit.
 * @param work tells at every step that it goes on
 * @throws Stalled when it has not told so, nor ended, in time
 */
export async function unlessStalled<T>(limitMs: number, work: (goesOn: GoesOn) => Promise<T>): Promise<T> {
  const { promise: stalled, reject } = Promise.withResolvers<never>();
  let givenUp: Stalled | undefined;
  const timer = setTimeout(() => reject((givenUp = new Stalled(limitMs))), limitMs);
  const goesOn = (): void => {
    if (givenUp) throw givenUp;
    timer.refresh();
  };
  try {
    return await Promise.race([work(goesOn), stalled]);
  } finally {
    clearTimeout(timer);
  }
}

export class Stalled extends Error {
  constructor(limitMs: number) {
    super(`nothing has come of it for ${limitMs / 1_000} s`);
    this.name = 'Stalled';
  }
}
