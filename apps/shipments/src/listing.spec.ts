import fc from 'fast-check';
import { comparable, type ListedShipment, listingOf, partsOf } from './listing.js';
import { inAnyOrder, life } from './shipment.arbitrary.js';
import {
  acknowledged,
  ANTIMONY,
  arrived,
  clock,
  closedOut,
  departed,
  estimated,
  inFixedOrder,
  itinerary,
  KARACHI,
  observed,
  registered,
  retracted,
  SAINT_LOUIS,
  shipmentAfter,
  statesAfter,
} from './shipment.story.js';
import type { Accepted } from './shipment.js';

const listingsAfter = (events: readonly Accepted[]): ListedShipment[] => {
  let held: ListedShipment | undefined;
  return statesAfter(events).map(({ state, by }) => {
    held = { ...state, ...listingOf(held, state, 'SHP-1', by.receivedAt) };
    return held;
  });
};
const listed = (...events: readonly Accepted[]): ListedShipment => listingsAfter(events).at(-1)!;

describe('a shipment is listed', () => {
  it('by what it is: deal, minerals, origin, destination, and every name that it has', () => {
    const cargo = [{ ...ANTIMONY, containers: ['CSQU3054383'] }];
    const references = [{ type: 'booking' as const, value: 'ab-12/3' }];
    expect(listed(registered({ dealId: 'DEAL-1', cargo, references })).about).toEqual([
      'deal:DEAL-1',
      'name:DEAL1',
      'part:1',
      'origin:PKKHI',
      'destination:USSTL',
      'mineral:antimony',
      'name:SHP1',
      'name:AB123',
      'part:123',
      'part:3',
      'name:CSQU3054383',
      'part:3054383',
    ]);
  });

  it('by its own id, before anything else is known', () => {
    expect(listed(observed('inspecting'))).toMatchObject({
      about: ['name:SHP1', 'part:1'],
      now: ['status:announced'],
    });
  });

  it('by where it stands: status, place, vessels, open exceptions', () => {
    const transport = { mode: 'vessel' as const, vesselImo: '9176187' };
    const late = estimated('2025-10-05T00:00:00Z');
    const story = [registered({ deadline: '2025-10-01T00:00:00Z' }), departed({ transport }), late];
    expect(listed(...story).now).toEqual([
      'status:departed',
      'place:PKKHI',
      'vessel:9176187',
      'exception:delayed',
    ]);
    expect(listed(...story, acknowledged('delayed', late)).now).not.toContain('exception:delayed');
  });

  it('by a vessel for as long as what names it stands', () => {
    const [first, second] = ['9176187', '9074729'].map((vesselImo) => ({
      mode: 'vessel' as const,
      vesselImo,
    }));
    const before = estimated('2025-10-02T00:00:00Z', { transport: first!, said: '2025-09-01T00:00:00Z' });
    const after = estimated('2025-10-03T00:00:00Z', { transport: second!, said: '2025-09-02T00:00:00Z' });
    expect(listed(registered(), before, after).now).toEqual(['status:registered', 'vessel:9074729']);
    expect(listed(registered(), before, after, retracted(after)).now).toContain('vessel:9176187');
  });

  it('by when it is expected, until it ends', () => {
    const expected = [registered(), estimated('2025-10-02T00:00:00+02:00')];
    expect(listed(...expected).etaAt).toEqual(new Date('2025-10-01T22:00:00Z'));
    expect(listed(...expected, closedOut('lost')).etaAt).toBeUndefined();
  });

  it('by when what is expected of it will be overdue, until the clock has said so, or it ends', () => {
    const expected = [registered(), estimated('2025-10-02T00:00:00Z')];
    const due = '2025-10-03T00:00:00Z';
    expect(listed(...expected).overdueAt).toEqual(new Date(due));
    expect(listed(...expected, clock(due)).overdueAt).toBeUndefined();
    expect(listed(...expected, closedOut('lost')).overdueAt).toBeUndefined();
  });

  it('by when something was last learnt of it, in whatever order it is heard', () => {
    const [early, late] = ['2025-10-02T00:00:00Z', '2025-10-03T00:00:00Z'];
    for (const events of [
      [registered({ learnt: early }), departed({ learnt: late })],
      [departed({ learnt: late }), registered({ learnt: early })],
    ])
      expect(listed(...events).updatedAt).toEqual(new Date(late));
  });

  it('as its state says, however it came to be', () => {
    fc.assert(
      fc.property(life.filter((events) => events.length > 0).chain(inAnyOrder), (events) => {
        const state = shipmentAfter(events);
        const last = new Date(Math.max(...events.map(({ receivedAt }) => receivedAt.getTime())));
        expect(inFixedOrder(listed(...events))).toEqual({
          ...state,
          ...listingOf(undefined, state, 'SHP-1', last),
        });
      }),
      { numRuns: 500 },
    );
  });

  it('by the same objects where nothing has changed, so that they are not written again', () => {
    const plan = itinerary([KARACHI, SAINT_LOUIS]);
    const [before, after] = listingsAfter([
      registered({ dealId: 'DEAL-1' }),
      estimated('2025-10-02T00:00:00Z'),
      plan,
    ]).slice(1);
    expect([after!.about, after!.now, after!.etaAt]).toEqual([before!.about, before!.now, before!.etaAt]);
    expect(after!.about).toBe(before!.about);
    expect(after!.now).toBe(before!.now);
    expect(after!.etaAt).toBe(before!.etaAt);
    expect(after!.overdueAt).toBe(before!.overdueAt);
  });

  it('by the same objects after a retraction of what it is not listed by', () => {
    const wrong = arrived({ place: KARACHI, at: '2025-09-11T00:00:00Z' });
    const [before, , after] = listingsAfter([departed(), wrong, retracted(wrong)]);
    expect(after!.about).toBe(before!.about);
  });
});

describe('a text is compared', () => {
  it.each([
    ['msku 0000006', 'MSKU-000000-6'],
    ['Öre & Söhne GmbH', 'ÖRE SÖHNE GMBH'],
    ['ＭＡＥＵ１２３', 'maeu123'],
    ['Straße', 'STRASSE'],
  ])('as the same: %s and %s', (a, b) => {
    expect(comparable(a)).toBe(comparable(b));
  });

  it('as well-formed text of a bounded length, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const once = comparable(text);
        expect([...once].length).toBeLessThanOrEqual(300);
        expect(once.isWellFormed()).toBe(true);
      }),
    );
    expect(comparable('\u{FDFA}'.repeat(300))).toHaveLength(300);
  });
});

describe('a name has parts', () => {
  it.each([
    ['PO-2026-4711', ['20264711', '4711']],
    ['maeu 77/1', ['771', '1']],
    ['MSKU0000006', []],
    ['-B-1-', ['1']],
    ['Öre & Söhne', ['SÖHNE']],
    ['a.a', ['A']],
    ['///', []],
  ])('from each of its words on: %s', (value, parts) => {
    expect(partsOf(value)).toEqual(parts);
  });

  it.each(['MSKU0000006', 'msku 000000-6', 'MSKU-0000006'])(
    'without its owner, of a container: %s',
    (value) => {
      expect(partsOf(value, 'container')).toContain('0000006');
    },
  );

  it('that are few, and its last ones, however long it is', () => {
    const parts = partsOf(Array.from({ length: 150 }, (_, nth) => nth).join('-'));
    expect(parts).toHaveLength(8);
    expect(parts.at(-1)).toBe('149');
  });
});
