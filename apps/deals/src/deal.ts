/** A deal: its terms, and how far deliveries have drawn it down. */
import { isDeepStrictEqual } from 'node:util';
import type { Decimal } from 'decimal.js';
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { EventOf } from '#contracts/contract.js';
import {
  type Commitment,
  type CommitmentBalance,
  type DealAmended,
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
import { RefusedEvent } from '#contracts/fault.js';
import { announce, type Announcement } from '#messaging/announcement.js';
import { MOST_BYTES_AN_EVENT } from '#messaging/read-batch.js';
import { hasOthers, Tally, type Totals } from './tally.js';
import { Exact, inUnit, kilograms, type Line, lineOf, totalsOf } from './weight.js';

export type TermsEvent = EventOf<typeof DealRegistered | typeof DealAmended>;
export type DeliveryEvent = EventOf<typeof DeliveryRecorded>;
/** A request to count again, with what that has come to. */
export type RecountEvent = CloudEvent<typeof RecountRequested.type, Drawdown>;
export type DealEvent = TermsEvent | DeliveryEvent | RecountEvent;

/** How far a deal has been drawn down: `Totals`, of the deliveries that are counted. */
export interface Drawdown extends Totals {
  /** How many shipments count. */
  readonly deliveries: number;
  /**
   * By partition of `shipments.arrivals`, the offset up to which arrivals are in the totals. A deal's deliveries come
   * in the order of those offsets, so one number a partition tells every repeat, however many shipments there are.
   */
  readonly counted: Readonly<Record<string, number>>;
}

export interface Deal extends Drawdown {
  /** Absent where deliveries or amendments are known, and the deal itself is not yet. */
  readonly terms?: DealRegistered | undefined;
  /** When the terms became what they are: what only says them again does not count. */
  readonly termsAt?: string | undefined;
  readonly fulfilled: boolean;
}

export const UNKNOWN: Deal = { delivered: [], deliveries: 0, counted: {}, fulfilled: false };

/** What no schema can say of a deal's terms: that no two commitments are of the same mineral and basis. */
export function refusalOf(event: TermsEvent): RefusedEvent | undefined {
  const lines = (event.data.commitments ?? []).map(lineOf);
  const again = lines.findIndex((line, index) => lines.indexOf(line) < index);
  if (again < 0) return undefined;
  return new RefusedEvent('invalid-data', 'two commitments are of the same mineral and basis', [
    {
      pointer: `/data/commitments/${again}`,
      code: 'repeated',
      message: 'must be the only commitment of its mineral and basis',
    },
  ]);
}

/** What a published deal can hold; see `DealRegistered` and `DealDrawnDown`. */
const MOST_COMMITMENTS = 100;

/**
 * Whether terms have outgrown what can be published of them. Amendments add up, so no single one of them is at fault,
 * and the one that is learnt of last is refused: in this alone the order of arrival matters.
 */
export function refusalOfTerms({ terms }: Deal): RefusedEvent | undefined {
  if (!terms) return undefined;
  if (Buffer.byteLength(JSON.stringify(terms)) > MOST_BYTES_AN_EVENT) {
    return new RefusedEvent(
      'too-large',
      `a deal's terms, amendments included, are at most ${MOST_BYTES_AN_EVENT} bytes: they are published as one event`,
    );
  }
  if (terms.commitments.length <= MOST_COMMITMENTS) return undefined;
  return new RefusedEvent(
    'invalid-data',
    `a deal has at most ${MOST_COMMITMENTS} commitments, amendments included`,
    [
      {
        pointer: '/data/commitments',
        code: 'too-many',
        message: `must not bring the deal to more than ${MOST_COMMITMENTS} commitments`,
      },
    ],
  );
}

/** The extension attribute that carries a request's `Idempotency-Key`. */
export const IDEMPOTENCY_KEY = 'idempotencykey';

/**
 * Whether a request's key was given to another request before. The one that is learnt of first holds: in this, too,
 * the order of arrival matters.
 */
export function refusalOfKey(event: TermsEvent, said: readonly TermsSaid[]): RefusedEvent | undefined {
  const key = event.extensions[IDEMPOTENCY_KEY];
  const isOther = ({ event: other }: TermsSaid): boolean =>
    other.source === event.source &&
    other.extensions[IDEMPOTENCY_KEY] === key &&
    !isDeepStrictEqual(other.data, event.data);
  if (key === undefined || !said.some(isOther)) return undefined;
  return new RefusedEvent(
    'idempotency-key-reused',
    'the key stands for a request of other content, which holds',
    [{ pointer: `/${IDEMPOTENCY_KEY}`, code: 'repeated', message: 'must be the key of one request alone' }],
  );
}

/** What is kept of a deal's terms beside its totals. Without a bound, amendments would leave its deliveries no room. */
const MOST_SAID = 1_000;
const MOST_BYTES_SAID = 4 * 1024 * 1024;

/**
 * Whether a deal has been registered and amended so often, or at such length, that no more can be kept.
 * @param said all of it, the newest among it
 */
export function refusalOfHistory(said: readonly TermsSaid[]): RefusedEvent | undefined {
  if (said.length <= MOST_SAID) {
    let bytes = 0;
    for (const { event } of said) bytes += Buffer.byteLength(JSON.stringify(event));
    if (bytes <= MOST_BYTES_SAID) return undefined;
  }
  return new RefusedEvent(
    'document-too-large',
    `of one deal, ${MOST_SAID} registrations and amendments are kept, of ${MOST_BYTES_SAID} bytes together`,
  );
}

/** An event of the terms, with what orders it. */
export interface TermsSaid {
  readonly event: TermsEvent;
  readonly receivedAt: Date;
}

/**
 * A deal whose terms are what a set of registrations and amendments comes to, in the order in which they happened:
 * the last registration, and what was amended after it. The order in which they came does not matter.
 */
export function withTerms(deal: Deal, said: readonly TermsSaid[]): Deal {
  const ordered = [...said].sort(
    (a, b) =>
      momentOf(a) - momentOf(b) ||
      rankOf(a) - rankOf(b) ||
      compare(a.event.source, b.event.source) ||
      compare(a.event.id, b.event.id),
  );
  let terms: DealRegistered | undefined;
  let at = 0;
  for (const one of ordered) {
    const next = termsAfter(terms, one.event);
    if (next === undefined || isDeepStrictEqual(next, terms)) continue;
    terms = next;
    at = momentOf(one);
  }
  if (!terms) return deal;
  const { totals } = new Tally(deal, committedIn({ terms }));
  return withTotals({ ...deal, terms, termsAt: new Date(at).toISOString() }, totals);
}

const termsAfter = (terms: DealRegistered | undefined, event: TermsEvent): DealRegistered | undefined =>
  event.type === DealRegistered.type ? event.data : terms && amended(terms, event.data);

const momentOf = ({ event, receivedAt }: TermsSaid): number =>
  event.time === undefined ? receivedAt.getTime() : Date.parse(event.time);
/** At one moment (a whole day, where a sender knows no better) a deal is registered before it is amended. */
const rankOf = ({ event }: TermsSaid): number => (event.type === DealRegistered.type ? 0 : 1);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function amended(terms: DealRegistered, { title, parties, commitments, value }: DealAmended): DealRegistered {
  const lines = new Map<Line, Commitment>(
    terms.commitments.map((commitment) => [lineOf(commitment), commitment]),
  );
  for (const commitment of commitments ?? []) lines.set(lineOf(commitment), commitment);
  return {
    ...terms,
    commitments: [...lines.values()],
    ...(title !== undefined && { title }),
    ...(parties && { parties }),
    ...(value && { value }),
  };
}

/** @returns undefined when the delivery has been counted before */
export function drawDown(deal: Deal, { data }: DeliveryEvent): Deal | undefined {
  const [partition, offset] = data.position.split('/') as [string, string];
  if (Number(offset) <= (deal.counted[partition] ?? -1)) return undefined;
  const { totals } = new Tally(deal, committedIn(deal)).add([
    { delivered: totalsOf(data.was ?? []), sign: -1 },
    { delivered: totalsOf(data.is ?? []), sign: 1 },
  ]);
  const deliveries = deal.deliveries + (data.is ? 1 : 0) - (data.was ? 1 : 0);
  return withTotals(
    { ...deal, deliveries, counted: { ...deal.counted, [partition]: Number(offset) } },
    totals,
  );
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
