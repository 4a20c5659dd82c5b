/**
 * `npm run bench`: how many events a second the shipments service takes the whole way (parse, check, fold, write,
 * publish, commit), as it is deployed: one process of its own, on the local stack.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeKafka } from '#contracts/kafka-binding.js';
import { SHIPMENTS_ARRIVALS, SHIPMENTS_EVENTS, SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { startLocalStack } from '#local-stack/local-stack.js';
import { KafkaClient, type OutgoingMessage } from '#messaging/kafka-client.js';
import { topicDeclarations } from '#messaging/topic-declarations.js';
import { SERVICE_ENVIRONMENT, SERVICE_FLAGS } from '../../apps/demo/src/services.js';
import { traffic } from './lifecycles.js';

const HELP = `npm run bench [-- options]

Sends events to shipments.inbound, starts the shipments service on them, and measures until all are committed.

  --events N   events a run, in tens; ten a shipment (200000)
  --runs N     runs, of which the median counts (3)
  --help       this text
`;

const EVENTS_A_SHIPMENT = 10;
const PRODUCE_AT_ONCE = 5_000;
const ASK_EVERY_MS = 250;
const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

interface Sample {
  readonly events: number;
  readonly rssMb: number;
  readonly cpuSeconds: number;
}

interface Run {
  readonly eventsPerSecond: number;
  readonly cpuMicrosecondsPerEvent: number;
  readonly rssMb: number;
}

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    runs: { type: 'string', default: '3' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const shipments = Math.ceil(Number(values.events) / EVENTS_A_SHIPMENT);
const total = shipments * EVENTS_A_SHIPMENT;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const stack = await startLocalStack({ log: say });
const runs: Run[] = [];
try {
  for (let nth = 0; nth < Number(values.runs); nth++) {
    const run = await measure(nth);
    say(
      `run ${nth + 1}: ${run.eventsPerSecond.toFixed(0)} events/s, ${run.cpuMicrosecondsPerEvent.toFixed(1)} µs of CPU an event, ${run.rssMb.toFixed(0)} MB`,
    );
    runs.push(run);
  }
} finally {
  await stack.stop();
}
const median = (pick: (run: Run) => number): number =>
  runs.map(pick).sort((a, b) => a - b)[Math.floor(runs.length / 2)]!;
process.stdout.write(
  `${JSON.stringify({
    machine: `${cpus().length} × ${cpus()[0]!.model}`,
    events: total,
    runs: runs.length,
    eventsPerSecond: Math.round(median((run) => run.eventsPerSecond)),
    cpuMicrosecondsPerEvent: Number(median((run) => run.cpuMicrosecondsPerEvent).toFixed(1)),
    rssMb: Math.round(median((run) => run.rssMb)),
  })}\n`,
);

async function measure(nth: number): Promise<Run> {
  const namespace = `bench${Date.now()}`;
  const bytes = await produce(namespace, nth);
  say(
    `run ${nth + 1}: ${total} events of ${Math.round(bytes / total)} bytes, headers included, are on Kafka`,
  );
  const port = await freePort();
  const service = spawn(
    process.execPath,
    [...SERVICE_FLAGS, fileURLToPath(new URL('../../apps/shipments/src/main.js', import.meta.url))],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...process.env,
        ...SERVICE_ENVIRONMENT,
        KAFKA_BROKERS: stack.kafkaBrokers.join(','),
        MONGODB_URI: stack.mongodbUri,
        KAFKA_NAMESPACE: `${namespace}.`,
        MONGODB_DATABASE: namespace,
        PORT: String(port),
        LOG_LEVEL: 'warn',
      },
    },
  );
  try {
    return await untilDone(port, service);
  } finally {
    service.kill('SIGTERM');
    await once(service, 'exit');
  }
}

async function produce(namespace: string, seed: number): Promise<number> {
  const client = new KafkaClient({
    brokers: stack.kafkaBrokers,
    clientId: 'bench',
    namespace: `${namespace}.`,
    log: quiet,
  });
  await client.ensureTopics(
    topicDeclarations('shipments', [SHIPMENTS_INBOUND, SHIPMENTS_EVENTS, SHIPMENTS_ARRIVALS]),
  );
  let bytes = 0;
  let batch: OutgoingMessage[] = [];
  for (const event of traffic(shipments, seed + 1)) {
    const message = { topic: SHIPMENTS_INBOUND.name, ...writeKafka(event) };
    bytes +=
      (message.value?.length ?? 0) +
      Object.entries(message.headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    batch.push(message);
    if (batch.length === PRODUCE_AT_ONCE) {
      await client.send(batch);
      batch = [];
    }
  }
  await client.send(batch);
  await client.close();
  return bytes;
}

/** From the first batch committed to the last, by the service's own metrics. */
async function untilDone(port: number, service: ChildProcess): Promise<Run> {
  let first: (Sample & { at: number }) | undefined;
  let rssMb = 0;
  while (service.exitCode === null) {
    const sample = await ask(port);
    const at = performance.now();
    if (sample && sample.events > 0) {
      rssMb = Math.max(rssMb, sample.rssMb);
      first ??= { ...sample, at };
      if (sample.events >= total) {
        const events = sample.events - first.events;
        return {
          eventsPerSecond: (events / (at - first.at)) * 1000,
          cpuMicrosecondsPerEvent: ((sample.cpuSeconds - first.cpuSeconds) / events) * 1e6,
          rssMb,
        };
      }
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  throw new Error(`the service has ended with ${service.exitCode}`);
}

async function ask(port: number): Promise<Sample | undefined> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (response) => response.text(),
    () => undefined,
  );
  if (text === undefined) return undefined;
  const sum = (name: string): number =>
    text
      .split('\n')
      .filter((line) => line.startsWith(name))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  return {
    events: sum('orebound_events_total'),
    rssMb: sum('process_resident_memory_bytes') / 1e6,
    cpuSeconds: sum('process_cpu_seconds_total'),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
