import { until } from '#messaging/testing/until.js';
import { ExceptionRaised, SHIPMENTS_EVENTS, SHIPMENTS_INBOUND, TimePassed } from '#contracts/shipments.js';
import { ownEnvironment, type RunningService, untilReady } from '#service/testing/running-service.js';
import type { ShipmentView } from './shipment-view.js';
import { keyOf } from './standing.js';
import { arrived, estimated, registered, shipmentAfter } from './shipment.story.js';
import { type RunningProcess, runProcess, untilUp } from './testing/run-process.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';
import { timePassed } from './time-passed.js';

/** The ids of the events that say that a shipment is overdue, by which who reads them tells a repeat. */
const raisedIn = async (service: RunningService, shipment: string): Promise<readonly string[]> => {
  const raised = (await service.events(SHIPMENTS_EVENTS)).filter(
    ({ type, subject, data }) =>
      type === ExceptionRaised.type &&
      subject === shipment &&
      (data as ExceptionRaised).exception === 'overdue',
  );
  return [...new Set(raised.map(({ id }) => id))];
};

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
    // As an instance that looked at the same time would have.
    await one.send(SHIPMENTS_INBOUND, timePassed('SHP-1', new Date('2025-10-03T00:00:00Z')));
    await one.caughtUp(SHIPMENTS_INBOUND);
    expect(await raisedIn(one, 'SHP-1')).toHaveLength(1);
    await send(arrived());
    await until('it has come', async () => (await shipment()).exceptions.length === 0, 20_000);
  });

  it('are not held up by those that stay overdue, because what says so was taken back', async () => {
    const [one] = instances as [RunningService];
    const { milestones } = shipmentAfter([estimated('2019-12-31T00:00:00Z')]);
    const overdueAt = new Date('2020-01-01T00:00:00Z');
    const stuck = Array.from({ length: 500 }, (_, index) => {
      const { subject, source, id } = timePassed(`STUCK-${index}`, overdueAt);
      const state = { milestones, status: 'announced', retracted: [keyOf({ source, id })], overdueAt };
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
    const still = one.database.collection('shipments').countDocuments({ _id: /^STUCK-/ as never, overdueAt });
    expect(await still).toBe(stuck.length);
  });
});

describe('an instance that is killed as it says what is overdue', () => {
  const environment = ownEnvironment();
  const shipments = Array.from({ length: 20 }, (_, nth) => `SHP-${nth}`);
  const processes: RunningProcess[] = [];
  /** It folds, and looks for nothing. */
  let witness: RunningService;

  const startLooking = async (): Promise<{ process: RunningProcess; url: string }> => {
    const process = runProcess({ ...environment, OVERDUE_INTERVAL_SECONDS: '1' });
    processes.push(process);
    return { process, url: await untilUp(process) };
  };
  const looksOf = async (url: string): Promise<number> => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^orebound_overdue_polls_total\{.*outcome="done".*\} (\d+)$/mu.exec(metrics)?.[1] ?? 0);
  };

  beforeAll(async () => {
    witness = await runShipments({ ...environment, OVERDUE_INTERVAL_SECONDS: '0' });
    await untilReady(witness, SHIPMENTS_TOPICS);
  });
  afterAll(async () => {
    for (const { child } of processes) child.kill('SIGKILL');
    await witness?.stop();
  });

  it('leaves it to those after it, and each shipment becomes overdue once', async () => {
    const late = [registered(), estimated('2025-10-02T00:00:00Z')];
    await witness.send(
      SHIPMENTS_INBOUND,
      ...shipments.flatMap((subject) => late.map(({ event }) => ({ ...event, subject }))),
    );
    const due = () =>
      witness.database.collection('shipments').countDocuments({ overdueAt: { $exists: true } });
    await until('all are due, and nobody looks', async () => (await due()) === shipments.length);

    const first = await startLooking();
    await witness.read(SHIPMENTS_INBOUND.name, ({ headers }) => headers['ce_type'] === TimePassed.type);
    first.process.child.kill('SIGKILL');

    const others = [await startLooking(), await startLooking()];
    await until('all are overdue', async () => (await due()) === 0);
    const looked = await Promise.all(others.map(({ url }) => looksOf(url)));
    await until('both have looked again', async () => {
      const now = await Promise.all(others.map(({ url }) => looksOf(url)));
      return now.every((looks, nth) => looks >= looked[nth]! + 2);
    });
    await witness.caughtUp(SHIPMENTS_INBOUND);
    for (const shipment of shipments) {
      expect([shipment, await raisedIn(witness, shipment)]).toEqual([shipment, [expect.any(String)]]);
      const { body } = await witness.get<ShipmentView>(`/shipments/${shipment}`);
      expect(body.exceptions.map(({ type }) => type)).toEqual(['overdue']);
    }
  });
});
