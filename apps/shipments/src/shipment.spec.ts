import fc from 'fast-check';
import { MILESTONES, OUTCOMES } from '#contracts/shipments.js';
import { inAnyOrder, isRetraction, life } from './shipment.arbitrary.js';
import { type Accepted, take } from './shipment.js';
import {
  arrived,
  closedOut,
  departed,
  estimated,
  given,
  KARACHI,
  nameOf,
  planned,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
  shipmentAfter,
  withdrawn,
} from './shipment.story.js';

describe('the status of a shipment', () => {
  it('is announced before anything is known but a plan', () => {
    given(planned('2025-10-02T00:00:00Z')).then({ status: 'announced', statusAt: undefined });
  });

  it('is registered from its registration on', () => {
    given(registered()).then({ status: 'registered', statusAt: undefined });
  });

  it.each(MILESTONES)('is %s once that has been passed', (milestone) => {
    const at = '2025-09-20T10:00:00+05:00';
    given(registered(), reported(milestone, { at })).then({ status: milestone, statusAt: at });
  });

  it.each(MILESTONES)('is not %s while that is only planned or estimated', (milestone) => {
    given(
      registered(),
      reported(milestone, { classifier: 'PLN' }),
      reported(milestone, { classifier: 'EST' }),
    ).then({ status: 'registered' });
  });

  it('is the milestone that was passed last, whichever was learnt of last', () => {
    given(registered(), arrived(), departed()).then({ status: 'arrived' });
  });

  it('follows what happened, not what was expected: a shipment loaded again is loaded', () => {
    given(
      reported('departed', { at: '2025-09-12T00:00:00Z' }),
      reported('loaded', { at: '2025-09-14T00:00:00Z' }),
    ).then({ status: 'loaded' });
  });

  it('compares moments, not texts: 06:00 at Karachi is before 02:00 at Greenwich', () => {
    given(
      reported('loaded', { at: '2025-09-12T02:00:00Z' }),
      reported('departed', { at: '2025-09-12T06:00:00+05:00' }),
    ).then({ status: 'loaded' });
  });

  it('is at the same moment the one that comes later in a lifecycle', () => {
    const at = '2025-10-02T09:40:00Z';
    const both = [reported('discharged', { at, id: 'a' }), reported('arrived', { at, id: 'b' })];
    given(...both).then({ status: 'discharged' });
    given(...both.toReversed()).then({ status: 'discharged' });
  });

  it('keeps the offset of what gave it', () => {
    given(departed({ at: '2025-09-12T06:00:00+05:00' })).then({ statusAt: '2025-09-12T06:00:00+05:00' });
  });
});

describe('where a shipment is', () => {
  it('is where the last milestone with a place was passed', () => {
    given(departed({ place: KARACHI }), reported('transshipped', { place: undefined })).then({
      status: 'transshipped',
      position: KARACHI,
    });
  });

  it('is the port of call while it calls there', () => {
    given(registered(), departed(), arrived({ place: SALALAH })).then({ position: SALALAH });
  });

  it('is not where it is only expected', () => {
    given(departed({ place: KARACHI }), estimated('2025-09-11T00:00:00Z')).then({ position: KARACHI });
  });
});

describe('when a shipment is expected', () => {
  it('is the last estimate that was said, be it earlier or later', () => {
    given(
      estimated('2025-10-05T00:00:00Z', { said: '2025-09-20T00:00:00Z' }),
      estimated('2025-10-01T00:00:00Z', { said: '2025-09-22T00:00:00Z' }),
      estimated('2025-10-09T00:00:00Z', { said: '2025-09-21T00:00:00Z' }),
    ).then({ eta: '2025-10-01T00:00:00Z' });
  });

  it('is the last plan where nothing was estimated', () => {
    given(
      planned('2025-10-05T00:00:00Z', { said: '2025-09-02T00:00:00Z' }),
      planned('2025-10-04T00:00:00Z', { said: '2025-09-01T00:00:00Z' }),
    ).then({ eta: '2025-10-05T00:00:00Z' });
  });

  it('is an estimate rather than a plan, even of a later day', () => {
    given(
      estimated('2025-10-03T00:00:00Z', { said: '2025-09-01T00:00:00Z' }),
      planned('2025-10-05T00:00:00Z', { said: '2025-09-02T00:00:00Z' }),
    ).then({ eta: '2025-10-03T00:00:00Z' });
  });

  it('is not when it calls elsewhere', () => {
    given(registered(), estimated('2025-09-18T00:00:00Z', { place: SALALAH })).then({ eta: undefined });
  });

  it('is taken where no place was said', () => {
    given(registered(), estimated('2025-10-02T00:00:00Z', { place: undefined })).then({
      eta: '2025-10-02T00:00:00Z',
    });
  });

  it('is what was learnt of last, of estimates without a time of their own', () => {
    given(
      estimated('2025-10-03T00:00:00Z', { said: undefined, learnt: '2025-09-20T00:00:02Z' }),
      estimated('2025-10-04T00:00:00Z', { said: undefined, learnt: '2025-09-20T00:00:01Z' }),
    ).then({ eta: '2025-10-03T00:00:00Z' });
  });
});

