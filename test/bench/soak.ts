/** `npm run test:soak`: hours of steady load on all services, and whether anything grows that must not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEALS_INBOUND } from '#contracts/deals.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { writeKafka } from '#contracts/kafka-binding.js';
import { freePort } from '#local-stack/free-port.js';
import { startLocalStack } from '#local-stack/local-stack.js';
import { KafkaClient } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';
import { type RunningServices, SERVICES, startServices } from '../../apps/demo/src/services.js';
import { median } from './figures.js';
import { traffic } from './lifecycles.js';
import { Metrics } from './metrics.js';
import { aligned } from './report.js';
import { uniqueName } from './setting.js';
import { dealRegistered } from './trade-events.js';
import { lowest, rises, trendOf } from './trend.js';

const HELP = `npm run test:soak [-- options]

Sends shipment events at a steady rate to all services, as the demo starts them, and looks once a second at the memory
and the file descriptors of each. Fails when one of them rises, a service has died, an event was refused, or not all
is taken within a minute of the last.

Rising is what a test of trend says (Mann-Kendall at 1 %) of the lowest points of 20 stretches, and at least 2 % of the
level. The first third is left out: until then a heap grows to the size that it is given. So half an hour says
something; a few minutes say only that it runs.

  --minutes N   how long (30)
  --rate N      events a second (300)
  --help        this text
`;

const DEALS = 50;
const SHIPMENTS_AT_ONCE = 1_000;
const SEND_EVERY_MS = 20;
const LOOK_EVERY_MS = 1_000;
const TELL_EVERY_LOOKS = 30;
const STRETCHES = 20;
const LEFT_OUT = 1 / 3;
const TAKEN_WITHIN_MS = 60_000;

/** What is watched, by the name of its metric. */
const WATCHED = [
  { metric: 'process_resident_memory_bytes', what: 'resident memory', unit: 'MB', by: 1e6 },
  { metric: 'process_open_fds', what: 'file descriptors', unit: 'open', by: 1 },
] as const;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const { minutes, rate } = asked();

const stack = await startLocalStack({ log: say });
let services: RunningServices | undefined;
let problems: string[];
try {
  const namespace = uniqueName('soak');
  services = await startServices(stack, { firstPort: await freePort(), say, namespace });
  problems = await soak(services, namespace);
} finally {
  await services?.stop();
  await stack.stop();
}
process.stdout.write(problems.length === 0 ? '\nNothing rises.\n' : `\n${problems.join('\n')}\n`);
process.exit(problems.length === 0 ? 0 : 1);

async function soak(services: RunningServices, namespace: string): Promise<string[]> {
  const pids = JSON.stringify(services.pids());
  const client = new KafkaClient({
    brokers: stack.kafkaBrokers,
    clientId: 'soak',
    namespace: `${namespace}.`,
    log: SILENT,
  });
  const deals = Array.from({ length: DEALS }, (_, nth) => dealRegistered(`DEAL-${nth}`));
  await client.send(deals.map((deal) => ({ topic: DEALS_INBOUND.name, ...writeKafka(deal) })));

  const over = new AbortController();
  const looking = look(services, over.signal);
  const sent = await load(client);
  over.abort();
  const looks = await looking;
  await client.close();

  const problems = report(looks);
  if (JSON.stringify(services.pids()) !== pids) problems.push('a service has died');
  const left = await untilTaken(services, sent);
  say(`${sent.toLocaleString('en')} events sent, ${left} of them not taken`);
  if (left > 0) problems.push(`${left} events were not taken within ${TAKEN_WITHIN_MS / 1000} s`);
  for (const name of SERVICES) {
    const refused = (await Metrics.of(services.urls[name]))?.sum('orebound_dead_letters_total') ?? 0;
    if (refused > 0) problems.push(`${name} has refused ${refused} events`);
  }
  return problems;
}

