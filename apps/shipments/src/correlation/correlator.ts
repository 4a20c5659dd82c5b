import type { CloudEvent } from '#contracts/cloudevent.js';
import type { EventOf } from '#contracts/contract.js';
import { RefusedEvent } from '#contracts/fault.js';
import {
  MatchAssigned,
  MatchExpired,
  MatchSought,
  ReferencesChanged,
  SHIPMENTS_INBOUND,
} from '#contracts/shipments.js';
import type { Effects, EventBatch, Publication, Received, Refusal } from '#messaging/effects.js';
import { StaleWrites } from '#messaging/projection.js';
import { partsOf } from '#messaging/slices.js';
import type { Database } from '#service/database.js';
import type { ShipmentsCollection } from '../shipments.collection.js';
import { keyOf } from '../standing.js';
import { ambiguous, decide, type Decision, type NamedShipment, type Sought, valuesOf } from './decide.js';
import type { Translated } from '../translation.js';
import { type ForeignEvent, translate, untranslatable } from './translate.js';
import { followed, heard, holds, looked, namesOf, soughtOf, type UnmatchedEvent } from './unmatched.js';
import type { UnmatchedCollection, UnmatchedDocument } from './unmatched.collection.js';

export type CorrelationEvent = EventOf<
  typeof MatchSought | typeof ReferencesChanged | typeof MatchAssigned | typeof MatchExpired
>;

type Session = Awaited<ReturnType<Database['session']>>;
type ToFind = Sought & { readonly retracts: readonly string[] };

/** Looked for, and written, at once. */
const EVENTS_AT_ONCE = 100;
/** Of those that have waited: each may be a quarter of a megabyte, and go on to fifty shipments. */
const WAITING_AT_ONCE = 20;
/** Asked for in one query. */
const VALUES_AT_ONCE = 1_000;
/** As many shipments are looked at for the events of one look; one event that as many may be meant by is ambiguous. */
const MOST_SHIPMENTS = 2_000;
const MOST_CHANGES_MEANWHILE = 20;

/**
 * Finds the shipments of events that do not name them by our id, and sends the events on to them.
 *
 * An event that is heard is looked for at once, and written with what was found: found, it goes on to its shipment, by
 * the outbox of its own document. Else it waits, and says so on `shipments.correlation`; a shipment whose references
 * have changed says so there too. Whoever hears either looks (again) for what waits.
 *
 * Why nothing is missed, whichever of the two comes first. Each is said after its write. MongoDB's log has all writes in
 * one order, so of an event and a shipment one is the later. What it says is heard after its write, and looked into in
 * a causally consistent session that begins with a read of the primary's own log: its majority reads then stand behind
 * that write, and so behind the other's. (docs/decisions/0036-links-in-a-causal-session.md has the longer argument.)
 *
 * Why it happens once. What was found is part of the document that it is found for, and what is published of it is in its
 * outbox. A batch that comes again looks again, but an event that has gone on stays gone: it is given to its projection
 * once more, whatever would be found now, only to publish the same again.
 */
export class Correlator {
  constructor(
    private readonly database: Pick<Database, 'session'>,
    private readonly shipments: Pick<ShipmentsCollection, 'named' | 'referencesOf'>,
    private readonly unmatched: Pick<
      UnmatchedCollection,
      | 'apply'
      | 'byIds'
      | 'find'
      | 'withReferences'
      | 'withCandidates'
      | 'endedBy'
      | 'shipmentsOf'
      | 'retracting'
    >,
  ) {}

  /** Takes foreign events in. */
  async *hear(batch: EventBatch<ForeignEvent>): AsyncGenerator<Effects> {
    const refused: Refusal[] = [];
    const heardOf = batch.received.flatMap((received) => {
      try {
        const translated = translate(received.event);
        return translated.events.length > 0 ? [{ received, translated }] : [];
      } catch (error) {
        refused.push({ offset: received.offset, error: untranslatable(error) });
        return [];
      }
    });
    if (refused.length > 0) yield { publish: [], refused, repeated: 0 };
    for (const group of partsOf(heardOf, EVENTS_AT_ONCE)) {
      const decisions = await this.look(
        group.map((each) => soughtOf(each.translated, each.received.receivedAt)),
        undefined,
      );
      yield await this.unmatched.apply({
        ...batch,
        received: group.map((each, index) => ({
          ...each.received,
          event: heard(each.received.event, each.translated, decisions[index]!),
        })),
      });
      const causes = group.flatMap(({ received, translated }) =>
        namesOf(translated).map((key): [string, Received] => [key, received]),
      );
      yield await this.seekRetracting(batch, new Map(causes), undefined);
    }
  }

