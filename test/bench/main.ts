/** `npm run bench`: Orebound beside its peers, on one machine, in one run. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Events } from './events.js';
import { median } from './figures.js';
import { wholeLifecycles } from './lifecycles.js';
import { type Must, MUSTS, table, verdicts } from './report.js';
import type { Figures, Subject } from './row.js';
import { bulkWriteLimit } from './rows/bulk-write-limit.js';
import { consumeLimit } from './rows/consume-limit.js';
import { hotDeal } from './rows/hot-deal.js';
import { hotKeys } from './rows/hot-keys.js';
import { latency } from './rows/latency.js';
import { mongoSinkConnector } from './rows/mongo-sink-connector.js';
import { nestTransports } from './rows/nest-transport.js';
import { pipelines } from './rows/pipeline.js';
import { projectionSizes } from './rows/projection-size.js';
import { rebuild } from './rows/rebuild.js';
import { Ledger, measured } from './run.js';
import { Setting } from './setting.js';

const HELP = `npm run bench [-- options]

Measures the shipments service beside its peers on the local stack: interleaved (A B, B A, A B), warm, medians of several
runs. Takes some three quarters of an hour. docs/benchmarks.md says what each row is, and what it came to.

  --quick          a fifth of the events, and only the rows named below with a *: under 5 minutes
  --only NAMES     only these rows, separated by commas
  --events N       events a run counts (200000; with --quick 40000)
  --runs N         runs, of which the median counts (3)
  --json FILE      writes { machine, rows: [{ name, unit, median, runs }] }
  --help           this text

Rows, in the stages in which they are measured together:
`;

const FULL = 200_000;
const QUICK = 40_000;
/** Of the events that count, so many more go before. */
const WARM_UP_SHARE = 0.2;
/** Events a second of the latency rows. */
const STEADY = 1_000;
const HALF_PEAK = 'latency-half-peak';
/** With fewer events the pipeline is done within a few looks at it, and what they say is no peak: then the steady rate is taken. */
const PEAK_NEEDS = QUICK;

interface Stage {
  readonly subjects: readonly Subject[];
  readonly quick: readonly string[];
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** What is measured together, stage by stage, and which rows of it `--quick` is content with. */
function stages(setting: Setting, ledger: Ledger): Stage[] {
  const events = new Events(setting);
  return [
    {
      subjects: [
        consumeLimit(setting, events),
        bulkWriteLimit(setting),
        mongoSinkConnector(setting, events),
        ...pipelines(setting, events),
        ...nestTransports(setting, events),
      ],
      quick: ['consume-limit', 'bulk-write-limit', 'mongo-sink-connector', 'pipeline', 'nest-transport'],
    },
    {
      subjects: [
        latency(setting, {
          name: 'latency',
          title: `produce to readable at ${STEADY.toLocaleString('en')} events/s`,
          eventsPerSecond: () => STEADY,
        }),
      ],
      quick: ['latency-p99-ms'],
    },
    // Not in turns with the steady rate: the servers are busy for a while with what it leaves behind.
    {
      subjects: [
        latency(setting, {
          name: HALF_PEAK,
          title: 'the same at half of what the pipeline row says',
          eventsPerSecond: () => (setting.events < PEAK_NEEDS ? STEADY : median(ledger.of('pipeline')) / 2),
        }),
      ],
      quick: [],
    },
    { subjects: [rebuild(setting)], quick: [] },
    { subjects: projectionSizes(setting), quick: [] },
    { subjects: hotKeys(setting), quick: [] },
    { subjects: hotDeal(setting), quick: [] },
  ];
}

/** @throws Error when a row is asked for that there is not */
function chosen(all: readonly Stage[], quick: boolean, only: string | undefined): Subject[][] {
  const names = all.flatMap(({ subjects }) => subjects.flatMap(({ rows }) => rows.map(({ name }) => name)));
  const wanted = only?.split(',') ?? (quick ? all.flatMap((stage) => stage.quick) : names);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no row ${unknown}`);
  if (wanted.some((name) => name.startsWith(HALF_PEAK))) wanted.push('pipeline');
  return all
    .map(({ subjects }) => subjects.filter(({ rows }) => rows.some(({ name }) => wanted.includes(name))))
    .filter((subjects) => subjects.length > 0);
}

const rowsOf = (all: readonly Stage[]): string =>
  all
    .map(({ subjects, quick }) =>
      subjects
        .flatMap(({ rows }) => rows)
        .map(({ name, title }) => `  ${quick.includes(name) ? '*' : ' '} ${name.padEnd(27)}${title}\n`)
        .join(''),
    )
    .join('\n');

function positive(text: string, what: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${what} is a whole number above 0`);
  return number;
}

/** What is asked for on the command line; tells what is wrong with it, and ends. */
function asked() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        events: { type: 'string' },
        runs: { type: 'string', default: '3' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { quick } = values;
    const events = wholeLifecycles(positive(values.events ?? String(quick ? QUICK : FULL), 'events'));
    const setting = new Setting(wholeLifecycles(events * WARM_UP_SHARE), events, say);
    const ledger = new Ledger();
    const all = stages(setting, ledger);
    if (values.help) {
      process.stdout.write(HELP + rowsOf(all));
      process.exit(0);
    }
    const plan = chosen(all, quick, values.only);
    return { setting, ledger, plan, rounds: positive(values.runs, 'runs'), json: values.json };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}; see npm run bench -- --help\n`);
    process.exit(2);
  }
}

const { setting, ledger, plan, rounds, json } = asked();
const begun = performance.now();
const figures: Figures[] = [];
const failed: string[] = [];
try {
  await setting.start();
  say(Object.values(setting.machine).join(', '));
  for (const subjects of plan) {
    const outcome = await measured(subjects, rounds, ledger, say, () => setting.settle());
    figures.push(...outcome.figures);
    failed.push(...outcome.failed.map(({ names, reason }) => `${names} was not measured: ${reason}`));
    const rows = figures.map(({ name, unit, runs }) => ({ name, unit, median: median(runs), runs }));
    if (json) await writeFile(json, `${JSON.stringify({ machine: setting.machine, rows }, undefined, 2)}\n`);
  }
} finally {
  await setting.stop();
}
const isMeant = ({ full }: Must): boolean => setting.events >= (full ? FULL : QUICK);
process.stdout.write(
  `\n${[table(figures), verdicts(figures, MUSTS.filter(isMeant))].filter(Boolean).join('\n\n')}\n`,
);
say(`\nIn ${((performance.now() - begun) / 60_000).toFixed(1)} minutes.`);
for (const line of failed) say(line);
// The clients of what was stopped may still be closing.
process.exit(failed.length > 0 ? 1 : 0);
