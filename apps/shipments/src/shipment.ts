/**
 * A shipment's lifecycle: a pure function of the set of its accepted events.
 *
 * Each event claims a slot (the registration; a milestone at a place; what is expected of it), and the claim that
 * comes last in the order of happening holds the slot. Taking the last of a set does not depend on the order in
 * which the set was seen, nor on repeats, so duplicates, late and out-of-order events all lead to the same state. Only
 * what takes back an event, a retraction or a revision of it, can free a slot for the one before, so that alone folds the
 * whole timeline again.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EventOf } from '#contracts/contract.js';
import {
  type Classifier,
  ClosedOut,
  EventRetracted,
  ExceptionAcknowledged,
  type ExceptionType,
  ItineraryPlanned,
  type Milestone,
  MilestoneReported,
  ObservationReported,
  ReferencesAssigned,
  type Outcome,
  type SHIPMENT_EVENTS,
  ShipmentRegistered,
  type ShipmentStatus,
  TimePassed,
} from '#contracts/shipments.js';
import type { DatedReference, Leg, Place } from '#contracts/trade.js';
import { type Arrival, arrivalOf, isArrival } from './arrival.js';
import { type Claim, inOrderOfClaims, isLater, rankOf } from './claim.js';
import { type Evidence, evidenceOf } from './evidence.js';
import { type Exception, exceptionsOf } from './exceptions.js';
import { assign, type Assigned, referencesOf } from './references.js';
import { fateOf, fatesIn, keyOf, learn, replacedBy, type Standing, standingOf } from './standing.js';
import { portsOf, type Way, withWay } from './ways.js';

export type ShipmentEvent = EventOf<(typeof SHIPMENT_EVENTS)[number]>;
export type Retraction = EventOf<typeof EventRetracted>;
export type Claimant = Exclude<ShipmentEvent, Retraction>;

export interface Accepted {
  readonly event: ShipmentEvent;
  readonly receivedAt: Date;
}

export interface Registration extends Claim {
  readonly data: ShipmentRegistered;
}

/**
 * A milestone as it is last known, at one place. What else its event says (its voyage, remarks) is in the timeline:
 * every event of the shipment loads its claims, so they hold what decides the state and no more.
 */
export interface MilestoneClaim extends Claim {
  readonly milestone: Milestone;
  readonly classifier: Classifier;
  /** When it was passed, or is planned or estimated to be, as sent. */
  readonly at: string;
  readonly place?: Place;
  /** The vessel that it is on. */
  readonly vesselImo?: string;
  /** Whether it was passed by named containers, and not by the shipment as a whole. */
  readonly parts?: true;
  /** Of what containers pass one by one: those of which it is the last one known at its place; sorted. */
  readonly containers?: readonly string[];
}

/** How it ended otherwise than accepted. */
export interface CloseOut extends Claim {
  readonly outcome: Outcome;
  readonly at: string;
}

export interface Itinerary extends Claim {
  readonly legs: readonly Leg[];
}

/** That an operator has seen an exception, as it stood on this evidence. */
export interface Acknowledgement extends Claim {
  readonly exception: ExceptionType;
  /** `source id` of the event that the exception stood on. */
  readonly evidence: string;
  readonly reason: string;
  readonly by: string;
}

/** A time that is known to have passed. */
export interface Clock extends Claim {
  readonly until: Date;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

export interface Shipment extends Standing {
  readonly registration?: Registration | undefined;
  /** When it was first registered. */
  readonly registeredAt?: Date | undefined;
  /** By what it is named beside its registration. */
  readonly assigned?: readonly Assigned[] | undefined;
  /**
   * One a milestone, classifier and place; of what was passed, one for the whole and one for parts; of arrivals and of
   * customs, which parts pass one by one, one a container.
   */
  readonly milestones: readonly MilestoneClaim[];
  readonly closeOut?: CloseOut | undefined;
  readonly itinerary?: Itinerary | undefined;
  /** One a way, in the order in which they were first planned. */
  readonly ways?: readonly Way[] | undefined;
  /** One an exception and evidence. */
  readonly acknowledgements?: readonly Acknowledgement[] | undefined;
  /** One a time, in the order of time. */
  readonly clocks?: readonly Clock[] | undefined;
  /** What exceptions are judged by, beside the milestones. */
  readonly evidence?: Evidence | undefined;

