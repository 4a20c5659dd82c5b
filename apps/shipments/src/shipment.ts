/**
 * A shipment's lifecycle: a pure function of the set of its accepted events.
 *
 * Each event claims a slot (the registration; a milestone at a place; what is expected of it), and the claim that
 * comes last in the order of happening holds the slot. Taking the last of a set does not depend on the order in
 * which the set was seen, nor on repeats, so duplicates, late and out-of-order events all lead to the same state. Only
 * what takes back an event, a retraction or a revision of it, can free a slot for the one before, so that alone folds the
 * whole timeline again.
 */
import type { EventOf } from '#contracts/contract.js';
import {
  type Classifier,
  EventRetracted,
  type Milestone,
  MILESTONES,
  MilestoneReported,
  ObservationReported,
  ShipmentRegistered,
  type ShipmentStatus,
} from '#contracts/shipments.js';
import type { Place } from '#contracts/trade.js';
import { fateOf, learn, replaces, type Standing } from './standing.js';

export type Claimant = EventOf<
  typeof ShipmentRegistered | typeof MilestoneReported | typeof ObservationReported
>;
export type Retraction = EventOf<typeof EventRetracted>;
export type ShipmentEvent = Claimant | Retraction;

export interface Accepted {
  readonly event: ShipmentEvent;
  readonly receivedAt: Date;
}

/** The order of happening: by the moment; at the same moment by the lifecycle's own order; then by who and which. */
interface Claim {
  readonly happenedAt: Date;
  readonly milestone?: Milestone;
  readonly source: string;
  readonly id: string;
}

export interface Registration extends Claim {
  readonly data: ShipmentRegistered;
}

/**
 * A milestone as it is last known, at one place. What else its event says (transport, containers) is in the timeline:
 * every event of the shipment loads its claims, so they hold what decides the state and no more.
 */
export interface MilestoneClaim extends Claim {
  readonly milestone: Milestone;
  readonly classifier: Classifier;
  /** When it was passed, or is planned or estimated to be, as sent. */
  readonly at: string;
  readonly place?: Place;
}

/** What an arrival comes to: at the port of discharge, of a shipment that is registered. */
export interface Arrival {
  readonly at: string;
  readonly place: Place;
}

export interface Shipment extends Standing {
  readonly registration?: Registration | undefined;
  /** One a milestone, classifier and place. */
  readonly milestones: readonly MilestoneClaim[];

  // What follows is derived from the registration and the milestones, by `derive` alone.
  readonly status: ShipmentStatus;
  /** When the milestone that gave the status was passed. */
  readonly statusAt?: string | undefined;
  /** Where it was last known to be. */
  readonly position?: Place | undefined;
  /** When it is expected at the port of discharge: the last estimate, or where there is none the last plan. */
  readonly eta?: string | undefined;
  readonly arrival?: Arrival | undefined;
}

export const UNKNOWN: Shipment = { retracted: [], milestones: [], status: 'announced' };

const rankOf = (milestone: Milestone | undefined): number =>
  milestone === undefined ? -1 : MILESTONES.indexOf(milestone);

