/** What came of it, for a person to read. Pure. */
import { aligned } from '../bench/report.js';
import type { Caught } from './planted/try-bugs.js';
import type { RunReport } from './run.js';

const MOST_SHOWN = 50;

/** @param command what runs a schedule again, but for its seed */
export function tableOfRuns(reports: readonly RunReport[], command: string): string {
  const sum = (name: string): string =>
    String(reports.reduce((total, { counts }) => total + (counts[name] ?? 0), 0));
  const counted = ['sent', 'events', 'shipments', 'published', 'dead letters'];
  const rows = reports.map(({ seed, counts, drainedInMs, outagesJudged, violations }) => [
    String(seed),
    ...counted.map((name) => String(counts[name] ?? 0)),
    `${(drainedInMs / 1000).toFixed(1)} s`,
    String(outagesJudged),
    violations.length === 0 ? 'held' : `${violations.length} WRONG`,
  ]);
  return [
    '',
    aligned([
      ['seed', ...counted, 'drained in', 'outages judged', 'outcome'],
      ...rows,
      ['all', ...counted.map(sum), '', '', ''],
    ]),
    '',
    ...reports
      .filter(({ violations }) => violations.length > 0)
      .flatMap(({ seed, violations, logs }) => [
        `seed ${seed}, again with: ${command}--seed ${seed}`,
        `logs: ${logs}`,
        ...shown(violations),
        '',
      ]),
  ].join('\n');
}

export function tableOfBugs(tried: readonly Caught[]): string {
  return [
    '',
    aligned([
      ['planted', 'caught by'],
      ...tried.map(({ bug, by }) => [bug.name, by?.slice(0, 160) ?? 'NOT CAUGHT']),
    ]),
    '',
    ...tried
      .filter(({ by }) => by === undefined)
      .flatMap(({ bug, violations, logs }) => [
        `${bug.name} was not caught: nothing is like ${String(bug.shows)}`,
        `logs: ${logs}`,
        ...shown(violations),
        '',
      ]),
    '',
  ].join('\n');
}

const shown = (violations: readonly string[]): string[] => [
  ...violations.slice(0, MOST_SHOWN).map((violation) => `  - ${violation}`),
  ...(violations.length > MOST_SHOWN ? [`  … and ${violations.length - MOST_SHOWN} more`] : []),
];
