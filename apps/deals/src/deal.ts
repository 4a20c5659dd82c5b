/** A deal: its terms, and how far deliveries have drawn it down. */
import { isDeepStrictEqual } from 'node:util';
import type { Decimal } from 'decimal.js';
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { EventOf } from '#contracts/contract.js';
import {
  type CommitmentBalance,
  DealBalanceChanged,
  DealDrawnDown,
  DealFulfilled,
  DealRegistered,
  DealReopened,
  DEALS_DELIVERIES,
  DEALS_EVENTS,
  type DeliveryRecorded,
  RecountRequested,
} from '#contracts/deals.js';
import { announce, type Announcement } from '#messaging/announcement.js';
import { type Counted, countedTo, isCountedAt } from './position.js';
import { hasOthers, Tally, type Totals } from './tally.js';
import { type Terms, type TermsEvent, termsOf, type TermsSaid } from './terms.js';
import { Exact, inUnit, kilograms, type Line, lineOf, totalsOf } from './weight.js';

export type DeliveryEvent = EventOf<typeof DeliveryRecorded>;
/** A request to count again, with what that has come to. */
export type RecountEvent = CloudEvent<typeof RecountRequested.type, Drawdown>;
export type DealEvent = TermsEvent | DeliveryEvent | RecountEvent;

/** How far a deal has been drawn down: `Totals`, of the deliveries that are counted. */
export interface Drawdown extends Totals {
  /** How many shipments count. */
  readonly deliveries: number;
  /** Up to where in `shipments.arrivals` arrivals are in the totals. */
  readonly counted: Counted;
}

/** Without terms where deliveries or amendments are known, and the deal itself is not yet. */
export interface Deal extends Drawdown, Partial<Terms> {
  readonly fulfilled: boolean;
}

export const UNKNOWN: Deal = { delivered: [], deliveries: 0, counted: {}, fulfilled: false };

/** A deal whose terms are what a set of registrations and amendments comes to. */
export function withTerms(deal: Deal, said: readonly TermsSaid[]): Deal {
  const terms = termsOf(said);
  if (!terms) return deal;
  const { totals } = new Tally(deal, committedIn(terms));
  return withTotals({ ...deal, ...terms }, totals);
}

/** @returns undefined when the delivery has been counted before */
export function drawDown(deal: Deal, { data }: DeliveryEvent): Deal | undefined {
  if (isCountedAt(deal.counted, data.position)) return undefined;
  const { totals } = new Tally(deal, committedIn(deal)).add([
    { delivered: totalsOf(data.was ?? []), sign: -1 },
    { delivered: totalsOf(data.is ?? []), sign: 1 },
  ]);
  const deliveries = deal.deliveries + (data.is ? 1 : 0) - (data.was ? 1 : 0);
  return withTotals({ ...deal, deliveries, counted: countedTo(deal.counted, data.position) }, totals);
}

/**
 * A deal with its totals counted again.
 * @param recount what its deliveries come to, up to where the deal has counted them
 * @returns undefined when nothing is another than before, or the deal has counted on meanwhile
 */
export function recounted(deal: Deal, recount: Drawdown): Deal | undefined {
  if (!isDeepStrictEqual(recount.counted, deal.counted)) return undefined;
  const { totals } = new Tally(recount, committedIn(deal));
  const after = withTotals({ ...deal, deliveries: recount.deliveries }, totals);
  return isDeepStrictEqual(drawdownOf(after), drawdownOf(deal)) ? undefined : after;
}

const drawdownOf = ({ delivered, others, deliveries, counted }: Deal): Drawdown => ({
  delivered,
  others,
  deliveries,
  counted,
});

export const committedIn = ({ terms }: Pick<Deal, 'terms'>): ReadonlySet<Line> =>
  new Set(terms?.commitments.map(lineOf));

const withTotals = (deal: Deal, { delivered, others }: Totals): Deal => {
  const after = { ...deal, delivered, others };
  if (!isCounted(after)) return after; // it is fulfilled, or is not, as far as is known
  const balance = balanceOf(after);
  return {
    ...after,
    fulfilled: balance.length > 0 && balance.every(({ remaining }) => new Exact(remaining).isZero()),
  };
};

/**
 * Whether each commitment's total is known. It is not where a commitment is new and what came of it before is among
 * the others; a recount then finds it.
 */
export const isCounted = (deal: Deal): boolean => {
  if (!deal.others) return true;
  const lines = new Set(deal.delivered.map(lineOf));
  return (
    deal.terms?.commitments.every((line) => lines.has(lineOf(line)) || !hasOthers(deal, line.basis)) ?? true
  );
};

/** How far each commitment has been drawn down, in its own unit. */
export function balanceOf({ terms, delivered }: Deal): CommitmentBalance[] {
  const totals = new Map(delivered.map((total) => [lineOf(total), total.kilograms]));
  return (terms?.commitments ?? []).map(({ mineral, basis, unit, quantity }) => {
    const total = new Exact(totals.get(lineOf({ mineral, basis })) ?? 0);
    // Two deliveries that have overtaken each other may take away what is yet to be added.
    const got = total.isNegative() ? new Exact(0) : total;
    const left = kilograms(quantity, unit).minus(got);
    const shown = (weight: Decimal): string => inUnit(weight, unit).toString();
    return {
      mineral,
      basis,
      unit,
      committed: quantity,
      delivered: shown(got),
      remaining: shown(left.isNegative() ? new Exact(0) : left),
      excess: shown(left.isNegative() ? left.negated() : new Exact(0)),
    };
  });
}

/**
 * What is published when a deal goes from one state to the next: its terms, its balance, and whether it is fulfilled,
 * each when it is another than before. Pure.
 * @param cause when it happened, and by which shipment's delivery, where it was one; absent where it is the terms
 */
export function announcementsOf(
  before: Deal,
  after: Deal,
  cause?: { readonly at: string; readonly shipmentId?: string },
): Announcement[] {
  if (!after.terms) return [];
  const { at, shipmentId } = cause ?? { at: after.termsAt!, shipmentId: undefined };
  const announcements: Announcement[] = [];
  const hasNewTerms = !isDeepStrictEqual(after.terms, before.terms);
  if (hasNewTerms) announcements.push(announce(DEALS_EVENTS, DealRegistered, after.terms));
  if (!isCounted(after)) {
    const reason = 'a commitment is new, and what came of it before has no total';
    return hasNewTerms ? [...announcements, announce(DEALS_DELIVERIES, RecountRequested, { reason })] : [];
  }
  const balance = balanceOf(after);
  if (shipmentId !== undefined) {
    announcements.push(announce(DEALS_EVENTS, DealDrawnDown, { shipmentId, at, balance }));
  } else if (!isDeepStrictEqual(balance, toldOf(before, after))) {
    announcements.push(announce(DEALS_EVENTS, DealBalanceChanged, { at, balance }));
  }
  if (after.fulfilled && !before.fulfilled) announcements.push(announce(DEALS_EVENTS, DealFulfilled, { at }));
  if (before.fulfilled && !after.fulfilled) announcements.push(announce(DEALS_EVENTS, DealReopened, { at }));
  return announcements;
}

/** The balance that is known of a deal. Its registration says it where nothing was delivered before it. */
const toldOf = (before: Deal, after: Deal): CommitmentBalance[] | undefined => {
  if (!before.terms) return balanceOf({ ...after, delivered: [] });
  return isCounted(before) ? balanceOf(before) : undefined;
};
