import fc from 'fast-check';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { RefusedEvent } from '#contracts/fault.js';
import type { EventBatch, Received } from './effects.js';
import { originOf } from './consumer-state.js';
import type { Placed } from './history.js';
import { type BroughtForth, type Caused, type Document, type Evolve, type Plan, Planner } from './planner.js';

interface Sum {
  readonly total: number;
  /** The last five numbers that were added. */
  readonly last: readonly number[];
}
type Add = CloudEvent<string, { readonly by: number }>;

const REFUSED = 13;

/** Announces each sum; of a number that takes the sum back to nothing, which of them there were, by the history. */
const evolve: Evolve<Sum, Add> = (state = { total: 0, last: [] }, { event: { data } }, _, history) => {
  if (data.by === REFUSED) return new RefusedEvent('invalid-data', 'it is refused');
  const total = state.total + data.by;
  const announcement = (topic: string, more: object) => ({
    topic,
    type: 'sums.changed.v1',
    data: { total, ...more },
  });
  const after = { total, last: [...state.last, data.by].slice(-5) };
  if (total !== 0) return { state: after, announcements: [announcement('sums', {})] };
  if (!history) return 'needs-history';
  const ids = history.map(({ event: { id } }) => id);
  return { state: after, announcements: [announcement('sums', {}), announcement('nothings', { ids })] };
};

const ENTITY = 'S';
const TOPIC = 'sums.inbound';
const PARTITIONS = [0, 1] as const;

/** Events of one entity on two partitions, some of them repeats, in the order in which they are learnt of. */
const anyReceived: fc.Arbitrary<Received<Add>[]> = fc
  .array(fc.tuple(fc.nat(25), fc.integer({ min: -3, max: 3 }), fc.constantFrom(...PARTITIONS)), {
    maxLength: 30,
  })
  .map((all) => {
    const offsets = [0, 0];
    return all.map(([nth, by, partition], index) => ({
      event: {
        id: `e-${nth}`,
        source: '/mine',
        type: 'sums.added.v1',
        subject: ENTITY,
        time: '2025-10-02T09:40:00Z',
        data: { by: nth === 7 ? REFUSED : by },
        extensions: {},
      },
      partition,
      offset: offsets[partition]!++,
      receivedAt: new Date(1_000 * index),
    }));
  });

/** Cut into batches, each of one partition. */
const anyBatches = fc
  .tuple(anyReceived, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }))
  .map(([received, cuts]) => {
    const batches: Received<Add>[][] = [];
    for (const [index, one] of received.entries()) {
      const last = batches.at(-1);
      if (last && last[0]!.partition === one.partition && !cuts[index]) last.push(one);
      else batches.push([one]);
    }
    return batches;
  });

const someBatches = anyBatches.filter((batches) => batches.length > 0);

const batchOf = (received: readonly Received<Add>[]): EventBatch<Add> => ({
  topic: TOPIC,
  partition: received[0]!.partition,
  firstOffset: received[0]!.offset,
  lastOffset: received.at(-1)!.offset,
  publishedUpTo: new Map(),
  received,
});

/** What MongoDB makes of an update. */
function updated(document: Document | undefined, { update, version }: Plan): Document {
  const fields: Record<string, unknown> = { _id: ENTITY, version, ...structuredClone(document) };
  const at = (path: string): [Record<string, unknown>, string] => {
    const [field, of] = path.split('.');
    return of === undefined ? [fields, field!] : [(fields[field!] ??= {}) as Record<string, unknown>, of];
  };
  const { $set = {}, $unset = {}, $push = {} } = update as unknown as Record<string, Record<string, unknown>>;
  for (const [path, value] of Object.entries($set)) at(path)[0][at(path)[1]] = structuredClone(value);
  for (const path of Object.keys($unset)) delete at(path)[0][at(path)[1]];
  for (const [path, added] of Object.entries($push))
    fields[path] = [...(fields[path] as unknown[]), ...(added as { $each: unknown[] }).$each];
  return fields as unknown as Document;
}

/** A projection without its servers. */
class Kept {
  document: Document | undefined;
  private readonly paged: Placed<Add>[] = [];
  readonly published: Caused[] = [];
  readonly refused: number[] = [];
  repeated = 0;

  constructor(readonly planner: Planner<Sum, Add>) {}

  get history(): Placed<Add>[] {
    const recent = this.document?.recent ?? [];
    return [
      ...this.paged,
      ...recent.map(({ event, ...place }) => ({ ...place, event: JSON.parse(event) as Add })),
    ];
  }

  get state(): Sum | undefined {
    return this.planner.loaded(this.document)?.state as Sum | undefined;
  }

  /** What was brought forth, folded once more. */
  again(isAskedFor: (origin: string, offset: number) => boolean): BroughtForth[] {
    return this.planner.foldedAgain(ENTITY, this.history, isAskedFor);
  }

  planOf(batch: EventBatch<Add>, again: readonly BroughtForth[] = []): Plan<Add> {
    const before = this.planner.loaded(this.document) as Parameters<Planner<Sum, Add>['plan']>[2];
    const { received } = batch;
    return (
      this.planner.plan(batch, ENTITY, before, again, received, undefined) ??
      this.planner.plan(batch, ENTITY, before, again, received, this.history)!
    );
  }

  take(received: readonly Received<Add>[]): void {
    const plan = this.planOf(batchOf(received));
    if (plan.update) this.document = updated(this.document, plan);
    for (const { topic, partition, events } of plan.pages)
      for (const { event, ...place } of events)
        this.paged.push({ topic, partition, ...place, event: JSON.parse(event) as Add });
    this.published.push(...plan.publish);
    this.refused.push(...plan.refused.map(({ offset }) => offset));
    this.repeated += plan.repeated;
  }
}

