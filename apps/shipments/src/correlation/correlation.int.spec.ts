/** Events that do not know our id of their shipment, through the service as it runs. */
import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '#contracts/cloudevent.js';
import {
  EventReferred,
  EventRetracted,
  SHIPMENTS_CORRELATION,
  SHIPMENTS_INBOUND,
} from '#contracts/shipments.js';
import type { DatedReference } from '#contracts/trade.js';
import { until } from '#messaging/testing/until.js';
import type { Page } from '#service/page.js';
import {
  expectProblem,
  ownEnvironment,
  type RunningService,
  untilReady,
} from '#service/testing/running-service.js';
import type { Accepted } from '../shipment.js';
import type { TimelineView } from '../shipment-view.js';
import { assigned, registered, retracted } from '../shipment.story.js';
import { runShipments, SHIPMENTS_TOPICS } from '../testing/run-shipments.js';
import { booking, container, referred, referredBack } from './correlation.story.js';
import { translate } from './translate.js';
import { unmatchedId } from './unmatched.js';
import type { UnmatchedSummary, UnmatchedView } from './unmatched-view.js';

import.meta.jest.setTimeout(120_000);

const newId = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;
const of = (subject: string, { event }: Accepted): CloudEvent => ({
  ...event,
  id: `${subject}/${event.id}`,
  subject,
});
const registeredWith = (subject: string, ...references: DatedReference[]): CloudEvent =>
  of(subject, registered({ references }));
const idOf = (event: Parameters<typeof translate>[0]): string => unmatchedId(translate(event));

