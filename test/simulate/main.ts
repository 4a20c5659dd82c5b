/** `npm run simulate`: realistic traffic to a running Orebound, and whether it came to what it must. */
import { KafkaClient } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';
import { run } from '../../apps/demo/src/run.js';
import { aligned } from '../bench/report.js';
import { HELP, type Options, optionsOf } from './arguments.js';
import { check } from './check.js';
import { dealTerms, Doors } from './doors.js';
import { Expectation } from './expectation.js';
import { FORMATS } from './message.js';
import { send, Tally } from './send.js';
import { traffic } from './traffic.js';

const TELL_EVERY_MS = 1_000;
const MOST_SHOWN = 20;
const INTERRUPTED = 130;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const count = (number: number): string => Math.round(number).toLocaleString('en');

function asked(): Options {
  try {
    const options = optionsOf(process.argv.slice(2), process.env['KAFKA_BROKERS']);
    if (options !== 'help') return options;
    process.stdout.write(HELP);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}; see npm run simulate -- --help\n`);
    process.exit(2);
  }
}

/** Prints what would be sent, a deal or an event a line, as far as somebody reads it. */
function print(options: Options): void {
  const deals = new Set<string>();
  process.stdout.on('error', () => process.exit(0));
  for (const { format, shipment, event, fact } of traffic(options)) {
    if (fact?.kind === 'registered' && !deals.has(fact.dealId)) {
      deals.add(fact.dealId);
      process.stdout.write(`${JSON.stringify({ format: 'deal', event: dealTerms(fact.dealId) })}\n`);
    }
    process.stdout.write(`${JSON.stringify({ format, shipment, event })}\n`);
  }
}

interface Summary {
  readonly tally: Tally;
  readonly seconds: number;
  readonly shipments: number;
  /** When all was as it must be, since the first was sent; of a check alone. */
  readonly settledSeconds?: number;
  readonly differences?: readonly string[];
}

function json({ tally, seconds, shipments, settledSeconds, differences }: Summary): string {
  const refusals = Object.fromEntries(tally.refusals);
  const [accepted, refused] = [tally.sum('accepted'), tally.sum('refused')];
  return JSON.stringify(
    { seconds, shipments, accepted, refused, formats: tally.formats, refusals, settledSeconds, differences },
    undefined,
    2,
  );
}

function text({ tally, seconds, shipments, settledSeconds, differences }: Summary): string {
  const rows = FORMATS.filter((format) => tally.formats[format].requests > 0).map((format) => {
    const { accepted, refused, requests } = tally.formats[format];
    return [format, ...[accepted, refused, requests].map(count)];
  });
  const sums = ['all', ...(['accepted', 'refused', 'requests'] as const).map((of) => count(tally.sum(of)))];
  return [
    aligned([['format', 'accepted', 'refused', 'requests'], ...rows, sums]),
    `${count(shipments)} shipments, ${count(tally.sum('accepted') / seconds)} events/s in ${seconds.toFixed(1)} s`,
    ...[...tally.refusals].map(([code, { count: of, detail }]) => `refused ${count(of)}, ${code}: ${detail}`),
    ...(settledSeconds === undefined ? [] : [`All is as it must be after ${settledSeconds.toFixed(1)} s.`]),
    ...(differences ?? []).slice(0, MOST_SHOWN),
    ...((differences?.length ?? 0) > MOST_SHOWN ? [`… ${differences!.length - MOST_SHOWN} more`] : []),
    '',
  ].join('\n');
}

/** @returns the exit code */
async function simulate(options: Options, signal: AbortSignal): Promise<number> {
  const running = options.isOwn ? await run({ firstPort: options.firstPort, say }) : undefined;
  const brokers = running?.stack.kafkaBrokers ?? options.brokers;
  const kafka = options.isToKafka
    ? new KafkaClient({ brokers, clientId: 'simulate', namespace: '', log: SILENT })
    : undefined;
  const tally = new Tally();
  const tell = setInterval(() => say(progress()), TELL_EVERY_MS);
  let began = performance.now();
  const since = (): number => (performance.now() - began) / 1000;
  const progress = (): string =>
    `${since().toFixed(0).padStart(4)} s   ${count(tally.sum('accepted'))} accepted   ${count(tally.sum('accepted') / since())}/s   ${count(tally.sum('refused'))} refused`;
  try {
    const doors = new Doors(
      running?.services.urls ?? { shipments: options.url, deals: options.dealsUrl },
      kafka,
    );
    await doors.knock();
    const expectation = new Expectation();
    began = performance.now();
    const { rate, batch } = options;
    const isOver = (): boolean => options.seconds !== undefined && since() >= options.seconds;
    await send(traffic({ ...options, isOver }), {
      doors,
      rate,
      batch,
      tally,
      signal,
      onAccepted: (message) => expectation.accepted(message),
    });
    const seconds = since();
    clearInterval(tell);
    const sent = { tally, seconds, shipments: expectation.shipments().length };
    let summary: Summary = sent;
    if (options.isChecked && !signal.aborted) {
      say(`Asking until ${count(sent.shipments)} shipments and their deals are as they must be.`);
      const differences = await check(expectation, doors, options.withinSeconds * 1000);
      summary = { ...sent, ...(differences.length > 0 ? { differences } : { settledSeconds: since() }) };
    }
    process.stdout.write(`${options.isJson ? json(summary) : text(summary)}\n`);
    if (signal.aborted) return INTERRUPTED;
    return tally.sum('refused') > 0 || summary.differences ? 1 : 0;
  } finally {
    clearInterval(tell);
    await kafka?.close();
    await running?.stop();
  }
}

const options = asked();
if (options.isDry) print(options);
else {
  const interruption = new AbortController();
  process.on('SIGINT', () => {
    // Who presses it again does not want to wait for what is under way.
    if (interruption.signal.aborted) process.exit(INTERRUPTED);
    interruption.abort();
  });
  process.on('SIGTERM', () => interruption.abort());
  try {
    process.exit(await simulate(options, interruption.signal));
  } catch (error) {
    say((error as Error).message);
    process.exit(1);
  }
}
