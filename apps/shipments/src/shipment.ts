/**
 * A shipment's lifecycle: a pure function of the set of its accepted events.
 *
 * Each event claims a slot (the registration; a milestone at a place; what is expected of it), and the claim that
 * comes last in the order of happening holds the slot. Taking the last of a set does not depend on the order in
 * which the set was seen, nor on repeats, so duplicates, late and out-of-order events all lead to the same state. Only a
 * retraction can free a slot for the one before, so it alone folds the whole timeline again.
 */
import type { EventOf } from '#contracts/contract.js';
import {
  type Classifier,
  ClosedOut,
  EventRetracted,
  type Milestone,
  MILESTONES,
  MilestoneReported,
  ObservationReported,
  type Outcome,
  ShipmentRegistered,
  type ShipmentStatus,
} from '#contracts/shipments.js';
import type { Place } from '#contracts/trade.js';
import { type Arrival, arrivalOf, isArrival } from './arrival.js';

export type Claimant = EventOf<
  typeof ShipmentRegistered | typeof MilestoneReported | typeof ObservationReported | typeof ClosedOut
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
 * A milestone as it is last known, at one place. What else its event says (transport, remarks) is in the timeline:
 * every event of the shipment loads its claims, so they hold what decides the state and no more.
 */
export interface MilestoneClaim extends Claim {
  readonly milestone: Milestone;
  readonly classifier: Classifier;
  /** When it was passed, or is planned or estimated to be, as sent. */
  readonly at: string;
  readonly place?: Place;
  /** Whether it was passed by named containers, and not by the shipment as a whole. */
  readonly parts?: true;
  /** Of an arrival that was passed: the containers of which it is the last one known at its place; sorted. */
  readonly containers?: readonly string[];
}

/** How it ended otherwise than accepted. */
export interface CloseOut extends Claim {
  readonly outcome: Outcome;
  readonly at: string;
}

export interface Shipment {
  /** `source id` of every event that was taken back, whether it has come yet or not; sorted. */
  readonly retracted: readonly string[];
  readonly registration?: Registration | undefined;
  /**
   * One a milestone, classifier and place; of what was passed, one for the whole and one for parts; of an arrival that
   * was passed by parts, one a container.
   */
  readonly milestones: readonly MilestoneClaim[];
  readonly closeOut?: CloseOut | undefined;

