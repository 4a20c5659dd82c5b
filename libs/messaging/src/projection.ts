import mongoose, { type mongo } from 'mongoose';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { bulkUpsert, type BulkUpserts, bulkUpserts, DUPLICATE_KEY, MOST_TOGETHER } from './bulk-upsert.js';
import { originOf } from './consumer-state.js';
import type { Effects, EventBatch, Received, Refusal } from './effects.js';
import type { History, Placed } from './history.js';
import {
  type BroughtForth,
  type Caused,
  type Document,
  type Loaded,
  outgrown,
  type Plan,
  Planner,
  type PlannerOptions,
  type Stored,
} from './planner.js';
import { groupsOf } from './slices.js';
import { together } from './together.js';

/** What events have come to, before what they published is put in order. */
interface Taken extends Omit<Effects, 'publish'> {
  readonly publish: Caused[];
}

/** By id, what a bulk write has left as it was: written by another meanwhile, or too large for its document. */
interface Unwritten {
  readonly stale: Set<string>;
  readonly tooLarge: Set<string>;
}

const { BSON, MongoInvalidArgumentError } = mongoose.mongo;
const MOST_BYTES_A_DOCUMENT = 16 * 1024 * 1024 - 1024;
/** The server's ways to say that a document would outgrow its 16 MB. */
const TOO_LARGE = [10334, 17419, 17420];
const EXPECTED = new Set([DUPLICATE_KEY, ...TOO_LARGE]);
const MOST_CONFLICTS_IN_A_ROW = 20;
const MOST_ENTITIES_AT_ONCE = 200;
/** Of histories that are folded again, in UTF-16 units of JSON. One that is larger is loaded alone. */
const MOST_HISTORY_TOGETHER = 2 * 1024 * 1024;
const OVERLAPPING = 2;

/** What most events need of a document: all but the texts that only a batch that comes again asks for. */
const WITHOUT_TEXTS = { outbox: 0 } as const;
const ONLY_TEXTS = { outbox: 1 } as const;

/** Another owner keeps writing the same entities. Ours to try again, not the events' fault. */
export class StaleWrites extends Error {
  constructor(ids: readonly string[]) {
    super(`another owner keeps writing ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' …' : ''}`);
    this.name = 'StaleWrites';
  }
}

