/** Events and the shipments that they name, when the process dies on the way, and when two look at once. */
import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '#contracts/cloudevent.js';
import {
  EventReferred,
  MatchAssigned,
  MatchSought,
  SHIPMENTS_CORRELATION,
  SHIPMENTS_INBOUND,
} from '#contracts/shipments.js';
import type { Reference } from '#contracts/trade.js';
import type { Effects, EventBatch, Received, Refusal } from '#messaging/effects.js';
import { eventually } from '#messaging/testing/until.js';
import { Database } from '#service/database.js';
import { assigned, registered } from '../shipment.story.js';
import type { Accepted, ShipmentEvent } from '../shipment.js';
import { ShipmentsCollection } from '../shipments.collection.js';
import { type Json, v3 } from '../dcsa/dcsa.story.js';
import { capturedEvent } from '../epcis/capture.js';
import { arriving, CONTEXT, json, sensors } from '../epcis/epcis.story.js';
import type { EpcisEvent } from '../epcis/epcis-event.js';
import { booking, received, referred, reportedDcsa } from './correlation.story.js';
import { type CorrelationEvent, Correlator } from './correlator.js';
import { MOST_SHARING } from './decide.js';
import { type ForeignEvent, translate } from './translate.js';
import { unmatchedId } from './unmatched.js';
import { UnmatchedCollection } from './unmatched.collection.js';

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let offsets = 0;

/** As if these were the next messages of a partition; the same batch again is the same place. */
function batchOf<E extends CloudEvent>(topic: string, ...events: E[]): EventBatch<E> {
  const firstOffset = offsets;
  offsets += events.length;
  return {
    topic,
    partition: 0,
    firstOffset,
    lastOffset: offsets - 1,
    publishedUpTo: new Map(),
    received: events.map((event, index): Received<E> => received(event, firstOffset + index)),
  };
}

async function publishedBy(effects: AsyncIterable<Effects>): Promise<CloudEvent[]> {
  const events: CloudEvent[] = [];
  for await (const { publish, refused } of effects) {
    expect(refused).toEqual([]);
    events.push(...publish.map(({ event }) => event));
  }
  return events;
}