describe('an event that names its shipment by references', () => {
  let shipments: RunningService;
  let others: RunningService[];
  beforeAll(async () => {
    const environment = { ...ownEnvironment(), BATCH_SIZE: '7' };
    shipments = await runShipments(environment);
    others = [await runShipments(environment)];
    await untilReady([shipments, ...others], SHIPMENTS_TOPICS);
  });
  afterAll(() => Promise.all([shipments, ...(others ?? [])].map((service) => service?.stop())));

  const timeline = async (id: string): Promise<string[]> => {
    const { status, body } = await shipments.get<TimelineView>(`/shipments/${id}/timeline`);
    return status === 200 ? body.events.map((event) => event.id) : [];
  };
  const untilOf = (id: string, event: { id: string }): Promise<void> =>
    until(`${event.id} is of ${id}`, async () => (await timeline(id)).includes(event.id), 20_000);
  const unmatched = async (id: string): Promise<UnmatchedView> =>
    (await shipments.get<UnmatchedView>(`/unmatched/${id}`)).body;
  const untilWaits = (id: string, reason: UnmatchedView['reason']): Promise<void> =>
    until(`${id} waits: ${reason}`, async () => (await unmatched(id)).reason === reason, 20_000);
  const caughtUp = (): Promise<void> => shipments.caughtUp(SHIPMENTS_INBOUND, SHIPMENTS_CORRELATION);
  const passedOn = async (id: string): Promise<CloudEvent[]> =>
    (await shipments.events(SHIPMENTS_INBOUND)).filter(
      (event) => event.id === id && event.type !== EventReferred.type,
    );

  it('is of the shipment that came before it', async () => {
    const [id, b] = [newId('SHP'), booking(newId('B'))];
    await shipments.send(SHIPMENTS_INBOUND, registeredWith(id, b));
    await until('it is registered', async () => (await timeline(id)).length === 1);
    const event = referred([b], { id: newId('port') });
    await shipments.send(SHIPMENTS_INBOUND, event);
    await untilOf(id, event);
    expect(await unmatched(idOf(event))).toMatchObject({
      status: 'matched',
      shipments: [id],
      references: [b],
    });
    expect(await passedOn(event.id)).toMatchObject([
      { source: event.source, subject: id, extensions: { causationid: event.id } },
    ]);
  });

  it('is of the shipment that comes after it, or gets the reference after it', async () => {
    const [id, b, c] = [newId('SHP'), booking(newId('B')), container('MSCU6639870')];
    const [one, other] = [referred([b], { id: newId('port') }), referred([c], { id: newId('port') })];
    await shipments.send(SHIPMENTS_INBOUND, one, other);
    await untilWaits(idOf(one), 'no-match');
    await untilWaits(idOf(other), 'no-match');
    await shipments.send(SHIPMENTS_INBOUND, registeredWith(id, b));
    await untilOf(id, one);
    await shipments.send(SHIPMENTS_INBOUND, of(id, assigned([c])));
    await untilOf(id, other);
  });

  it('is missed by no shipment that is taken in at the same moment, by either instance, and goes on once', async () => {
    const PAIRS = 150;
    const pairs = Array.from({ length: PAIRS }, (_, nth) => {
      const b = booking(newId(`P${nth}`));
      return { id: newId('SHP'), b, event: referred([b], { id: newId('pair') }) };
    });
    await Promise.all(
      pairs.flatMap(({ id, b, event }) => [
        shipments.send(SHIPMENTS_INBOUND, registeredWith(id, b)),
        shipments.send(SHIPMENTS_INBOUND, event, event),
      ]),
    );
    for (const { id, event } of pairs) await untilOf(id, event);
    await caughtUp();
    const ids = new Set(pairs.map(({ event }) => event.id));
    const sent = (await shipments.events(SHIPMENTS_INBOUND)).filter(
      ({ id, type }) => ids.has(id) && type !== EventReferred.type,
    );
    expect(new Set(sent.map(({ id, subject }) => `${id} ${subject}`)).size).toBe(PAIRS);
  });

  it('is shown where several shipments may be meant, and goes where an operator says', async () => {
    const [a, b, reference] = [newId('SHP'), newId('SHP'), booking(newId('B'))];
    await shipments.send(SHIPMENTS_INBOUND, registeredWith(a, reference), registeredWith(b, reference));
    await until('both are there', async () => (await timeline(a)).length + (await timeline(b)).length === 2);
    const event = referred([reference], { id: newId('port') });
    const id = idOf(event);
    await shipments.send(SHIPMENTS_INBOUND, event);
    await untilWaits(id, 'ambiguous');
    const listed = await shipments.get<Page<UnmatchedSummary>>(
      `/unmatched?reason=ambiguous&reference=${reference.value}`,
    );
    expect(listed.body.items).toMatchObject([{ id, candidates: [a, b].sort(), references: [reference] }]);
    expect((await unmatched(id)).events).toMatchObject([{ id: event.id, source: event.source }]);

    expectProblem(await shipments.post('/unmatched/nobody/match', { shipmentId: a }), 404, 'not-found');
    expectProblem(await shipments.post(`/unmatched/${id}/match`, {}), 422, 'invalid-data', '/shipmentId');
    expectProblem(
      await shipments.post(`/unmatched/${id}/match`, { shipmentId: 'nobody' }),
      422,
      'invalid-data',
      '/shipmentId',
    );
    expect((await shipments.post(`/unmatched/${id}/match`, { shipmentId: b })).status).toBe(202);
    await untilOf(b, event);
    expectProblem(await shipments.post(`/unmatched/${id}/match`, { shipmentId: a }), 409, 'already-matched');
    expect((await shipments.post(`/unmatched/${id}/match`, { shipmentId: b })).status).toBe(202);
    expect(await timeline(a)).not.toContain(event.id);

    // What takes it back finds the way that an operator has shown.
    const back = referredBack(event);
    await shipments.send(SHIPMENTS_INBOUND, back);
    await untilOf(b, back);
    expect(await passedOn(back.id)).toMatchObject([{ type: EventRetracted.type, subject: b }]);
  });

  it('is of the other, once one of two has lost the reference', async () => {
    const [a, b, reference] = [newId('SHP'), newId('SHP'), booking(newId('B'))];
    const wrong = assigned([reference]);
    await shipments.send(SHIPMENTS_INBOUND, registeredWith(a, reference), of(b, wrong));
    await until('both are there', async () => (await timeline(a)).length + (await timeline(b)).length === 2);
    const event = referred([reference], { id: newId('port') });
    await shipments.send(SHIPMENTS_INBOUND, event);
    await untilWaits(idOf(event), 'ambiguous');
    await shipments.send(
      SHIPMENTS_INBOUND,
      of(b, retracted({ ...wrong, event: { ...wrong.event, id: `${b}/${wrong.event.id}` } })),
    );
    await untilOf(a, event);
  });

  it('waits in sight: by reason and reference, the longest first, page by page, from an index', async () => {
    const reference = booking(newId('B'));
    const events = Array.from({ length: 3 }, () => referred([reference], { id: newId('page') }));
    for (const event of events) {
      await shipments.send(SHIPMENTS_INBOUND, event);
      await untilWaits(idOf(event), 'no-match');
    }
    await until(
      'the indexes are there',
      async () => (await shipments.database.collection('unmatched').indexes()).length === 8,
    );
    await shipments.database.setProfilingLevel('all');
    const query = `/unmatched?reference=${reference.value}&limit=2`;
    const first = await shipments.get<Page<UnmatchedSummary>>(query);
    const rest = await shipments.get<Page<UnmatchedSummary>>(`${query}&cursor=${first.body.next}`);
    for (const path of ['/unmatched', '/unmatched?reason=no-match', `${query}&reason=no-match`])
      expect((await shipments.get(path)).status).toBe(200);
    const late = newId('SHP');
    await shipments.send(SHIPMENTS_INBOUND, registeredWith(late, reference));
    for (const event of events) await untilOf(late, event);
    await shipments.database.setProfilingLevel('off');

    expect([...first.body.items, ...rest.body.items].map(({ id }) => id)).toEqual(events.map(idOf));
    expect([rest.body.next, first.body.items[0]!.ageSeconds]).toEqual([undefined, expect.any(Number)]);
    const profiled = await shipments.database
      .collection('system.profile')
      .find({ ns: /\.(?:unmatched|shipments)$/, planSummary: { $exists: true } })
      .toArray();
    expect(profiled.length).toBeGreaterThan(5);
    for (const { planSummary, hasSortStage, command } of profiled) {
      expect([JSON.stringify(command), planSummary, hasSortStage ?? false]).toEqual([
        expect.anything(),
        expect.stringMatching(/^(?:IXSCAN|IDHACK|EXPRESS|COUNT_SCAN)/),
        false,
      ]);
    }
    expectProblem(await shipments.get('/unmatched?cursor=Zm9v'), 400, 'invalid-query');
    expectProblem(await shipments.get('/unmatched?reason=because'), 400, 'invalid-query', '/reason');
  });

  it('is refused at the door, where it says nothing; is counted, where it waits', async () => {
    const event = referred([booking('B')]);
    const { extensions: _, ...attributes } = { specversion: '1.0', ...event };
    const post = (data: object) =>
      shipments.post('/events', { ...attributes, data }, { 'content-type': 'application/cloudevents+json' });
    expectProblem(await post({ references: event.data.references }), 422, 'invalid-data', '/data/milestone');
    expectProblem(await post({ ...event.data, references: [] }), 422, 'invalid-data', '/data/references');
    await shipments.send(SHIPMENTS_INBOUND, referred([booking(newId('B'))], { id: newId('port') }));
    await until(
      'it is counted',
      async () => {
        const { body } = await shipments.get<string>('/metrics');
        return (
          /^orebound_unmatched_events\{reason="no-match"[^}]*\} [1-9]/m.test(body) &&
          /^orebound_unmatched_oldest_seconds\S* (?!0$)/m.test(body)
        );
      },
      60_000,
    );
  });
});

