interface Message {
  readonly subject: string | undefined;
  readonly offset: number;
}

/** Of slices: all messages of a subject are in one, and those of a slice in the order of the log. */
export function expectWholeSubjects(slices: readonly (readonly (readonly Message[])[])[]): void {
  const sliceOf = new Map<string | undefined, number>();
  for (const [nth, parts] of slices.entries()) {
    const offsets = parts.flat().map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    for (const { subject } of parts.flat()) {
      expect(sliceOf.get(subject) ?? nth).toBe(nth);
      sliceOf.set(subject, nth);
    }
  }
}