describe('an arrival', () => {
  it('is at the port of discharge', () => {
    given(registered(), departed(), arrived()).then({
      status: 'arrived',
      arrival: { at: '2025-10-02T09:40:00-05:00', place: SAINT_LOUIS },
    });
  });

  it('is not a call at another port, and that changes no status', () => {
    given(registered(), departed(), arrived({ place: SALALAH })).then({
      status: 'departed',
      arrival: undefined,
    });
  });

  it('without a place is at the destination', () => {
    given(registered({ to: SALALAH }), arrived({ place: undefined })).then({
      arrival: { at: '2025-10-02T09:40:00-05:00', place: SALALAH },
    });
  });

  it('is held back until the shipment is registered', () => {
    const [arrival, registration] = [arrived(), registered()];
    given(arrival).then({ status: 'arrived', arrival: undefined });
    given(arrival, registration).then({ arrival: { at: '2025-10-02T09:40:00-05:00', place: SAINT_LOUIS } });
    given(arrival, registration).thenAs(registration, arrival);
  });

  it('turns out to have been a call, when the registration says so afterwards', () => {
    given(arrived({ place: SALALAH }), registered()).then({ status: 'registered', arrival: undefined });
  });

  it('is the later one where it was reported twice', () => {
    given(
      registered(),
      arrived({ source: '/port', at: '2025-10-02T15:00:00Z' }),
      arrived({ source: '/carrier', at: '2025-10-02T14:00:00Z' }),
    ).then({ arrival: { at: '2025-10-02T15:00:00Z', place: SAINT_LOUIS } });
  });

  it('stays the arrival when the shipment goes on from there', () => {
    given(registered(), arrived(), reported('delivered', { at: '2025-10-06T12:00:00Z' })).then({
      status: 'delivered',
      arrival: { at: '2025-10-02T09:40:00-05:00', place: SAINT_LOUIS },
    });
  });
});

describe('a shipment that is closed out', () => {
  it.each(OUTCOMES)('is %s, whatever else is reported of it, and is expected nowhere', (outcome) => {
    given(
      registered(),
      departed(),
      estimated('2025-10-02T00:00:00Z'),
      closedOut(outcome, { at: '2025-09-20T00:00:00Z' }),
      reported('gate-out', { at: '2025-10-09T00:00:00Z' }),
    ).then({ status: outcome, statusAt: '2025-09-20T00:00:00Z', eta: undefined });
  });

  it.each(OUTCOMES)('has not arrived, before it was %s or afterwards', (outcome) => {
    given(registered(), arrived(), closedOut(outcome)).then({ arrival: undefined });
    given(registered(), closedOut(outcome, { at: '2025-09-20T00:00:00Z' }), arrived()).then({
      arrival: undefined,
    });
  });

  it('is as the last end says', () => {
    given(
      closedOut('returned', { at: '2025-10-05T00:00:00Z' }),
      closedOut('cancelled', { at: '2025-10-04T00:00:00Z' }),
    ).then({ status: 'returned' });
  });

  it('goes on when that is taken back: it was found', () => {
    const lost = closedOut('lost');
    given(registered(), arrived(), lost, retracted(lost)).then({ status: 'arrived' });
  });
});

