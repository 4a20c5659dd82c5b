import mongoose, { type mongo } from 'mongoose';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { RefusedEvent } from '#contracts/fault.js';
import { type Announcement, published } from './announcement.js';
import { bulkUpsert, type BulkUpserts, bulkUpserts, DUPLICATE_KEY } from './bulk-upsert.js';
import { type Delta, delta } from './delta.js';
import type { Effects, EventBatch, Publication, Received, Refusal } from './effects.js';
import {
  type Acceptance,
  Acceptances,
  type Accepted,
  type History,
  type HistoryPage,
  type Placed,
} from './history.js';
import { together } from './together.js';

/**
 * What one event does to an entity: a new state and what is to be published; nothing, being a repeat; a refusal; or
 * that the state alone cannot say, and all events accepted before are needed.
 */
export type Evolution<S> =
  | { readonly state: S; readonly announcements: readonly Announcement[] }
  | 'repeated'
  | 'needs-history'
  | RefusedEvent;

/**
 * Decides from the state and the event alone. Pure. Called once an event, in the order of the log.
 * @param history the events accepted before, in the order in which they were learnt of; given when it was asked for
 */
export type Evolve<S, E extends CloudEvent> = (
  state: S | undefined,
  received: Received<E>,
  id: string,
  history: readonly Accepted<E>[] | undefined,
) => Evolution<S>;

/** How a field is kept, by field. `encode` and `decode` must undo each other. */
export type Codecs<S> = {
  readonly [F in keyof S]?: { encode(value: S[F]): unknown; decode(stored: unknown): S[F] };
};

/** An event that was stored with the state it comes from, until it is known to be published. */
interface Outgoing {
  /** The offset of its cause. */
  readonly offset: number;
  readonly topic: string;
  /** The event, as JSON. */
  readonly event: string;
}

/** What is stored beside an entity's state. */
interface Bookkeeping {
  /** Counts the writes: the guard of the next one. */
  readonly version: number;
  /** Counts the events published about the entity. */
  readonly sequence: number;
  /**
   * By origin, what that partition last brought forth. Not loaded unless it is to be published again, and not there where
   * the history has it.
   */
  readonly outbox?: Readonly<Record<string, readonly Outgoing[]>>;
  /** By origin, the offset of the last cause of what that partition brought forth. */
  readonly pending?: Readonly<Record<string, number>>;
  /** What is in the history: what tells a repeat, and where it is. */
  readonly accepted?: Acceptance;
  /** What those events come to as JSON, in UTF-16 units. */
  readonly acceptedSize?: number;
}

export type Stored<S> = S & Bookkeeping & { readonly _id: string };

/** As MongoDB has it. */
type Document = Stored<Record<string, unknown>>;

interface Loaded<S> extends Bookkeeping {
  readonly state: S;
}

interface Plan<E extends CloudEvent = CloudEvent> {
  readonly id: string;
  readonly version: number;
  /** Absent where nothing changes. */
  readonly update: object | undefined;
  readonly publish: readonly Caused[];
  /** Those of them that are stored already, from a batch that was not finished. */
  readonly republished: readonly Caused[];
  readonly refused: readonly Refusal[];
  readonly repeated: number;
  readonly events: readonly Received<E>[];
  /** What is in the history before the document speaks of it. */
  readonly pages: readonly HistoryPage[];
}

/** A publication, with the offset of its cause. */
interface Caused extends Publication {
  readonly offset: number;
}

const outgoing = ({ offset, topic, event }: Caused): Outgoing => ({
  offset,
  topic,
  event: JSON.stringify(event),
});

/** What events have come to, before what they published is put in order. */
interface Taken extends Omit<Effects, 'publish'> {
  readonly publish: Caused[];
}

/** An evolution, with the events that it announces. */
interface Step<S> {
  readonly state: S;
  readonly publish: readonly Publication[];
}

/** By id, what a bulk write has left as it was: written by another meanwhile, or too large for its document. */
interface Unwritten {
  readonly stale: Set<string>;
  readonly tooLarge: Set<string>;
}

