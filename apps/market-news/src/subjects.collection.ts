import { Injectable } from '@nestjs/common';
import { type mongo, Schema } from 'mongoose';
import type { Effects, EventBatch } from '#messaging/effects.js';
import type { Stored } from '#messaging/planner.js';
import { Projection } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import { fromDecimal128, toDecimal128 } from '#service/decimal128.js';
import {
  kindOf,
  type PricedCommitment,
  type Subject,
  type SubjectEvent,
  subjectFold,
  subjectId,
} from './subject.js';
import { REFERENCE } from './tagging/reference.js';

export type SubjectDocument = Stored<Subject>;

const schema = new Schema<SubjectDocument>({ _id: String }, { strict: false, versionKey: false })
  .index({ terms: 1 })
  .index({ kind: 1, minerals: 1 });

/** A subject as links are judged from it. */
export type MatchableSubject = Pick<
  Subject,
  'kind' | 'id' | 'revision' | 'minerals' | 'countries' | 'parties' | 'terms'
>;
/** What a deal stands for. */
export type DealWorth = Pick<Subject, 'id' | 'commitments' | 'value'>;

const MATCHED = { kind: 1, id: 1, revision: 1, minerals: 1, countries: 1, parties: 1, terms: 1 } as const;
const MATCHED_AT_ONCE = 500;
const MAJORITY = { readConcern: { level: 'majority' } } as const;

@Injectable()
export class SubjectsCollection {
  private readonly collection: mongo.Collection<SubjectDocument>;
  private readonly projection: Projection<Subject, SubjectEvent>;

  constructor(database: Database) {
    database.model<SubjectDocument>('subjects', schema);
    this.collection = database.collection<SubjectDocument>('subjects');
    this.projection = new Projection({
      collection: this.collection,
      source: '/market-news',
      evolve: subjectFold(REFERENCE),
      entityOf: (event) => subjectId(kindOf(event), event.subject),
      codecs: {
        commitments: { encode: encodeCommitments, decode: decodeCommitments },
        value: { encode: encodeAmount, decode: decodeAmount },
      },
    });
  }

  apply(batch: EventBatch<SubjectEvent>, session?: mongo.ClientSession): Promise<Effects> {
    return this.projection.apply(batch, session);
  }

  /** As links are judged from them: majority reads, in the session of who judges (`linker.ts`). */
  byIds(ids: readonly string[], session: mongo.ClientSession): Promise<MatchableSubject[]> {
    return this.collection
      .find<MatchableSubject>({ _id: { $in: [...ids] } }, { projection: MATCHED, ...MAJORITY, session })
      .toArray();
  }

  async *withTerms(terms: readonly string[], session: mongo.ClientSession): AsyncGenerator<MatchableSubject> {
    yield* this.collection.find<MatchableSubject>(
      { terms: { $in: [...terms] } } as mongo.Filter<SubjectDocument>,
      { projection: MATCHED, batchSize: MATCHED_AT_ONCE, ...MAJORITY, session },
    );
  }

  /** The state each subject is in now, by its id. */
  async states(ids: readonly string[], session: mongo.ClientSession): Promise<ReadonlyMap<string, string>> {
    const found = await this.collection
      .find<Pick<SubjectDocument, '_id' | 'revision'>>(
        { _id: { $in: [...ids] } },
        { projection: { revision: 1 }, ...MAJORITY, session },
      )
      .toArray();
    return new Map(found.map(({ _id, revision }) => [_id, revision]));
  }

  /** Every deal that commits a mineral by one of these names. */
  async *dealsOf(names: readonly string[]): AsyncGenerator<DealWorth> {
    const found = this.collection.find<Record<'id', string> & Record<'commitments' | 'value', unknown>>(
      { kind: 'deal', minerals: { $in: [...names] } } as mongo.Filter<SubjectDocument>,
      { projection: { id: 1, commitments: 1, value: 1 } },
    );
    for await (const { id, commitments, value } of found)
      yield { id, commitments: decodeCommitments(commitments), value: decodeAmount(value) };
  }
}

/** Weights and money are exact in MongoDB too: Decimal128 keeps every digit of the text. */
const encodeAmount = (money: Subject['value']): unknown =>
  money && { ...money, amount: toDecimal128(money.amount) };

const decodeAmount = (stored: unknown): Subject['value'] => {
  const money = stored as { amount: unknown; currency: string } | undefined | null;
  return money ? { ...money, amount: fromDecimal128(money.amount) } : undefined;
};

const encodeCommitments = (commitments: Subject['commitments']): unknown =>
  commitments?.map(({ quantity, price, ...rest }) => ({
    ...rest,
    quantity: toDecimal128(quantity),
    ...(price && { price: { ...price, amount: toDecimal128(price.amount) } }),
  }));

const decodeCommitments = (stored: unknown): Subject['commitments'] =>
  (stored as PricedCommitment[] | undefined)?.map(({ quantity, price, ...rest }) => ({
    ...rest,
    quantity: fromDecimal128(quantity),
    ...(price && { price: { ...price, amount: fromDecimal128(price.amount) } }),
  }));
