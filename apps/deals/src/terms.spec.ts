import fc from 'fast-check';
import { amended, commitment, registered } from './deal.story.js';
import { positiveDecimal } from './decimal.oracle.js';
import {
  refusalOf,
  refusalOfHistory,
  refusalOfKey,
  refusalOfTerms,
  type Terms,
  termsOf,
  type TermsSaid,
} from './terms.js';

const termsWith = (...said: readonly TermsSaid[]): Terms | undefined => termsOf(said);

describe('the terms of a deal', () => {
  it('are those of its registration', () => {
    expect(termsWith(registered({ title: 'A memorandum' }))?.terms.title).toBe('A memorandum');
  });

  it('are unknown until it is registered, whatever is amended', () => {
    expect(termsWith(amended({ title: 'x' }))).toBeUndefined();
  });

  it('are what an amendment says, where it says something', () => {
    const terms = termsWith(registered({ title: 'Before', remarks: 'stay' }), amended({ title: 'After' }));
    expect(terms?.terms).toMatchObject({ title: 'After', remarks: 'stay' });
    expect(terms?.termsAt).toBe('2025-09-20T00:00:00.000Z');
  });

  it('have an amended commitment in the place of the one of its mineral and basis', () => {
    const terms = termsWith(
      registered({ commitments: [commitment(), commitment({ mineral: 'copper' })] }),
      amended({ commitments: [commitment({ quantity: '120' }), commitment({ basis: 'dry' })] }),
    );
    expect(terms?.terms.commitments).toEqual([
      commitment({ quantity: '120' }),
      commitment({ mineral: 'copper' }),
      commitment({ basis: 'dry' }),
    ]);
  });

  it('are those of the last registration, and what was amended after it', () => {
    const terms = termsWith(
      registered({ title: 'First' }, { said: '2025-09-01T00:00:00Z' }),
      amended({ value: { amount: '500000000', currency: 'USD' } }, { said: '2025-09-02T00:00:00Z' }),
      registered({ title: 'Second' }, { said: '2025-09-03T00:00:00Z' }),
    );
    expect(terms?.terms.title).toBe('Second');
    expect(terms?.terms.value).toBeUndefined();
  });

  it('are those of the first registration again, once that is said again behind another', () => {
    const [a, b] = [{ title: 'A' }, { title: 'B' }];
    const terms = termsWith(
      registered(a, { said: '2025-09-01T00:00:00Z' }),
      registered(b, { said: '2025-09-02T00:00:00Z' }),
      registered(a, { said: '2025-09-03T00:00:00Z' }),
    );
    expect([terms?.terms.title, terms?.termsAt]).toEqual(['A', '2025-09-03T00:00:00.000Z']);
  });

  it('are as they were, and since when, where they are said again and nothing came in between', () => {
    const registration = registered({}, { said: '2025-09-01T00:00:00Z' });
    const again = registered({}, { said: '2025-09-03T00:00:00Z' });
    expect(termsWith(registration, again)).toEqual(termsWith(registration));
  });

  it('have what was amended at the very moment of the registration', () => {
    const said = '2025-09-08T00:00:00Z';
    const parts = [
      registered({}, { said, id: 'b' }),
      amended({ title: 'Amended' }, { said, id: 'a' }),
    ] as const;
    expect(termsWith(...parts)?.terms.title).toBe('Amended');
    expect(termsWith(...parts.toReversed())?.terms.title).toBe('Amended');
  });

  it('may not have two commitments of the same mineral and basis, and the second is pointed to', () => {
    const { event } = registered({
      commitments: [commitment(), commitment({ mineral: 'copper' }), commitment()],
    });
    expect(refusalOf(event)?.faults).toEqual([
      expect.objectContaining({ pointer: '/data/commitments/2', code: 'repeated' }),
    ]);
    expect(refusalOf(registered().event)).toBeUndefined();
  });

  it('are of one request a key: another with its key is refused, the same one is not, nor is what has no key', () => {
    const said = [
      registered({ title: 'A' }, { key: 'k' }),
      amended({ title: 'C' }, { source: '/other', key: 'k' }),
    ];
    const reused = refusalOfKey(registered({ title: 'B' }, { key: 'k' }).event, said);
    expect([reused?.code, reused?.faults[0]?.pointer]).toEqual(['idempotency-key-reused', '/idempotencykey']);
    expect(refusalOfKey(registered({ title: 'A' }, { key: 'k' }).event, said)).toBeUndefined();
    expect(refusalOfKey(registered({ title: 'B' }, { key: 'l' }).event, said)).toBeUndefined();
    expect(refusalOfKey(registered({ title: 'B' }).event, [registered({ title: 'A' })])).toBeUndefined();
  });

  it('may not come to more than 100 commitments, since nobody could be told of them', () => {
    const commitments = Array.from({ length: 100 }, (_, index) =>
      commitment({ mineral: `mineral-${index}` }),
    );
    const registration = registered({ commitments });
    const terms = termsWith(registration, amended({ commitments: [commitment()] }));
    expect(refusalOfTerms(termsWith(registration)?.terms)).toBeUndefined();
    expect(refusalOfTerms(terms?.terms)?.faults).toEqual([
      expect.objectContaining({ pointer: '/data/commitments', code: 'too-many' }),
    ]);
  });

  it('may not come to more than an event holds, since nobody could read them', () => {
    const registration = registered({ extensions: { notes: 'x'.repeat(256 * 1024 - 500) } });
    const longer = amended({ parties: Array(20).fill({ role: 'seller', name: 'y'.repeat(200) }) });
    expect(refusalOfTerms(termsWith(registration)?.terms)).toBeUndefined();
    expect(refusalOfTerms(termsWith(registration, longer)?.terms)?.code).toBe('too-large');
  });

  it('are amended a thousand times and in four megabytes at most, so that deliveries always have room', () => {
    const said = (count: number, bytes: number): TermsSaid[] =>
      Array.from({ length: count }, () => amended({ title: 'x'.repeat(bytes) }));
    expect(refusalOfHistory(said(1_000, 10))).toBeUndefined();
    expect(refusalOfHistory(said(1_001, 10))?.code).toBe('document-too-large');
    expect(refusalOfHistory(said(15, 250_000))).toBeUndefined();
    expect(refusalOfHistory(said(18, 250_000))?.code).toBe('document-too-large');
  });

  it('are the same in whatever order registrations and amendments come', () => {
    const moment = fc.integer({ min: 1, max: 4 }).map((day) => `2025-09-0${day}T00:00:00Z`);
    const said = fc.record({
      id: fc.integer({ min: 1, max: 12 }).map(String),
      source: fc.constantFrom('/a', '/b'),
      said: fc.option(moment, { nil: undefined }),
      learnt: moment,
    });
    const line = fc
      .record({ mineral: fc.constantFrom('antimony', 'copper', 'lead'), quantity: positiveDecimal })
      .map(commitment);
    const lines = fc.uniqueArray(line, { selector: ({ mineral }) => mineral, minLength: 1 });
    const title = fc.constantFrom('A', 'B', 'C');
    const one: fc.Arbitrary<TermsSaid> = fc.oneof(
      fc
        .tuple(title, lines, said)
        .map(([t, commitments, when]) => registered({ title: t, commitments }, when)),
      fc
        .tuple(fc.record({ title, commitments: lines }, { requiredKeys: [] }), said)
        .map(([told, when]) => amended(told, when)),
    );
    const story = fc
      .uniqueArray(one, { selector: ({ event }) => `${event.source} ${event.id}`, maxLength: 9 })
      .chain((events) =>
        fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
      );
    fc.assert(
      fc.property(story, ([events, shuffled]) => {
        expect(termsWith(...shuffled)).toEqual(termsWith(...events));
      }),
      { numRuns: 2_000 },
    );
  });
});
