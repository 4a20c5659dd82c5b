import fc from 'fast-check';
import {
  DealBalanceChanged,
  DealDrawnDown,
  DealFulfilled,
  DealRegistered,
  DealReopened,
  RecountRequested,
} from '#contracts/deals.js';
import { dealOf } from './deal-view.js';
import {
  announcementsOf,
  balanceOf,
  type Deal,
  drawDown,
  recounted,
  refusalOf,
  refusalOfHistory,
  refusalOfKey,
  refusalOfTerms,
  type TermsSaid,
  UNKNOWN,
  withTerms,
} from './deal.js';
import { after, amended, Arrivals, commitment, dealWith, lot, registered } from './deal.story.js';
import { positiveDecimal } from './decimal.oracle.js';
import { drawdownOf } from './recount.js';

describe('the terms of a deal', () => {
  it('are those of its registration', () => {
    expect(dealWith(registered({ title: 'A memorandum' })).terms?.title).toBe('A memorandum');
  });

  it('are unknown until it is registered, whatever is amended', () => {
    expect(dealWith(amended({ title: 'x' })).terms).toBeUndefined();
  });

  it('are what an amendment says, where it says something', () => {
    const deal = dealWith(registered({ title: 'Before', remarks: 'stay' }), amended({ title: 'After' }));
    expect(deal.terms).toMatchObject({ title: 'After', remarks: 'stay' });
    expect(deal.termsAt).toBe('2025-09-20T00:00:00.000Z');
  });

  it('have an amended commitment in the place of the one of its mineral and basis', () => {
    const deal = dealWith(
      registered({ commitments: [commitment(), commitment({ mineral: 'copper' })] }),
      amended({ commitments: [commitment({ quantity: '120' }), commitment({ basis: 'dry' })] }),
    );
    expect(deal.terms?.commitments).toEqual([
      commitment({ quantity: '120' }),
      commitment({ mineral: 'copper' }),
      commitment({ basis: 'dry' }),
    ]);
  });

  it('are those of the last registration, and what was amended after it', () => {
    const deal = dealWith(
      registered({ title: 'First' }, { said: '2025-09-01T00:00:00Z' }),
      amended({ value: { amount: '500000000', currency: 'USD' } }, { said: '2025-09-02T00:00:00Z' }),
      registered({ title: 'Second' }, { said: '2025-09-03T00:00:00Z' }),
    );
    expect(deal.terms?.title).toBe('Second');
    expect(deal.terms?.value).toBeUndefined();
  });

  it('are those of the first registration again, once that is said again behind another', () => {
    const [a, b] = [{ title: 'A' }, { title: 'B' }];
    const deal = dealWith(
      registered(a, { said: '2025-09-01T00:00:00Z' }),
      registered(b, { said: '2025-09-02T00:00:00Z' }),
      registered(a, { said: '2025-09-03T00:00:00Z' }),
    );
    expect([deal.terms?.title, deal.termsAt]).toEqual(['A', '2025-09-03T00:00:00.000Z']);
  });

  it('are as they were, and since when, where they are said again and nothing came in between', () => {
    const registration = registered({}, { said: '2025-09-01T00:00:00Z' });
    const again = registered({}, { said: '2025-09-03T00:00:00Z' });
    expect(dealWith(registration, again)).toEqual(dealWith(registration));
  });

  it('have what was amended at the very moment of the registration', () => {
    const said = '2025-09-08T00:00:00Z';
    const parts = [
      registered({}, { said, id: 'b' }),
      amended({ title: 'Amended' }, { said, id: 'a' }),
    ] as const;
    expect(dealWith(...parts).terms?.title).toBe('Amended');
    expect(dealWith(...parts.toReversed()).terms?.title).toBe('Amended');
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
    const deal = dealWith(registration, amended({ commitments: [commitment()] }));
    expect(refusalOfTerms(dealWith(registration))).toBeUndefined();
    expect(refusalOfTerms(deal)?.faults).toEqual([
      expect.objectContaining({ pointer: '/data/commitments', code: 'too-many' }),
    ]);
  });

  it('may not come to more than an event holds, since nobody could read them', () => {
    const registration = registered({ extensions: { notes: 'x'.repeat(256 * 1024 - 500) } });
    const longer = amended({ parties: Array(20).fill({ role: 'seller', name: 'y'.repeat(200) }) });
    expect(refusalOfTerms(dealWith(registration))).toBeUndefined();
    expect(refusalOfTerms(dealWith(registration, longer))?.code).toBe('too-large');
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
        expect(dealWith(...shuffled)).toEqual(dealWith(...events));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a deal is drawn down', () => {
  const deal = dealWith(registered());

  it('by what has arrived', () => {
    const arrivals = new Arrivals();
    expect(balanceOf(after(deal, arrivals.arrived('SHP-1', { sequence: 1 })))).toEqual([
      expect.objectContaining({ committed: '100', delivered: '20', remaining: '80', excess: '0' }),
    ]);
  });

  it('by a replaced arrival once, with what it says last', () => {
    const arrivals = new Arrivals();
    const first = arrivals.arrived('SHP-1', { sequence: 1 });
    const again = arrivals.arrived('SHP-1', { sequence: 2, cargo: [lot({ quantity: '25.5' })] });
    const state = after(deal, [...first, ...again]);
    expect(balanceOf(state)[0]).toMatchObject({ delivered: '25.5', remaining: '74.5' });
    expect(state.deliveries).toBe(1);
  });

  it('no longer by an arrival that was retracted', () => {
    const arrivals = new Arrivals();
    const state = after(deal, [
      ...arrivals.arrived('SHP-1', { sequence: 1 }),
      ...arrivals.retracted('SHP-1', 2),
    ]);
    expect(balanceOf(state)[0]).toMatchObject({ delivered: '0', remaining: '100' });
    expect(state.deliveries).toBe(0);
  });

  it('no longer by a shipment that changed to another deal', () => {
    const arrivals = new Arrivals();
    const records = [
      ...arrivals.arrived('SHP-1', { sequence: 1 }),
      ...arrivals.arrived('SHP-1', { sequence: 2, dealId: 'DEAL-2' }),
    ];
    const of = (id: string) =>
      after(
        deal,
        records.filter(({ subject }) => subject === id),
      );
    expect([of('DEAL-1').deliveries, balanceOf(of('DEAL-1'))[0]?.delivered]).toEqual([0, '0']);
    expect(balanceOf(of('DEAL-2'))[0]).toMatchObject({ delivered: '20' });
  });

  it('past what was committed, which leaves nothing and an excess', () => {
    const arrivals = new Arrivals();
    const state = after(
      deal,
      arrivals.arrived('SHP-1', { sequence: 1, cargo: [lot({ quantity: '100500', unit: 'KGM' })] }),
    );
    expect(balanceOf(state)[0]).toMatchObject({ delivered: '100.5', remaining: '0', excess: '0.5' });
  });

  it('by nothing of another basis: that is shown as uncommitted', () => {
    const arrivals = new Arrivals();
    const state = after(deal, arrivals.arrived('SHP-1', { sequence: 1, cargo: [lot({ basis: 'dry' })] }));
    expect(balanceOf(state)[0]).toMatchObject({ delivered: '0' });
    expect(dealOf({ _id: 'DEAL-1', ...state }).uncommitted).toEqual([
      { mineral: 'antimony', basis: 'dry', quantity: '20000', unit: 'KGM' },
    ]);
  });

  it('by what arrived before it was registered', () => {
    const arrivals = new Arrivals();
    const early = after(UNKNOWN, arrivals.arrived('SHP-1', { sequence: 1 }));
    expect(balanceOf(withTerms(early, [registered()]))[0]).toMatchObject({ delivered: '20' });
  });

  it('once by a record that comes again', () => {
    const arrivals = new Arrivals();
    const [record] = arrivals.arrived('SHP-1', { sequence: 1 });
    expect(drawDown(after(deal, [record!]), record!)).toBeUndefined();
  });
});

describe('a deal to which more minerals came than have totals', () => {
  const of = (mineral: string) => lot({ lot: mineral, mineral });
  const minerals = Array.from({ length: 101 }, (_, index) => `m${String(index).padStart(3, '0')}`);
  const arrivals = new Arrivals();
  const crowded = after(
    dealWith(registered()),
    minerals.flatMap((mineral) => arrivals.arrived(mineral, { sequence: 1, cargo: [of(mineral)] })),
  );
  const terms = [registered(), amended({ commitments: [commitment({ mineral: 'm100' })] })];
  const amendedDeal = withTerms(crowded, terms);

  it('is drawn down as any other, and shows the rest as one weight', () => {
    const state = after(crowded, arrivals.arrived('SHP-1', { sequence: 1 }));
    expect(balanceOf(state)[0]).toMatchObject({ delivered: '20' });
    const { uncommitted } = dealOf({ _id: 'DEAL-1', ...state });
    expect([uncommitted.length, uncommitted.at(-1)]).toEqual([
      101,
      { basis: 'wet', quantity: '20000', unit: 'KGM' },
    ]);
  });

  it('has no balance while a new commitment is not counted: it asks for that, and says nothing else', () => {
    expect(announcementsOf(crowded, amendedDeal).map(({ type }) => type)).toEqual([
      DealRegistered.type,
      RecountRequested.type,
    ]);
    expect(dealOf({ _id: 'DEAL-1', ...amendedDeal }).recounting).toBe(true);
    const [record] = arrivals.arrived('SHP-2', { sequence: 1 });
    expect(announcementsOf(amendedDeal, after(amendedDeal, [record!]), record!.data)).toEqual([]);
  });

  it('has its balance told once it is counted', async () => {
    const at = '2025-11-02T00:00:00Z';
    const told = arrivals.now.map((delivery) => delivery.told);
    const counted = recounted(amendedDeal, await drawdownOf('DEAL-1', amendedDeal, told))!;
    expect(dealOf({ _id: 'DEAL-1', ...counted }).recounting).toBeUndefined();
    expect(balanceOf(counted)[1]).toMatchObject({ mineral: 'm100', delivered: '20' });
    expect(counted.others).toBeUndefined();
    expect(announcementsOf(amendedDeal, counted, { at })).toEqual([
      expect.objectContaining({ type: DealBalanceChanged.type, data: { at, balance: balanceOf(counted) } }),
    ]);
  });

  it('remains fulfilled or not as far as is known, and is reopened once that is known', async () => {
    const lowered = amended(
      { commitments: [commitment({ quantity: '20' })] },
      { said: '2025-09-09T00:00:00Z' },
    );
    const many = new Arrivals();
    const full = withTerms(
      after(UNKNOWN, [
        ...many.arrived('SHP-1', { sequence: 1 }),
        ...minerals.flatMap((mineral) => many.arrived(mineral, { sequence: 1, cargo: [of(mineral)] })),
      ]),
      [registered(), lowered],
    );
    const raised = withTerms(full, [registered(), lowered, terms[1]!]);
    const counted = recounted(
      raised,
      await drawdownOf(
        'DEAL-1',
        raised,
        many.now.map(({ told }) => told),
      ),
    )!;
    expect([full, raised, counted].map(({ fulfilled }) => fulfilled)).toEqual([true, true, false]);
    expect(announcementsOf(raised, counted, { at: '2025-11-02T00:00:00Z' }).map(({ type }) => type)).toEqual([
      DealBalanceChanged.type,
      DealReopened.type,
    ]);
  });
});

describe('a deal is fulfilled', () => {
  const deal = dealWith(
    registered({ commitments: [commitment(), commitment({ mineral: 'copper', quantity: '5' })] }),
  );
  const all = [
    lot({ quantity: '100' }),
    lot({ lot: 'L2', mineral: 'copper', quantity: '5000', unit: 'KGM' }),
  ];
  const at = '2025-10-02T09:40:00-05:00';

  it('once every commitment has been delivered, not before', () => {
    const arrivals = new Arrivals();
    const half = after(deal, arrivals.arrived('SHP-1', { sequence: 1, cargo: [all[0]!] }));
    expect(half.fulfilled).toBe(false);
    expect(after(half, arrivals.arrived('SHP-2', { sequence: 1, cargo: [all[1]!] })).fulfilled).toBe(true);
  });

  it('and says so once, with what was drawn down', () => {
    const [record] = new Arrivals().arrived('SHP-1', { sequence: 1, cargo: all });
    const said = announcementsOf(deal, after(deal, [record!]), record!.data);
    expect(said.map(({ type, data }) => [type, data])).toEqual([
      [DealDrawnDown.type, expect.objectContaining({ shipmentId: 'SHP-1', at })],
      [DealFulfilled.type, { at }],
    ]);
  });

  it('no longer, when an arrival is retracted, and says that it is reopened', () => {
    const arrivals = new Arrivals();
    const full = after(deal, arrivals.arrived('SHP-1', { sequence: 1, cargo: all }));
    const [back] = arrivals.retracted('SHP-1', 2);
    const reopened = after(full, [back!]);
    expect(reopened.fulfilled).toBe(false);
    expect(announcementsOf(full, reopened, back!.data).map(({ type }) => type)).toEqual([
      DealDrawnDown.type,
      DealReopened.type,
    ]);
  });

  it('no longer, when a commitment is raised', () => {
    const registration = registered();
    const raise = amended({ commitments: [commitment({ quantity: '101' })] });
    const full = after(
      dealWith(registration),
      new Arrivals().arrived('SHP-1', { sequence: 1, cargo: [all[0]!] }),
    );
    const raised = withTerms(full, [registration, raise]);
    expect([full.fulfilled, raised.fulfilled]).toEqual([true, false]);
    expect(announcementsOf(full, raised).map(({ type }) => type)).toEqual([
      DealRegistered.type,
      DealBalanceChanged.type,
      DealReopened.type,
    ]);
  });

  it('by an amendment that lowers a commitment to what has come, and no longer when one is added', () => {
    const registration = registered();
    const lowered = amended({ commitments: [commitment({ quantity: '20' })] });
    const added = amended(
      { commitments: [commitment({ mineral: 'copper' })] },
      { said: '2025-09-21T00:00:00Z' },
    );
    const open = after(dealWith(registration), new Arrivals().arrived('SHP-1', { sequence: 1 }));
    const full = withTerms(open, [registration, lowered]);
    const reopened = withTerms(full, [registration, lowered, added]);
    expect(announcementsOf(open, full).map(({ type, data }) => [type, data])).toEqual([
      [DealRegistered.type, full.terms],
      [
        DealBalanceChanged.type,
        {
          at: '2025-09-20T00:00:00.000Z',
          balance: [expect.objectContaining({ committed: '20', delivered: '20', remaining: '0' })],
        },
      ],
      [DealFulfilled.type, { at: '2025-09-20T00:00:00.000Z' }],
    ]);
    expect(announcementsOf(full, reopened).map(({ type }) => type)).toEqual([
      DealRegistered.type,
      DealBalanceChanged.type,
      DealReopened.type,
    ]);
  });

  it('by its registration, where all had come before it', () => {
    const early = after(UNKNOWN, new Arrivals().arrived('SHP-1', { sequence: 1, cargo: [all[0]!] }));
    const registration = registered();
    const known = withTerms(early, [registration]);
    expect(announcementsOf(early, known).map(({ type }) => type)).toEqual([
      DealRegistered.type,
      DealBalanceChanged.type,
      DealFulfilled.type,
    ]);
  });
});

describe('what is published of the terms', () => {
  const told = (before: Deal, next: Deal): string[] => announcementsOf(before, next).map(({ type }) => type);

  it('is nothing, where they are as they were', () => {
    const registration = registered({}, { said: '2025-09-08T00:00:00Z' });
    const old = amended({ title: 'Overtaken' }, { said: '2025-09-01T00:00:00Z' });
    const before = dealWith(registration);
    const again = JSON.parse(JSON.stringify(registration.event)) as TermsSaid['event'];
    expect(told(before, withTerms(before, [{ ...registration, event: again }, old]))).toEqual([]);
  });

  it('is the terms alone, where nothing was delivered before the registration, or an amendment leaves commitments as they are', () => {
    const registration = registered();
    const known = dealWith(registration);
    expect(told(UNKNOWN, known)).toEqual([DealRegistered.type]);
    expect(told(known, withTerms(known, [registration, amended({ title: 'Renamed' })]))).toEqual([
      DealRegistered.type,
    ]);
  });

  it('is the balance too, where deliveries came before the registration', () => {
    const early = after(UNKNOWN, new Arrivals().arrived('SHP-1', { sequence: 1 }));
    const known = withTerms(early, [registered()]);
    expect(announcementsOf(early, known)[1]).toMatchObject({
      type: DealBalanceChanged.type,
      data: { at: '2025-09-08T00:00:00.000Z', balance: [{ delivered: '20', remaining: '80' }] },
    });
  });

  it('is always such that the last balance told is the one that holds, and so is whether it is fulfilled', () => {
    const line = fc
      .record({
        mineral: fc.constantFrom('antimony', 'copper'),
        quantity: fc.constantFrom('20', '40', '100'),
      })
      .map(commitment);
    const lines = fc.uniqueArray(line, { selector: ({ mineral }) => mineral, minLength: 1 });
    const step = fc.oneof(
      lines.map((commitments) => ({ commitments })),
      fc.record({ shipment: fc.constantFrom('S1', 'S2', 'S3'), isThere: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const arrivals = new Arrivals();
        const said: TermsSaid[] = [];
        let deal: Deal = UNKNOWN;
        let balance: unknown;
        let fulfilled = false;
        const next = (state: Deal, announcements: ReturnType<typeof announcementsOf>): void => {
          deal = state;
          for (const { type, data } of announcements) {
            if (type === DealRegistered.type && !balance) balance = balanceOf({ ...deal, delivered: [] });
            if ('balance' in data) balance = data.balance;
            if (type === DealFulfilled.type) fulfilled = true;
            if (type === DealReopened.type) fulfilled = false;
          }
        };
        steps.forEach((one, index) => {
          if ('commitments' in one) {
            const when = { said: `2025-09-${String(index + 1).padStart(2, '0')}T00:00:00Z` };
            said.push(said.length === 0 ? registered(one, when) : amended(one, when));
            const state = withTerms(deal, said);
            next(state, announcementsOf(deal, state));
          } else {
            const { shipment, isThere } = one;
            for (const event of isThere
              ? arrivals.arrived(shipment, { sequence: index + 1 })
              : arrivals.retracted(shipment, index + 1)) {
              const state = drawDown(deal, event)!;
              next(state, announcementsOf(deal, state, event.data));
            }
          }
          if (deal.terms) expect([balance, fulfilled]).toEqual([balanceOf(deal), deal.fulfilled]);
        });
      }),
      { numRuns: 1_000 },
    );
  });
});
