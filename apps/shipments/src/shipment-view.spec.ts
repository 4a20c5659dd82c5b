import fc from 'fast-check';
import { inAnyOrder, life } from './shipment.arbitrary.js';
import type { Accepted } from './shipment.js';
import {
  acknowledged,
  ANTIMONY,
  arrived,
  departed,
  estimated,
  KARACHI,
  observed,
  planned,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
  shipmentAfter,
  viewAfter,
  withdrawn,
} from './shipment.story.js';
import { summaryOf, timelineOf } from './shipment-view.js';

const identified = (events: readonly Accepted[]) => ({ _id: 'SHP-1', ...shipmentAfter(events) });
const timeline = (...events: Accepted[]) => timelineOf(identified(events), events).events;

describe('a shipment in a list', () => {
  it('says what it carries, for whom, from where to where, and when it arrived', () => {
    expect(summaryOf(identified([registered({ dealId: 'DEAL-1' }), departed(), arrived()]))).toEqual({
      id: 'SHP-1',
      status: 'arrived',
      statusAt: '2025-10-02T09:40:00-05:00',
      dealId: 'DEAL-1',
      origin: KARACHI,
      destination: SAINT_LOUIS,
      position: SAINT_LOUIS,
      arrivedAt: '2025-10-02T09:40:00-05:00',
      cargo: [ANTIMONY],
      openExceptions: [],
    });
  });

  it('says what is wrong with it, and not what was acknowledged of that', () => {
    const late = estimated('2025-10-05T00:00:00Z');
    const story = [registered({ deadline: '2025-10-01T00:00:00Z' }), late];
    const damage = observed('damaged');
    expect(summaryOf(identified([...story, damage])).openExceptions).toEqual(['delayed', 'damaged']);
    expect(summaryOf(identified([...story, damage, acknowledged('delayed', late)])).openExceptions).toEqual([
      'damaged',
    ]);
  });

  it('that has not been registered is shown with what is known', () => {
    expect(summaryOf(identified([estimated('2025-10-02T00:00:00Z')]))).toEqual({
      id: 'SHP-1',
      status: 'announced',
      eta: '2025-10-02T00:00:00Z',
      cargo: [],
      openExceptions: [],
    });
  });
});

describe('the timeline', () => {
  it('is in the order of happening, and at the same moment in that of the lifecycle', () => {
    const at = '2025-10-02T00:00:00Z';
    const events = [
      reported('discharged', { at, id: 'a' }),
      reported('arrived', { at, id: 'b' }),
      departed({ id: 'z' }),
    ];
    expect(timeline(...events).map(({ id }) => id)).toEqual(['z', 'b', 'a']);
  });

  it('has what was taken back, and says so', () => {
    const arrival = arrived({ id: 'wrong' });
    expect(
      timeline(arrival, retracted(arrival, { id: 'back' })).map(({ id, retracted: is }) => [id, is]),
    ).toEqual(
      expect.arrayContaining([
        ['wrong', true],
        ['back', false],
      ]),
    );
  });

  it('never says of a retraction that it was taken back: it is final', () => {
    const arrival = arrived({ id: 'wrong' });
    const back = retracted(arrival, { id: 'back' });
    const shown = timeline(arrival, back, retracted(back, { id: 'in-vain' }));
    expect(shown.filter(({ retracted: is }) => is).map(({ id }) => id)).toEqual(['wrong']);
  });

  it('says what is questionable in an event', () => {
    const [event] = timeline(departed({ transport: { mode: 'vessel', vesselImo: '9176186' } }));
    expect(event!.warnings).toMatchObject([{ pointer: '/data/transport/vesselImo', code: 'check-digit' }]);
    expect(timeline(departed())[0]).not.toHaveProperty('warnings');
  });

  it('says which event was said anew since, and which had its revisions taken back', () => {
    const revised = (id: string, of: string, at: string) => departed({ id, revision: { of, at } });
    const shown = timeline(
      revised('a@2', 'a', '2025-09-12T00:00:00Z'),
      revised('a@1', 'a', '2025-09-11T00:00:00Z'),
      revised('b@1', 'b', '2025-09-11T00:00:00Z'),
      withdrawn('b', { id: 'back' }),
    );
    const fates = shown.map(({ id, retracted: back, revised: anew }) => [id, back, anew]);
    expect(fates.sort()).toEqual([
      ['a@1', false, true],
      ['a@2', false, false],
      ['b@1', true, false],
      ['back', false, false],
    ]);
  });

  it('says of each event when it happened, and when we learnt of it', () => {
    const event = departed({ at: '2025-09-12T06:00:00+05:00', learnt: '2025-09-12T08:00:00.000Z' });
    const [shown] = timeline(event);
    expect(shown).toMatchObject({
      time: event.event.time,
      happenedAt: '2025-09-12T01:00:00.000Z',
      receivedAt: '2025-09-12T08:00:00.000Z',
    });
  });
});