  /** Where foreign events would go if they were heard now. Nothing is written. */
  async whereTo(translated: readonly Translated[], now: Date): Promise<Decision[]> {
    const decisions: Decision[] = [];
    for (const group of partsOf(translated, EVENTS_AT_ONCE))
      decisions.push(
        ...(await this.look(
          group.map((each) => soughtOf(each, now)),
          undefined,
        )),
      );
    return decisions;
  }

  /** Takes what is said on `shipments.correlation`. */
  async *take(batch: EventBatch<CorrelationEvent>): AsyncGenerator<Effects> {
    if (batch.received.length === 0) return;
    const session = await this.database.session();
    try {
      const ending = batch.received.filter(isEnding);
      const effects = await this.unmatched.apply({ ...batch, received: ending }, session);
      const ended = await this.unmatched.endedBy(batch, session);
      yield { ...effects, refused: [...effects.refused, ...expired(ending, ended)] };
      for (const group of partsOf(await this.toFind(batch, ended, session), WAITING_AT_ONCE))
        yield await this.settle(batch, new Map(group), session);
      const byOffset = new Map(batch.received.map((each) => [each.offset, each]));
      const causes = (await this.unmatched.endedBy(batch, session)).flatMap(({ keys, ended: by }) => {
        const cause = byOffset.get(by!.offset);
        return cause ? keys.map((key): [string, Received] => [key, cause]) : [];
      });
      yield await this.seekRetracting(batch, new Map(causes), session);
    } finally {
      await session.endSession();
    }
  }

  /** Ids of what is to be looked for, each with the event that has it looked for, in the order of happening. */
  private async toFind(
    { received }: EventBatch<CorrelationEvent>,
    ended: readonly UnmatchedDocument[],
    session: Session,
  ): Promise<[string, Received][]> {
    const byOffset = new Map(received.map((each) => [each.offset, each]));
    // What has gone on because of this very batch was not published, as far as we know.
    const again = ended.flatMap(({ _id, ended: by }) => {
      const cause = byOffset.get(by!.offset);
      return cause && !isEnding(cause) ? [[_id, cause] as [string, Received]] : [];
    });
    const sought = received.flatMap((each) =>
      each.event.type === MatchSought.type ? [[each.event.subject, each] as [string, Received]] : [],
    );
    const changed = new Map(
      received.flatMap((each) =>
        each.event.type === ReferencesChanged.type ? [[each.event.subject, each] as [string, Received]] : [],
      ),
    );
    const found: { _id: string; at: Date; cause: Received }[] = [];
    for (const some of partsOf([...changed], EVENTS_AT_ONCE)) {
      const ids = some.map(([id]) => id);
      const cause = some.at(-1)![1];
      const values = await this.shipments.referencesOf(ids, session);
      for (const each of partsOf(values, VALUES_AT_ONCE))
        for (const one of await this.unmatched.withReferences(each, session)) found.push({ ...one, cause });
      for (const one of await this.unmatched.withCandidates(ids, session)) found.push({ ...one, cause });
    }
    found.sort((a, b) => a.at.getTime() - b.at.getTime() || (a._id < b._id ? -1 : 1));
    const waiting = found.map(({ _id, cause }): [string, Received] => [_id, cause]);
    return [...new Map([...waiting, ...sought, ...again])];
  }

