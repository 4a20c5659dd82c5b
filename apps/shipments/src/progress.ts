/** How a shipment gets on, told when it is read, from its slots and its timeline: the plan, the stays, the punctuality. Pure. */
import type { EventOf } from '#contracts/contract.js';
import { Flag, Nested, OneOf, Optional, Text, Timestamp } from '#contracts/fields.js';
import {
  type Classifier,
  CLASSIFIERS,
  type Milestone,
  MilestoneReported,
  MILESTONES,
} from '#contracts/shipments.js';
import { Leg, Place } from '#contracts/trade.js';
import { Count, Described, ManyOf } from '#service/view-fields.js';
import { type Accepted, inOrderOfHappening, type MilestoneClaim, type Shipment } from './shipment.js';
import { fatesIn } from './standing.js';

export class EtaView {
  @Timestamp() readonly eta!: string;
  @OneOf(CLASSIFIERS, 'planned or estimated: PLN or EST') readonly classifier!: Classifier;
  @Timestamp() readonly said!: string;
  @Text(1024) readonly source!: string;
  /** Said anew since: what its source says now is another entry, or is no longer of this arrival. */
  @Optional() @Flag() readonly revised?: true;
}

const VERDICTS = ['early', 'on-time', 'late'] as const;

export class PunctualityView {
  /** What was said first of when it would arrive. */
  @Timestamp() readonly firstEta!: string;
  @Timestamp() readonly arrivedAt!: string;
  /** On time within a day of it, as schedule reliability is reckoned. */
  @OneOf(VERDICTS) readonly verdict!: (typeof VERDICTS)[number];
  @Described({ type: 'integer', description: 'behind what was said first; below zero where it was before' })
  readonly minutesLate!: number;
  /** Whether it kept its deadline, where it has one. */
  @Optional() @Flag() readonly deadlineKept?: boolean;
}

export class ItineraryView {
  @ManyOf(() => Leg) readonly legs!: readonly Leg[];
  /** The place among the legs, from 0, of the one that it is on; absent in port. */
  @Optional() @Count() readonly currentLeg?: number;
}

export class ExpectationView {
  @OneOf(MILESTONES) readonly milestone!: Milestone;
  @OneOf(CLASSIFIERS, 'planned or estimated: PLN or EST') readonly classifier!: Classifier;
  @Timestamp() readonly at!: string;
  @Optional() @Nested(() => Place) readonly place?: Place;
}

export class StayView {
  @Nested(() => Place) readonly place!: Place;
  @Timestamp() readonly from!: string;
  /** The last that was heard of it there. */
  @Timestamp() readonly to!: string;
  @Count() readonly minutes!: number;
}

/** A milestone that was passed, as its event has it. */
export interface Passed {
  readonly event: EventOf<typeof MilestoneReported>;
  readonly happenedAt: Date;
}

const DAY_MINUTES = 24 * 60;

const minutesFrom = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 60_000);

/** Milestones that were passed and stand, in the order of happening. */
export const passedIn = (shipment: Shipment, history: readonly Accepted[]): readonly Passed[] => {
  const fateOf = fatesIn(shipment);
  return inOrderOfHappening(history).flatMap(({ event, happenedAt }) =>
    event.type === MilestoneReported.type && event.data.classifier === 'ACT' && fateOf(event) === 'stands'
      ? [{ event, happenedAt }]
      : [],
  );
};

/** Each time that the arrival was estimated or planned anew, under whatever name, and by whom; the latest last. */
export function etaHistoryOf(shipment: Shipment, history: readonly Accepted[]): readonly EtaView[] {
  const destination = shipment.registration?.data.route.destination.unlocode;
  const fateOf = fatesIn(shipment);
  return inOrderOfHappening(history).flatMap(({ event, happenedAt: said }) => {
    const fate = fateOf(event);
    if (event.type !== MilestoneReported.type || fate === 'retracted') return [];
    const { milestone, classifier, at, place } = event.data;
    const elsewhere = place !== undefined && destination !== undefined && place.unlocode !== destination;
    if (milestone !== 'arrived' || classifier === 'ACT' || elsewhere) return [];
    return [
      {
        eta: at,
        classifier,
        said: said.toISOString(),
        source: event.source,
        ...(fate === 'revised' && { revised: true as const }),
      },
    ];
  });
}

/** Of a shipment that has arrived whole, and of which something had been said before. */
export function punctualityOf(
  { registration, arrival }: Shipment,
  [first]: readonly EtaView[],
): PunctualityView | undefined {
  if (!arrival || arrival.containers || !first) return undefined;
  const minutesLate = minutesFrom(first.eta, arrival.at);
  const deadline = registration?.data.route.deadline;
  return {
    firstEta: first.eta,
    arrivedAt: arrival.at,
    verdict: Math.abs(minutesLate) <= DAY_MINUTES ? 'on-time' : minutesLate > 0 ? 'late' : 'early',
    minutesLate,
    ...(deadline !== undefined && { deadlineKept: Date.parse(arrival.at) <= Date.parse(deadline) }),
  };
}

/** How a milestone that was passed compares with its plan at that place; with nothing in it where there is none. */
export function againstPlan(
  { milestone, classifier, place, at }: MilestoneClaim,
  { registration, milestones, itinerary }: Shipment,
): { planned?: string; minutesLate?: number } {
  if (classifier !== 'ACT') return {};
  /** What says nothing of where it arrives means the port of discharge. */
  const portOf = (of: Place | undefined): string | undefined =>
    of?.unlocode ?? (milestone === 'arrived' ? registration?.data.route.destination.unlocode : undefined);
  const port = portOf(place);
  const plan = milestones.findLast(
    (claim) => claim.classifier === 'PLN' && claim.milestone === milestone && portOf(claim.place) === port,
  );
  const legs = itinerary?.legs ?? [];
  const planned =
    plan?.at ??
    (milestone === 'departed' ? legs.find(({ from }) => from.unlocode === port)?.departure : undefined) ??
    (milestone === 'arrived' ? legs.find(({ to }) => to.unlocode === port)?.arrival : undefined);
  return planned === undefined ? {} : { planned, minutesLate: minutesFrom(planned, at) };
}

/** It is on a leg from the departure at its beginning until an arrival at its end. */
export function itineraryOf({ itinerary, milestones }: Shipment): ItineraryView | undefined {
  if (!itinerary) return undefined;
  const { legs } = itinerary;
  const lastAt = (milestone: Milestone, { unlocode }: Place): number =>
    milestones.findLastIndex(
      (claim) =>
        claim.classifier === 'ACT' && claim.milestone === milestone && claim.place?.unlocode === unlocode,
    );
  const currentLeg = legs.findLastIndex(({ from, to }) => {
    const departed = lastAt('departed', from);
    return departed >= 0 && lastAt('arrived', to) < departed;
  });
  const isBehind = legs.slice(currentLeg + 1).some(({ to }) => lastAt('arrived', to) >= 0);
  return { legs, ...(currentLeg >= 0 && !isBehind && { currentLeg }) };
}

/** One place after the other: how long it was seen there. */
export function staysOf(passed: readonly Passed[]): readonly StayView[] {
  const stays: { place: Place; from: string; to: string }[] = [];
  for (const { event } of passed) {
    const { place, at } = event.data;
    if (!place) continue;
    const last = stays.at(-1);
    if (last?.place.unlocode === place.unlocode) last.to = at;
    else stays.push({ place, from: at, to: at });
  }
  return stays.map((stay) => ({ ...stay, minutes: Math.max(0, minutesFrom(stay.from, stay.to)) }));
}