const { BSON, MongoInvalidArgumentError } = mongoose.mongo;
const MOST_BYTES_A_DOCUMENT = 16 * 1024 * 1024 - 1024;
/** Of data: one message of the usual 1 MB, with room for its headers. */
const MOST_BYTES_PUBLISHED = 900_000;
/** The server's ways to say that a document would outgrow its 16 MB. */
const TOO_LARGE = [10334, 17419, 17420];
const EXPECTED = new Set([DUPLICATE_KEY, ...TOO_LARGE]);
const MOST_CONFLICTS_IN_A_ROW = 20;
const MOST_ENTITIES_AT_ONCE = 200;
/** As many as are written together. */
const MOST_LOADED_TOGETHER = 60;
const OVERLAPPING = 2;
/** In UTF-16 units of JSON. Who asks for an entity's history is given all of it, and so is a fold that takes something back. */
const MOST_OF_A_HISTORY = 16 * 1024 * 1024;

/** What most events need of a document: all but the texts that only a batch that comes again asks for. */
const WITHOUT_TEXTS = { outbox: 0 } as const;

/** Another owner keeps writing the same entities. Ours to try again, not the events' fault. */
export class StaleWrites extends Error {
  constructor(ids: readonly string[]) {
    super(`another owner keeps writing ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' …' : ''}`);
    this.name = 'StaleWrites';
  }
}

export interface ProjectionOptions<S extends object, E extends CloudEvent> {
  readonly collection: mongo.Collection<Stored<S>>;
  /** The `source` of what is published: `/shipments`. */
  readonly source: string;
  readonly evolve: Evolve<S, E>;
  /**
   * Which accepted events to keep, and where; all of them unless told. One that is kept is told from its repeat (same
   * `source` and `id`) before it comes to the fold; of the others the fold tells repeats itself, by a sequence, say.
   *
   * Where all are kept, what they brought forth need not be: folded once more, they bring forth the same.
   */
  readonly history?: { readonly of: History<E>; readonly keeps?: (event: E) => boolean };
  /** The entity an event is about; its subject where this is absent. */
  readonly entityOf?: (event: E) => string;
  /**
   * Fields that are stored beside a state to find it by, which no fold asks for: made once a write, however many events it
   * is of. A field that is as before should be the same object, so that it is not written again.
   */
  readonly findBy?: (
    state: S,
    of: {
      readonly id: string;
      /** As it is stored, with these fields. */
      readonly before: S | undefined;
      /** When the last of the events that the write is of was learnt. */
      readonly learntAt: Date;
    },
  ) => object;
  /** Fields that MongoDB keeps in another form than the fold: exact decimals as Decimal128, say. */
  readonly codecs?: Codecs<S>;
}

/**
 * A collection of entities folded from events, and the exactly-once half of the transport.
 *
 * What `apply` promises when it returns: for every event of the batch, its effect on the state, and what the events to be
 * published of it can be had from, are stored by one majority-acknowledged, journalled write of the entity's document; or
 * they had been before.
 * Called again with the same events, in batches cut anywhere, by the same process or another, it changes nothing and
 * returns the same publications, with the same ids, as long as the batch's offsets have not been left behind.
 *
 * - State and outbox are one document write, so there is no moment at which one is stored without the other. The events
 *   that are kept are stored before it. Where all are kept there is no outbox: the document says which have been accepted,
 *   and what they brought forth follows from them.
 * - A write names the version that it was folded from. Two owners (a consumer that was frozen through a rebalance and
 *   wakes; a producer that keys one entity's events to several partitions) cannot undo each other: the later one's
 *   write is refused by the unique `_id`, and it folds again from what is there.
 * - Reads are majority reads: what is taken for a repeat cannot be rolled back afterwards.
 * - Where it is given a causally consistent session, a majority read in that session sees, of every event of the batch,
 *   what it has come to; and whatever was written anywhere before that.
 *
 * What it does not promise: that nothing is published twice (ids tell), and the order of publication between two
 * owners (`sequence` tells).
 */
