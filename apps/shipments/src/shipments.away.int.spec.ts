import { randomUUID } from 'node:crypto';
import { type LocalStack, startLocalStack } from '#local-stack/local-stack.js';
import { until } from '#messaging/testing/until.js';
import {
  type Answer,
  expectProblem,
  type RunningService,
  runService,
  untilReady,
} from '#service/testing/running-service.js';
import { ShipmentsConfig } from './config.js';
import { arriving, documentOf } from './epcis/epcis.story.js';
import type { ShipmentView } from './shipment-view.js';
import { registered } from './shipment.story.js';
import { ShipmentsModule } from './shipments.module.js';

/** Within so long an answer is given, whatever is away. */
const LIMIT_MS = 10_000;

interface Ready {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly dependencies: readonly { name: string; status: string }[];
}

describe('the shipments service, when', () => {
  let servers: LocalStack;
  let shipments: RunningService;

  beforeAll(async () => {
    servers = await startLocalStack({ ownProcesses: true });
    shipments = await runService(ShipmentsConfig, (config) => ShipmentsModule.for(config), {
      kafkaBrokers: servers.kafkaBrokers.join(','),
      mongodbUri: servers.mongodbUri,
    });
    await untilReady(shipments, 3);
  }, 180_000);
  afterAll(async () => {
    await shipments?.stop();
    await servers?.stop();
  }, 60_000);

  const post = (id: string): Promise<Answer> => {
    const { extensions: _, ...event } = registered().event;
    return shipments.post(
      '/events',
      { specversion: '1.0', ...event, subject: id },
      { 'content-type': 'application/cloudevents+json' },
    );
  };
  const within = async <T>(answer: Promise<T>): Promise<T> => {
    const begun = Date.now();
    const given = await answer;
    expect(Date.now() - begun).toBeLessThan(LIMIT_MS);
    return given;
  };
  const untilShown = (id: string): Promise<void> =>
    until(
      `${id} is shown`,
      async () => (await shipments.get<ShipmentView>(`/shipments/${id}`)).body.status === 'registered',
    );
  const untilSaid = (dependency: string, status: string): Promise<void> =>
    until(`${dependency} is said to be ${status}`, async () => {
      const { body } = await shipments.get<Ready>('/health/ready');
      return body.dependencies.some((one) => one.name === dependency && one.status === status);
    });

  /** Events still come in, and what is asked of the projection is answered, if only with a problem. */
  const withMongodbAway = async (): Promise<string> => {
    const id = `SHP-${randomUUID()}`;
    expect((await within(post(id))).status).toBe(202);
    const captured = await within(shipments.post('/epcis/capture', documentOf(arriving())));
    expect(captured.status).toBe(202);
    const job = captured.headers.get('location')!;
    for (const path of ['/shipments', `/shipments/${id}`, `/shipments/${id}/timeline`, job]) {
      const answer = await within(shipments.get(path));
      expectProblem(answer, 503, 'database-away');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await untilSaid('mongodb', 'down');
    const { status, body } = await shipments.get<Ready>('/health/ready');
    expect([status, body.status]).toEqual([200, 'degraded']);
    expect(body.reasons.join()).toMatch(/mongodb is away, since /);
    expect((await shipments.get('/health/live')).status).toBe(200);
    return id;
  };

  const withKafkaAway = async (known: string): Promise<void> => {
    const answers = await within(Promise.all([1, 2, 3].map(() => post(`SHP-${randomUUID()}`))));
    for (const answer of answers) {
      expectProblem(answer, 503, 'kafka-away');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await within(shipments.get(`/shipments/${known}`))).status).toBe(200);
    await untilSaid('kafka', 'down');
    expect((await shipments.get<Ready>('/health/ready')).body.status).toBe('degraded');
    expect((await shipments.get('/health/live')).status).toBe(200);
  };

  it.each([
    ['has died', 'SIGKILL'],
    ['hangs', 'SIGSTOP'],
  ] as const)(
    'MongoDB %s, takes events in, says so, and shows them once it is back',
    async (_, signal) => {
      await servers.mongod!.kill(signal);
      const id = await withMongodbAway().finally(() => servers.mongod!.kill('SIGCONT'));
      if (signal === 'SIGKILL') await servers.mongod!.start();
      await untilShown(id);
      await untilSaid('mongodb', 'up');
    },
    120_000,
  );

  it.each([
    ['has died', 'SIGKILL'],
    ['hangs', 'SIGSTOP'],
  ] as const)(
    'Kafka %s, refuses events for now, answers queries, and goes on once it is back',
    async (_, signal) => {
      const known = `SHP-${randomUUID()}`;
      expect((await post(known)).status).toBe(202);
      await untilShown(known);
      await servers.kafka!.kill(signal);
      await withKafkaAway(known).finally(() => servers.kafka!.kill('SIGCONT'));
      if (signal === 'SIGKILL') await servers.kafka!.start();
      const id = `SHP-${randomUUID()}`;
      await until('events are taken in again', async () => (await post(id)).status === 202);
      await untilShown(id);
      await untilSaid('kafka', 'up');
    },
    120_000,
  );

  it('both were away when it started, is not ready, answers all the same, and begins by itself once they are there', async () => {
    await Promise.all([servers.mongod!.kill('SIGKILL'), servers.kafka!.kill('SIGKILL')]);
    const late = await runService(ShipmentsConfig, (config) => ShipmentsModule.for(config), {
      kafkaBrokers: servers.kafkaBrokers.join(','),
      mongodbUri: servers.mongodbUri,
    });
    try {
      expectProblem(await within(late.get('/shipments')), 503, 'database-away');
      expect((await late.get('/health/ready')).status).toBe(503);
      expect((await late.get('/health/live')).status).toBe(200);
      await Promise.all([servers.mongod!.start(), servers.kafka!.start()]);
      await untilReady(late, 3);
      expect((await late.get('/shipments')).status).toBe(200);
    } finally {
      await late.stop();
    }
  }, 180_000);
});
