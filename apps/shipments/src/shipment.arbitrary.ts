/** Generated lives of shipments, for the properties: few times, places and senders, so that they meet often. */
import fc from 'fast-check';
import { CLASSIFIERS, EventRetracted, MILESTONES } from '#contracts/shipments.js';
import type { Accepted, ShipmentEvent } from './shipment.js';
import { keyOf } from './standing.js';
import {
  ANTIMONY,
  KARACHI,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
  withdrawn,
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

const registration = fc
  .tuple(
    said,
    fc.record(
      {
        dealId: fc.constantFrom('DEAL-1', 'DEAL-2'),
        to: fc.constantFrom(SAINT_LOUIS, SALALAH),
        cargo: fc.constantFrom([ANTIMONY], [{ ...ANTIMONY, quantity: '21' }]),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([when, data]) => registered({ ...when, ...data }));

const milestone = fc
  .tuple(
    said,
    fc.oneof(fc.constantFrom(...MILESTONES), fc.constant('arrived' as const)),
    fc.record({ classifier: fc.constantFrom(...CLASSIFIERS), at: moment, place }),
  )
  .map(([when, name, told]) => reported(name, { ...when, ...told }));

/** Revisions of a few events, so that many are of the same. */
const revised = fc
  .tuple(
    fc.constantFrom(...SOURCES),
    fc.integer({ min: 1, max: 2 }).map((n) => `r${n}`),
    moment,
    fc.constantFrom('', 'x'),
    milestone,
  )
  .map(([source, of, at, more, { event, receivedAt }]): Accepted => {
    const data = { ...event.data, revision: { of, at } };
    return { event: { ...event, source, id: `${of}@${at}${more}`, data } as ShipmentEvent, receivedAt };
  });

const withdrawal = fc
  .tuple(said, fc.constantFrom('r1', 'r2', 'e1'), fc.option(moment, { nil: undefined }))
  .map(([when, of, upTo]) => withdrawn(of, { ...when, upTo }));

const retraction = fc
  .tuple(said, fc.integer({ min: 1, max: 30 }))
  .map(([when, n]) => retracted(reported('arrived', { id: `e${n}`, source: when.source }), when));

/** A set of events: no two have the same source and id. Registrations, milestones of all kinds, revisions, retractions. */
export const life: fc.Arbitrary<Accepted[]> = fc.uniqueArray(
  fc.oneof(
    { weight: 2, arbitrary: registration },
    { weight: 6, arbitrary: milestone },
    { weight: 2, arbitrary: retraction },
    { weight: 4, arbitrary: revised },
    { weight: 1, arbitrary: withdrawal },
  ),
  { selector: ({ event }) => keyOf(event), maxLength: 16 },
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