describe('an event that has waited for as long as any does', () => {
  let instances: RunningService[];
  beforeAll(async () => {
    const environment = { ...ownEnvironment(), UNMATCHED_EXPIRE_AFTER_SECONDS: '2' };
    instances = [await runShipments(environment), await runShipments(environment)];
    await untilReady(instances, SHIPMENTS_TOPICS);
  });
  afterAll(() => Promise.all((instances ?? []).map((service) => service.stop())));

  it('goes to the dead letters once, as it came, and can be sent again from there', async () => {
    const [one] = instances as [RunningService];
    const b = booking(newId('B'));
    const event = referred([b], { id: newId('late') });
    const status = async (): Promise<unknown> =>
      (await one.get<UnmatchedView>(`/unmatched/${idOf(event)}`)).body.status;
    await one.send(SHIPMENTS_INBOUND, event);
    const letter = await one.read('shipments.dead-letters', ({ headers }) => headers['ce_id'] === event.id);
    expect(letter).toMatchObject({
      value: event.data,
      headers: {
        ce_type: EventReferred.type,
        deadletter_reason: 'unmatched',
        deadletter_topic: SHIPMENTS_INBOUND.name,
        deadletter_id: expect.stringMatching(/^shipments\.inbound\/\d\/\d+$/),
      },
    });
    await one.caughtUp(SHIPMENTS_INBOUND, SHIPMENTS_CORRELATION);
    expect(await status()).toBe('expired');
    const letters = async (): Promise<number> =>
      (await one.events({ ...SHIPMENTS_INBOUND, name: 'shipments.dead-letters' })).filter(
        ({ id }) => id === event.id,
      ).length;
    expect(await letters()).toBe(1);

    // It has its reference now; what is replayed from the dead letters is the event as it was.
    const id = newId('SHP');
    await one.send(SHIPMENTS_INBOUND, registeredWith(id, b));
    await one.produce(SHIPMENTS_INBOUND.name, [
      { key: letter.key!, value: JSON.stringify(letter.value), headers: letter.headers },
    ]);
    await until('it is matched', async () => (await status()) === 'matched');
    await one.caughtUp(SHIPMENTS_INBOUND, SHIPMENTS_CORRELATION);
    expect(await letters()).toBe(1);
  });
});
