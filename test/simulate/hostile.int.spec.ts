/** Mutated documents at the real doors: nothing is answered with a fault of ours, and what was taken can be asked for. */
import fc from 'fast-check';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { type RunningService, untilReady } from '#service/testing/running-service.js';
import { runShipments, SHIPMENTS_TOPICS } from '../../apps/shipments/src/testing/run-shipments.js';
import { anySent, HOSTILE_FORMATS, type HostileFormat } from './hostile.js';

const RUNS = 150;
const DOORS: Readonly<Record<HostileFormat, readonly [path: string, type: string]>> = {
  cloudevents: ['/events', 'application/cloudevents-batch+json'],
  epcis: ['/epcis/capture', 'application/json'],
  'dcsa-2.2': ['/dcsa/v2/events?party=OREB', 'application/json'],
  'dcsa-3.0.0': ['/dcsa/v3/events', 'application/json'],
  'dcsa-3.0.0-beta': ['/dcsa/v3/events', 'application/json'],
};

let shipments: RunningService;
beforeAll(async () => {
  shipments = await runShipments();
  await untilReady(shipments, SHIPMENTS_TOPICS);
});
afterAll(() => shipments?.stop());

it.each(HOSTILE_FORMATS)('of %s are accepted, or refused with a code', async (format) => {
  const [path, type] = DOORS[format];
  const answers = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(anySent(format), async ({ body }) => {
      const { status, body: answer } = await shipments.post(path, JSON.stringify(body), {
        'content-type': type,
      });
      const { code = 'accepted' } = answer as { code?: string };
      answers.set(code, (answers.get(code) ?? 0) + 1);
      expect([202, 400, 413, 422]).toContain(status);
      expect(status === 202).toBe(code === 'accepted');
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(answers.get('accepted')).toBeGreaterThan(RUNS / 20);
  expect(answers.get('invalid-data')).toBeGreaterThan(RUNS / 10);
});

const CONTENT_TYPES = {
  epcis: 'application/vnd.gs1.epcis+json',
  'dcsa-2.2': 'application/vnd.dcsa.tnt.v2+json',
  'dcsa-3.0.0': 'application/vnd.dcsa.tnt.v3+json',
  'dcsa-3.0.0-beta': 'application/vnd.dcsa.tnt.v3+json',
} as const;

it.each(Object.entries(CONTENT_TYPES))(
  'of %s by themselves on Kafka hold nobody up',
  async (format, type) => {
    const sent = fc.sample(anySent(format as HostileFormat), { numRuns: RUNS, seed: 7 });
    const messages = sent.map(({ body }) => ({
      value: JSON.stringify(body),
      headers: { 'content-type': type, party: 'OREB' },
    }));
    await shipments.produce(
      SHIPMENTS_INBOUND.name,
      messages.filter(({ value }) => value.length < 500_000),
    );
    await shipments.caughtUp(SHIPMENTS_INBOUND);
  },
);

it('once taken, are consumed, and all that came of them is shown', async () => {
  await shipments.caughtUp(SHIPMENTS_INBOUND);

  const { body } = await shipments.get<{ items: { id: string }[] }>('/shipments?limit=200');
  expect(body.items.length).toBeGreaterThan(10);
  for (const { id } of body.items)
    for (const path of [`/shipments/${id}`, `/shipments/${id}/timeline`, `/shipments/${id}/audit`])
      expect((await shipments.get(path)).status).toBe(200);
  for (const path of ['/shipments.csv?limit=200', '/shipments.geojson?limit=200', '/unmatched?limit=200'])
    expect((await shipments.get(path)).status).toBe(200);
});
