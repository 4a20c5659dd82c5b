/** The pure half of a projection: what the write of an entity is to be, and what is published of it. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import { RefusedEvent } from '#contracts/fault.js';
import { type Announcement, published } from './announcement.js';
import { type Delta, delta } from './delta.js';
import type { EventBatch, Publication, Received, Refusal } from './effects.js';
import { originOf } from './consumer-state.js';
import { Acceptances, type Accepted, type HistoryPage, type Placed, type Remembered } from './history.js';

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
export interface Bookkeeping extends Remembered {
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
  /** What the events of its history come to as JSON, in UTF-16 units. */
  readonly acceptedSize?: number;
}

export type Stored<S> = S & Bookkeeping & { readonly _id: string };

/** As MongoDB has it. */
export type Document = Stored<Record<string, unknown>>;

/** As the fold has it. */
export interface Loaded<S> extends Bookkeeping {
  readonly state: S;
}

export interface Plan<E extends CloudEvent = CloudEvent> {
  readonly id: string;
  readonly version: number;
  /** Absent where nothing changes. Of an entity that is new, what is set is its document. */
  readonly update: Delta | undefined;
  readonly publish: readonly Caused[];
  /** Those of them that are stored already, from a batch that was not finished. */
  readonly republished: readonly Caused[];
  readonly refused: readonly Refusal[];
  readonly repeated: number;
  readonly events: readonly Received<E>[];
  /** Of the history, what is stored before the document speaks of it. */
  readonly pages: readonly HistoryPage[];
}

/** What events of one origin (`originOf`) brought forth. */
export interface BroughtForth {
  readonly origin: string;
  readonly caused: readonly Caused[];
}

/** A publication, with the offset of its cause. */
export interface Caused extends Publication {
  readonly offset: number;
}

const outgoing = ({ offset, topic, event }: Caused): Outgoing => ({
  offset,
  topic,
  event: JSON.stringify(event),
});

/** An evolution, with the events that it announces. */
interface Step<S> {
  readonly state: S;
  readonly publish: readonly Caused[];
}

/** Of data: one message of the usual 1 MB, with room for its headers. */
const MOST_BYTES_PUBLISHED = 900_000;
/** In UTF-16 units of JSON. Who asks for an entity's history is given all of it, and so is a fold that takes something back. */
const MOST_OF_A_HISTORY = 16 * 1024 * 1024;

export interface PlannerOptions<S extends object, E extends CloudEvent> {
  /** The `source` of what is published: `/shipments`. */
  readonly source: string;
  readonly evolve: Evolve<S, E>;
  /**
   * Which accepted events to keep; all of them unless told. One that is kept is told from its repeat (same `source` and
   * `id`) before it comes to the fold; of the others the fold tells repeats itself, by a sequence, say.
   *
   * Where all are kept, what they brought forth need not be: folded once more, they bring forth the same.
   */
  readonly history?: { readonly keeps?: (event: E) => boolean };
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

/** Plans the writes of a projection's entities. Pure. */
export class Planner<S extends object, E extends CloudEvent> {
  /** Whether every event that is accepted stays in the history. */
  readonly keepsAll: boolean;
  private readonly keeps: (event: E) => boolean;
  private readonly codecs: [string, { encode(value: unknown): unknown; decode(stored: unknown): unknown }][];

  constructor(private readonly options: PlannerOptions<S, E>) {
    const { history } = options;
    this.keepsAll = history !== undefined && history.keeps === undefined;
    this.keeps = history?.keeps ?? (() => this.keepsAll);
    this.codecs = Object.entries(options.codecs ?? {}) as typeof this.codecs;
  }

  loaded(document: Document | undefined): Loaded<S> | undefined {
    if (!document) return undefined;
    const { _id, version, sequence, outbox, pending, accepted, recent, acceptedSize, ...state } = document;
    for (const [field, codec] of this.codecs)
      if (state[field] !== undefined) state[field] = codec.decode(state[field]);
    return {
      version,
      sequence,
      ...(pending && { pending }),
      ...(accepted && { accepted }),
      ...(recent && { recent }),
      ...(acceptedSize && { acceptedSize }),
      ...(outbox && { outbox }),
      state: state as S,
    };
  }