export class Projection<S extends object, E extends CloudEvent = CloudEvent> {
  private readonly codecs: [string, { encode(value: unknown): unknown; decode(stored: unknown): unknown }][];
  private readonly findTogether: (ids: readonly string[]) => Promise<ReadonlyMap<string, Document>>;
  private readonly upsertTogether: BulkUpserts<Stored<S>>;
  /** Whether every event that is accepted stays in the history. */
  private readonly keepsAll: boolean;
  private readonly keeps: (event: E) => boolean;

  constructor(private readonly options: ProjectionOptions<S, E>) {
    this.codecs = Object.entries(options.codecs ?? {}) as typeof this.codecs;
    const { history } = options;
    this.keepsAll = history !== undefined && history.keeps === undefined;
    this.keeps = history?.keeps ?? (() => this.keepsAll);
    this.findTogether = together(
      async (asks) => {
        const found = await this.find(asks.flat(), WITHOUT_TEXTS);
        return asks.map(() => found);
      },
      { sizeOf: ({ length }) => length, most: MOST_LOADED_TOGETHER },
    );
    this.upsertTogether = bulkUpserts(options.collection, EXPECTED);
  }

  async apply(batch: EventBatch<E>, session?: mongo.ClientSession): Promise<Effects> {
    const { publish, ...effects } = await this.take(batch, session);
    // In the order of their causes, whichever entities they are of: who reads them may count on an offset that rises.
    publish.sort((a, b) => a.offset - b.offset);
    return { ...effects, publish };
  }

  /** A few entities at a time, so that what a large batch loads and writes of them need not all be held at once. */
  private async take(batch: EventBatch<E>, session: mongo.ClientSession | undefined): Promise<Taken> {
    const entities = [...this.byEntity(batch.received)];
    const taken: Taken[] = [];
    const takeNext = async (): Promise<void> => {
      while (entities.length > 0) {
        const few = new Map(entities.splice(-MOST_ENTITIES_AT_ONCE));
        taken.push(await this.takeTogether(batch, few, session));
      }
    };
    // MongoDB writes some while others are folded. None may still be writing when the batch is tried again.
    // A session takes one operation at a time.
    const overlapping = session ? 1 : OVERLAPPING;
    const ended = await Promise.allSettled(Array.from({ length: overlapping }, takeNext));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    return {
      publish: taken.flatMap(({ publish }) => publish),
      refused: taken.flatMap(({ refused }) => refused),
      repeated: taken.reduce((sum, { repeated }) => sum + repeated, 0),
    };
  }

  private async takeTogether(
    batch: EventBatch<E>,
    entities: ReadonlyMap<string, Received<E>[]>,
    session: mongo.ClientSession | undefined,
  ): Promise<Taken> {
    const publish: Caused[] = [];
    const refused: Refusal[] = [];
    let repeated = 0;
    let pending = entities;
    for (let attempt = 0; pending.size > 0; attempt++) {
      if (attempt === MOST_CONFLICTS_IN_A_ROW) throw new StaleWrites([...pending.keys()]);
      const plans = await this.plans(batch, pending, session);
      const changing = plans.filter(({ update }) => update);
      await this.options.history?.of.add(changing.flatMap(({ pages }) => pages));
      const { stale, tooLarge } = await this.write(changing, session);
      for (const plan of plans) {
        if (stale.has(plan.id)) continue;
        const effects = tooLarge.has(plan.id) ? await this.takeWhatFits(batch, plan, session) : plan;
        publish.push(...effects.publish);
        refused.push(...effects.refused);
        repeated += effects.repeated;
      }
      pending = new Map([...pending].filter(([id]) => stale.has(id)));
    }
    return { publish, refused, repeated };
  }

