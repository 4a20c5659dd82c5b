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
export function expectationsOf(shipment: Shipment): readonly Expectation[] {
  if (shipment.closeOut) return [];
  const { milestones, arrival } = shipment;
  const candidates = candidatesOf(shipment);
  if (candidates.length === 0) return [];
  const actual = milestones.filter(({ classifier }) => classifier === 'ACT');
  const isOpen = openBy(shipment, actual);
  const open = candidates.filter((expected) => isOpen(expected));
  return (
    arrival && !arrival.containers ? open.filter(({ milestone }) => isBehindArrival(milestone)) : open
  ).sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || rankOf(a.milestone) - rankOf(b.milestone));
}

/** When the next of them is overdue; undefined where nothing is expected. */
export function overdueFrom(shipment: Shipment): Date | undefined {
  const [next] = expectationsOf(shipment);
  return next && new Date(Date.parse(next.at) + GRACE_MS);
}

/**
 * The clock's word that this very time has passed, if it has said so. That a later one has does not count: it was said of
 * something else that was expected, and who has acknowledged that has not seen this.
 */
export const passedBy = ({ clocks }: Shipment, due: Date): Clock | undefined =>
  clocks?.find(({ until }) => until.getTime() === due.getTime());

const isBehindArrival = (milestone: Milestone): boolean => rankOf(milestone) > rankOf('arrived');

function candidatesOf({ milestones, itinerary }: Shipment): Expectation[] {
  const byKey = new Map<string, Expectation>();
  const add = (expected: Expectation): void => {
    const key = `${expected.milestone} ${expected.place?.unlocode ?? ''}`;
    const held = byKey.get(key);
    if (!held || (held.classifier === 'PLN' && expected.classifier === 'EST')) byKey.set(key, expected);
  };
  for (const { milestone, classifier, at, place } of milestones)
    if (classifier !== 'ACT') add({ milestone, classifier, at, ...(place && { place }) });
  for (const { from, to, departure, arrival } of itinerary?.legs ?? []) {
    if (departure !== undefined)
      add({ milestone: 'departed', classifier: 'PLN', at: departure, place: from });
    if (arrival !== undefined) add({ milestone: 'arrived', classifier: 'PLN', at: arrival, place: to });
  }
  return [...byKey.values()];
}

function openBy(
  { registration, itinerary, arrival }: Shipment,
  actual: readonly MilestoneClaim[],
): (expected: Expectation) => boolean {
  const route = registration?.data.route;
  const legs = itinerary?.legs ?? [];
  const way = [route?.origin, legs[0]?.from, ...legs.map(({ to }) => to), route?.destination].map(
    (place) => place?.unlocode,
  );
  const stage = (place: Place | undefined): number => (place ? way.lastIndexOf(place.unlocode) : -1);
  const furthest = Math.max(-1, ...actual.map(({ place }) => stage(place)));
  return (expected) => {
    const { milestone, place } = expected;
    if (milestone === 'arrived' && arrival?.containers && isArrival(expected, registration)) return true;
    if (place && stage(place) >= 0 && stage(place) < furthest) return false;
    const isCall = place !== undefined && place.unlocode !== route?.destination.unlocode;
    return !actual.some(
      (passed) =>
        (place === undefined || passed.place === undefined || passed.place.unlocode === place.unlocode) &&
        (place !== undefined || passed.milestone !== 'arrived' || isArrival(passed, registration)) &&
        isBehind(passed.milestone, milestone, isCall),
    );
  };
}

/** Whether who has passed one milestone at a place has the other one behind it. At a port of call one arrives before one departs. */
function isBehind(passed: Milestone, expected: Milestone, isCall: boolean): boolean {
  const comesIn = (milestone: Milestone): boolean => rankOf(milestone) >= rankOf('arrived');
  if (isCall && comesIn(passed) !== comesIn(expected)) return comesIn(expected);
  return rankOf(passed) >= rankOf(expected);
}