  // What follows is derived from what is above, by `derive` alone.
  readonly status: ShipmentStatus;
  /** When the milestone that gave the status was passed. */
  readonly statusAt?: string | undefined;
  /** Where it was last known to be. */
  readonly position?: Place | undefined;
  /** When it is expected at the port of discharge: the last estimate, or where there is none the last plan. */
  readonly eta?: string | undefined;
  readonly arrival?: Arrival | undefined;
  /** By what others name it, and when. */
  readonly references?: readonly DatedReference[] | undefined;
  /** What is wrong with it; what was acknowledged among it. In the order of their types. */
  readonly exceptions?: readonly Exception[] | undefined;
}

/** What follows for each container by itself: it counts for the deal, or customs hold it. Of all else that is in the timeline. */
const ONE_BY_ONE: ReadonlySet<Milestone> = new Set(['arrived', 'customs-held', 'customs-released']);

export const UNKNOWN: Shipment = { retracted: [], milestones: [], status: 'announced' };

/** When an event happened. A milestone passed and an end say so themselves; anything else happened when it was said. */
const happenedAt = (event: ShipmentEvent, receivedAt: Date): Date => {
  if (event.type === MilestoneReported.type && event.data.classifier === 'ACT')
    return new Date(event.data.at);
  if (event.type === ClosedOut.type) return new Date(event.data.at);
  return event.time === undefined ? receivedAt : new Date(event.time);
};

const claimOf = (event: ShipmentEvent, receivedAt: Date): Claim => {
  const { source, id } = event;
  const at = happenedAt(event, receivedAt);
  return event.type === MilestoneReported.type
    ? { happenedAt: at, milestone: event.data.milestone, source, id }
    : { happenedAt: at, source, id };
};

/** Events in the order of happening, the same that decides the state, each with its moment. */
export const inOrderOfHappening = (
  history: readonly Accepted[],
): readonly (Accepted & { readonly happenedAt: Date })[] =>
  history
    .map((accepted) => ({ ...accepted, claim: claimOf(accepted.event, accepted.receivedAt) }))
    .sort((a, b) => inOrderOfClaims(a.claim, b.claim))
    .map(({ event, receivedAt, claim }) => ({ event, receivedAt, happenedAt: claim.happenedAt }));

/**
 * Takes one event into a shipment. That it has not been taken before is for the caller to know.
 * @param receivedAt when we learnt of it; the order of happening falls back on it where an event has no time
 * @param history every event accepted before, in any order
 * @returns 'needs-history' where the event may leave a slot free, and it takes the history to say who holds it then
 */
export function take(
  shipment: Shipment,
  event: ShipmentEvent,
  receivedAt: Date,
  history: readonly Accepted[],
): Shipment;
export function take(
  shipment: Shipment,
  event: ShipmentEvent,
  receivedAt: Date,
  history?: readonly Accepted[],
): Shipment | 'needs-history';
export function take(
  shipment: Shipment,
  event: ShipmentEvent,
  receivedAt: Date,
  history?: readonly Accepted[],
): Shipment | 'needs-history' {
  const standing = learn(shipment, event);
  const known = standing === shipment ? shipment : { ...shipment, ...standing };
  if (event.type === EventRetracted.type) {
    if (!history) return 'needs-history';
    return counted(shipment, known, history) ? foldBy(known, history) : known;
  }
  const taken = fateOf(known, event) === 'stands' ? claim(known, event, receivedAt) : known;
  const replaced = replacedBy(shipment, event);
  // One that comes to hold all that the word before it had held, the next estimate as a rule, leaves nothing free.
  if (replaced === undefined || !claimsOf(taken).some((held) => keyOf(held) === replaced))
    return taken === shipment ? shipment : derive(taken);
  return history ? foldBy(known, [...history, { event, receivedAt }]) : 'needs-history';
}

/** Whether anything that no longer stands had counted: it held a slot; of registrations the first counts too, and of references all. */
function counted(before: Shipment, after: Standing, history: readonly Accepted[]): boolean {
  const stood = fatesIn(before);
  const stands = fatesIn(after);
  const holders = new Set(claimsOf(before).map(keyOf));
  return history.some(
    ({ event }) =>
      stood(event) === 'stands' &&
      stands(event) !== 'stands' &&
      (event.type === ShipmentRegistered.type ||
        event.type === ReferencesAssigned.type ||
        holders.has(keyOf(event))),
  );
}

const claimsOf = ({ evidence = {}, ...shipment }: Shipment): Claim[] => {
  const {
    registration,
    closeOut,
    itinerary,
    ways = [],
    clocks = [],
    milestones,
    acknowledgements = [],
  } = shipment;
  const { damages = [], seals = [], ranges = [] } = evidence;
  const single = [registration, closeOut, itinerary].filter((claim) => claim !== undefined);
  return [
    ...single,
    ...milestones,
    ...acknowledgements,
    ...clocks,
    ...ways,
    ...damages,
    ...seals,
    ...ranges.flatMap(({ low, high }) => [low, high]),
  ];
};

/** What events come to, folded from nothing. The order in which they are given does not matter. */
export const foldOf = (history: readonly Accepted[]): Shipment =>
  foldBy(standingOf(history.map(({ event }) => event)), history);

function foldBy({ retracted, revisions }: Standing, history: readonly Accepted[]): Shipment {
  const fate = fatesIn({ retracted, revisions });
  const nothing: Shipment = { ...UNKNOWN, retracted, revisions };
  return derive(
    history.reduce<Shipment>(
      (state, { event, receivedAt }) =>
        event.type !== EventRetracted.type && fate(event) === 'stands'
          ? claim(state, event, receivedAt)
          : state,
      nothing,
    ),
  );
}

function claim(shipment: Shipment, event: Claimant, receivedAt: Date): Shipment {
  switch (event.type) {
    case ShipmentRegistered.type: {
      const registration: Registration = { ...claimOf(event, receivedAt), data: event.data };
      const { registration: held, registeredAt: first = registration.happenedAt } = shipment;
      const registeredAt = registration.happenedAt < first ? registration.happenedAt : first;
      if (!held || isLater(registration, held)) return { ...shipment, registration, registeredAt };
      return registeredAt === first ? shipment : { ...shipment, registeredAt };
    }
    case ReferencesAssigned.type: {
      const { references } = event.data;
      const assigned = assign(shipment.assigned ?? [], references, happenedAt(event, receivedAt));
      return { ...shipment, assigned };
    }
    case MilestoneReported.type: {
      const { milestone, classifier, at, place, transport, containers } = event.data;
      const parts = classifier === 'ACT' && containers !== undefined;
      const { source, id } = event;
      const claimed: Writable<MilestoneClaim> = {
        happenedAt: happenedAt(event, receivedAt),
        milestone,
        source,
        id,
        classifier,
        at,
      };
      if (place) claimed.place = place;
      if (transport?.vesselImo !== undefined) claimed.vesselImo = transport.vesselImo;
      if (parts) claimed.parts = parts;
      if (parts && ONE_BY_ONE.has(milestone)) claimed.containers = [...new Set(containers)].sort();
      return withEvidence(claimMilestone(shipment, claimed), event, claimed);
    }
    case ClosedOut.type: {
      const { outcome, at } = event.data;
      const closeOut: CloseOut = { ...claimOf(event, receivedAt), outcome, at };
      const { closeOut: held } = shipment;
      return held && !isLater(closeOut, held) ? shipment : { ...shipment, closeOut };
    }
    case ItineraryPlanned.type: {
      const itinerary: Itinerary = { ...claimOf(event, receivedAt), legs: event.data.legs };
      const { itinerary: held, ways: known = [] } = shipment;
      const ways = withWay(known, { ...claimOf(event, receivedAt), ports: portsOf(event.data.legs) });
      return { ...shipment, ways, itinerary: held && !isLater(itinerary, held) ? held : itinerary };
    }
    case ExceptionAcknowledged.type: {
      const { exception, evidence, reason, by } = event.data;
      const claimed = { ...claimOf(event, receivedAt), exception, evidence: keyOf(evidence), reason, by };
      return { ...shipment, acknowledgements: acknowledged(shipment.acknowledgements ?? [], claimed) };
    }
    case TimePassed.type: {
      const clock: Clock = { ...claimOf(event, receivedAt), until: new Date(event.data.until) };
      return { ...shipment, clocks: withClock(shipment.clocks ?? [], clock) };
    }
    case ObservationReported.type:
      return withEvidence(shipment, event, claimOf(event, receivedAt));
    default:
      return event satisfies never;
  }
}

function withClock(held: readonly Clock[], clock: Clock): readonly Clock[] {
  const rival = held.find(({ until }) => until.getTime() === clock.until.getTime());
  if (rival && !isLater(clock, rival)) return held;
  return [...held.filter((one) => one !== rival), clock].sort(
    (a, b) => a.until.getTime() - b.until.getTime(),
  );
}

function withEvidence(
  shipment: Shipment,
  event: EventOf<typeof MilestoneReported | typeof ObservationReported>,
  claimed: Claim,
): Shipment {
  const evidence = evidenceOf(shipment.evidence, event, claimed);
  return evidence === shipment.evidence ? shipment : { ...shipment, evidence };
}

function acknowledged(held: readonly Acknowledgement[], claimed: Acknowledgement): Acknowledgement[] {
  const rival = held.find(
    ({ exception, evidence }) => exception === claimed.exception && evidence === claimed.evidence,
  );
  if (rival && !isLater(claimed, rival)) return [...held];
  return [...held.filter((one) => one !== rival), claimed].sort(inOrderOfClaims);
}

function claimMilestone(shipment: Shipment, claimed: MilestoneClaim): Shipment {
  const { milestones } = shipment;
  if (claimed.containers) {
    const claims = claimContainers(milestones, claimed);
    return { ...shipment, milestones: claims.sort(inOrderOfClaims) };
  }
  const index = milestones.findIndex((held) => isRival(held, claimed));
  if (index >= 0 && !isLater(claimed, milestones[index]!)) return shipment;
  return {
    ...shipment,
    milestones: inserted(index < 0 ? milestones : milestones.toSpliced(index, 1), claimed),
  };
}

/** In their order, with one more. Most come behind all others. */
function inserted(claims: readonly MilestoneClaim[], claimed: MilestoneClaim): readonly MilestoneClaim[] {
  const before = claims.findLastIndex((claim) => inOrderOfClaims(claim, claimed) <= 0);
  return claims.toSpliced(before + 1, 0, claimed);
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

/** An arrival that is not this shipment's at its port of discharge is a call on the way, not the end of the voyage. */
const isCall = (claimed: MilestoneClaim, registration: Registration | undefined): boolean =>
  claimed.milestone === 'arrived' && !isArrival(claimed, registration);

/** The last word on when it arrives, of those of one classifier. */
const expectedBy = (
  classifier: Classifier,
  { milestones, registration }: Shipment,
): MilestoneClaim | undefined =>
  milestones.findLast(
    (claimed) =>
      claimed.milestone === 'arrived' &&
      claimed.classifier === classifier &&
      isArrival(claimed, registration),
  );

/**
 * Sets what follows from the slots. What is as before stays the same object, so that it is not written again.
 * @param shipment a copy, of which nobody else knows yet
 */
function derive(shipment: Writable<Shipment>): Shipment {
  const { registration, milestones, closeOut } = shipment;
  const actual = milestones.filter(({ classifier }) => classifier === 'ACT');
  const arrival = arrivalOf(actual, registration);
  const passed = statusOf(actual, arrival, registration);
  const plan = expectedBy('PLN', shipment);
  const eta = expectedBy('EST', shipment) ?? plan;
  shipment.status = passed?.status ?? (registration ? 'registered' : 'announced');
  shipment.statusAt = passed?.at;
  shipment.position = actual.findLast((claimed) => claimed.place !== undefined)?.place;
  shipment.eta = eta?.at;
  shipment.arrival = arrival;
  shipment.references = namesOf(shipment, actual);
  if (closeOut) {
    // Nothing more is expected of it, nothing can be done for it, and what it had brought is taken back.
    const { outcome, at } = closeOut;
    const nothing = { eta: undefined, arrival: undefined, exceptions: undefined };
    return Object.assign(shipment, { status: outcome, statusAt: at, ...nothing });
  }
  const exceptions = exceptionsOf(shipment, { actual, eta, plan });
  if (!isDeepStrictEqual(exceptions, shipment.exceptions)) shipment.exceptions = exceptions;
  return shipment;
}

/** By what it is named: the same list as before where nothing has changed, so that it is not written again. */
function namesOf(
  { registration, registeredAt, assigned = [], references, closeOut }: Shipment,
  actual: readonly MilestoneClaim[],
): readonly DatedReference[] | undefined {
  const ended = actual.findLast(({ milestone }) => milestone === 'delivered') ?? closeOut;
  const named = referencesOf({
    registered: registration && registeredAt && { data: registration.data, since: registeredAt },
    assigned,
    until: ended && new Date(ended.at),
  });
  return named && isDeepStrictEqual(named, references) ? references : named;
}

/**
 * Where a shipment stands by what it has passed; calls on the way are no arrivals. While some of its containers have
 * arrived and others have not, what containers pass moves no status; only what the shipment passes as a whole, behind the
 * arrival, does.
 */
function statusOf(
  actual: readonly MilestoneClaim[],
  arrival: Arrival | undefined,
  registration: Registration | undefined,
): { status: ShipmentStatus; at: string } | undefined {
  const passed = (claimed: MilestoneClaim): boolean => !isCall(claimed, registration);
  if (!arrival?.containers) {
    const last = actual.findLast(passed);
    return last && { status: last.milestone, at: last.at };
  }
  const arrived = actual.findLastIndex((claimed) => claimed.milestone === 'arrived' && passed(claimed));
  const behind = actual.findLast(
    ({ milestone, parts }, index) => index > arrived && !parts && rankOf(milestone) > rankOf('arrived'),
  );
  return behind ? { status: behind.milestone, at: behind.at } : { status: 'partly-arrived', at: arrival.at };
}