  /** Of events that together would outgrow their document, takes in halves those that fit, and refuses the rest. */
  private async takeWhatFits(
    batch: EventBatch<E>,
    plan: Plan<E>,
    session: mongo.ClientSession | undefined,
  ): Promise<Taken> {
    const { events } = plan;
    if (events.length === 1) {
      return {
        publish: [...plan.republished],
        refused: [{ offset: events[0]!.offset, error: outgrown(plan.id) }],
        repeated: 0,
      };
    }
    const middle = Math.ceil(events.length / 2);
    const first = await this.take({ ...batch, received: events.slice(0, middle) }, session);
    const second = await this.take({ ...batch, received: events.slice(middle) }, session);
    // What the first half brought forth the second one finds unpublished, and gives again.
    const given = new Set(first.publish.map(({ event }) => event.id));
    return {
      publish: [...first.publish, ...second.publish.filter(({ event }) => !given.has(event.id))],
      refused: [...first.refused, ...second.refused],
      repeated: first.repeated + second.repeated,
    };
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

  /** Loads and folds. The few that are to publish again load their outbox, and those whose fold asks for it their history. */
  private async plans(
    batch: EventBatch<E>,
    pending: ReadonlyMap<string, Received<E>[]>,
    session: mongo.ClientSession | undefined,
  ): Promise<Plan<E>[]> {
    const ids = [...pending.keys()];
    const found = await (session ? this.find(ids, WITHOUT_TEXTS, session) : this.findTogether(ids));
    const stored = new Map(ids.map((id) => [id, this.decoded(found.get(id))]));
    const unpublished = ids.filter((id) => mayBeUnpublished(batch, stored.get(id)));
    if (!this.keepsAll && unpublished.length > 0)
      for (const [id, whole] of await this.find(unpublished, {}, session))
        stored.set(id, this.decoded(whole));
    const plans: Plan<E>[] = [];
    for (const [id, events] of pending) {
      const before = stored.get(id);
      const again = unpublished.includes(id) ? await this.broughtForth(batch, id, before!) : [];
      const plan = this.plan(batch, id, before, again, events, before ? undefined : []);
      plans.push(plan ?? this.plan(batch, id, before, again, events, await this.historyOf(id, before))!);
    }
    return plans;
  }

  private historyOf(id: string, before: Loaded<S> | undefined): Promise<Placed<E>[]> {
    return before?.accepted ? this.options.history!.of.of(id, before.accepted) : Promise.resolve([]);
  }

  /** What the batch's partition brought forth of an entity and that may not be published yet: nothing before the batch. */
  private async broughtForth(batch: EventBatch<E>, id: string, before: Loaded<S>): Promise<Caused[]> {
    const brought = this.keepsAll
      ? this.foldedAgain(id, await this.historyOf(id, before), batch)
      : (before.outbox?.[originOf(batch)] ?? []).map((one) => ({
          ...one,
          event: JSON.parse(one.event) as CloudEvent,
        }));
    return brought.filter(({ offset }) => offset >= batch.firstOffset);
  }

  /** Of all that an entity has accepted, what the events of a batch's partition brought forth. Pure. */
  private foldedAgain(id: string, history: readonly Placed<E>[], { topic, partition }: EventBatch): Caused[] {
    const brought: Caused[] = [];
    let state: S | undefined;
    let sequence = 0;
    for (const [index, received] of history.entries()) {
      const step = this.step(state, received, id, sequence, () => history.slice(0, index));
      // Accepted once, it is so again: unless the fold is another since, and then nobody waits for what it said before.
      if (!step || step === 'repeated' || step instanceof RefusedEvent) continue;
      state = step.state;
      sequence += step.publish.length;
      if (received.topic !== topic || received.partition !== partition) continue;
      for (const one of step.publish) brought.push({ offset: received.offset, ...one });
    }
    return brought;
  }

  private async find(
    ids: readonly string[],
    projection: Record<string, 0>,
    session?: mongo.ClientSession,
  ): Promise<Map<string, Document>> {
    const found = this.options.collection.find({ _id: { $in: ids } } as mongo.Filter<Stored<S>>, {
      projection,
      enableUtf8Validation: false, // it was written by us, from strings
      readConcern: { level: 'majority' },
      batchSize: ids.length + 1,
      ...(session && { session }),
    });
    const documents = (await found.toArray()) as unknown as Document[];
    return new Map(documents.map((document) => [document._id, document]));
  }

  private decoded(document: Document | undefined): Loaded<S> | undefined {
    if (!document) return undefined;
    const { _id, version, sequence, outbox, pending, accepted, acceptedSize, ...state } = document;
    for (const [field, codec] of this.codecs)
      if (state[field] !== undefined) state[field] = codec.decode(state[field]);
    return {
      version,
      sequence,
      ...(pending && { pending }),
      ...(accepted && { accepted }),
      ...(acceptedSize && { acceptedSize }),
      ...(outbox && { outbox }),
      state: state as S,
    };
  }

  /**
   * Folds an entity's events. Pure.
   * @param again what it brought forth before and may not be published yet
   * @param history all that was accepted before
   * @returns undefined where the fold asks for the history and it is not given
   */
  private plan(
    batch: EventBatch<E>,
    id: string,
    before: Loaded<S> | undefined,
    again: readonly Caused[],
    events: readonly Received<E>[],
    history: readonly Accepted<E>[] | undefined,
  ): Plan<E> | undefined {
    const origin = originOf(batch);
    const republished = again.filter(({ offset }) => offset <= batch.lastOffset);
    const publish = [...republished];
    const unpublished = [...again];
    const refused: Refusal[] = [];
    const acceptances = new Acceptances(id, batch, before?.accepted);
    const accepted: Accepted<E>[] = [];
    let acceptedSize = before?.acceptedSize ?? 0;
    let sequence = before?.sequence ?? 0;
    let state = before?.state;
    let learntAt = new Date(0);
    let repeated = 0;
    let changed = false;

    for (const received of events) {
      const { event, receivedAt, offset } = received;
      const key = this.keeps(event) ? Acceptances.keyOf(event) : undefined;
      if (key && acceptances.has(key)) {
        repeated++;
        continue;
      }
      const step = this.step(state, received, id, sequence, () => history && [...history, ...accepted]);
      if (!step) return undefined;
      if (step === 'repeated') {
        repeated++;
      } else if (step instanceof RefusedEvent) {
        refused.push({ offset, error: step });
      } else {
        const text = key ? JSON.stringify(event) : '';
        if (acceptedSize + text.length > MOST_OF_A_HISTORY) {
          refused.push({ offset, error: outgrown(id) });
          continue;
        }
        state = step.state;
        changed = true;
        if (receivedAt > learntAt) learntAt = receivedAt;
        if (key) {
          acceptances.add(key, offset, receivedAt, text);
          accepted.push({ event, receivedAt });
          acceptedSize += text.length;
        }
        sequence += step.publish.length;
        const caused = step.publish.map((one) => ({ offset, ...one }));
        publish.push(...caused);
        unpublished.push(...caused);
      }
    }
    const version = before?.version ?? 0;
    if (!changed)
      return { id, version, update: undefined, publish, republished, refused, repeated, events, pages: [] };
    const found = this.options.findBy?.(state!, { id, before: before?.state, learntAt });
    const update = this.updateOf(before, { ...state!, ...found });
    Object.assign(update.$set, { version: version + 1, sequence });
    // An event that was refused once may be taken the next time, behind what later ones have brought forth.
    unpublished.sort((a, b) => a.offset - b.offset);
    if (unpublished.length > 0) {
      Object.assign(update.$set, {
        ...(!this.keepsAll && { [`outbox.${origin}`]: unpublished.map(outgoing) }),
        [`pending.${origin}`]: unpublished.at(-1)!.offset,
      });
    } else if (before?.pending?.[origin] !== undefined) {
      update.$unset = { ...update.$unset, [`outbox.${origin}`]: '', [`pending.${origin}`]: '' };
    }
    const { pages, acceptance } = acceptances.written();
    if (pages.length > 0) Object.assign(update.$set, { accepted: acceptance, acceptedSize });
    return { id, version, update, publish, republished, refused, repeated, events, pages };
  }

  private updateOf(before: Loaded<S> | undefined, after: S): Delta {
    const update = delta((before?.state ?? {}) as Record<string, unknown>, after as Record<string, unknown>);
    for (const [field, codec] of this.codecs) {
      if (update.$set[field] !== undefined) update.$set[field] = codec.encode(update.$set[field]);
    }
    return update;
  }

  /**
   * Folds one event: by the state alone, or where that cannot say, by all that was accepted before.
   * @param earlier gives that; asked where it is needed
   * @returns undefined where it is needed and not given
   */
  private step(
    state: S | undefined,
    received: Received<E>,
    id: string,
    sequence: number,
    earlier: () => readonly Accepted<E>[] | undefined,
  ): Step<S> | 'repeated' | RefusedEvent | undefined {
    const step = this.evolved(state, received, id, undefined, sequence);
    if (step !== 'needs-history') return step;
    const history = earlier();
    if (!history) return undefined;
    const again = this.evolved(state, received, id, history, sequence);
    if (again === 'needs-history') throw new Error('a fold asked for the history that it has');
    return again;
  }

  /** A fold is pure, so whatever it throws it would throw again: the event is refused, and holds nobody up. */
  private evolved(
    state: S | undefined,
    received: Received<E>,
    id: string,
    history: readonly Accepted<E>[] | undefined,
    sequence: number,
  ): Step<S> | 'repeated' | 'needs-history' | RefusedEvent {
    const { event } = received;
    try {
      const evolution = this.options.evolve(state, received, id, history);
      if (typeof evolution === 'string' || evolution instanceof RefusedEvent) return evolution;
      const publish = evolution.announcements.map((announcement, nth) => {
        const out = published(announcement, {
          source: this.options.source,
          entity: id,
          cause: event,
          nth,
          sequence: sequence + nth + 1,
        });
        const data = JSON.stringify(out.data);
        if (Buffer.byteLength(data) > MOST_BYTES_PUBLISHED)
          throw new Error(`it announces more than one message holds: ${data.length} characters`);
        return { topic: announcement.topic, event: out, data };
      });
      return { state: evolution.state, publish };
    } catch (error) {
      return new RefusedEvent('fold-failed', `the fold failed: ${(error as Error).stack ?? String(error)}`);
    }
  }

  private async write(plans: readonly Plan[], session: mongo.ClientSession | undefined): Promise<Unwritten> {
    const stale = new Set<string>();
    const tooLarge = new Set<string>();
    const operations = plans.map(({ id, version, update }) => ({
      // No document of this version: the upsert inserts, and where there is one already, `_id` refuses it.
      updateOne: { filter: { _id: id, version }, update, upsert: true },
    })) as unknown as mongo.AnyBulkWriteOperation<Stored<S>>[];
    try {
      const undone = session
        ? await bulkUpsert(this.options.collection, operations, EXPECTED, session)
        : await this.upsertTogether(operations);
      for (const { index, code } of undone) (code === DUPLICATE_KEY ? stale : tooLarge).add(plans[index]!.id);
    } catch (error) {
      if (error instanceof MongoInvalidArgumentError)
        return this.writeWithoutLargest(plans, operations, error, session);
      throw error;
    }
    return { stale, tooLarge };
  }

  /** The driver sends nothing at all when one update is larger than a document may be. */
  private async writeWithoutLargest(
    plans: readonly Plan[],
    operations: readonly object[],
    error: Error,
    session: mongo.ClientSession | undefined,
  ): Promise<Unwritten> {
    const largest = new Set(
      plans.filter((_, index) => BSON.calculateObjectSize(operations[index]!) > MOST_BYTES_A_DOCUMENT),
    );
    if (largest.size === 0) throw error;
    const { stale, tooLarge } = await this.write(
      plans.filter((plan) => !largest.has(plan)),
      session,
    );
    for (const { id } of largest) tooLarge.add(id);
    return { stale, tooLarge };
  }
}

/** The partition that a batch is of, as a field of the outbox: MongoDB reads a dot as a path. */
const originOf = ({ topic, partition }: EventBatch): string => `${topic.replaceAll('.', '/')}/${partition}`;

/**
 * Of what the batch's partition brought forth before, all below the batch is published: the offset has passed it. What
 * other partitions brought forth is theirs to publish.
 */
const mayBeUnpublished = (batch: EventBatch, stored: Bookkeeping | undefined): boolean =>
  (stored?.pending?.[originOf(batch)] ?? -1) >= batch.firstOffset;

const outgrown = (id: string): RefusedEvent =>
  new RefusedEvent(
    'document-too-large',
    `${id} has more to it than is kept of one; this event would take it past 16 MB`,
  );
