import type { CloudEvent } from '#contracts/cloudevent.js';
import type { Effects, EventBatch, Publication, Received, Refusal } from '#messaging/effects.js';
import { StaleWrites } from '#messaging/projection.js';
import { groupsOf } from '#messaging/slices.js';
import type { Database } from '#service/database.js';
import { type MatchableItem, stateOf } from './item-matching.js';
import type { ItemEvent } from './item.js';
import type { ItemsCollection } from './items.collection.js';
import { linkOf } from './link.js';
import { judged, linkId } from './link-state.js';
import type { LinksCollection } from './links.collection.js';
import { kindOf, type SubjectEvent, subjectId } from './subject.js';
import type { MatchableSubject, SubjectsCollection } from './subjects.collection.js';
import type { Reference } from './tagging/reference.js';
import { askedBySubject } from './terms.js';

/** An item and a subject to be judged, and the event because of which. */
interface Pair {
  readonly item: MatchableItem;
  readonly subject: MatchableSubject;
  readonly cause: Received;
}

/** One side's entities of a batch, in whatever way they are found, and the other side's. */
interface Side<E extends CloudEvent, Own, Other> {
  readonly name: 'item' | 'subject';
  entityOf(event: E): string;
  write(batch: EventBatch<E>): Promise<Effects>;
  own(ids: readonly string[]): Promise<Own[]>;
  idOf(own: Own): string;
  asked(own: Own): readonly string[];
  others(terms: readonly string[]): AsyncIterable<Other>;
  othersByIds(ids: readonly string[]): Promise<Other[]>;
  otherIdOf(other: Other): string;
  otherTerms(other: Other): Iterable<string>;
  pair(own: Own, other: Other, cause: Received): Pair;
}

/** Judged and written at once. */
const PAIRS_AT_ONCE = 500;
/** Asked for in one query. */
const TERMS_AT_ONCE = 5_000;
const MOST_CHANGES_MEANWHILE = 20;

type Session = Awaited<ReturnType<Database['session']>>;

/**
 * Takes items and subjects in, and keeps the links between them as both have it, whichever comes first or changes. Of
 * a batch of items (or of subjects), all in one causally consistent session, it
 *
 * 1. writes them;
 * 2. reads them, and finds what they may touch by the other side's terms, and all that they were ever linked to;
 * 3. judges each pair, and folds the judgements into one document a link (`link-state.ts`), with its outbox;
 * 4. reads the states of both sides of what it has linked again, and judges once more what has changed meanwhile.
 *
 * Why that is right, whoever else does the same at the same time. MongoDB's log has all writes in one order. A majority
 * read of the session waits for a moment of the log that is not before what the session has written, or has read, and
 * sees all that lies before that moment. So of two sides that change at once, whoever's write is the later one in the
 * log sees both, and judges the pair of their last states; they cannot miss each other. No older judgement replaces
 * that one, for a link knows which states it was judged by. Only where the last states come to no link, and there is
 * no document to say so, could an older judgement leave one: made before the change and written behind it. Either the
 * link lies before the change in the log, and the change's own search finds it (2), or behind it, and whoever wrote
 * it sees the change (4).
 *
 * A majority read without the session would do for as long as one primary lives: it acknowledges no write before its
 * own majority reads show it. One that was just elected has the write, and does not know for tens of milliseconds that
 * a majority has; its majority reads may show a past moment until then. Where the writes lie on several shards their
 * moments are cluster times, and the argument holds: each shard is read at a moment not before the session's.
 *
 * Why it is right under a crash at any point. Offsets are committed after all of it, so the batch comes again; it is
 * then judged again, whole, because what is searched for follows from what is stored and not from what the batch
 * changed. What the writing then takes for a repeat it has read in the session, so it counts as written in it. A link
 * that was written before is found by (2), and its projection gives out again what was not published.
 */
export class Linker {
  constructor(
    private readonly database: Pick<Database, 'session'>,
    private readonly items: Pick<ItemsCollection, 'apply' | 'byIds' | 'withTerms' | 'states'>,
    private readonly subjects: Pick<SubjectsCollection, 'apply' | 'byIds' | 'withTerms' | 'states'>,
    private readonly links: Pick<LinksCollection, 'apply' | 'ever'>,
    private readonly reference: Reference,
  ) {}

