/**
 * Which events stand: those that were neither taken back nor said anew.
 *
 * It follows from the set of events alone. Of the revisions of one event the last stands; a retraction takes back the
 * event with all its revisions, or those up to an instant.
 */
import type { EventOf } from '#contracts/contract.js';
import { EventRetracted, type Revision } from '#contracts/shipments.js';
import { instantOf } from '#contracts/time.js';

/** What identifies an event. */
export interface Identity {
  readonly source: string;
  readonly id: string;
}

export const keyOf = ({ source, id }: Identity): string => `${source} ${id}`;

/** What has been heard of events taken back and said anew. */
export interface Standing {
  /** `source id` of all that was taken back for good, whether it has come yet or not; sorted. */
  readonly retracted: readonly string[];
  /**
   * The last word on each event that is revised, in the order in which they were first heard of: so a list of many is
   * appended to, and not written anew with each event.
   */
  readonly revisions?: readonly LastWord[] | undefined;
}

interface LastWord {
  /** `source id` of what is revised. */
  readonly of: string;
  /** The instant; they are compared as text. */
  readonly at: string;
  /** The event that says it; none where it was taken back. */
  readonly by?: string;
}

interface Told extends Identity {
  readonly type: string;
  readonly data: object;
}

const isRetraction = (event: Told): event is EventOf<typeof EventRetracted> =>
  event.type === EventRetracted.type;

const revisionOf = ({ data }: Told): Revision | undefined => (data as { revision?: Revision }).revision;

/** `source id` of what an event is a revision of, if it is of anything. */
export function revisedIn(event: Told): string | undefined {
  const revision = revisionOf(event);
  return revision && keyOf({ source: event.source, id: revision.of });
}

/** At the same instant the greater id, and behind all of them what takes the event back. */
const isLater = (a: LastWord, b: LastWord): boolean =>
  a.at !== b.at ? a.at > b.at : b.by !== undefined && (a.by === undefined || a.by > b.by);

/** What became of an event: it stands, or it was taken back, or said anew. */
type Fate = 'stands' | 'retracted' | 'revised';

/** Where what is known of an event is looked up, by `source id`. */
interface Lookup {
  readonly isRetracted: (key: string) => boolean;
  readonly wordOn: (key: string) => LastWord | undefined;
}

function fateBy({ isRetracted, wordOn }: Lookup, event: Told): Fate {
  if (isRetraction(event)) return 'stands'; // it is final, so one that was itself taken back still stands
  const revision = revisionOf(event);
  const of = keyOf({ source: event.source, id: revision?.of ?? event.id });
  if (isRetracted(of)) return 'retracted';
  const last = revision && wordOn(of);
  if (!last || last.by === event.id) return 'stands';
  return last.by === undefined ? 'retracted' : 'revised';
}

/** What became of an event. One without a revision is never said anew. */
export const fateOf = ({ retracted, revisions }: Standing, event: Told): Fate =>
  fateBy(
    {
      isRetracted: (key) => retracted.includes(key),
      wordOn: (key) => revisions?.find(({ of }) => of === key),
    },
    event,
  );

/** What became of each of many events. */
export function fatesIn({ retracted, revisions = [] }: Standing): (event: Told) => Fate {
  const gone = new Set(retracted);
  const words = new Map(revisions.map((word) => [word.of, word]));
  const known: Lookup = { isRetracted: (key) => gone.has(key), wordOn: (key) => words.get(key) };
  return (event) => fateBy(known, event);
}

/** `source id` of the event that stands until this one says it anew. */
export function replacedBy({ revisions = [] }: Standing, event: Told): string | undefined {
  const revision = revisionOf(event);
  if (!revision) return undefined;
  const word = wordOf(event, revision);
  const held = revisions.find(({ of }) => of === word.of);
  return held?.by !== undefined && isLater(word, held)
    ? keyOf({ source: event.source, id: held.by })
    : undefined;
}

/**
 * What is known once an event has been heard of, whether it comes to anything itself or not.
 * @returns the same object where it says nothing of another
 */
export function learn(held: Standing, event: Told): Standing {
  const word = saidBy(event);
  if (!word) return held;
  const { retracted, revisions = [] } = held;
  if (word.at === undefined)
    return { retracted: [...new Set([...retracted, word.of])].sort(), revisions: asHeld(revisions) };
  const index = revisions.findIndex(({ of }) => of === word.of);
  if (index < 0) return { retracted, revisions: [...revisions, word] };
  return { retracted, revisions: isLater(word, revisions[index]!) ? revisions.with(index, word) : revisions };
}

/** What is known once all of these have been heard of, in the order in which they were. */
export function standingOf(events: readonly Told[]): Standing {
  const gone = new Set<string>();
  const words = new Map<string, LastWord>();
  for (const word of events.map(saidBy)) {
    if (!word) continue;
    if (word.at === undefined) gone.add(word.of);
    else {
      const held = words.get(word.of);
      if (!held || isLater(word, held)) words.set(word.of, word);
    }
  }
  return { retracted: [...gone].sort(), revisions: asHeld([...words.values()]) };
}

/** A shipment of which nothing was said anew has no list of it. */
const asHeld = (revisions: readonly LastWord[]): readonly LastWord[] | undefined =>
  revisions.length > 0 ? revisions : undefined;

/** The word that an event is on another, or on what it is a revision of; without an instant, that it is gone for good. */
function saidBy(event: Told): LastWord | { readonly of: string; readonly at?: undefined } | undefined {
  if (isRetraction(event)) {
    const { eventId, upTo } = event.data;
    const of = keyOf({ source: event.source, id: eventId });
    return upTo === undefined ? { of } : { of, at: instantOf(upTo) };
  }
  const revision = revisionOf(event);
  return revision && wordOf(event, revision);
}

const wordOf = ({ source, id }: Identity, { of, at }: Revision): LastWord => ({
  of: keyOf({ source, id: of }),
  at: instantOf(at),
  by: id,
});
