/** What a benchmark says at the end. Pure. */
import { median } from './figures.js';
import type { Figures } from './row.js';
import { rounded } from './run.js';

/** What the figures must come to: a bound on a row, or on the ratio of two. */
export interface Must {
  readonly row: string;
  /** Divided by this row's median, where given. */
  readonly by?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Meant for as many events as the rows have unless told otherwise: with fewer it says nothing. */
  readonly full?: true;
}

export const MUSTS: readonly Must[] = [
  { row: 'pipeline', by: 'mongo-sink-connector', atLeast: 1 },
  { row: 'pipeline', atLeast: 12_000 },
  { row: 'pipeline', by: 'nest-transport', atLeast: 12 },
  { row: 'pipeline-memory', atMost: 300 },
  { row: 'latency-p99-ms', atMost: 50 },
  { row: 'rebuild-s', atMost: 70, full: true },
  { row: 'rebuild-memory', atMost: 300 },
  // Of costs, which are one over the rates.
  { row: 'size-10k', by: 'size-1m', atMost: 1.3, full: true },
  { row: 'size-10k-some', by: 'size-1m-some', atMost: 1.3, full: true },
  { row: 'deals-even', by: 'deals-one', atMost: 1, full: true },
];

const PIPELINE = 'pipeline';

/** The table: of each row the median, the spread, every run, and how many times as much the pipeline does. */
export function table(figures: readonly Figures[]): string {
  const pipeline = figures.find(({ name }) => name === PIPELINE);
  const lines = figures.map(({ name, title, unit, compared, runs }) => [
    name,
    title,
    `${rounded(median(runs))} ${unit}`,
    `${rounded(Math.min(...runs))} to ${rounded(Math.max(...runs))}`,
    spread(runs) > 100 ? '> 100 %' : `± ${spread(runs).toFixed(0)} %`,
    pipeline && compared ? times(median(pipeline.runs) / median(runs)) : '',
  ]);
  return aligned([['row', 'what', 'median', 'runs', 'spread', 'the pipeline does'], ...lines]);
}

/** Each bound whose rows were measured, and whether it is kept. */
export function verdicts(figures: readonly Figures[], musts: readonly Must[]): string {
  const of = (name: string): number | undefined => {
    const runs = figures.find((row) => row.name === name)?.runs;
    return runs && median(runs);
  };
  const lines = musts.flatMap(({ row, by, atLeast, atMost }) => {
    const above = of(row);
    const below = by === undefined ? 1 : of(by);
    if (above === undefined || below === undefined) return [];
    const figure = above / below;
    const holds = figure >= (atLeast ?? -Infinity) && figure <= (atMost ?? Infinity);
    const shown = by === undefined ? rounded : times;
    const bound = atLeast === undefined ? `≤ ${shown(atMost!)}` : `≥ ${shown(atLeast)}`;
    return [[by === undefined ? row : `${row} ÷ ${by}`, bound, shown(figure), holds ? 'kept' : 'missed']];
  });
  return lines.length === 0 ? '' : aligned([['must', '', 'is', ''], ...lines]);
}

/** Half of what lies between the lowest and the highest run, in percent of the median. */
export const spread = (runs: readonly number[]): number =>
  (Math.abs((Math.max(...runs) - Math.min(...runs)) / 2 / median(runs)) || 0) * 100;

const times = (figure: number): string => `${figure.toFixed(2)} ×`;

/** Rows of cells, as columns of equal width. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