describe('a registration', () => {
  it('is replaced whole by the one said last', () => {
    const replaced = registered({ dealId: 'DEAL-1', said: '2025-09-01T00:00:00Z' });
    const last = registered({ to: SALALAH, said: '2025-09-02T00:00:00Z' });
    const { registration } = shipmentAfter([last]);
    given(replaced, last).then({ registration });
    given(last, replaced).then({ registration });
  });

  it('that moves the destination moves the arrival', () => {
    given(
      registered({ said: '2025-09-01T00:00:00Z' }),
      arrived({ place: SALALAH }),
      registered({ said: '2025-09-02T00:00:00Z', to: SALALAH }),
    ).then({ status: 'arrived', arrival: { at: '2025-10-02T09:40:00-05:00', place: SALALAH } });
  });

  it('said twice at the same moment is the one of the last source and id, in either order', () => {
    const said = '2025-09-01T00:00:00Z';
    const first = registered({ said, source: '/carrier', id: '2', dealId: 'DEAL-1' });
    const last = registered({ said, source: '/forwarder', id: '1', dealId: 'DEAL-2' });
    given(first, last).thenAs(last);
    given(last, first).thenAs(last);
  });
});

describe('a retraction', () => {
  const arrival = arrived({ id: 'wrong' });

  it('takes back an event of the same source: the shipment is as if it had never been sent', () => {
    given(registered(), departed(), arrival, retracted(arrival)).then({
      status: 'departed',
      arrival: undefined,
    });
  });

  it('takes back an event that comes after it', () => {
    const parts = [registered({ id: 'r' }), departed({ id: 'd' })];
    const back = retracted(arrival, { id: 'back' });
    given(...parts, back, arrival).thenAs(...parts, arrival, back);
  });

  it('of what another source has said changes nothing', () => {
    given(registered(), arrival, retracted(arrival, { source: '/rival' })).then({
      status: 'arrived',
      arrival: { at: '2025-10-02T09:40:00-05:00', place: SAINT_LOUIS },
    });
  });

  it('is final: taking it back changes nothing', () => {
    const back = retracted(arrival, { id: 'back' });
    given(registered(), arrival, back, retracted(back)).then({ status: 'registered', arrival: undefined });
  });

  it('is final: the event sent once more stays taken back', () => {
    given(registered(), arrival, retracted(arrival), arrival).then({ arrival: undefined });
  });

  it('brings back what the event had replaced', () => {
    const later = arrived({ at: '2025-10-03T00:00:00Z' });
    given(registered(), arrived({ at: '2025-10-02T00:00:00Z' }), later, retracted(later)).then({
      arrival: { at: '2025-10-02T00:00:00Z', place: SAINT_LOUIS },
    });
  });

  it('of a registration leaves what was passed, and no arrival', () => {
    const registration = registered();
    given(registration, arrived(), retracted(registration)).then({
      registration: undefined,
      status: 'arrived',
      arrival: undefined,
    });
  });
});