export interface ProjectionOptions<S extends object, E extends CloudEvent> extends PlannerOptions<S, E> {
  readonly collection: mongo.Collection<Stored<S>>;
  /** Where the events are that are kept, but for the last ones. */
  readonly history?: PlannerOptions<S, E>['history'] & { readonly of: History<E> };
  /** The entity an event is about; its subject where this is absent. */
  readonly entityOf?: (event: E) => string;
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
 *   that are kept are stored with it, or before it. Where all are kept there is no outbox: the document says which have been
 *   accepted, and what they brought forth follows from them.
 * - A write names the version that it was folded from. Two owners (a consumer that was frozen through a rebalance and
 *   wakes; a producer that keys one entity's events to several partitions) cannot undo each other: the later one's
 *   write is refused by the unique `_id`, and it folds again from what is there.
 * - Reads are majority reads: what is taken for a repeat cannot be rolled back afterwards.
 * - Where it is given a causally consistent session, a majority read in that session sees, of every event of the batch,
 *   what it has come to; and whatever was written anywhere before that.
 *
 * - What is published of an entity for the first time comes in the order of its sequence, whichever partitions and owners it is by: what
 *   another may have written and not published yet is published ahead, by its id once more.
 *
 * What it does not promise: that nothing is published twice (ids tell).
 */
export class Projection<S extends object, E extends CloudEvent = CloudEvent> {
  private readonly planner: Planner<S, E>;
  private readonly findTogether: (ids: readonly string[]) => Promise<ReadonlyMap<string, Document>>;
  private readonly upsertTogether: BulkUpserts<Stored<S>>;

  constructor(private readonly options: ProjectionOptions<S, E>) {
    this.planner = new Planner(options);
    this.findTogether = together(
      async (asks) => {
        const found = await this.find(asks.flat(), WITHOUT_TEXTS);
        return asks.map(() => found);
      },
      { sizeOf: ({ length }) => length, most: MOST_TOGETHER },
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

  /** Loads and folds. Those that are to publish again load what that follows from, and those whose fold asks for it their history. */
  private async plans(
    batch: EventBatch<E>,
    pending: ReadonlyMap<string, Received<E>[]>,
    session: mongo.ClientSession | undefined,
  ): Promise<Plan<E>[]> {
    const ids = [...pending.keys()];
    const found = await (session ? this.find(ids, WITHOUT_TEXTS, session) : this.findTogether(ids));
    const stored = new Map(ids.map((id) => [id, this.planner.loaded(found.get(id))]));
    const mayBeUnpublished = unpublishedAt(batch);
    const unpublished = ids.filter((id) =>
      Object.entries(stored.get(id)?.pending ?? {}).some((last) => mayBeUnpublished(...last)),
    );
    const again = await this.broughtForth(unpublished, mayBeUnpublished, stored, session);
    const plans: Plan<E>[] = [];
    for (const [id, events] of pending) {
      const before = stored.get(id);
      const of = (history: readonly Placed<E>[] | undefined): Plan<E> | undefined =>
        this.planner.plan(batch, id, before, again.get(id) ?? [], events, history);
      plans.push(of(before ? undefined : []) ?? of(await this.historyOf(id, before))!);
    }
    return plans;
  }

  private historyOf(id: string, before: Loaded<S> | undefined): Promise<Placed<E>[]> {
    return before?.accepted ? this.options.history!.of.of(id, before) : Promise.resolve([]);
  }

  /** By entity, what it brought forth of what is asked for. */
  private async broughtForth(
    ids: readonly string[],
    isAskedFor: (origin: string, offset: number) => boolean,
    stored: ReadonlyMap<string, Loaded<S> | undefined>,
    session: mongo.ClientSession | undefined,
  ): Promise<ReadonlyMap<string, readonly BroughtForth[]>> {
    const brought = new Map<string, readonly BroughtForth[]>();
    if (ids.length === 0) return brought;
    if (this.planner.keepsAll) {
      const sizeOf = (id: string): number => stored.get(id)!.acceptedSize ?? 0;
      for (const few of groupsOf(ids, sizeOf, MOST_HISTORY_TOGETHER)) {
        const histories = await this.options.history!.of.ofEach(
          new Map(few.map((id) => [id, stored.get(id)!])),
        );
        for (const [id, history] of histories)
          brought.set(id, this.planner.foldedAgain(id, history, isAskedFor));
      }
    } else {
      for (const [id, { outbox = {} }] of await this.find(ids, ONLY_TEXTS, session)) {
        const again = Object.entries(outbox).map(([origin, all]) => ({
          origin,
          caused: all
            .filter(({ offset }) => isAskedFor(origin, offset))
            .map(({ event, ...one }) => ({ ...one, event: JSON.parse(event) as CloudEvent })),
        }));
        brought.set(id, again);
      }
    }
    return brought;
  }

  private async find(
    ids: readonly string[],
    projection: { outbox: 0 | 1 },
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

  private async write(plans: readonly Plan[], session: mongo.ClientSession | undefined): Promise<Unwritten> {
    const stale = new Set<string>();
    const tooLarge = new Set<string>();
    const operations = plans.map(operationOf) as unknown as mongo.AnyBulkWriteOperation<Stored<S>>[];
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

/**
 * The write of one entity. What is new is inserted, which costs MongoDB two thirds of an upsert; `_id` refuses it where another
 * was first. What is not names the version that it was folded from: where there is none of this version, the upsert inserts, and
 * `_id` refuses that too.
 */
const operationOf = ({ id, version, update }: Plan): object =>
  version === 0
    ? { insertOne: { document: { _id: id, ...update!.$set } } }
    : { updateOne: { filter: { _id: id, version }, update, upsert: true } };

/**
 * Whether what was brought forth from there may not be published yet. Of the batch's own partition, all below the batch is:
 * the offset has passed it. Of others, what is known to be.
 */
const unpublishedAt = (batch: EventBatch): ((origin: string, offset: number) => boolean) => {
  const own = originOf(batch);
  return (origin, offset) =>
    offset >= (origin === own ? batch.firstOffset : (batch.publishedUpTo.get(origin) ?? 0));
};