  /** Of all that an entity has accepted, what those events brought forth that are asked for, by their places. */
  foldedAgain(
    id: string,
    history: readonly Placed<E>[],
    isAskedFor: (origin: string, offset: number) => boolean,
  ): BroughtForth[] {
    const brought: BroughtForth[] = [];
    let state: S | undefined;
    let sequence = 0;
    for (const [index, received] of history.entries()) {
      const step = this.step(state, received, id, sequence, () => history.slice(0, index));
      // Accepted once, it is so again: unless the fold is another since, and then nobody waits for what it said before.
      if (!step || step === 'repeated' || step instanceof RefusedEvent) continue;
      state = step.state;
      sequence += step.publish.length;
      const origin = originOf(received);
      if (isAskedFor(origin, received.offset)) brought.push({ origin, caused: step.publish });
    }
    return brought;
  }

  /**
   * Folds an entity's events.
   * @param again what it brought forth before and may not be published yet, by the batch's own partition and by others
   * @param history all that was accepted before
   * @returns undefined where the fold asks for the history and it is not given
   */
  plan(
    batch: EventBatch<E>,
    id: string,
    before: Loaded<S> | undefined,
    again: readonly BroughtForth[],
    events: readonly Received<E>[],
    history: readonly Accepted<E>[] | undefined,
  ): Plan<E> | undefined {
    const origin = originOf(batch);
    const unpublished = again.filter((brought) => brought.origin === origin).flatMap(({ caused }) => caused);
    const others = again.filter((brought) => brought.origin !== origin).flatMap(({ caused }) => caused);
    const republished = unpublished.filter(({ offset }) => offset <= batch.lastOffset);
    const publish = [...republished];
    const refused: Refusal[] = [];
    const acceptances = new Acceptances(id, batch, before);
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
        publish.push(...step.publish);
        unpublished.push(...step.publish);
      }
    }
    const version = before?.version ?? 0;
    const effects = {
      publish: ahead(publish, others),
      republished: ahead(republished, others),
      refused,
      repeated,
    };
    if (!changed) return { id, version, update: undefined, ...effects, events, pages: [] };
    const found = this.options.findBy?.(state!, { id, before: before?.state, learntAt });
    const { accepted: acceptance, recent, pages } = acceptances.written();
    const update = this.updateOf(
      { ...before?.state, recent: before?.recent },
      { ...state!, ...found, recent },
    );
    update.$set['version'] = version + 1;
    update.$set['sequence'] = sequence;
    // An event that was refused once may be taken the next time, behind what later ones have brought forth.
    unpublished.sort((a, b) => a.offset - b.offset);
    if (unpublished.length > 0) {
      const setOfOrigin = (field: keyof Bookkeeping, value: unknown): void => {
        if (before) update.$set[`${field}.${origin}`] = value;
        else update.$set[field] = { [origin]: value };
      };
      if (!this.keepsAll) setOfOrigin('outbox', unpublished.map(outgoing));
      setOfOrigin('pending', unpublished.at(-1)!.offset);
    } else if (before?.pending?.[origin] !== undefined) {
      update.$unset = { ...update.$unset, [`outbox.${origin}`]: '', [`pending.${origin}`]: '' };
    }
    if (accepted.length > 0) {
      update.$set['accepted'] = acceptance;
      update.$set['acceptedSize'] = acceptedSize;
    }
    return { id, version, update, ...effects, events, pages };
  }

  private updateOf(before: object, after: object): Delta {
    const update = delta(before as Record<string, unknown>, after as Record<string, unknown>);
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
        return { offset: received.offset, topic: announcement.topic, event: out, data };
      });
      return { state: evolution.state, publish };
    } catch (error) {
      return new RefusedEvent('fold-failed', `the fold failed: ${(error as Error).stack ?? String(error)}`);
    }
  }
}

/** What comes of a plan, with what other partitions brought forth before the last of it: in the order of their sequence. */
function ahead(publish: readonly Caused[], others: readonly Caused[]): readonly Caused[] {
  if (publish.length === 0 || others.length === 0) return publish;
  const mine = new Set(publish);
  const all = [...publish, ...others].sort((a, b) => sequenceOf(a) - sequenceOf(b));
  const from = all.findLastIndex((one) => mine.has(one));
  let offset = all[from]!.offset;
  // Where it has its cause is another partition: here it stands with what comes behind it.
  return all
    .slice(0, from + 1)
    .reverse()
    .map((one) => {
      if (mine.has(one)) offset = one.offset;
      return { ...one, offset };
    })
    .reverse();
}

const sequenceOf = ({ event }: Caused): number => Number(event.extensions['sequence']);

export const outgrown = (id: string): RefusedEvent =>
  new RefusedEvent(
    'document-too-large',
    `${id} has more to it than is kept of one; this event would take it past 16 MB`,
  );