const isLater = (a: Claim, b: Claim): boolean => {
  const difference =
    a.happenedAt.getTime() - b.happenedAt.getTime() ||
    rankOf(a.milestone) - rankOf(b.milestone) ||
    compare(a.source, b.source) ||
    compare(a.id, b.id);
  return difference > 0;
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** When an event happened. A milestone passed says so itself; anything else happened when it was said. */
const happenedAt = (event: ShipmentEvent, receivedAt: Date): Date => {
  if (event.type === MilestoneReported.type && event.data.classifier === 'ACT')
    return new Date(event.data.at);
  return event.time === undefined ? receivedAt : new Date(event.time);
};

const claimOf = (event: ShipmentEvent, receivedAt: Date): Claim => ({
  happenedAt: happenedAt(event, receivedAt),
  ...(event.type === MilestoneReported.type && { milestone: event.data.milestone }),
  source: event.source,
  id: event.id,
});

/** Events in the order of happening, the same that decides the state, each with its moment. */
export const inOrderOfHappening = (
  history: readonly Accepted[],
): readonly (Accepted & { readonly happenedAt: Date })[] =>
  history
    .map((accepted) => ({ ...accepted, claim: claimOf(accepted.event, accepted.receivedAt) }))
    .sort((a, b) => (isLater(a.claim, b.claim) ? 1 : -1))
    .map(({ event, receivedAt, claim }) => ({ event, receivedAt, happenedAt: claim.happenedAt }));

/** Whether taking an event may free a slot that is held, so that it takes the whole history to say who holds it then. */
export const needsHistory = (shipment: Shipment, event: ShipmentEvent): boolean =>
  event.type === EventRetracted.type || replaces(shipment, event);

/**
 * Takes one event into a shipment. That it has not been taken before is for the caller to know.
 * @param receivedAt when we learnt of it; the order of happening falls back on it where an event has no time
 * @param history every event accepted before, in any order; given where `needsHistory`, and only then
 */
export function take(
  shipment: Shipment,
  event: ShipmentEvent,
  receivedAt: Date,
  history?: readonly Accepted[],
): Shipment {
  const known = { ...shipment, ...learn(shipment, event) };
  if (!history) return derive(claimIfStanding(known, event, receivedAt));
  const { retracted, revisions } = known;
  const nothing: Shipment = { ...UNKNOWN, retracted, revisions };
  const all = [...history, { event, receivedAt }];
  return derive(all.reduce((state, each) => claimIfStanding(state, each.event, each.receivedAt), nothing));
}

const claimIfStanding = (shipment: Shipment, event: ShipmentEvent, receivedAt: Date): Shipment =>
  event.type !== EventRetracted.type && fateOf(shipment, event) === 'stands'
    ? claim(shipment, event, receivedAt)
    : shipment;

function claim(shipment: Shipment, event: Claimant, receivedAt: Date): Shipment {
  switch (event.type) {
    case ShipmentRegistered.type: {
      const registration: Registration = { ...claimOf(event, receivedAt), data: event.data };
      const { registration: held } = shipment;
      return held && !isLater(registration, held) ? shipment : { ...shipment, registration };
    }
    case MilestoneReported.type: {
      const { milestone, classifier, at, place } = event.data;
      const claimed: MilestoneClaim = {
        ...claimOf(event, receivedAt),
        milestone,
        classifier,
        at,
        ...(place && { place }),
      };
      const index = shipment.milestones.findIndex(
        (held) =>
          held.milestone === milestone &&
          held.classifier === classifier &&
          held.place?.unlocode === place?.unlocode,
      );
      if (index < 0) return { ...shipment, milestones: inOrder([...shipment.milestones, claimed]) };
      if (!isLater(claimed, shipment.milestones[index]!)) return shipment;
      return { ...shipment, milestones: inOrder(shipment.milestones.with(index, claimed)) };
    }
    case ObservationReported.type:
      return shipment; // it stands in the timeline alone
    default:
      return event satisfies never;
  }
}

const inOrder = (claims: readonly MilestoneClaim[]): readonly MilestoneClaim[] =>
  claims.toSorted((a, b) => (isLater(a, b) ? 1 : -1));

/** What follows from the registration and the milestones. */
function derive(shipment: Shipment): Shipment {
  const { registration, milestones } = shipment;
  const destination = registration?.data.route.destination;
  // An arrival somewhere else than at the port of discharge is a call on the way, not the end of the voyage.
  const isCall = ({ milestone, place }: MilestoneClaim): boolean =>
    milestone === 'arrived' &&
    place !== undefined &&
    destination !== undefined &&
    place.unlocode !== destination.unlocode;

  const actual = milestones.filter(({ classifier }) => classifier === 'ACT');
  const passed = actual.findLast((claimed) => !isCall(claimed));
  const arrived = actual.findLast((claimed) => claimed.milestone === 'arrived' && !isCall(claimed));
  const expected = (classifier: Classifier): MilestoneClaim | undefined =>
    milestones.findLast(
      (claimed) => claimed.milestone === 'arrived' && claimed.classifier === classifier && !isCall(claimed),
    );
  const place = arrived?.place ?? destination;

  return {
    ...shipment,
    status: passed?.milestone ?? (registration ? 'registered' : 'announced'),
    statusAt: passed?.at,
    position: actual.findLast((claimed) => claimed.place !== undefined)?.place,
    eta: (expected('EST') ?? expected('PLN'))?.at,
    arrival: arrived && registration && place ? { at: arrived.at, place } : undefined,
  };
}
