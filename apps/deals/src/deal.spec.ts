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
import { announcementsOf, balanceOf, type Deal, drawDown, recounted, UNKNOWN, withTerms } from './deal.js';
import { after, amended, Arrivals, commitment, dealWith, lot, registered } from './deal.story.js';
import { drawdownOf } from './recount.js';
import type { TermsSaid } from './terms.js';

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
