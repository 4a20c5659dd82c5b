import { Injectable } from '@nestjs/common';
import { type Model, Schema } from 'mongoose';
import { DealAmended, DealRegistered, DeliveryRecorded, RecountRequested } from '#contracts/deals.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import { type Accepted, History } from '#messaging/history.js';
import type { Evolution, Stored } from '#messaging/planner.js';
import { Projection } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { fromDecimal128, toDecimal128 } from '#service/decimal128.js';
import {
  announcementsOf,
  type Deal,
  type DealEvent,
  drawDown,
  recounted,
  UNKNOWN,
  withTerms,
} from './deal.js';
import { refusalOf, refusalOfHistory, refusalOfKey, refusalOfTerms, type TermsSaid } from './terms.js';

/** One document a deal: its terms and the totals of its deliveries. */
export type DealDocument = Stored<Deal>;

/** There are others: what was delivered to a deal, or amended, before anybody registered it. */
const REGISTERED = { terms: { $exists: true } };

const schema = new Schema<DealDocument>({ _id: String }, { strict: false, versionKey: false })
  .index({ fulfilled: 1, _id: 1 }, { name: 'registered', partialFilterExpression: REGISTERED })
  .index({ 'terms.commitments.mineral': 1, fulfilled: 1, _id: 1 });

/** What is not shown, and may be megabytes. */
const UNSEEN = ['accepted', 'recent', 'outbox', 'pending', 'terms.extensions'].map((path) => `-${path}`);

export interface DealQuery {
  readonly mineral?: string | undefined;
  readonly fulfilled?: boolean | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

@Injectable()
export class DealsCollection {
  private readonly model: Model<DealDocument>;
  private readonly projection: Projection<Deal, DealEvent>;

  constructor(database: Database) {
    this.model = database.model<DealDocument>('deals', schema);
    this.projection = new Projection<Deal, DealEvent>({
      collection: database.collection<DealDocument>('deals'),
      source: '/deals',
      evolve,
      history: {
        of: new History(database.collection('deals.history')),
        keeps: ({ type }) => type === DealRegistered.type || type === DealAmended.type,
      },
      codecs: { terms: { encode: encodeTerms, decode: decodeTerms }, delivered: weights, others: weights },
    });
  }

  apply(batch: EventBatch<DealEvent>): Promise<Effects> {
    return this.projection.apply(batch);
  }

  async find(id: string): Promise<DealDocument | undefined> {
    const found = await this.model
      .findOne({ _id: id })
      .select(UNSEEN)
      .readConcern('majority')
      .lean<DealDocument>();
    return found ? decoded(found) : undefined;
  }

  /** Registered deals, in the order of ids. */
  async list({ mineral, fulfilled, after, limit }: DealQuery): Promise<DealDocument[]> {
    const found = await this.model
      .find({
        ...REGISTERED,
        // With either of its two values an index has them in the order of ids.
        fulfilled: { $in: fulfilled === undefined ? [false, true] : [fulfilled] },
        ...(mineral !== undefined && { 'terms.commitments.mineral': mineral }),
        ...(after !== undefined && { _id: { $gt: after } }),
      })
      .select(UNSEEN)
      .sort({ _id: 1 })
      .limit(limit)
      .lean<DealDocument[]>();
    return found.map(decoded);
  }
}

function evolve(
  state: Deal | undefined,
  { event, receivedAt }: Received<DealEvent>,
  _id: string,
  history: readonly Accepted<DealEvent>[] | undefined,
): Evolution<Deal> {
  const before = state ?? UNKNOWN;
  if (event.type === DeliveryRecorded.type) {
    const after = drawDown(before, event);
    return after ? { state: after, announcements: announcementsOf(before, after, event.data) } : 'repeated';
  }
  if (event.type === RecountRequested.type) {
    const after = recounted(before, event.data);
    const at = event.time ?? receivedAt.toISOString();
    return after ? { state: after, announcements: announcementsOf(before, after, { at }) } : 'repeated';
  }
  const refusal = refusalOf(event);
  if (refusal) return refusal;
  if (!history) return 'needs-history';
  const reused = refusalOfKey(event, history as TermsSaid[]);
  if (reused) return reused;
  const said = [...(history as TermsSaid[]), { event, receivedAt }];
  const tooMuch = refusalOfHistory(said);
  if (tooMuch) return tooMuch;
  const after = withTerms(before, said);
  const outgrown = refusalOfTerms(after.terms);
  if (outgrown) return outgrown;
  return { state: after, announcements: announcementsOf(before, after) };
}

type Converter = (decimal: string) => unknown;

const convertTerms = (terms: DealRegistered, convert: Converter): unknown => ({
  ...terms,
  ...(terms.value && { value: { ...terms.value, amount: convert(terms.value.amount) } }),
  commitments: terms.commitments.map(({ price, ...commitment }) => ({
    ...commitment,
    quantity: convert(commitment.quantity),
    ...(price && { price: { ...price, amount: convert(price.amount) } }),
  })),
});

const encodeTerms = (terms: DealRegistered | undefined): unknown =>
  terms && convertTerms(terms, toDecimal128);
const decodeTerms = (stored: unknown): DealRegistered =>
  convertTerms(stored as DealRegistered, fromDecimal128) as DealRegistered;

interface Weighed {
  readonly kilograms: string;
}

export const encodeWeights = (all: readonly Weighed[] | undefined): unknown =>
  all?.map((one) => ({ ...one, kilograms: toDecimal128(one.kilograms) }));
export const decodeWeights = <T extends Weighed>(stored: unknown): T[] =>
  (stored as T[]).map((one) => ({ ...one, kilograms: fromDecimal128(one.kilograms) }));
const weights = { encode: encodeWeights, decode: decodeWeights };

const decoded = (document: DealDocument): DealDocument => ({
  ...document,
  ...(document.terms && { terms: decodeTerms(document.terms) }),
  delivered: decodeWeights(document.delivered),
  ...(document.others && { others: decodeWeights(document.others) }),
});
