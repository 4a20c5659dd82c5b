import type { CloudEvent } from '#contracts/cloudevent.js';
import type { Effects, EventBatch, Publication, Received, Refusal } from '#messaging/effects.js';
import { StaleWrites } from '#messaging/projection.js';
import type { MatchableItem } from './item-matching.js';
import type { ItemsCollection } from './items.collection.js';
import { linkOf } from './link.js';
import { judged, linkId } from './link-state.js';
import type { LinksCollection } from './links.collection.js';
import { subjectId } from './subject.js';
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
interface Side<Own, Other> {
  readonly name: 'item' | 'subject';
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

/**
 * Keeps links as the items and subjects have them, whichever comes first or changes. It is called when a batch's items
 * (or subjects) are written, and:
 *
 * 1. reads them, and finds what they may touch by the other side's terms, and all that they were ever linked to;
 * 2. judges each pair, and folds the judgements into one document a link (`link-state.ts`), with its outbox;
 * 3. reads the states of both sides of what it has linked again, and judges once more what has changed meanwhile.
 *
 * Why that is right, whoever else does the same at the same time. Each side is written, by a majority, before it is
 * matched by majority reads; so of two sides that change at once, whoever reads later sees both, and judges the pair of
 * their last states. No older judgement replaces that one, for a link knows which states it was judged by. Only where
 * the last states come to no link, and there is no document to say so, could an older judgement leave one: made before
 * the change and written behind it. Either the change's own search finds that link (1), or the change was there before
 * the link was written, and whoever wrote it sees that (3).
 *
 * Why it is right under a crash at any point. Offsets are committed after all of it, so the batch comes again; it is
 * then judged again, whole, because what is searched for follows from what is stored and not from what the batch
 * changed. A link that was written before is found by (1), and its projection gives out again what was not published.
 */
export class Linker {
  private readonly itemSide: Side<MatchableItem, MatchableSubject>;
  private readonly subjectSide: Side<MatchableSubject, MatchableItem>;

  constructor(
    private readonly items: Pick<ItemsCollection, 'byIds' | 'withTerms' | 'states'>,
    private readonly subjects: Pick<SubjectsCollection, 'byIds' | 'withTerms' | 'states'>,
    private readonly links: Pick<LinksCollection, 'apply' | 'ever'>,
    private readonly reference: Reference,
  ) {
    this.itemSide = {
      name: 'item',
      own: (ids) => items.byIds(ids),
      idOf: itemIdOf,
      asked: ({ asked }) => asked,
      others: (terms) => subjects.withTerms(terms),
      othersByIds: (ids) => subjects.byIds(ids),
      otherIdOf: subjectIdOf,
      otherTerms: ({ terms }) => terms,
      pair: (item, subject, cause) => ({ item, subject, cause }),
    };
    this.subjectSide = {
      name: 'subject',
      own: (ids) => subjects.byIds(ids),
      idOf: subjectIdOf,
      asked: (subject) => askedBySubject(subject, reference),
      others: (terms) => items.withTerms(terms),
      othersByIds: (ids) => items.byIds(ids),
      otherIdOf: itemIdOf,
      otherTerms: ({ terms }) => terms,
      pair: (subject, item, cause) => ({ item, subject, cause }),
    };
  }

  /** Links the items of a batch that has been written. */
  itemsWritten(batch: EventBatch): AsyncGenerator<Effects> {
    return this.link(this.itemSide, batch, ({ subject }) => subject);
  }

  /** Links the subjects of a batch that has been written. */
  subjectsWritten(batch: EventBatch, idOf: (event: CloudEvent) => string): AsyncGenerator<Effects> {
    return this.link(this.subjectSide, batch, idOf);
  }