describe('an event and the shipment that it names', () => {
  let database: Database;
  let shipments: ShipmentsCollection;
  let unmatched: UnmatchedCollection;
  beforeAll(async () => {
    database = new Database(
      {
        mongodbUri: process.env['MONGODB_URI']!,
        mongodbDatabase: `spec-${randomUUID().slice(0, 8)}`,
        service: 'shipments',
      },
      SILENT,
    );
    shipments = new ShipmentsCollection(database);
    unmatched = new UnmatchedCollection(database);
    database.open();
    await eventually(() => database.ping());
  });
  afterAll(() => database?.close());

  const correlator = (around: Pick<UnmatchedCollection, 'apply'> = unmatched): Correlator =>
    new Correlator(database, shipments, {
      apply: (...batch) => around.apply(...batch),
      byIds: (...asked) => unmatched.byIds(...asked),
      find: (...asked) => unmatched.find(...asked),
      withReferences: (...asked) => unmatched.withReferences(...asked),
      withCandidates: (...asked) => unmatched.withCandidates(...asked),
      endedBy: (...asked) => unmatched.endedBy(...asked),
      shipmentsOf: (...asked) => unmatched.shipmentsOf(...asked),
      retracting: (...asked) => unmatched.retracting(...asked),
    });
  const heard = (...events: ForeignEvent[]): EventBatch<ForeignEvent> =>
    batchOf(SHIPMENTS_INBOUND.name, ...events);
  const hear = (by: Correlator, batch: EventBatch<ForeignEvent>): Promise<CloudEvent[]> =>
    publishedBy(by.hear(batch));
  const said = (events: readonly CloudEvent[]): EventBatch<CorrelationEvent> =>
    batchOf(SHIPMENTS_CORRELATION.name, ...(events as CorrelationEvent[]));
  const take = (by: Correlator, batch: EventBatch<CorrelationEvent>): Promise<CloudEvent[]> =>
    publishedBy(by.take(batch));
  /** Writes a shipment's event. @returns what it has to say about its references */
  const write = async (subject: string, { event }: Accepted): Promise<CloudEvent[]> => {
    const { publish } = await shipments.apply(
      batchOf(SHIPMENTS_INBOUND.name, { ...event, id: randomUUID(), subject } as ShipmentEvent),
    );
    return publish.filter(({ topic }) => topic === SHIPMENTS_CORRELATION.name).map(({ event: out }) => out);
  };
  const shipment = (id: string, ...references: Reference[]): Promise<CloudEvent[]> =>
    write(id, registered({ references }));
  const goneTo = (events: readonly CloudEvent[]): [string, string][] =>
    events.filter(({ type }) => type !== MatchSought.type).map(({ id, subject }) => [id, subject]);
  const newBooking = (): Reference => booking(randomUUID());
  const stateOf = (event: ForeignEvent) => unmatched.find(unmatchedId(translate(event)));

  const dying = (when: string) => {
    let dies = true;
    const by = correlator({
      apply: async (batch, session) => {
        const ours = dies && batch.received.length > 0;
        if (ours && when === 'before') throw new Error('died');
        const effects = await unmatched.apply(batch, session);
        if (ours) throw new Error('died');
        return effects;
      },
    });
    return { by, mend: () => (dies = false) };
  };

  it.each(['before', 'after'])(
    'come together once, when the process dies %s an event is written that is heard',
    async (when) => {
      const [b, id] = [newBooking(), randomUUID()];
      await shipment(id, b);
      const event = referred([b], { id: randomUUID() });
      const { by, mend } = dying(when);
      const batch = heard(event);
      await expect(hear(by, batch)).rejects.toThrow('died');
      mend();
      // Meanwhile another shipment has got the reference: where it has gone, it stays.
      if (when === 'after') await shipment(randomUUID(), b);
      for (let again = 0; again < 2; again++) expect(goneTo(await hear(by, batch))).toEqual([[event.id, id]]);
    },
  );

  it.each([
    ['before', 'the event is looked for'],
    ['after', 'the event is looked for'],
    ['before', 'the references have changed'],
    ['after', 'the references have changed'],
  ])(
    'come together once, when the process dies %s what is found is written, because %s',
    async (when, why) => {
      const [b, id] = [newBooking(), randomUUID()];
      const event = referred([b], { id: randomUUID() });
      const sought = await hear(correlator(), heard(event));
      expect(sought.map(({ type }) => type)).toEqual([MatchSought.type]);
      const changed = await shipment(id, b);
      const [batch, others] = (why === 'the event is looked for' ? [sought, changed] : [changed, sought]).map(
        said,
      ) as [EventBatch<CorrelationEvent>, EventBatch<CorrelationEvent>];
      const { by, mend } = dying(when);
      await expect(take(by, batch)).rejects.toThrow('died');
      mend();
      if (when === 'after') await shipment(randomUUID(), b);
      for (let again = 0; again < 2; again++) expect(goneTo(await take(by, batch))).toEqual([[event.id, id]]);
      // The other side, at work on the same, has nothing of this side's to say.
      expect(await take(by, others)).toEqual([]);
    },
  );

  it('are not taken for each other by a look that is older than what is known', async () => {
    const [b, one, other] = [newBooking(), randomUUID(), randomUUID()];
    const event = referred([b], { id: randomUUID() });
    const sought = await hear(correlator(), heard(event));
    const first = await shipment(one, b);
    let second = false;
    const interrupted = correlator({
      apply: async (batch, session) => {
        if (!second && batch.received.length > 0) {
          second = true;
          // Between what was found and what is written, all of another shipment happens elsewhere.
          expect(goneTo(await take(correlator(), said(await shipment(other, b))))).toEqual([]);
        }
        return unmatched.apply(batch, session);
      },
    });
    expect(await take(interrupted, said([...sought, ...first]))).toEqual([]);
    expect(await stateOf(event)).toMatchObject({
      status: 'waiting',
      reason: 'ambiguous',
      candidates: [one, other].sort(),
    });
  });

  it('come together in the order of happening, whatever the order in which they were heard', async () => {
    const [b, id] = [newBooking(), randomUUID()];
    const days = Array.from({ length: 130 }, (_, nth) => ((nth * 7) % 130) + 1);
    const events = days.map((day) =>
      referred([b], { id: `${day}-${id}`, at: new Date(Date.UTC(2025, 0, day)).toISOString() }),
    );
    const sought = await hear(correlator(), heard(...events));
    expect(sought).toHaveLength(events.length);
    const gone = goneTo(await take(correlator(), said(await shipment(id, b))));
    expect(gone).toEqual(days.toSorted((x, y) => x - y).map((day) => [`${day}-${id}`, id]));
    expect(await take(correlator(), said(sought))).toEqual([]);
  });

  describe('of which another takes the event back, by its name alone', () => {
    const told = (): { reported: ForeignEvent; back: ForeignEvent; b: Reference; id: string } => {
      const [id, b, eventID] = [randomUUID(), newBooking(), randomUUID()];
      const shipmentDetails = { documentReference: { typeCode: 'BKG', reference: b.value } };
      const event = v3({}, { eventID, shipmentDetails, equipmentDetails: {} });
      const { eventRouting, eventUpdatedDateTime } = event;
      const withdrawal = { eventRouting, eventID, eventUpdatedDateTime, isRetracted: true };
      return { id, b, reported: reportedDcsa(event), back: reportedDcsa(withdrawal) };
    };
    const idsOf = (...events: ForeignEvent[]) =>
      events.flatMap((event) => translate(event).events.map(({ id }) => id));

    it('go together, though what takes it back has come first', async () => {
      const { id, b, reported, back } = told();
      const sought = await hear(correlator(), heard(back));
      expect(await take(correlator(), said(sought))).toEqual([]);
      await shipment(id, b);
      const batch = heard(reported);
      const gone = await hear(correlator(), batch);
      expect(goneTo(gone)).toEqual([[idsOf(reported)[0], id]]);
      // The process has died before it could say so: what comes again says it again.
      const again = await hear(correlator(), batch);
      for (const events of [gone, again]) {
        const about = events.filter(({ type }) => type === MatchSought.type);
        expect(new Set(about.map(({ subject }) => subject))).toEqual(new Set([unmatchedId(translate(back))]));
        expect(new Set(about.map(({ id: of }) => of)).size).toBe(1);
      }
      const [follow] = [said(again.filter(({ type }) => type === MatchSought.type))];
      for (let repeat = 0; repeat < 2; repeat++)
        expect(goneTo(await take(correlator(), follow))).toEqual([[idsOf(back)[0], id]]);
    });

    it('go together, though the shipment has come last', async () => {
      const { id, b, reported, back } = told();
      await take(correlator(), said(await hear(correlator(), heard(back, reported))));
      const changed = said(await shipment(id, b));
      const [gone, again] = [await take(correlator(), changed), await take(correlator(), changed)];
      expect(new Set(again.map(({ id: of }) => of))).toEqual(new Set(gone.map(({ id: of }) => of)));
      const follow = said(gone.filter(({ type }) => type === MatchSought.type));
      expect(goneTo(gone)).toEqual([[idsOf(reported)[0], id]]);
      expect(goneTo(await take(correlator(), follow))).toEqual([[idsOf(back)[0], id]]);
    });

    it('go together where an operator has said which, and to every shipment that a word on it has gone to', async () => {
      const { reported, back } = told();
      const other = reportedDcsa({
        ...(reported.data as { event: Json }).event,
        eventUpdatedDateTime: '2025-10-03T00:00:00Z',
      });
      await hear(correlator(), heard(back, reported, other));
      const assign = (event: ForeignEvent, shipmentId: string) =>
        ({
          ...event,
          id: randomUUID(),
          type: MatchAssigned.type,
          subject: unmatchedId(translate(event)),
          data: { shipmentId },
        }) as CorrelationEvent;
      const gone = await take(correlator(), said([assign(reported, 'SHP-A'), assign(other, 'SHP-B')]));
      const follow = said(gone.filter(({ type }) => type === MatchSought.type));
      const [backId] = idsOf(back);
      expect(goneTo(await take(correlator(), follow))).toEqual([
        [backId, 'SHP-A'],
        [backId, 'SHP-B'],
      ]);
    });
  });

  it('do not come together where that is more than is kept, and what waits is refused, not what had it looked for', async () => {
    const b = newBooking();
    const quotes = '"'.repeat(1_000);
    const added = Object.fromEntries(Array.from({ length: 50 }, (_, nth) => [`ore:x${nth}`, quotes]));
    const large = (): ForeignEvent => {
      const bizTransactionList = [{ bizTransaction: `urn:orebound:booking:${b.value}` }];
      const event = arriving({
        eventID: `urn:uuid:${randomUUID()}`,
        bizTransactionList,
        ...added,
        ...sensors(),
      });
      return capturedEvent({ event: event as unknown as EpcisEvent, identity: randomUUID() }, json(CONTEXT));
    };
    const [one, other, small] = [large(), large(), referred([b], { id: randomUUID() })];
    const batch = heard(one, other, small);
    await hear(correlator(), batch);
    const sharing = Array.from({ length: MOST_SHARING }, (_, nth) => `sharing-${nth}-${b.value}`);
    const changed: CloudEvent[] = [];
    for (const id of sharing)
      changed.push(...(await write(id, registered({ references: [{ ...b, shared: true }] }))));
    const refused: Refusal[] = [];
    const gone: CloudEvent[] = [];
    for await (const effects of correlator().take(said(changed.slice(-1)))) {
      refused.push(...effects.refused);
      gone.push(...effects.publish.map(({ event }) => event));
    }
    const places = new Map(batch.received.map(({ event, offset }) => [event.id, offset]));
    expect(refused.map(({ error, waited }) => [error.code, waited?.event.id, waited?.offset]).sort()).toEqual(
      [one, other].map(({ id }) => ['document-too-large', id, places.get(id)]).sort(),
    );
    expect(goneTo(gone).sort()).toEqual(sharing.map((id) => [small.id, id]).sort());
    expect(await stateOf(one)).toMatchObject({ status: 'waiting' });
  });

  it('are ambiguous, where more shipments have a reference than are looked at', async () => {
    const b = newBooking();
    const named = await shipments.named([b.value], 1, undefined);
    expect(named).toEqual([]);
    for (let from = 0; from < 2_100; from += 700) {
      const batch = batchOf(
        SHIPMENTS_INBOUND.name,
        ...Array.from({ length: 700 }, (_, nth): ShipmentEvent => ({
          ...assigned([b]).event,
          id: randomUUID(),
          subject: `many-${from + nth}`,
        })),
      );
      await shipments.apply(batch);
    }
    const [one, other] = [
      referred([b], { id: randomUUID() }),
      referred([b, newBooking()], { id: randomUUID() }),
    ];
    await hear(correlator(), heard(one, other));
    for (const event of [one, other]) {
      const { reason, candidates, type } = (await stateOf(event))!;
      expect([reason, candidates!.length, type]).toEqual(['ambiguous', 20, EventReferred.type]);
    }
  });
});
