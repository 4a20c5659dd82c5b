import { Audited, Changed } from './counters.js';
import type { Addition, CounterWorld } from './counter-world.js';
import type { Read } from './topic-reader.js';

export const headerOf = ({ headers }: Pick<Read, 'headers'>, name: string): string => String(headers[name]);

/** The distinct events among what was published: as somebody sees them who tells repeats by id. */
export const distinct = (published: readonly Read[]): Read[] => [
  ...new Map(published.map((message) => [headerOf(message, 'ce_id'), message])).values(),
];

export const idsOf = (published: readonly Read[]): string[] =>
  distinct(published)
    .map((message) => headerOf(message, 'ce_id'))
    .sort();

interface Expected {
  readonly total: number;
  readonly count: number;
}

/** What additions come to, reckoned without any of the code under test. */
export function reckoned(sent: readonly Addition[]): Map<string, Expected> {
  const once = new Map(sent.map((addition) => [addition.id, addition]));
  const counters = new Map<string, Expected>();
  for (const { counter, by } of once.values()) {
    const { total, count } = counters.get(counter) ?? { total: 0, count: 0 };
    counters.set(counter, { total: total + by, count: count + 1 });
  }
  return counters;
}

/**
 * Holds what can be seen of the service against what was sent: every addition once in its document, and, by id, one
 * `Changed` and one `Audited` of every addition and nothing else.
 */
export async function expectExactlyOnce(world: CounterWorld, sent: readonly Addition[]): Promise<void> {
  const expected = reckoned(sent);
  const documents = await world.documents();
  expect(Object.fromEntries(documents.map(({ _id, total, count }) => [_id, { total, count }]))).toEqual(
    Object.fromEntries(expected),
  );
  for (const document of documents) {
    const accepted = (await world.historyOf(document)).map(({ event }) => event.id).sort();
    const ofCounter = new Set(sent.filter(({ counter }) => counter === document._id).map(({ id }) => id));
    expect({ _id: document._id, accepted }).toEqual({ _id: document._id, accepted: [...ofCounter].sort() });
  }

  const events = distinct(await world.published());
  const causes = [...new Set(sent.map(({ id }) => id))].sort();
  for (const type of [Changed.type, Audited.type]) {
    const causesSeen = events
      .filter((event) => headerOf(event, 'ce_type') === type)
      .map((event) => headerOf(event, 'ce_causationid'))
      .sort();
    expect(causesSeen).toEqual(causes);
  }
  for (const [counter, { total, count }] of expected) {
    const ofCounter = events.filter(({ key }) => String(key) === counter);
    const sequences = ofCounter.map((event) => Number(headerOf(event, 'ce_sequence'))).sort((a, b) => a - b);
    expect(sequences).toEqual(Array.from({ length: 2 * count }, (_, index) => index + 1));
    const last = ofCounter
      .filter((event) => headerOf(event, 'ce_type') === Changed.type)
      .map((event) => (JSON.parse(String(event.value)) as { total: number }).total)
      .reduce((most, one) => Math.max(most, one), 0);
    expect({ counter, last }).toEqual({ counter, last: total });
  }
}