const taken = (batches: readonly (readonly Received<Add>[])[], keeps?: () => boolean): Kept => {
  const history = keeps ? { keeps } : {};
  const kept = new Kept(new Planner<Sum, Add>({ source: '/sums', evolve, history }));
  for (const batch of batches) kept.take(batch);
  return kept;
};

const causedBy = (brought: readonly BroughtForth[]): Caused[] => brought.flatMap(({ caused }) => caused);

const plain = (published: readonly Caused[]): unknown[] =>
  published.map(({ offset, topic, event }) => ({ offset, topic, event }));

describe('the plan of an entity', () => {
  it('comes to the same, and publishes the same, however its events are cut into batches', () => {
    fc.assert(
      fc.property(anyBatches, (batches) => {
        const whole = taken(batches);
        const oneByOne = taken(batches.flat().map((one) => [one]));

        expect(oneByOne.state).toEqual(whole.state);
        expect(plain(oneByOne.published)).toEqual(plain(whole.published));
        expect(oneByOne.refused).toEqual(whole.refused);
        expect(oneByOne.repeated).toBe(whole.repeated);
      }),
    );
  });

  it('accounts for every event: it is in the history, refused or a repeat', () => {
    fc.assert(
      fc.property(anyBatches, (batches) => {
        const { history, refused, repeated } = taken(batches);
        expect(history.length + refused.length + repeated).toBe(batches.flat().length);
      }),
    );
  });

  it('can be had again from the history: what each partition brought forth, with the same ids, in the same order', () => {
    fc.assert(
      fc.property(anyBatches, (batches) => {
        const kept = taken(batches);
        const { published } = kept;
        const again = PARTITIONS.map((partition) =>
          causedBy(kept.again((origin) => origin === originOf({ topic: TOPIC, partition }))),
        );
        const ids = (some: readonly Caused[]): string[] => some.map(({ event }) => event.id).sort();

        expect(ids(again.flat())).toEqual(ids(published));
        for (const some of again) {
          const asPublished = published.filter(({ event }) => some.some((one) => one.event.id === event.id));
          expect(plain(some)).toEqual(plain(asPublished));
        }
      }),
    );
  });

  it('changes nothing when a batch comes again, and publishes what it brought forth before', () => {
    fc.assert(
      fc.property(someBatches, (batches) => {
        const before = taken(batches.slice(0, -1));
        const kept = taken(batches);
        const batch = batchOf(batches.at(-1)!);
        const own = kept.again((origin, offset) => origin === originOf(batch) && offset >= batch.firstOffset);
        const plan = kept.planOf(batch, own);

        expect(plan.update).toBeUndefined();
        expect(plan.pages).toEqual([]);
        expect(plain(plan.publish)).toEqual(plain(kept.published.slice(before.published.length)));
      }),
    );
  });

  it('publishes what other partitions brought forth before it ahead of what it brings forth, by their sequence', () => {
    fc.assert(
      fc.property(someBatches, (batches) => {
        const kept = taken(batches.slice(0, -1));
        const batch = batchOf(batches.at(-1)!);
        const others = kept.again((origin) => origin !== originOf(batch));
        const alone = kept.planOf(batch).publish;
        const { publish } = kept.planOf(batch, others);

        const inOrder = publish.toSorted((a, b) => a.offset - b.offset); // as a projection does
        const ids = (some: readonly Caused[]): string[] => some.map(({ event }) => event.id);
        expect(ids(inOrder)).toEqual(ids(publish));
        expect(ids(publish)).toEqual(alone.length > 0 ? [...ids(causedBy(others)), ...ids(alone)] : []);
      }),
    );
  });

  it('keeps what it brought forth beside the state where its events are not kept', () => {
    fc.assert(
      fc.property(
        anyReceived.map((received) => received.filter(({ event }) => event.data.by > 0)),
        (received) => {
          fc.pre(received.some(({ event }) => event.data.by !== REFUSED));
          const kept = taken(
            [received.map((one, offset) => ({ ...one, partition: 0, offset }))],
            () => false,
          );
          const { outbox = {}, pending = {}, accepted } = kept.document!;

          const texts = kept.published.map(({ offset, topic, event }) => ({
            offset,
            topic,
            event: JSON.stringify(event),
          }));
          expect(outbox).toEqual({ [`${TOPIC.replace('.', '/')}/0`]: texts });
          expect(Object.values(pending)).toEqual([texts.at(-1)!.offset]);
          expect(accepted).toBeUndefined();
        },
      ),
    );
  });

  it('refuses an event whose fold fails, and goes on behind it', () => {
    const failing: Evolve<Sum, Add> = (state, received, id, history) => {
      if (received.event.id === 'e-1') throw new Error('a fault of the fold');
      return evolve(state, received, id, history);
    };
    const kept = new Kept(new Planner<Sum, Add>({ source: '/sums', evolve: failing, history: {} }));
    const event = (nth: number): Add => ({
      id: `e-${nth}`,
      source: '/mine',
      type: 'sums.added.v1',
      subject: ENTITY,
      data: { by: 1 },
      extensions: {},
    });
    kept.take(
      [0, 1, 2].map((offset) => ({ event: event(offset), partition: 0, offset, receivedAt: new Date(0) })),
    );

    expect(kept.refused).toEqual([1]);
    expect(kept.state?.total).toBe(2);
  });
});
