/**
 * Of a slice. What is held as objects of those that are taken at once should not outlive the young generation; and with more
 * than half of what goes together, each goes by itself (`MOST_TOGETHER` of `bulk-upsert.ts`).
 */
const MOST_SUBJECTS = 34;

/** A message, by what it is put in order by. */
interface Message {
  readonly offset: number;
  readonly subject: string | undefined;
}

/**
 * Cuts a partition's messages into slices that can be taken through in any order, or at the same time: all messages of a
 * subject are in one. The parts of a slice are to be taken one after the other. Pure.
 *
 * Subjects come in the order of their first message, and a part's messages in the order of the log.
 * @param lots each with all messages of its subjects, in the order of the log; asked for one by one. A slice may be of two.
 * @param most messages of a part
 */
export function* slicesOf<M extends Message>(lots: Iterable<readonly M[]>, most: number): Generator<M[][]> {
  let slice: M[] = [];
  let subjects = 0;
  for (const lot of lots) {
    for (const group of bySubject(lot)) {
      if (slice.length > 0 && (subjects === MOST_SUBJECTS || slice.length + group.length > most)) {
        yield partsOf(slice.sort(byOffset), most);
        slice = [];
        subjects = 0;
      }
      for (const message of group) slice.push(message);
      subjects++;
    }
  }
  if (slice.length > 0) yield partsOf(slice.sort(byOffset), most);
}

export function partsOf<T>(all: readonly T[], most: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < all.length; from += most) parts.push(all.slice(from, from + most));
  return parts;
}

/** In groups that are together no larger than `most`, in their order; what is larger by itself is a group of its own. Pure. */
export function* groupsOf<T>(all: Iterable<T>, sizeOf: (one: T) => number, most: number): Generator<T[]> {
  let group: T[] = [];
  let size = 0;
  for (const one of all) {
    const added = sizeOf(one);
    if (group.length > 0 && size + added > most) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(one);
    size += added;
  }
  if (group.length > 0) yield group;
}

const byOffset = (a: Message, b: Message): number => a.offset - b.offset;

/** What has no subject is nobody's, and goes with all that has none. */
function bySubject<M extends Message>(messages: readonly M[]): Iterable<M[]> {
  const groups = new Map<string | undefined, M[]>();
  for (const message of messages) {
    const { subject } = message;
    const group = groups.get(subject);
    if (group) group.push(message);
    else groups.set(subject, [message]);
  }
  return groups.values();
}