  takeItems(batch: EventBatch<ItemEvent>): AsyncGenerator<Effects> {
    const { items, subjects } = this;
    return this.take(batch, (session) => ({
      name: 'item',
      entityOf: ({ subject }) => subject,
      write: (events) => items.apply(events, session),
      own: (ids) => items.byIds(ids, session),
      idOf: itemIdOf,
      asked: ({ asked }) => asked,
      others: (terms) => subjects.withTerms(terms, session),
      othersByIds: (ids) => subjects.byIds(ids, session),
      otherIdOf: subjectIdOf,
      otherTerms: ({ terms }) => terms,
      pair: (item, subject, cause) => ({ item, subject, cause }),
    }));
  }

  takeSubjects(batch: EventBatch<SubjectEvent>): AsyncGenerator<Effects> {
    const { items, subjects } = this;
    return this.take(batch, (session) => ({
      name: 'subject',
      entityOf: (event) => subjectId(kindOf(event), event.subject),
      write: (events) => subjects.apply(events, session),
      own: (ids) => subjects.byIds(ids, session),
      idOf: subjectIdOf,
      asked: (subject) => askedBySubject(subject, this.reference),
      others: (terms) => items.withTerms(terms, session),
      othersByIds: (ids) => items.byIds(ids, session),
      otherIdOf: itemIdOf,
      otherTerms: ({ terms }) => terms,
      pair: (subject, item, cause) => ({ item, subject, cause }),
    }));
  }

  private async *take<E extends CloudEvent, Own, Other>(
    batch: EventBatch<E>,
    sideIn: (session: Session) => Side<E, Own, Other>,
  ): AsyncGenerator<Effects> {
    if (batch.received.length === 0) return;
    const session = await this.database.session();
    try {
      const side = sideIn(session);
      yield await side.write(batch);
      yield* this.link(side, batch, session);
    } finally {
      await session.endSession();
    }
  }

  /** In parts: how many links a batch comes to is for the news and the world to say, and no memory holds them all. */
  private async *link<E extends CloudEvent, Own, Other>(
    side: Side<E, Own, Other>,
    batch: EventBatch<E>,
    session: Session,
  ): AsyncGenerator<Effects> {
    // The last event of an entity: what is said of its links is then kept in the outbox for as long as any of its
    // events in the batch may come again.
    const causes = new Map(batch.received.map((received) => [side.entityOf(received.event), received]));
    const all = await side.own([...causes.keys()]);
    for (const group of groupsOf(all, (own) => side.asked(own).length, TERMS_AT_ONCE)) {
      let pairs: Pair[] = [];
      for await (const pair of this.pairs(side, group, causes, session)) {
        pairs.push(pair);
        if (pairs.length < PAIRS_AT_ONCE) continue;
        yield await this.settle(batch, pairs, session);
        pairs = [];
      }
      if (pairs.length > 0) yield await this.settle(batch, pairs, session);
    }
  }

  /** Every pair of these entities that the terms find, and every one that was ever linked; each once. */
  private async *pairs<E extends CloudEvent, Own, Other>(
    side: Side<E, Own, Other>,
    group: readonly Own[],
    causes: ReadonlyMap<string, Received>,
    session: Session,
  ): AsyncGenerator<Pair> {
    const byTerm = new Map<string, Own[]>();
    for (const own of group) for (const term of side.asked(own)) push(byTerm, term, own);
    const seen = new Set<string>();
    if (byTerm.size > 0) {
      for await (const other of side.others([...byTerm.keys()])) {
        const matching = new Set<Own>();
        for (const term of side.otherTerms(other))
          for (const own of byTerm.get(term) ?? []) matching.add(own);
        for (const own of matching) {
          const pair = side.pair(own, other, causes.get(side.idOf(own))!);
          seen.add(idOf(pair));
          yield pair;
        }
      }
    }
    const byId = new Map(group.map((own) => [side.idOf(own), own]));
    let linked: { own: Own; other: string }[] = [];
    for await (const { item, subject } of this.links.ever(side.name, [...byId.keys()], session)) {
      if (seen.has(linkId(item, subject))) continue;
      const [ownId, other] = side.name === 'item' ? [item, subject] : [subject, item];
      linked.push({ own: byId.get(ownId)!, other });
      if (linked.length < PAIRS_AT_ONCE) continue;
      yield* this.known(side, linked, causes);
      linked = [];
    }
    yield* this.known(side, linked, causes);
  }

