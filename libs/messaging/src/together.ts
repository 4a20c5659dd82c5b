export interface TogetherOptions<A> {
  /** How much an ask weighs; 1 unless told. */
  readonly sizeOf?: (ask: A) => number;
  /**
   * Of that, the most that goes together. An ask of more than half of it goes alone, and at once: as a slice of a backlog,
   * which would else wait until the next slices have been folded, and come to the server together with them.
   */
  readonly most?: number;
  /** Whether an error may be of one ask's own making. Those that failed by it together are tried each for itself. */
  readonly mayBeOfOne?: (error: unknown) => boolean;
}

/**
 * Answers asks of the same moment together. The batches of all partitions that one fetch has brought are taken through in
 * step, so that MongoDB and Kafka have one request of them to answer where each would make its own: under light load that
 * is a sixth of the requests, and of the waits for a journal.
 *
 * An ask waits for no other that is on its way, and fails for no other's sake, unless they fail by what none of them can
 * help: a server that is away.
 *
 * @param answer gives as many answers as there are asks, in their order
 */
export function together<A, R>(
  answer: (asks: readonly A[]) => Promise<readonly R[]>,
  { sizeOf = () => 1, most = Infinity, mayBeOfOne = () => false }: TogetherOptions<A> = {},
): (ask: A) => Promise<R> {
  let waiting: Waiting<A, R>[] = [];

  const settle = async (some: readonly Waiting<A, R>[]): Promise<void> => {
    try {
      const answers = await answer(some.map(({ ask }) => ask));
      for (const [index, { resolve }] of some.entries()) resolve(answers[index]!);
    } catch (error) {
      if (some.length > 1 && mayBeOfOne(error)) await Promise.all(some.map((one) => settle([one])));
      else for (const { reject } of some) reject(error);
    }
  };

  const settleAll = (): void => {
    const all = waiting;
    waiting = [];
    while (all.length > 0) {
      let size = 0;
      const fitting = all.findIndex(({ ask }) => (size += sizeOf(ask)) > most);
      void settle(all.splice(0, fitting < 0 ? all.length : fitting));
    }
  };

  return (ask) =>
    new Promise((resolve, reject) => {
      if (sizeOf(ask) > most / 2) return void settle([{ ask, resolve, reject }]);
      // Whatever is asked until what is at hand has been gone through, is asked at the same time.
      if (waiting.length === 0) setImmediate(settleAll);
      waiting.push({ ask, resolve, reject });
    });
}

interface Waiting<A, R> {
  readonly ask: A;
  readonly resolve: (answer: R) => void;
  readonly reject: (error: unknown) => void;
}