describe('an event that is said anew', () => {
  const first = arrived({
    id: 'eta@1',
    at: '2025-10-03T00:00:00Z',
    classifier: 'EST',
    revision: { of: 'eta', at: '2025-09-20T00:00:00Z' },
  });
  const second = arrived({
    id: 'eta@2',
    at: '2025-10-01T00:00:00Z',
    classifier: 'EST',
    place: SALALAH,
    said: '2025-09-01T00:00:00Z',
    revision: { of: 'eta', at: '2025-09-21T02:00:00+05:00' },
  });

  it('is what its last revision says, whichever comes first, and the others had never been sent', () => {
    given(first, second).thenAs(second, first);
    given(first).then({ eta: '2025-10-03T00:00:00Z' });
    given(registered(), first, second).then({ eta: undefined });
    given(registered(), second, first).then({ eta: undefined });
  });

  it('is not touched by what another source says of the same name', () => {
    given(first, { ...second, event: { ...second.event, source: '/rival' } }).then({
      eta: '2025-10-03T00:00:00Z',
    });
  });

  it('of two revisions at the same instant is the one of the later id', () => {
    const revision = { of: 'eta', at: '2025-09-20T05:00:00+05:00' };
    const rival = estimated('2025-10-09T00:00:00Z', { id: 'eta@1b', said: '2025-09-01T00:00:00Z', revision });
    given(first, rival).then({ eta: '2025-10-09T00:00:00Z' });
    given(rival, first).then({ eta: '2025-10-09T00:00:00Z' });
  });

  it('is told from another revision of the same millisecond', () => {
    const at = (nanoseconds: string): Accepted =>
      estimated(`2025-10-0${nanoseconds}T00:00:00Z`, {
        id: `eta@${nanoseconds}`,
        revision: { of: 'eta', at: `2025-09-20T00:00:00.00000000${nanoseconds}Z` },
      });
    given(at('9'), at('8')).then({ eta: '2025-10-09T00:00:00Z' });
  });

  it('is taken back with all its revisions, those to come too', () => {
    for (const events of orders(first, second, withdrawn('eta', { id: 'back' })))
      given(...events).then({ eta: undefined, status: 'announced', milestones: [] });
  });

  it('is taken back up to an instant: a later revision stands', () => {
    for (const events of orders(
      first,
      second,
      withdrawn('eta', { id: 'back', upTo: '2025-09-20T12:00:00Z' }),
    ))
      given(...events).then({ eta: '2025-10-01T00:00:00Z' });
  });

  it('is taken back with the revision of the same instant', () => {
    for (const events of orders(first, withdrawn('eta', { id: 'back', upTo: '2025-09-20T00:00:00Z' })))
      given(...events).then({ eta: undefined });
  });

  it('costs no look at the past where the new word comes to hold all that the old one held', () => {
    const next = estimated('2025-10-05T00:00:00Z', {
      id: 'eta@3',
      said: '2025-09-25T00:00:00Z',
      revision: { of: 'eta', at: '2025-09-25T00:00:00Z' },
    });
    const before = shipmentAfter([registered(), first]);
    expect(take(before, next.event, next.receivedAt)).toMatchObject({ eta: '2025-10-05T00:00:00Z' });
    expect(take(before, second.event, second.receivedAt)).toBe('needs-history');
  });

  it('gives back what the word before it had pushed aside', () => {
    const other = arrived({ classifier: 'EST', at: '2025-10-07T00:00:00Z', said: '2025-09-10T00:00:00Z' });
    given(registered(), other, first, second).then({ eta: '2025-10-07T00:00:00Z' });
  });

  it('is not taken back by the id of one revision', () => {
    given(first, withdrawn('eta@1')).then({ eta: '2025-10-03T00:00:00Z' });
  });
});

/** Three events at most, in every order. */
const orders = (...events: Accepted[]): Accepted[][] =>
  events.length < 2
    ? [events]
    : events.flatMap((one, nth) => orders(...events.toSpliced(nth, 1)).map((rest) => [one, ...rest]));

describe('whatever order events come in, and however often', () => {
  it('the state is the same, to the last field', () => {
    fc.assert(
      fc.property(
        life.chain((events) => fc.tuple(fc.constant(events), inAnyOrder(events))),
        ([events, shuffled]) => {
          expect(shipmentAfter(shuffled)).toEqual(shipmentAfter(events));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('taking an event back equals never having sent it', () => {
    const told = life
      .filter((events) => events.some((event) => !isRetraction(event)))
      .chain((events) => {
        const candidates = events.filter((event) => !isRetraction(event));
        return fc.tuple(fc.constant(events), fc.constantFrom(...candidates), inAnyOrder(events));
      });
    fc.assert(
      fc.property(told, fc.nat(), ([events, wrong, shuffled], seed) => {
        const back = retracted(wrong, { id: 'taken-back' });
        const place = seed % (shuffled.length + 1);
        const {
          retracted: _,
          revisions: _r,
          ...with_
        } = shipmentAfter([...shuffled.slice(0, place), back, ...shuffled.slice(place)]);
        const {
          retracted: __,
          revisions: __r,
          ...without
        } = shipmentAfter(
          events.filter(
            ({ event }) =>
              isRetraction({ event } as Accepted) ||
              nameOf(event) !== nameOf(wrong.event) ||
              event.source !== wrong.event.source,
          ),
        );
        expect(with_).toEqual({ ...without });
      }),
      { numRuns: 2_000 },
    );
  });

  it('an event taken again changes nothing', () => {
    fc.assert(
      fc.property(life, (events) => {
        expect(shipmentAfter([...events, ...events])).toEqual(shipmentAfter(events));
      }),
      { numRuns: 1_000 },
    );
  });
});
