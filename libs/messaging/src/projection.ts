import type { mongo } from 'mongoose';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { RefusedEvent } from '#contracts/fault.js';
import { type Announcement, published } from './announcement.js';
import { delta } from './delta.js';
import type { Effects, EventBatch, Publication, Received, Refusal } from './effects.js';

/** What one event does to an entity: a new state and what is to be published; nothing, being a repeat; or a refusal. */
export type Evolution<S> =
  { readonly state: S; readonly announcements: readonly Announcement[] } | 'repeated' | RefusedEvent;

/** Pure: decides from the state and the event alone. Called once an event, in the order of the log. */
export type Evolve<S, E extends CloudEvent> = (
  state: S | undefined,
  received: Received<E>,
  id: string,
) => Evolution<S>;

/** An event that was stored with the state it comes from, until it is known to be published. */
interface Outgoing {
  /** `<topic>/<partition>` of the batch that brought it forth, and the offset of its cause. */
  readonly from: string;
  readonly offset: number;
  readonly topic: string;
  /** The event as JSON: a string, so that what it carries is nothing to MongoDB but text. */
  readonly event: string;
}

/** How a field is kept, by field. `encode` and `decode` must undo each other. */
export type Codecs<S> = {
  readonly [F in keyof S]?: { encode(value: S[F]): unknown; decode(stored: unknown): S[F] };
};

/** What is stored beside an entity's state. */
interface Bookkeeping {
  /** Counts the writes: the guard of the next one. */
  readonly version: number;
  /** Counts the events published about the entity. */
  readonly sequence: number;
  readonly outbox: readonly Outgoing[];
}

export type Stored<S> = S & Bookkeeping & { readonly _id: string };

interface Plan<S> {
  readonly id: string;
  readonly before: (Bookkeeping & { state: S }) | undefined;
  readonly after: Bookkeeping & { state: S | undefined };
  readonly changed: boolean;
  readonly publish: Publication[];
  readonly refused: Refusal[];
  readonly repeated: number;
  readonly events: readonly Received[];
}

const DUPLICATE_KEY = 11000;
/** The server's ways to say that a document would outgrow its 16 MB. */
const TOO_LARGE = new Set([10334, 17419, 17420]);
const MOST_CONFLICTS_IN_A_ROW = 20;

/** Another owner keeps writing the same entities. Ours to try again, not the events' fault. */
export class StaleWrites extends Error {
  constructor(ids: readonly string[]) {
    super(`another owner keeps writing ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' …' : ''}`);
    this.name = 'StaleWrites';
  }
}

/**
 * A collection of entities folded from events, and the exactly-once half of the transport.
 *
 * What `apply` promises when it returns: for every event of the batch, its effect on the state, and the events to be
 * published of it, are stored by one majority-acknowledged, journalled write a document; or they had been before.
 * Called again with the same events, in batches cut anywhere, by the same process or another, it changes nothing and
 * returns the same publications, with the same ids, as long as the batch's offsets have not been left behind.
 *
 * - State and outbox are one document write, so there is no moment at which one is stored without the other.
 * - A write names the version that it was folded from. Two owners (a consumer that was frozen through a rebalance and
 *   wakes; a producer that keys one entity's events to several partitions) cannot undo each other: the later one's
 *   write is refused by the unique `_id`, and it folds again from what is there.
 * - Reads are majority reads: what is taken for a repeat cannot be rolled back afterwards.
 *
 * What it does not promise: that nothing is published twice (ids tell), and the order of publication between two
 * owners (`sequence` tells).
 */
export class Projection<S extends object, E extends CloudEvent = CloudEvent> {
  private readonly codecs: [string, { encode(value: unknown): unknown; decode(stored: unknown): unknown }][];

  constructor(
    private readonly options: {
      collection: mongo.Collection<Stored<S>>;
      /** The `source` of what is published: `/shipments`. */
      source: string;
      evolve: Evolve<S, E>;
      /** The entity an event is about; its subject where this is absent. */
      entityOf?: (event: E) => string;
      /** Fields that MongoDB keeps in another form than the fold: exact decimals as Decimal128, say. */
      codecs?: Codecs<S>;
    },
  ) {
    this.codecs = Object.entries(options.codecs ?? {}) as typeof this.codecs;
  }

  async apply(batch: EventBatch<E>): Promise<Effects> {
    const publish: Publication[] = [];
    const refused: Refusal[] = [];
    let repeated = 0;
    let pending = this.byEntity(batch.received);
    for (let attempt = 0; pending.size > 0; attempt++) {
      if (attempt === MOST_CONFLICTS_IN_A_ROW) throw new StaleWrites([...pending.keys()]);
      const stored = await this.load([...pending.keys()]);
      const plans = [...pending].map(([id, events]) => this.plan(batch, id, stored.get(id), events));
      const { stale, tooLarge } = await this.write(plans.filter(({ changed }) => changed));
      for (const plan of plans) {
        if (stale.has(plan.id)) continue;
        if (tooLarge.has(plan.id)) {
          refused.push(...plan.events.map(({ offset }) => ({ offset, error: outgrown(plan.id) })));
          continue;
        }
        publish.push(...plan.publish);
        refused.push(...plan.refused);
        repeated += plan.repeated;
      }
      pending = new Map([...pending].filter(([id]) => stale.has(id)));
    }
    return { publish, refused, repeated };
  }

