/** Events and the shipments that they name, when the process dies on the way, and when two look at once. */
import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '#contracts/cloudevent.js';
import {
  EventReferred,
  MatchSought,
  SHIPMENTS_CORRELATION,
  SHIPMENTS_INBOUND,
} from '#contracts/shipments.js';
import type { Reference } from '#contracts/trade.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import { eventually } from '#messaging/testing/until.js';
import { Database } from '#service/database.js';
import { assigned, registered } from '../shipment.story.js';
import type { Accepted, ShipmentEvent } from '../shipment.js';
import { ShipmentsCollection } from '../shipments.collection.js';
import { booking, received, referred } from './correlation.story.js';
import { type CorrelationEvent, Correlator } from './correlator.js';
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
      withReferences: (...asked) => unmatched.withReferences(...asked),
      withCandidates: (...asked) => unmatched.withCandidates(...asked),
      endedBy: (...asked) => unmatched.endedBy(...asked),
      shipmentsOf: (...asked) => unmatched.shipmentsOf(...asked),
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