  // What follows is derived from what is above, by `derive` alone.
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

/** What identifies an event, in `retracted`. */
export const keyOf = ({ source, id }: { source: string; id: string }): string => `${source} ${id}`;

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

/** When an event happened. A milestone passed and an end say so themselves; anything else happened when it was said. */
const happenedAt = (event: ShipmentEvent, receivedAt: Date): Date => {
  if (event.type === MilestoneReported.type && event.data.classifier === 'ACT')
    return new Date(event.data.at);
  if (event.type === ClosedOut.type) return new Date(event.data.at);
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

/**
 * Takes one event into a shipment. That it has not been taken before is for the caller to know.
 * @param receivedAt when we learnt of it; the order of happening falls back on it where an event has no time
 */
export function take(shipment: Shipment, event: Claimant, receivedAt: Date): Shipment {
  if (shipment.retracted.includes(keyOf(event))) return shipment;
  return derive(claim(shipment, event, receivedAt));
}

/**
 * Takes an event back: the state that all the others come to, folded from nothing.
 * @param history every event accepted before, in any order
 */
export function takeBack(
  shipment: Shipment,
  { source, data }: Retraction,
  history: readonly Accepted[],
): Shipment {
  const retracted = [...new Set([...shipment.retracted, keyOf({ source, id: data.eventId })])].sort();
  return foldWithout(retracted, history);
}

/** What events come to, folded from nothing. The order in which they are given does not matter. */
export function foldOf(history: readonly Accepted[]): Shipment {
  const retracted = history.flatMap(({ event }) =>
    event.type === EventRetracted.type ? [keyOf({ source: event.source, id: event.data.eventId })] : [],
  );
  return foldWithout([...new Set(retracted)].sort(), history);
}

function foldWithout(retracted: readonly string[], history: readonly Accepted[]): Shipment {
  const takenBack = new Set(retracted);
  const folded = history.reduce<Shipment>((state, { event, receivedAt }) => {
    const stands = event.type !== EventRetracted.type && !takenBack.has(keyOf(event));
    return stands ? claim(state, event, receivedAt) : state;
  }, UNKNOWN);
  return { ...derive(folded), retracted };
}

function claim(shipment: Shipment, event: Claimant, receivedAt: Date): Shipment {
  switch (event.type) {
    case ShipmentRegistered.type: {
      const registration: Registration = { ...claimOf(event, receivedAt), data: event.data };
      const { registration: held } = shipment;
      return held && !isLater(registration, held) ? shipment : { ...shipment, registration };
    }
    case MilestoneReported.type: {
      const { milestone, classifier, at, place, containers } = event.data;
      const parts = classifier === 'ACT' && containers !== undefined;
      const claimed: MilestoneClaim = {
        ...claimOf(event, receivedAt),
        milestone,
        classifier,
        at,
        ...(place && { place }),
        ...(parts && { parts }),
        ...(parts && milestone === 'arrived' && { containers: [...new Set(containers)].sort() }),
      };
      return claimMilestone(shipment, claimed);
    }
    case ClosedOut.type: {
      const { outcome, at } = event.data;
      const closeOut: CloseOut = { ...claimOf(event, receivedAt), outcome, at };
      const { closeOut: held } = shipment;
      return held && !isLater(closeOut, held) ? shipment : { ...shipment, closeOut };
    }
    case ObservationReported.type:
      return shipment; // it stands in the timeline alone
    default:
      return event satisfies never;
  }
}

function claimMilestone(shipment: Shipment, claimed: MilestoneClaim): Shipment {
  const { milestones } = shipment;
  if (claimed.containers) return { ...shipment, milestones: inOrder(claimContainers(milestones, claimed)) };
  const index = milestones.findIndex((held) => isRival(held, claimed));
  if (index < 0) return { ...shipment, milestones: inOrder([...milestones, claimed]) };
  if (!isLater(claimed, milestones[index]!)) return shipment;
  return { ...shipment, milestones: inOrder(milestones.with(index, claimed)) };
}

const isRival = (a: MilestoneClaim, b: MilestoneClaim): boolean =>
  a.milestone === b.milestone &&
  a.classifier === b.classifier &&
  a.place?.unlocode === b.place?.unlocode &&
  a.parts === b.parts;

/** Each container goes to the later of two claims; a claim that is left with none is dropped. */
function claimContainers(held: readonly MilestoneClaim[], claimed: MilestoneClaim): MilestoneClaim[] {
  let rest = claimed.containers!;
  const kept = held.flatMap((claim) => {
    if (!isRival(claim, claimed)) return [claim];
    const without = (some: readonly string[], others: readonly string[]): string[] =>
      some.filter((container) => !others.includes(container));
    if (!isLater(claimed, claim)) {
      rest = without(rest, claim.containers!);
      return [claim];
    }
    const containers = without(claim.containers!, claimed.containers!);
    return containers.length > 0 ? [{ ...claim, containers }] : [];
  });
  return rest.length > 0 ? [...kept, { ...claimed, containers: rest }] : kept;
}

const inOrder = (claims: readonly MilestoneClaim[]): readonly MilestoneClaim[] =>
  claims.toSorted((a, b) => (isLater(a, b) ? 1 : -1));

/** What follows from the slots. */
function derive(shipment: Shipment): Shipment {
  const { registration, milestones, closeOut } = shipment;
  // An arrival that is not this shipment's at its port of discharge is a call on the way, not the end of the voyage.
  const isCall = (claimed: MilestoneClaim): boolean =>
    claimed.milestone === 'arrived' && !isArrival(claimed, registration);

  const actual = milestones.filter(({ classifier }) => classifier === 'ACT');
  const arrival = arrivalOf(actual, registration);
  const passed = statusOf(
    actual.filter((claimed) => !isCall(claimed)),
    arrival,
  );
  const expected = (classifier: Classifier): MilestoneClaim | undefined =>
    milestones.findLast(
      (claimed) => claimed.milestone === 'arrived' && claimed.classifier === classifier && !isCall(claimed),
    );

  const position = actual.findLast((claimed) => claimed.place !== undefined)?.place;
  if (closeOut) {
    // Nothing more is expected of it, and what it had brought is taken back.
    const { outcome, at } = closeOut;
    return { ...shipment, status: outcome, statusAt: at, position, eta: undefined, arrival: undefined };
  }
  return {
    ...shipment,
    status: passed?.status ?? (registration ? 'registered' : 'announced'),
    statusAt: passed?.at,
    position,
    eta: (expected('EST') ?? expected('PLN'))?.at,
    arrival,
  };
}

/**
 * Where a shipment stands by what it has passed. While some of its containers have arrived and others have not, what
 * containers pass moves no status; only what the shipment passes as a whole, behind the arrival, does.
 */
function statusOf(
  passed: readonly MilestoneClaim[],
  arrival: Arrival | undefined,
): { status: ShipmentStatus; at: string } | undefined {
  const last = passed.at(-1);
  if (!arrival?.containers) return last && { status: last.milestone, at: last.at };
  const arrived = passed.findLastIndex(({ milestone }) => milestone === 'arrived');
  const behind = passed.findLast(
    ({ milestone, parts }, index) => index > arrived && !parts && rankOf(milestone) > rankOf('arrived'),
  );
  return behind ? { status: behind.milestone, at: behind.at } : { status: 'partly-arrived', at: arrival.at };
}