/** Sends at the rate asked for, for as long as asked for. @returns how many events */
async function load(client: KafkaClient): Promise<number> {
  const events = endless();
  const begun = performance.now();
  let sent = 0;
  for (;;) {
    const seconds = (performance.now() - begun) / 1000;
    if (seconds > minutes * 60) return sent;
    const due = Math.floor(seconds * rate) - sent;
    await client.send(
      Array.from({ length: due }, () => ({
        topic: SHIPMENTS_INBOUND.name,
        ...writeKafka(events.next().value!),
      })),
    );
    sent += due;
    await sleep(SEND_EVERY_MS);
  }
}

function* endless() {
  for (let seed = 1; ; seed++) yield* traffic(SHIPMENTS_AT_ONCE, seed * SHIPMENTS_AT_ONCE);
}

type Looks = Record<string, Record<string, number[]>>;

/** Each service's figures, once a second. */
async function look(services: RunningServices, over: AbortSignal): Promise<Looks> {
  const looks: Looks = Object.fromEntries(
    SERVICES.map((name) => [name, Object.fromEntries(WATCHED.map(({ metric }) => [metric, []]))]),
  );
  for (let nth = 1; !over.aborted; nth++) {
    for (const name of SERVICES) {
      const metrics = await Metrics.of(services.urls[name]);
      for (const { metric, by } of WATCHED) if (metrics) looks[name]![metric]!.push(metrics.sum(metric) / by);
    }
    if (nth % TELL_EVERY_LOOKS === 0) {
      const now = SERVICES.map((name) =>
        [
          name,
          ...WATCHED.map(({ metric, unit }) => `${looks[name]![metric]!.at(-1)?.toFixed(0)} ${unit}`),
        ].join(' '),
      );
      say(`${Math.round((nth * LOOK_EVERY_MS) / 1000)} s: ${now.join(' · ')}`);
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: over }).catch(() => undefined);
  }
  return looks;
}

/** Shows what was looked at. @returns what rises */
function report(looks: Looks): string[] {
  const problems: string[] = [];
  const lines = SERVICES.flatMap((name) =>
    WATCHED.map(({ metric, what, unit }) => {
      const all = looks[name]![metric]!;
      const counted = all.slice(Math.floor(all.length * LEFT_OUT));
      const points = lowest(counted, STRETCHES);
      const hour = (trendOf(points).slope * STRETCHES * 60) / (minutes * (1 - LEFT_OUT));
      const isRising = rises(points);
      if (isRising) problems.push(`${what} of ${name} rises by ${hour.toFixed(1)} ${unit} an hour`);
      const shown = [Math.min(...counted), median(counted), Math.max(...counted)].map((one) =>
        one.toFixed(0),
      );
      return [name, `${what}, ${unit}`, ...shown, hour.toFixed(1), isRising ? 'rises' : 'flat'];
    }),
  );
  process.stdout.write(
    `${aligned([['service', 'what', 'least', 'median', 'most', 'an hour', ''], ...lines])}\n`,
  );
  return problems;
}

/** @returns how many events are left when all are taken, or when the time is over */
async function untilTaken(services: RunningServices, sent: number): Promise<number> {
  const deadline = Date.now() + TAKEN_WITHIN_MS;
  for (;;) {
    const all = await Promise.all(SERVICES.map((name) => Metrics.of(services.urls[name])));
    const shipments = all[0]?.sum('orebound_events_total', { topic: SHIPMENTS_INBOUND.name }) ?? 0;
    const behind = all.reduce((sum, metrics) => sum + (metrics?.sum('orebound_consumer_lag') ?? 0), 0);
    const left = Math.max(sent - shipments, behind);
    if (left <= 0 || Date.now() > deadline) return left;
    await sleep(LOOK_EVERY_MS);
  }
}

function asked(): { minutes: number; rate: number } {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '30' },
        rate: { type: 'string', default: '300' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      process.exit(0);
    }
    const [minutes, rate] = [values.minutes, values.rate].map(Number) as [number, number];
    if (!(minutes >= 1) || !(rate >= 1)) throw new Error('--minutes and --rate are numbers from 1 up');
    return { minutes, rate };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}; see npm run test:soak -- --help\n`);
    process.exit(2);
  }
}