  /** In parts: how many links a batch comes to is for the news and the world to say, and no memory holds them all. */
  private async *link<Own, Other>(
    side: Side<Own, Other>,
    batch: EventBatch,
    entityOf: (event: CloudEvent) => string,
  ): AsyncGenerator<Effects> {
    // The last event of an entity: what is said of its links is then kept in the outbox for as long as any of its
    // events in the batch may come again.
    const causes = new Map(batch.received.map((received) => [entityOf(received.event), received]));
    if (causes.size === 0) return;
    for (const group of grouped(await side.own([...causes.keys()]), side)) {
      let pairs: Pair[] = [];
      for await (const pair of this.pairs(side, group, causes)) {
        pairs.push(pair);
        if (pairs.length < PAIRS_AT_ONCE) continue;
        yield await this.settle(batch, pairs);
        pairs = [];
      }
      if (pairs.length > 0) yield await this.settle(batch, pairs);
    }
  }

  /** Every pair of these entities that the terms find, and every one that was ever linked; each once. */
  private async *pairs<Own, Other>(
    side: Side<Own, Other>,
    group: readonly Own[],
    causes: ReadonlyMap<string, Received>,
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
    for await (const { item, subject } of this.links.ever(side.name, [...byId.keys()])) {
      if (seen.has(linkId(item, subject))) continue;
      const [ownId, other] = side.name === 'item' ? [item, subject] : [subject, item];
      linked.push({ own: byId.get(ownId)!, other });
      if (linked.length < PAIRS_AT_ONCE) continue;
      yield* this.known(side, linked, causes);
      linked = [];
    }
    yield* this.known(side, linked, causes);
  }

  private async *known<Own, Other>(
    side: Side<Own, Other>,
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
  private async settle(batch: EventBatch, pairs: readonly Pair[]): Promise<Effects> {
    const publish: Publication[] = [];
    const refused: Refusal[] = [];
    let pending = pairs;
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt === MOST_CHANGES_MEANWHILE) throw new StaleWrites(pending.map(idOf));
      const judgements = pending.map((pair) => ({
        pair,
        link: linkOf(pair.item, pair.subject, this.reference),
      }));
      const effects = await this.links.apply({
        ...batch,
        received: judgements.map(({ pair: { item, subject, cause }, link }) => ({
          ...cause,
          event: judged({ item, subject, link, causedBy: cause.event.id }, cause.event),
        })),
      });
      publish.push(...effects.publish);
      refused.push(...effects.refused);
      pending = await this.changedMeanwhile(judgements.filter(({ link }) => link).map(({ pair }) => pair));
    }
    return {
      publish: [...new Map(publish.map((publication) => [publication.event.id, publication])).values()],
      refused,
      repeated: 0, // of judgements, which are nobody's events
    };
  }

  /** The pairs whose states are no longer those that were judged, as they are now. */
  private async changedMeanwhile(pairs: readonly Pair[]): Promise<Pair[]> {
    if (pairs.length === 0) return [];
    const [sightings, revisions] = await Promise.all([
      this.items.states([...new Set(pairs.map(({ item }) => item.id))]),
      this.subjects.states([...new Set(pairs.map(({ subject }) => subjectIdOf(subject)))]),
    ]);
    const changed = pairs.filter(
      ({ item, subject }) =>
        sightings.get(item.id) !== item.sighting || revisions.get(subjectIdOf(subject)) !== subject.revision,
    );
    if (changed.length === 0) return [];
    const [items, subjects] = await Promise.all([
      this.items.byIds([...new Set(changed.map(({ item }) => item.id))]),
      this.subjects.byIds([...new Set(changed.map(({ subject }) => subjectIdOf(subject)))]),
    ]);
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
const idOf = ({ item, subject }: Pair): string => linkId(item.id, subjectIdOf(subject));

const push = <K, V>(lists: Map<K, V[]>, key: K, value: V): void => {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
};

/** Entities in groups whose terms make one query. */
function* grouped<Own>(all: readonly Own[], side: { asked(own: Own): readonly string[] }): Generator<Own[]> {
  let group: Own[] = [];
  let terms = 0;
  for (const own of all) {
    const asked = side.asked(own).length;
    if (group.length > 0 && terms + asked > TERMS_AT_ONCE) {
      yield group;
      group = [];
      terms = 0;
    }
    group.push(own);
    terms += asked;
  }
  if (group.length > 0) yield group;
}
