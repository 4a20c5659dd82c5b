import type { Figures } from './row.js';
import { spread, table, verdicts } from './report.js';

const row = (name: string, ...runs: number[]): Figures => ({
  name,
  unit: 'events/s',
  title: `the ${name}`,
  runs,
});

it('shows of each row the median, its runs and their spread, and how many times as much the pipeline does', () => {
  const shown = table([
    { ...row('peer', 900, 1_000, 1_200), compared: true },
    row('pipeline', 4_000, 5_000, 4_500),
  ]);

  expect(shown.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['row', 'what', 'median', 'runs', 'spread', 'the pipeline does'],
    ['peer', 'the peer', '1,000 events/s', '900 to 1,200', '± 15 %', '4.50 ×'],
    ['pipeline', 'the pipeline', '4,500 events/s', '4,000 to 5,000', '± 11 %'],
  ]);
});

it('says of each bound whether it is kept, and nothing of those that were not measured', () => {
  const figures = [row('pipeline', 900), row('peer', 1_000)];

  const shown = verdicts(figures, [
    { row: 'pipeline', by: 'peer', atLeast: 1 },
    { row: 'peer', by: 'pipeline', atLeast: 1 },
    { row: 'pipeline', atMost: 900 },
    { row: 'pipeline', atMost: 899 },
    { row: 'pipeline', by: 'unmeasured', atLeast: 1 },
  ]);

  expect(
    shown
      .split('\n')
      .slice(1)
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['pipeline ÷ peer', '≥ 1.00 ×', '0.90 ×', 'missed'],
    ['peer ÷ pipeline', '≥ 1.00 ×', '1.11 ×', 'kept'],
    ['pipeline', '≤ 900', '900', 'kept'],
    ['pipeline', '≤ 899', '900', 'missed'],
  ]);
});

it('tells the spread in percent of the median', () => {
  expect([spread([5]), spread([90, 100, 110]), spread([0, 0])]).toEqual([0, 10, 0]);
});
