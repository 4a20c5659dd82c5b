/** Generated lives of shipments, for the properties: few times, places and senders, so that they meet often. */
import fc from 'fast-check';
import { CLASSIFIERS, EventRetracted, MILESTONES, OUTCOMES } from '#contracts/shipments.js';
import { type Accepted, keyOf } from './shipment.js';
import {
  ANTIMONY,
  closedOut,
  CONTAINERS,
  IN_FIVE,
  KARACHI,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
} from './shipment.story.js';

const SOURCES = ['/carrier', '/forwarder', '/port'];

const moment = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('Z', '+05:00', '-05:00', '.000000001Z'))
  .map(([day, offset]) => `2025-10-0${day}T00:00:00${offset}`);

const said = fc.record({
  id: fc.integer({ min: 1, max: 30 }).map((n) => `e${n}`),
  source: fc.constantFrom(...SOURCES),
  said: fc.option(moment, { nil: undefined }),
  learnt: moment,
});

const place = fc.constantFrom(
  undefined,
  KARACHI,
  SALALAH,
  SAINT_LOUIS,
  { ...SAINT_LOUIS, facility: 'North dock' },
  { ...SALALAH, facility: 'Berth 4' },
);

const containers = fc.option(fc.subarray([...CONTAINERS, 'ABCU1234560'], { minLength: 1 }), {
  nil: undefined,
});

const registration = fc
  .tuple(
    said,
    fc.record(
      {
        dealId: fc.constantFrom('DEAL-1', 'DEAL-2'),
        to: fc.constantFrom(SAINT_LOUIS, SALALAH),
        cargo: fc.constantFrom([ANTIMONY], [{ ...ANTIMONY, quantity: '21' }], IN_FIVE, IN_FIVE.slice(0, 2)),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([when, data]) => registered({ ...when, ...data }));

const milestone = fc
  .tuple(
    said,
    fc.oneof(fc.constantFrom(...MILESTONES), fc.constant('arrived' as const)),
    fc.record({ classifier: fc.constantFrom(...CLASSIFIERS), at: moment, place, containers }),
  )
  .map(([when, name, told]) => reported(name, { ...when, ...told }));

const closeOut = fc
  .tuple(said, fc.constantFrom(...OUTCOMES), moment)
  .map(([when, outcome, at]) => closedOut(outcome, { ...when, at }));

const retraction = fc
  .tuple(said, fc.integer({ min: 1, max: 30 }))
  .map(([when, n]) => retracted(reported('arrived', { id: `e${n}`, source: when.source }), when));

/** A set of events: no two have the same source and id. Registrations, milestones of all kinds, ends, retractions. */
export const life: fc.Arbitrary<Accepted[]> = fc.uniqueArray(
  fc.oneof(
    { weight: 2, arbitrary: registration },
    { weight: 6, arbitrary: milestone },
    { weight: 1, arbitrary: closeOut },
    { weight: 2, arbitrary: retraction },
  ),
  { selector: ({ event }) => keyOf(event), maxLength: 14 },
);

/** The same events in another order, any of them any number of times. */
export const inAnyOrder = (events: readonly Accepted[]): fc.Arbitrary<Accepted[]> =>
  (events.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...events), { maxLength: 6 })).chain(
    (again) => {
      const all = [...events, ...again];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    },
  );

export const isRetraction = ({ event }: Accepted): boolean => event.type === EventRetracted.type;
