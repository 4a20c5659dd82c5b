/** Generated traffic on the real services: what comes of it is what is expected, by every door. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { KafkaClient } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';
import { ownEnvironment, type RunningService, untilReady } from '#service/testing/running-service.js';
import { DEALS_TOPICS, runDeals } from '../../apps/deals/src/testing/run-deals.js';
import { runShipments, SHIPMENTS_TOPICS } from '../../apps/shipments/src/testing/run-shipments.js';
import { check } from './check.js';
import { Doors, Unreachable } from './doors.js';
import { Expectation } from './expectation.js';
import { FORMATS } from './message.js';
import { send, Tally } from './send.js';
import { messagesOf, traffic } from './traffic.js';

const NAMESPACE = ownEnvironment().KAFKA_NAMESPACE;
const WITHIN_MS = 60_000;
let shipments: RunningService;
let deals: RunningService;
let doors: Doors;

beforeAll(async () => {
  [shipments, deals] = await Promise.all([
    runShipments({ ...ownEnvironment(), KAFKA_NAMESPACE: NAMESPACE }),
    runDeals({ ...ownEnvironment(), KAFKA_NAMESPACE: NAMESPACE }),
  ]);
  await Promise.all([untilReady(shipments, SHIPMENTS_TOPICS), untilReady(deals, DEALS_TOPICS)]);
  doors = new Doors({ shipments: shipments.url, deals: deals.url });
});
afterAll(() => Promise.all([shipments?.stop(), deals?.stop()]));

async function sent(
  through: Doors,
  asked: Omit<Parameters<typeof traffic>[0], 'formats'>,
  formats = FORMATS,
) {
  const expectation = new Expectation();
  const tally = new Tally();
  await send(traffic({ ...asked, formats: [...formats] }), {
    doors: through,
    rate: Infinity,
    batch: 50,
    tally,
    onAccepted: (message) => expectation.accepted(message),
  });
  return { expectation, tally };
}

it('in all formats, with all its disorder, comes to what is expected of shipments and deals', async () => {
  const { expectation, tally } = await sent(doors, { seed: 1, shipments: 60 });

  expect([...tally.refusals]).toEqual([]);
  for (const format of FORMATS) expect(tally.formats[format].accepted).toBeGreaterThan(100);
  expect(expectation.shipments()).toHaveLength(60);
  expect(await check(expectation, doors, WITHIN_MS)).toEqual([]);
});

it('is the same when it is sent again', async () => {
  await sent(doors, { seed: 2, shipments: 12 });
  const { expectation } = await sent(doors, { seed: 2, shipments: 12 });

  expect(await check(expectation, doors, WITHIN_MS)).toEqual([]);
});

it('leaves shipments where they are when it ends among them, and each format may go straight to Kafka', async () => {
  const kafka = new KafkaClient({
    brokers: process.env['KAFKA_BROKERS']!.split(','),
    clientId: 'simulate',
    namespace: NAMESPACE,
    log: SILENT,
  });
  try {
    const straight = new Doors({ shipments: shipments.url, deals: deals.url }, kafka);
    const { expectation, tally } = await sent(straight, { seed: 3, events: 1_500 });

    expect(tally.sum('accepted')).toBe(1_500);
    expect(new Set(expectation.shipments().map(({ status }) => status)).size).toBeGreaterThan(5);
    expect(await check(expectation, doors, WITHIN_MS)).toEqual([]);
  } finally {
    await kafka.close();
  }
});

it('is told from what is otherwise, with what differs', async () => {
  const { expectation } = await sent(doors, { seed: 4, shipments: 4 });
  expect(await check(expectation, doors, WITHIN_MS)).toEqual([]);
  // Whose last word was never sent.
  for (const message of messagesOf(4, 4, 'cloudevents')) expectation.accepted(message);

  const differences = await check(expectation, doors, 0);
  expect(differences).toEqual(
    expect.arrayContaining([
      'SIM-4-4 is accepted, and there is no such shipment',
      expect.stringMatching(/^SIM-4-D0: \d+ kg of \w+ must be delivered, and it is [\d.]+ t$/),
    ]),
  );
});

it('is refused whole, with why, where one of a batch is wrong', async () => {
  const [first, ...rest] = messagesOf(5, 1, 'dcsa-2.2').filter(({ format }) => format === 'dcsa-2.2');
  const wrong = { ...first!, event: { ...first!.event, eventDateTime: 'yesterday' } } as typeof first;

  expect(await doors.send('dcsa-2.2', [wrong!, ...rest])).toEqual({
    code: 'invalid-data',
    detail: expect.stringContaining('/0/eventDateTime'),
  });
});

describe('the program', () => {
  const program = fileURLToPath(new URL('main.js', import.meta.url));
  const started = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        [program, ...args],
        { maxBuffer: 1e8 },
        (_, out, err) => void resolve({ code: child.exitCode!, out, err }),
      );
    });
  const addresses = () => ['--url', shipments.url, '--deals-url', deals.url];

  it('sends, checks and sums up', async () => {
    const { code, out, err } = await started(
      ...addresses(),
      ...['--seed', '6', '--shipments', '8', '--rate', 'max', '--check', '--json'],
    );

    expect(err).toContain('8 shipments');
    expect(JSON.parse(out)).toMatchObject({ shipments: 8, refused: 0, settledSeconds: expect.any(Number) });
    expect(code).toBe(0);
  });

  it('prints what it would send, the same each time', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => started('--dry', '--events', '900')));

    const lines = one!.out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { format: string }).format)).toEqual(
      expect.arrayContaining(['deal', 'cloudevents', 'epcis']),
    );
    expect(other!.out).toBe(one!.out);
  });

  it.each([
    ['a flag that there is not', ['--fleet', '9'], 2, 'Unknown option'],
    ['a service that is not there', ['--url', 'http://127.0.0.1:9'], 1, 'there is no shipments service at'],
  ])('says what is wrong with %s', async (_, args, expected, words) => {
    const { code, err } = await started(...args);

    expect([code, err]).toEqual([expected, expect.stringContaining(words)]);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('ends at Ctrl-C with what it has sent', async () => {
    const child = execFile(process.execPath, [program, ...addresses(), '--seconds', '600', '--seed', '7']);
    let out = '';
    child.stdout!.on('data', (text: string) => (out += text));
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const code = await new Promise((resolve) => child.once('exit', resolve));

    expect(code).toBe(130);
    expect(out).toContain('accepted');
  });
});

it('is not sent where nothing answers, and says so', async () => {
  await expect(new Doors({ shipments: 'http://127.0.0.1:9', deals: deals.url }).knock()).rejects.toThrow(
    Unreachable,
  );
});