  /** Looks for events and writes what was found, until none has changed meanwhile. */
  private async settle(
    batch: EventBatch,
    causes: ReadonlyMap<string, Received>,
    session: Session,
  ): Promise<Effects> {
    const publish = new Map<string, Publication>();
    const refused: Refusal[] = [];
    let pending = await this.unmatched.byIds([...causes.keys()], session);
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt === MOST_CHANGES_MEANWHILE) throw new StaleWrites(pending.map(({ _id }) => _id));
      const waiting = pending;
      const decisions = await this.look(waiting, session);
      const effects = await this.unmatched.apply(
        {
          ...batch,
          received: waiting.map(({ _id, looks }, index): Received<UnmatchedEvent> => {
            const cause = causes.get(_id)!;
            return { ...cause, event: looked(_id, looks, decisions[index]!, cause.event) };
          }),
        },
        session,
      );
      const order = new Map(waiting.flatMap(({ keys }, index) => keys.map((key) => [key, index])));
      const placeOf = ({ event }: Publication): number => order.get(keyOf(event)) ?? -1;
      for (const each of effects.publish.toSorted((a, b) => placeOf(a) - placeOf(b)))
        publish.set(`${each.event.subject} ${keyOf(each.event)}`, each);
      const errors = new Map(effects.refused.map(({ offset, error }) => [offset, error]));
      const found = new Map(
        waiting.map(({ _id, looks }, index) => [_id, { decision: decisions[index]!, looks }]),
      );
      const unsettled = (await this.unmatched.byIds([...found.keys()], session)).filter(
        (now) => now.status === 'waiting' && !holds(now, found.get(now._id)!.decision),
      );
      pending = [];
      for (const now of unsettled) {
        const { offset } = causes.get(now._id)!;
        const error = errors.get(offset);
        // As it was, it was not another who was ahead: it was refused, and another look would be too.
        if (error && now.looks === found.get(now._id)!.looks)
          refused.push(...(await this.refusalOf(now._id, offset, error)));
        else pending.push(now);
      }
    }
    return { publish: [...publish.values()], refused, repeated: 0 };
  }

  /** What waits and cannot go on is refused as it came, and not what has had it looked for. */
  private async refusalOf(id: string, offset: number, error: RefusedEvent): Promise<Refusal[]> {
    const document = await this.unmatched.find(id);
    return document?.status === 'waiting' ? [{ offset, error, waited: asItWaited(document) }] : [];
  }

  /**
   * What takes back any of these events, and waits, is to be looked for again: it may name its shipment by nothing but them.
   * What is said so after them finds them itself, and what was said before is found here; so nothing waits for ever that has
   * come before what it takes back.
   * @param causes by `source id` of the event
   */
  private async seekRetracting(
    batch: EventBatch,
    causes: ReadonlyMap<string, Received>,
    session: Session | undefined,
  ): Promise<Effects> {
    const retracting = await this.unmatched.retracting([...causes.keys()], session);
    const received = retracting.map(({ _id, retracts }): Received<UnmatchedEvent> => {
      const cause = causes.get(retracts.find((key) => causes.has(key))!)!;
      return { ...cause, event: followed(_id, cause.event) };
    });
    return this.unmatched.apply({ ...batch, received }, session);
  }

  /** What is known now of where these events belong, each in its turn. */
  private async look(soughts: readonly ToFind[], session: Session | undefined): Promise<Decision[]> {
    const values = [...new Set(soughts.flatMap(valuesOf))];
    const named = values.length === 0 ? [] : await this.shipments.named(values, MOST_SHIPMENTS + 1, session);
    if (named.length > MOST_SHIPMENTS) {
      if (soughts.length === 1) return [ambiguous(named.map(({ id }) => id))];
      const middle = Math.ceil(soughts.length / 2);
      return [
        ...(await this.look(soughts.slice(0, middle), session)),
        ...(await this.look(soughts.slice(middle), session)),
      ];
    }
    const gone = await this.unmatched.shipmentsOf(
      soughts.flatMap(({ retracts }) => retracts),
      session,
    );
    const byValue = new Map<string, NamedShipment[]>();
    for (const shipment of named) {
      for (const value of new Set(shipment.references.map((each) => each.value))) {
        const having = byValue.get(value);
        if (having) having.push(shipment);
        else byValue.set(value, [shipment]);
      }
    }
    return soughts.map((sought) => {
      // What takes an event back goes where that event has gone, whoever has sent it there.
      const followed = new Set(sought.retracts.flatMap((key) => gone.get(key) ?? []));
      if (followed.size > 0) return { shipments: [...followed].sort() };
      return decide(sought, [...new Set(valuesOf(sought).flatMap((value) => byValue.get(value) ?? []))]);
    });
  }
}

const isEnding = (
  received: Received<CorrelationEvent>,
): received is Received<EventOf<typeof MatchAssigned | typeof MatchExpired>> =>
  received.event.type === MatchAssigned.type || received.event.type === MatchExpired.type;

/** What has waited for too long goes to the dead letters as it came, in the place of the event that says so. */
function expired(ending: readonly Received[], ended: readonly UnmatchedDocument[]): Refusal[] {
  const subjects = new Map(ending.map(({ offset, event }) => [offset, event.subject]));
  return ended.flatMap((document) => {
    const { _id, status, since, ended: by, reason, candidates } = document;
    if (status !== 'expired' || subjects.get(by!.offset) !== _id) return [];
    const why =
      reason === 'ambiguous'
        ? `it may be of ${candidates?.join(', ')}`
        : 'no shipment is known by its references';
    return {
      offset: by!.offset,
      error: new RefusedEvent('unmatched', `it has waited since ${since.toISOString()}: ${why}`),
      waited: asItWaited(document),
    };
  });
}

const asItWaited = ({ event, since, partition, offset }: UnmatchedDocument): Required<Refusal>['waited'] => ({
  topic: SHIPMENTS_INBOUND.name,
  event: JSON.parse(event!) as CloudEvent,
  partition,
  offset,
  receivedAt: since,
});