  private byEntity(received: readonly Received<E>[]): Map<string, Received<E>[]> {
    const groups = new Map<string, Received<E>[]>();
    for (const one of received) {
      const id = this.options.entityOf?.(one.event) ?? one.event.subject;
      const group = groups.get(id);
      if (group) group.push(one);
      else groups.set(id, [one]);
    }
    return groups;
  }

  private async load(ids: string[]): Promise<Map<string, Bookkeeping & { state: S }>> {
    const found = this.options.collection.find({ _id: { $in: ids } } as mongo.Filter<Stored<S>>, {
      readConcern: { level: 'majority' },
    });
    const byId = new Map<string, Bookkeeping & { state: S }>();
    for (const document of await found.toArray()) {
      const { _id, version, sequence, outbox, ...state } = document as unknown as Stored<
        Record<string, unknown>
      >;
      for (const [field, codec] of this.codecs)
        if (state[field] !== undefined) state[field] = codec.decode(state[field]);
      byId.set(_id, { version, sequence, outbox, state: state as S });
    }
    return byId;
  }

  /** Folds an entity's events. Pure. */
  private plan(
    batch: EventBatch<E>,
    id: string,
    before: (Bookkeeping & { state: S }) | undefined,
    events: readonly Received<E>[],
  ): Plan<S> {
    const from = `${batch.topic}/${batch.partition}`;
    // Of what this partition brought forth before, all below the batch is published: the offset has passed it. The
    // rest, and what other partitions brought forth, is kept; each partition's owner publishes its own.
    const kept = (before?.outbox ?? []).filter(
      (entry) => entry.from !== from || entry.offset >= batch.firstOffset,
    );
    const publish: Publication[] = kept
      .filter((entry) => entry.from === from)
      .map(({ topic, event }) => ({ topic, event: JSON.parse(event) as CloudEvent }));
    const outbox: Outgoing[] = [...kept];
    const refused: Refusal[] = [];
    let sequence = before?.sequence ?? 0;
    let state = before?.state;
    let repeated = 0;
    let changed = false;
    for (const received of events) {
      const evolution = this.evolve(state, received, id);
      if (evolution === 'repeated') {
        repeated++;
      } else if (evolution instanceof RefusedEvent) {
        refused.push({ offset: received.offset, error: evolution });
      } else {
        changed = true;
        state = evolution.state;
        evolution.announcements.forEach((announcement, nth) => {
          const event = published(announcement, {
            source: this.options.source,
            entity: id,
            cause: received.event,
            nth,
            sequence: ++sequence,
          });
          publish.push({ topic: announcement.topic, event });
          outbox.push({
            from,
            offset: received.offset,
            topic: announcement.topic,
            event: JSON.stringify(event),
          });
        });
      }
    }
    return {
      id,
      before,
      after: { version: (before?.version ?? 0) + 1, sequence, outbox, state },
      changed,
      publish,
      refused,
      repeated,
      events,
    };
  }

  /** A fold is pure, so whatever it throws it would throw again: the event is refused, and holds nobody up. */
  private evolve(state: S | undefined, received: Received<E>, id: string): Evolution<S> {
    try {
      return this.options.evolve(state, received, id);
    } catch (error) {
      return new RefusedEvent('fold-failed', `the fold failed: ${(error as Error).stack ?? String(error)}`);
    }
  }

  private async write(plans: readonly Plan<S>[]): Promise<{ stale: Set<string>; tooLarge: Set<string> }> {
    const stale = new Set<string>();
    const tooLarge = new Set<string>();
    if (plans.length === 0) return { stale, tooLarge };
    const operations = plans.map(({ id, before, after: { state, ...bookkeeping } }) => ({
      updateOne: {
        // No document of this version: the upsert inserts, and where there is one already, `_id` refuses it.
        filter: { _id: id, version: before?.version ?? 0 },
        update: this.updateOf(before, state as Record<string, unknown>, bookkeeping),
        upsert: true,
      },
    })) as unknown as mongo.AnyBulkWriteOperation<Stored<S>>[];
    try {
      await this.options.collection.bulkWrite(operations, {
        ordered: false,
        writeConcern: { w: 'majority', j: true },
      });
    } catch (error) {
      const { writeErrors, result } = error as mongo.MongoBulkWriteError;
      if (!writeErrors || result.getWriteConcernError()) throw error;
      for (const { index, code } of [writeErrors].flat()) {
        if (code === DUPLICATE_KEY) stale.add(plans[index]!.id);
        else if (TOO_LARGE.has(code)) tooLarge.add(plans[index]!.id);
        else throw error;
      }
    }
    return { stale, tooLarge };
  }

  private updateOf(
    before: { state: object } | undefined,
    after: Record<string, unknown>,
    bookkeeping: Bookkeeping,
  ): object {
    const update = delta((before?.state ?? {}) as Record<string, unknown>, after);
    for (const [field, codec] of this.codecs) {
      if (update.$set[field] !== undefined) update.$set[field] = codec.encode(update.$set[field]);
    }
    Object.assign(update.$set, bookkeeping);
    return update;
  }
}

const outgrown = (id: string): RefusedEvent =>
  new RefusedEvent(
    'document-too-large',
    `${id} has more events than one document holds; this one would take it past 16 MB`,
  );
