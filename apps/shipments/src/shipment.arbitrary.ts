/** Generated lives of shipments, for the properties: few times, places and senders, so that they meet often. */
import fc from 'fast-check';
import { CLASSIFIERS, EventRetracted, EXCEPTION_TYPES, MILESTONES, OUTCOMES } from '#contracts/shipments.js';
import type { CargoLot } from '#contracts/trade.js';
import type { Accepted, ShipmentEvent } from './shipment.js';
import {
  acknowledged,
  ANTIMONY,
  assigned,
  clock,
  closedOut,
  CONTAINERS,
  IN_FIVE,
  itinerary,
  KARACHI,
  observed,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
  withdrawn,
} from './shipment.story.js';
import { keyOf } from './standing.js';

const IN_A_CONTAINER: CargoLot[] = [{ ...ANTIMONY, quantity: '21', containers: ['CSQU3054383'] }];
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

const references = fc.array(
  fc.record(
    {
      type: fc.constantFrom('container' as const, 'booking' as const),
      value: fc.constantFrom('CSQU3054383', 'csqu 305438-3', 'B-1'),
      from: moment,
      to: moment,
      shared: fc.boolean(),
    },
    { requiredKeys: ['type', 'value'], noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 3 },
);

const containers = fc.option(fc.subarray([...CONTAINERS, 'ABCU1234560'], { minLength: 1 }), {
  nil: undefined,
});

const seals = fc.option(
  fc.array(
    fc.record({ number: fc.constantFrom('A', 'B'), container: fc.constantFrom(...CONTAINERS.slice(0, 2)) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  { nil: undefined },
);
const weights = fc.option(
  fc.array(
    fc.record({
      kind: fc.constantFrom('wet' as const, 'gross' as const),
      quantity: fc.constantFrom('20.5', '20.499', '21', '20500'),
      unit: fc.constantFrom('TNE' as const, 'KGM' as const),
      lot: fc.constantFrom('L1', 'CU'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  { nil: undefined },
);
const measurements = fc.option(
  fc.array(
    fc.record({
      type: fc.constantFrom('temperature' as const, 'shock' as const),
      value: fc.constantFrom('-1', '20', '26.85', '27', '300'),
      unit: fc.constantFrom('CEL', 'KEL', 'MSK'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  { nil: undefined },
);

const registration = fc
  .tuple(
    said,
    fc.record(
      {
        dealId: fc.constantFrom('DEAL-1', 'DEAL-2'),
        to: fc.constantFrom(SAINT_LOUIS, SALALAH),
        deadline: moment,
        limits: fc.constantFrom([{ type: 'temperature' as const, max: '300', unit: 'KEL' }]),
        cargo: fc.constantFrom(
          [ANTIMONY],
          IN_A_CONTAINER,
          [{ ...ANTIMONY, quantity: '21' }],
          IN_FIVE,
          IN_FIVE.slice(0, 2),
        ),
        references,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([when, data]) => registered({ ...when, ...data }));

const milestone = fc
  .tuple(
    said,
    fc.oneof(fc.constantFrom(...MILESTONES), fc.constant('arrived' as const)),
    fc.record({ classifier: fc.constantFrom(...CLASSIFIERS), at: moment, place, containers, seals, weights }),
  )
  .map(([when, name, told]) => reported(name, { ...when, ...told }));

const assignment = fc.tuple(said, references).map(([when, given]) => assigned(given, when));

const closeOut = fc
  .tuple(said, fc.constantFrom(...OUTCOMES), moment)
  .map(([when, outcome, at]) => closedOut(outcome, { ...when, at }));

const observation = fc
  .tuple(said, fc.constantFrom('damaged', 'inspecting'), moment, containers, measurements, seals)
  .map(([when, kind, at, of, measured, sealed]) =>
    observed(kind, { ...when, at, containers: of, measurements: measured, seals: sealed }),
  );

const plan = fc
  .tuple(said, fc.constantFrom([KARACHI, SAINT_LOUIS], [KARACHI, SALALAH, SAINT_LOUIS], [KARACHI, SALALAH]))
  .map(([when, places]) => itinerary(places, when));

const acknowledgement = fc
  .tuple(said, fc.constantFrom(...EXCEPTION_TYPES), said)
  .map(([when, exception, of]) => acknowledged(exception, reported('arrived', of), when));

const time = fc.tuple(said, moment).map(([when, until]) => clock(until, when));

/** Revisions of a few events, so that many are of the same. */
const revised = fc
  .tuple(
    fc.constantFrom(...SOURCES),
    fc.integer({ min: 1, max: 2 }).map((n) => `r${n}`),
    moment,
    fc.constantFrom('', 'x'),
    fc.oneof({ weight: 3, arbitrary: milestone }, { weight: 1, arbitrary: observation }),
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

/**
 * A set of events: no two have the same source and id. Registrations, milestones of all kinds, references, what is seen,
 * planned and acknowledged, ends, revisions, retractions.
 */
export const life: fc.Arbitrary<Accepted[]> = fc.uniqueArray(
  fc.oneof(
    { weight: 2, arbitrary: registration },
    { weight: 6, arbitrary: milestone },
    { weight: 1, arbitrary: fc.oneof(assignment, closeOut, plan, acknowledgement, time) },
    { weight: 1, arbitrary: observation },
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
