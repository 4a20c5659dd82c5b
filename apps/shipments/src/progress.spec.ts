import type { Accepted } from './shipment.js';
import {
  ANTIMONY,
  arrived,
  CONTAINERS,
  departed,
  estimated,
  IN_FIVE,
  itinerary,
  KARACHI,
  planned,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
  viewAfter,
} from './shipment.story.js';

const [FIRST, SECOND] = CONTAINERS;

describe('the punctuality of a shipment', () => {
  const first = planned('2025-10-01T00:00:00Z', { said: '2025-09-01T00:00:00Z' });
  const current = estimated('2025-10-04T00:00:00Z', { said: '2025-09-20T00:00:00Z' });

  it.each([
    ['early', '2025-09-29T23:59:00Z', -1441],
    ['on-time', '2025-09-30T00:00:00Z', -1440],
    ['on-time', '2025-10-02T00:00:00Z', 1440],
    ['late', '2025-10-02T00:01:00Z', 1441],
  ] as const)('is %s when it arrives %s', (verdict, at, minutesLate) => {
    const arrival = arrived({ at });
    expect(viewAfter(registered(), first, current, arrival).punctuality).toEqual({
      firstEta: '2025-10-01T00:00:00Z',
      arrivedAt: at,
      verdict,
      minutesLate,
    });
  });

  it('says whether the deadline was kept, and nothing before the arrival', () => {
    const due = registered({ deadline: '2025-10-02T00:00:00Z' });
    expect(viewAfter(due, first).punctuality).toBeUndefined();
    expect(viewAfter(due, first, arrived({ at: '2025-10-02T00:00:00Z' })).punctuality?.deadlineKept).toBe(
      true,
    );
    expect(viewAfter(due, first, arrived({ at: '2025-10-02T00:00:01Z' })).punctuality?.deadlineKept).toBe(
      false,
    );
  });
});

describe('the itinerary of a shipment', () => {
  const way = itinerary([KARACHI, SALALAH, SAINT_LOUIS]);
  const call = arrived({ place: SALALAH, at: '2025-09-20T00:00:00Z' });
  const onward = departed({ place: SALALAH, at: '2025-09-22T00:00:00Z' });

  it('has the leg that it is on, and none in port', () => {
    const legAfter = (...events: Accepted[]) => viewAfter(registered(), way, ...events).itinerary?.currentLeg;
    expect(legAfter()).toBeUndefined();
    expect(legAfter(departed())).toBe(0);
    expect(legAfter(departed(), call)).toBeUndefined();
    expect(legAfter(departed(), call, onward)).toBe(1);
    expect(legAfter(departed(), call, onward, arrived())).toBeUndefined();
    expect(legAfter(departed(), arrived())).toBeUndefined();
  });

  it('leaves route and history as they are', () => {
    const shown = viewAfter(registered(), way, departed());
    expect(shown).toMatchObject({ origin: KARACHI, destination: SAINT_LOUIS });
    expect(shown.itinerary!.legs.map(({ to }) => to)).toEqual([SALALAH, SAINT_LOUIS]);
  });

  it('is what a milestone is held against, where nothing else plans it', () => {
    const timed = itinerary([KARACHI, SALALAH, SAINT_LOUIS], {
      times: [{ departure: '2025-09-10T00:00:00Z', arrival: '2025-09-19T00:00:00Z' }],
    });
    const left = departed({ at: '2025-09-12T00:00:00Z', place: KARACHI });
    const plans = (...events: Accepted[]) =>
      viewAfter(registered(), ...events).milestones.flatMap(({ milestone, planned: plan, minutesLate }) =>
        plan === undefined ? [] : [[milestone, plan, minutesLate]],
      );
    expect(plans(timed, left, call)).toEqual([
      ['departed', '2025-09-10T00:00:00Z', 2880],
      ['arrived', '2025-09-19T00:00:00Z', 1440],
    ]);
    const plan = planned('2025-10-02T00:00:00Z');
    expect(plans(plan, arrived({ at: '2025-10-01T00:00:00Z', place: SAINT_LOUIS }))).toEqual([
      ['arrived', '2025-10-02T00:00:00Z', -1440],
    ]);
    expect(plans(plan, call, departed())).toEqual([]);
  });

  it('says how long it stayed where', () => {
    const loaded = reported('loaded', { place: KARACHI, at: '2025-09-11T01:00:00Z' });
    expect(viewAfter(loaded, departed(), call, onward).stays).toMatchObject([
      { place: KARACHI, minutes: 24 * 60 },
      { place: SALALAH, from: '2025-09-20T00:00:00Z', to: '2025-09-22T00:00:00Z', minutes: 48 * 60 },
    ]);
  });

  it('says what is expected next', () => {
    expect(viewAfter(registered(), estimated('2025-10-02T00:00:00Z')).expected).toEqual([
      { milestone: 'arrived', classifier: 'EST', at: '2025-10-02T00:00:00Z', place: SAINT_LOUIS },
    ]);
  });
});

describe('the weights of a shipment', () => {
  it('are what was weighed at each point, in the order of happening, and not what was taken back', () => {
    const at = (milestone: 'loaded' | 'discharged', day: number, quantity: string) =>
      reported(milestone, {
        at: `2025-09-${day}T00:00:00Z`,
        weights: [{ kind: 'gross', quantity, unit: 'TNE', lot: ANTIMONY.lot }],
      });
    const wrong = at('discharged', 28, '99');
    const { weights } = viewAfter(
      at('discharged', 29, '20.1'),
      at('loaded', 11, '20.25'),
      wrong,
      retracted(wrong),
    );
    expect(weights.map(({ milestone, quantity }) => [milestone, quantity])).toEqual([
      ['loaded', '20.25'],
      ['discharged', '20.1'],
    ]);
  });
});

describe('demurrage', () => {
  const at = (milestone: 'discharged' | 'gate-out', day: string, ...containers: string[]) =>
    reported(milestone, {
      at: day,
      place: SAINT_LOUIS,
      ...(containers.length > 0 && { containers }),
    });
  const inFive = registered({ cargo: IN_FIVE, freeDays: 3 });

  it('is of each container from its discharge until it leaves, or until now', () => {
    const { demurrage } = viewAfter(
      inFive,
      at('discharged', '2025-10-02T00:00:00Z', FIRST, SECOND),
      at('gate-out', '2025-10-06T00:00:01Z', FIRST),
    );
    const both = { dischargedAt: '2025-10-02T00:00:00Z', freeDays: 3 };
    expect(demurrage).toEqual([
      { container: FIRST, ...both, gateOutAt: '2025-10-06T00:00:01Z', days: 5, chargeableDays: 2 },
      { container: SECOND, ...both, days: 8, chargeableDays: 5 },
    ]);
  });

  it('is of all containers where the whole shipment is discharged, and of none elsewhere', () => {
    expect(viewAfter(inFive, at('discharged', '2025-10-02T00:00:00Z')).demurrage).toHaveLength(5);
    expect(viewAfter(inFive, reported('discharged', { place: SALALAH })).demurrage).toEqual([]);
  });

  it('says nothing of what is due where no free days were registered', () => {
    const [clock] = viewAfter(
      registered({ cargo: IN_FIVE }),
      at('discharged', '2025-10-09T00:00:00Z', FIRST),
    ).demurrage;
    expect(clock).toEqual({ container: FIRST, dischargedAt: '2025-10-09T00:00:00Z', days: 1 });
  });
});