  private async *known<E extends CloudEvent, Own, Other>(
    side: Side<E, Own, Other>,
    linked: readonly { own: Own; other: string }[],
    causes: ReadonlyMap<string, Received>,
  ): AsyncGenerator<Pair> {
    const others = await side.othersByIds([...new Set(linked.map(({ other }) => other))]);
    const byId = new Map(others.map((other) => [side.otherIdOf(other), other]));
    for (const { own, other } of linked) {
      const found = byId.get(other);
      if (found) yield side.pair(own, found, causes.get(side.idOf(own))!);
    }
  }

  /** Judges pairs and writes what comes of it, until neither side of what was linked has changed meanwhile. */
  private async settle(batch: EventBatch, pairs: readonly Pair[], session: Session): Promise<Effects> {
    const publish: Publication[] = [];
    const refused: Refusal[] = [];
    let pending = pairs;
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt === MOST_CHANGES_MEANWHILE) throw new StaleWrites(pending.map(idOf));
      const judgements = pending.map((pair) => ({
        pair,
        link: linkOf(pair.item, pair.subject, this.reference),
      }));
      const effects = await this.links.apply(
        {
          ...batch,
          received: judgements.map(({ pair: { item, subject, cause }, link }) => ({
            ...cause,
            event: judged({ item, subject, link, causedBy: cause.event.id }, cause.event),
          })),
        },
        session,
      );
      publish.push(...effects.publish);
      refused.push(...effects.refused);
      const linked = judgements.filter(({ link }) => link).map(({ pair }) => pair);
      pending = await this.changedMeanwhile(linked, session);
    }
    return {
      publish: [...new Map(publish.map((publication) => [publication.event.id, publication])).values()],
      refused,
      repeated: 0, // of judgements, which are nobody's events
    };
  }

  /** The pairs whose states are no longer those that were judged, as they are now. */
  private async changedMeanwhile(pairs: readonly Pair[], session: Session): Promise<Pair[]> {
    if (pairs.length === 0) return [];
    const itemStates = await this.items.states(itemIdsOf(pairs), session);
    const revisions = await this.subjects.states(subjectIdsOf(pairs), session);
    const changed = pairs.filter(
      ({ item, subject }) =>
        itemStates.get(item.id) !== stateOf(item) || revisions.get(subjectIdOf(subject)) !== subject.revision,
    );
    if (changed.length === 0) return [];
    const items = await this.items.byIds(itemIdsOf(changed), session);
    const subjects = await this.subjects.byIds(subjectIdsOf(changed), session);
    const itemsById = new Map(items.map((item) => [item.id, item]));
    const subjectsById = new Map(subjects.map((subject) => [subjectIdOf(subject), subject]));
    return changed.map(({ item, subject, cause }) => ({
      item: itemsById.get(item.id) ?? item,
      subject: subjectsById.get(subjectIdOf(subject)) ?? subject,
      cause,
    }));
  }
}

const itemIdOf = ({ id }: { id: string }): string => id;
const subjectIdOf = ({ kind, id }: Pick<MatchableSubject, 'kind' | 'id'>): string => subjectId(kind, id);
const itemIdsOf = (pairs: readonly Pair[]): string[] => [...new Set(pairs.map(({ item }) => item.id))];
const subjectIdsOf = (pairs: readonly Pair[]): string[] => [
  ...new Set(pairs.map(({ subject }) => subjectIdOf(subject))),
];
const idOf = ({ item, subject }: Pair): string => linkId(item.id, subjectIdOf(subject));

const push = <K, V>(lists: Map<K, V[]>, key: K, value: V): void => {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
};
