/** What a benchmark measures: rows of a table, and the subjects that give their figures, run by run. */

export type Unit = 'events/s' | 'µs an event' | 'ms' | 's' | 'MB' | 'MB an hour';

/** A line of the table. */
export interface Row {
  /** Stable: it is what `--only` and the JSON know it by. */
  readonly name: string;
  readonly unit: Unit;
  /** What it is, for a reader of the table. */
  readonly title: string;
  /** Takes the events of the row `pipeline`, so that the two can be compared. */
  readonly compared?: true;
}

/** Says how far a run is: `done` of `all`. */
export type Tell = (done: number, all: number) => void;

/** Something to be measured. Each run gives one figure for each of its rows. */
export interface Subject {
  readonly rows: readonly Row[];
  /** Once, before the first run: what is started only once, and warmed. */
  prepare?(tell: Tell): Promise<void>;
  run(tell: Tell): Promise<Readonly<Record<string, number>>>;
  /** Once, after the last run, also when one has failed. */
  close?(): Promise<void>;
}

/** A row, and what its runs have given. */
export interface Figures extends Row {
  readonly runs: readonly number[];
}