describe('the history of the ETA', () => {
  it('has each estimate and plan with when it was said and by whom, the latest last', () => {
    const { etaHistory } = viewAfter(
      registered(),
      estimated('2025-10-01T00:00:00Z', { said: '2025-09-20T00:00:00Z' }),
      planned('2025-10-05T00:00:00Z', { said: '2025-09-01T00:00:00Z', source: '/forwarder' }),
    );
    expect(etaHistory).toEqual([
      {
        eta: '2025-10-05T00:00:00Z',
        said: '2025-09-01T00:00:00.000Z',
        source: '/forwarder',
        classifier: 'PLN',
      },
      {
        eta: '2025-10-01T00:00:00Z',
        said: '2025-09-20T00:00:00.000Z',
        source: '/carrier',
        classifier: 'EST',
      },
    ]);
  });

  it('leaves out calls elsewhere, and what was taken back', () => {
    const wrong = estimated('2025-10-03T00:00:00Z');
    const { etaHistory } = viewAfter(
      registered(),
      estimated('2025-09-18T00:00:00Z', { place: SALALAH }),
      wrong,
      retracted(wrong),
    );
    expect(etaHistory).toEqual([]);
  });

  it('keeps what was said before it was said anew, and not what was taken back', () => {
    const word = (nth: number, of: string): Accepted =>
      estimated(`2025-10-0${nth}T00:00:00Z`, {
        id: `${of}@${nth}`,
        said: `2025-09-2${nth}T00:00:00Z`,
        revision: { of, at: `2025-09-2${nth}T00:00:00Z` },
      });
    const { etaHistory } = viewAfter(registered(), word(1, 'a'), word(2, 'a'), word(3, 'b'), withdrawn('b'));
    expect(etaHistory.map(({ eta, revised: anew }) => [eta, anew])).toEqual([
      ['2025-10-01T00:00:00Z', true],
      ['2025-10-02T00:00:00Z', undefined],
    ]);
  });

  it('ends with the ETA itself, while the shipment is on its way', () => {
    fc.assert(
      fc.property(life, (events) => {
        fc.pre(!shipmentAfter(events).closeOut);
        const { eta, etaHistory } = viewAfter(...events);
        const standing = etaHistory.filter(({ revised: anew }) => !anew);
        const estimates = standing.filter(({ classifier }) => classifier === 'EST');
        expect((estimates.at(-1) ?? standing.at(-1))?.eta).toBe(eta);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('whatever order events come in', () => {
  it('a shipment and its timeline are shown the same', () => {
    const told = life.chain((events) =>
      fc.tuple(
        fc.constant(events),
        inAnyOrder(events).map((shuffled) => [...new Set(shuffled)]),
      ),
    );
    fc.assert(
      fc.property(told, ([events, shuffled]) => {
        expect(viewAfter(...shuffled)).toEqual(viewAfter(...events));
        expect(timeline(...shuffled)).toEqual(timeline(...events));
      }),
      { numRuns: 2_000 },
    );
  });
});
