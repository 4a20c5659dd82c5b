/** `npm run test:faults`: seeded schedules of faults under load. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type LocalCluster, startLocalCluster } from '#local-stack/local-cluster.js';
import { BUGS } from './planted/bugs.js';
import { tryBugs } from './planted/try-bugs.js';
import { run } from './run.js';
import { tableOfBugs, tableOfRuns } from './report.js';
import { scheduleOf } from './schedule.js';
import { smallDisk, type SmallDisk } from './small-disk.js';

const HELP = `npm run test:faults [-- options]

Starts Orebound's services on servers of its own, lets things fail while they are under load, heals
them, and holds what is there in the end against a model of what must be. The short form takes some
3 to 5 minutes. Schedules of an odd seed have one broker and one mongod, those of an even seed three.

  --seed N        the first seed; the others follow it. As printed, to have a schedule again (random)
  --schedules N   how many (2; 1 with --seed)
  --long          20 schedules of 20 faults and 25,000 events each, instead of 12 and 6,000: some 45 minutes
  --faults N      faults a schedule
  --events N      events a schedule, about
  --planted       the test of the test: plants one bug after another and sees that each is caught
  --bug NAME      with --planted: this one, and those of further --bug
  --help          this text

Ends with 0 where all held, with 1 where something did not: the report says what, and where the logs
of the services are.
`;

/** After the last fault has healed; more than the 15 s that it may take, to tell late from never. */
const GIVEN_UP_AFTER_MS = 90_000;

const options = {
  seed: { type: 'string' },
  schedules: { type: 'string' },
  long: { type: 'boolean' },
  faults: { type: 'string' },
  events: { type: 'string' },
  planted: { type: 'boolean' },
  bug: { type: 'string', multiple: true },
  help: { type: 'boolean' },
} as const;

function readArguments() {
  try {
    const { values } = parseArgs({ options });
    for (const name of ['seed', 'schedules', 'faults', 'events'] as const) {
      const value = values[name];
      if (value !== undefined && !/^\d{1,9}$/.test(value)) throw new Error(`--${name} ${value} is no number`);
    }
    return values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    process.exit(2);
  }
}

const values = readArguments();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const began = performance.now();
const clock = (): string => {
  const seconds = Math.round((performance.now() - began) / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
};
const say = (line: string): void => void process.stderr.write(`${clock()} ${line}\n`);

const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const schedules = Number(values.schedules ?? (values.seed !== undefined ? 1 : values.long ? 20 : 2));
const faults = Number(values.faults ?? (values.long ? 20 : 12));
const events = Number(values.events ?? (values.long ? 25_000 : 6_000));
const logs = mkdtempSync(join(tmpdir(), 'orebound-faults-'));

if (values.planted) {
  const bugs = BUGS.filter(({ name }) => values.bug?.includes(name) ?? true);
  if (bugs.length === 0) {
    process.stderr.write(
      `there is no bug ${values.bug?.join()}; there are ${BUGS.map(({ name }) => name).join(', ')}\n`,
    );
    process.exit(2);
  }
  const tried = await tryBugs(bugs, { seed: Number(values.seed ?? 1), logs, say });
  process.stdout.write(tableOfBugs(tried));
  process.exit(tried.some(({ by }) => by === undefined) ? 1 : 0);
}

let cluster: LocalCluster | undefined;
let disk: SmallDisk | undefined;
const clearUp = async (): Promise<void> => {
  await cluster?.stop();
  await disk?.remove();
  cluster = disk = undefined;
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void clearUp().finally(() => process.exit(130)));

const reports: Awaited<ReturnType<typeof run>>[] = [];
for (let nth = 0; nth < schedules; nth++) {
  const seed = firstSeed + nth;
  const servers = seed % 2 === 0 ? 3 : 1;
  say(`schedule ${nth + 1} of ${schedules}, seed ${seed}: ${servers} of each server`);
  disk = servers === 1 ? await smallDisk() : undefined;
  if (servers === 1 && !disk)
    say('   no disk can be filled here: that takes Linux and root; mongod is killed instead');
  cluster = await startLocalCluster({ servers, log: say, ...(disk && { mongodFolder: disk.folder }) });
  try {
    const schedule = scheduleOf(seed, { servers, faults, fillsDisk: disk !== undefined });
    const report = await run({
      seed,
      schedule,
      events,
      cluster,
      namespace: `s${seed}`,
      logs,
      say,
      givenUpAfterMs: GIVEN_UP_AFTER_MS,
    });
    for (const violation of report.violations.slice(0, 20)) say(`   WRONG ${violation}`);
    reports.push(report);
  } finally {
    await clearUp();
  }
}

process.stdout.write(tableOfRuns(reports, `npm run test:faults -- ${values.long ? '--long ' : ''}`));
say(`the services' logs are in ${logs}`);
process.exit(reports.some(({ violations }) => violations.length > 0) ? 1 : 0);
