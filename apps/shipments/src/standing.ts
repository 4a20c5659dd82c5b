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

const revisionOf = ({ data }: Told): Revision | undefined => (data as { revision?: Revision }).revision;

/** At the same instant the greater id, and behind all of them what takes the event back. */
const isLater = (a: LastWord, b: LastWord): boolean =>
  a.at !== b.at ? a.at > b.at : b.by !== undefined && (a.by === undefined || a.by > b.by);

/** What became of an event: it stands, or it was taken back, or said anew. One without a revision is not said anew. */
export function fateOf(standing: Standing, event: Told): 'stands' | 'retracted' | 'revised' {
  const revision = revisionOf(event);
  const of = keyOf({ source: event.source, id: revision?.of ?? event.id });
  if (standing.retracted.includes(of)) return 'retracted';
  const last = revision && standing.revisions?.find((word) => word.of === of);
  if (!last || last.by === event.id) return 'stands';
  return last.by === undefined ? 'retracted' : 'revised';
}

/** Whether an event says anew what stands, so that what that has come to is to be undone. */
export function replaces({ revisions = [] }: Standing, event: Told): boolean {
  const revision = revisionOf(event);
  if (!revision) return false;
  const word = wordOf(event, revision);
  const held = revisions.find(({ of }) => of === word.of);
  return held?.by !== undefined && isLater(word, held);
}

/** What is known once an event has been heard of, whether it comes to anything itself or not. */
export function learn({ retracted, revisions }: Standing, event: Told): Standing {
  if (isRetraction(event)) {
    const of = keyOf({ source: event.source, id: event.data.eventId });
    const { upTo } = event.data;
    if (upTo === undefined) return { retracted: [...new Set([...retracted, of])].sort(), revisions };
    return { retracted, revisions: withWord(revisions, { of, at: instantOf(upTo) }) };
  }
  const revision = revisionOf(event);
  return { retracted, revisions: revision ? withWord(revisions, wordOf(event, revision)) : revisions };
}

const wordOf = ({ source, id }: Identity, { of, at }: Revision): LastWord => ({
  of: keyOf({ source, id: of }),
  at: instantOf(at),
  by: id,
});

function withWord(words: readonly LastWord[] = [], word: LastWord): readonly LastWord[] {
  const index = words.findIndex(({ of }) => of === word.of);
  if (index < 0) return [...words, word];
  return isLater(word, words[index]!) ? words.with(index, word) : words;
}

const isRetraction = (event: Told): event is EventOf<typeof EventRetracted> =>
  event.type === EventRetracted.type;
