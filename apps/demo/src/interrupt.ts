/** How a Ctrl-C or SIGTERM ends this process, and whether one does. */
export interface Interrupt {
  readonly isEnding: boolean;
  /** From now on it ends in order, with the exit code. */
  endBy(stop: () => Promise<void>, exitCode: () => number): void;
}

/** What a shell says of a program that a Ctrl-C has ended. */
const INTERRUPTED = 130;

/**
 * Takes Ctrl-C and SIGTERM: before there is something to be stopped in order, and at the second one, the process ends
 * at once. What it has started ends with it: servers when the channel to them closes; services, and what fetches, by what
 * is done on `exit`, which a signal that nobody takes would pass over.
 */
export function takeInterrupts(say: (line: string) => void): Interrupt {
  let ending = false;
  let inOrder: { stop: () => Promise<void>; exitCode: () => number } | undefined;
  const take = (): void => {
    if (ending || !inOrder) process.exit(INTERRUPTED);
    ending = true;
    const { stop, exitCode } = inOrder;
    const code = exitCode();
    say('\nStopping everything ...');
    void stop().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', take).on('SIGTERM', take);
  return {
    get isEnding() {
      return ending;
    },
    endBy(stop, exitCode) {
      inOrder = { stop, exitCode };
    },
  };
}
