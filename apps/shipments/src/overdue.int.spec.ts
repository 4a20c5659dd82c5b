import { until } from '#messaging/testing/until.js';
import { TimePassed, SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { ownEnvironment, type RunningService, untilReady } from '#service/testing/running-service.js';
import type { ShipmentView } from './shipment-view.js';
import { keyOf } from './standing.js';
import { arrived, estimated, registered } from './shipment.story.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';
import { timePassed } from './time-passed.js';

describe('several instances that look for what is overdue', () => {
  const environment = { ...ownEnvironment(), OVERDUE_INTERVAL_SECONDS: '1' };
  const instances: RunningService[] = [];

  beforeAll(async () => {
    instances.push(await runShipments(environment), await runShipments(environment));
    await untilReady(instances, SHIPMENTS_TOPICS);
  });
  afterAll(() => Promise.all(instances.map((instance) => instance.stop())));

  it('raise it once, and clear it when it comes after all', async () => {
    const [one] = instances as [RunningService];
    const send = (...events: ReturnType<typeof registered>[]) =>
      one.send(SHIPMENTS_INBOUND, ...events.map(({ event }) => event));
    const shipment = async (): Promise<ShipmentView> =>
      (await one.get<ShipmentView>('/shipments/SHP-1')).body;
    await send(registered(), estimated('2025-10-02T00:00:00Z'));
    await until('it is overdue', async () => (await shipment()).exceptions?.[0]?.type === 'overdue', 20_000);
    const document = await one.database.collection('shipments').findOne({ _id: 'SHP-1' as never });
    expect(document).not.toHaveProperty('overdueAt');
    const { body } = await one.get<{ events: { type: string }[] }>('/shipments/SHP-1/timeline');
    expect(body.events.filter(({ type }) => type === TimePassed.type)).toHaveLength(1);
    await send(arrived());
    await until('it has come', async () => (await shipment()).exceptions.length === 0, 20_000);
  });

  it('are not held up by those that stay overdue, because what says so was taken back', async () => {
    const [one] = instances as [RunningService];
    const overdueAt = new Date('2020-01-01T00:00:00Z');
    const stuck = Array.from({ length: 500 }, (_, index) => {
      const { subject, source, id } = timePassed(`STUCK-${index}`, overdueAt);
      const state = { milestones: [], status: 'announced', retracted: [keyOf({ source, id })], overdueAt };
      return { _id: subject as never, version: 1, sequence: 0, ...state };
    });
    await one.database.collection('shipments').insertMany(stuck);
    const late = [registered(), estimated('2025-10-02T00:00:00Z')];
    await one.send(SHIPMENTS_INBOUND, ...late.map(({ event }) => ({ ...event, subject: 'SHP-2' })));
    await until(
      'it is overdue',
      async () => (await one.get<ShipmentView>('/shipments/SHP-2')).body.exceptions?.[0]?.type === 'overdue',
      20_000,
    );
  });
});
