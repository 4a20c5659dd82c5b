/** What is expected of a shipment, and when its not having come is worth a person's time. Pure. */
import type { Classifier, Milestone } from '#contracts/shipments.js';
import type { Place } from '#contracts/trade.js';
import { isArrival } from './arrival.js';
import { rankOf } from './claim.js';
import type { Clock, MilestoneClaim, Shipment } from './shipment.js';

export interface Expectation {
  readonly milestone: Milestone;
  readonly classifier: Classifier;
  readonly at: string;
  readonly place?: Place;
}

/** Reports come late as a rule; a day behind its time, one has most likely not come at all. */
const GRACE_MS = 24 * 3_600_000;

/**
 * What is still expected, the earliest first: what was estimated, what was planned and not estimated, and what the
 * itinerary has and no milestone. Nothing is expected any more that has been passed, nor what lies before it on the way.
 */
export const expectationsOf = (shipment: Shipment): readonly Expectation[] =>
  openIn(shipment)
    .sort(earliestFirst)
    .map(({ milestone, classifier, at, place }) => ({ milestone, classifier, at, ...(place && { place }) }));

/** What is expected next. */
interface NextExpected {
  readonly next: Expectation;
  /** When it is overdue. */
  readonly due: Date;
  /**
   * The clock's word that this very time has passed, if it has said so. That a later one has does not count: it was said of
   * something else that was expected, and who has acknowledged that has not seen this.
   */
  readonly passedBy: Clock | undefined;
}

/** The first of what is still expected. */
export function nextExpected(shipment: Shipment): NextExpected | undefined {
  let next: Expectation | undefined;
  for (const expected of openIn(shipment)) if (!next || earliestFirst(expected, next) < 0) next = expected;
  if (!next) return undefined;
  const due = new Date(Date.parse(next.at) + GRACE_MS);
  const passedBy = shipment.clocks?.find(({ until }) => until.getTime() === due.getTime());
  return { next, due, passedBy };
}

/** When what is expected of it next will be overdue; undefined where nothing is expected, or the clock has said so already. */
export function overdueAtOf(shipment: Shipment): Date | undefined {
  const expected = nextExpected(shipment);
  return expected?.passedBy ? undefined : expected?.due;
}

const isPassed = ({ classifier }: MilestoneClaim): boolean => classifier === 'ACT';

const earliestFirst = (a: Expectation, b: Expectation): number =>
  Date.parse(a.at) - Date.parse(b.at) || rankOf(a.milestone) - rankOf(b.milestone);

const isBehindArrival = (milestone: Milestone): boolean => rankOf(milestone) > rankOf('arrived');

/** In no order. */
function openIn(shipment: Shipment): Expectation[] {
  const candidates = shipment.closeOut ? [] : candidatesOf(shipment);
  if (candidates.length === 0) return candidates;
  const { registration, arrival, milestones } = shipment;
  const actual = milestones.filter(isPassed);
  const hasArrived = arrival !== undefined && arrival.containers === undefined;
  const way = portsOn(shipment);
  const stage = (place: Place | undefined): number => (place ? way.lastIndexOf(place.unlocode) : -1);
  let furthest = -1;
  for (const { place } of actual) furthest = Math.max(furthest, stage(place));

  return candidates.filter((expected) => {
    const { milestone, place } = expected;
    if (hasArrived && !isBehindArrival(milestone)) return false;
    if (milestone === 'arrived' && arrival?.containers && isArrival(expected, registration)) return true;
    if (place && stage(place) >= 0 && stage(place) < furthest) return false;
    const isCall = place !== undefined && place.unlocode !== registration?.data.route.destination.unlocode;
    return !actual.some(
      (passed) =>
        (place === undefined || passed.place === undefined || passed.place.unlocode === place.unlocode) &&
        (place !== undefined || passed.milestone !== 'arrived' || isArrival(passed, registration)) &&
        isBehind(passed.milestone, milestone, isCall),
    );
  });
}

function candidatesOf({ milestones, itinerary }: Shipment): Expectation[] {
  const byKey = new Map<string, Expectation>();
  const add = (expected: Expectation): void => {
    const key = `${expected.milestone} ${expected.place?.unlocode ?? ''}`;
    const held = byKey.get(key);
    if (!held || (held.classifier === 'PLN' && expected.classifier === 'EST')) byKey.set(key, expected);
  };
  for (const claim of milestones) if (!isPassed(claim)) add(claim);
  for (const { from, to, departure, arrival } of itinerary?.legs ?? []) {
    if (departure !== undefined)
      add({ milestone: 'departed', classifier: 'PLN', at: departure, place: from });
    if (arrival !== undefined) add({ milestone: 'arrived', classifier: 'PLN', at: arrival, place: to });
  }
  return [...byKey.values()];
}

/** UN/LOCODEs, in the order in which it is to come there. */
function portsOn({ registration, itinerary }: Shipment): string[] {
  const route = registration?.data.route;
  const legs = itinerary?.legs ?? [];
  const ports = legs.map(({ to }) => to.unlocode);
  if (legs[0]) ports.unshift(legs[0].from.unlocode);
  if (route) ports.unshift(route.origin.unlocode);
  if (route) ports.push(route.destination.unlocode);
  return ports;
}

/** Whether who has passed one milestone at a place has the other one behind it. At a port of call one arrives before one departs. */
function isBehind(passed: Milestone, expected: Milestone, isCall: boolean): boolean {
  if (isCall && comesIn(passed) !== comesIn(expected)) return comesIn(expected);
  return rankOf(passed) >= rankOf(expected);
}

const comesIn = (milestone: Milestone): boolean => rankOf(milestone) >= rankOf('arrived');
