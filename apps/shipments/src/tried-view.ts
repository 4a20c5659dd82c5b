/** What becomes of events, as their doors tell it: when they are only tried, or where some are refused. */
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString } from 'class-validator';
import { Fault } from '#contracts/fault.js';
import { Nested, OneOf, Optional, Text, Timestamp } from '#contracts/fields.js';
import { Warning } from '#contracts/identifiers.js';
import { Reference } from '#contracts/trade.js';
import { Described, ManyOf } from '#service/view-fields.js';
import { type Decision, REASONS } from './correlation/decide.js';

/** A query of every door that takes events in. */
export class DryRun {
  /** Answers what would become of what is sent, and stores nothing. */
  @IsOptional()
  @IsBoolean()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown)))
  dryRun?: boolean;
}

/** One of our events that what was sent becomes; an event of ours becomes itself. */
class Becoming {
  @Text(1024) readonly id!: string;
  @Text(1024) readonly source!: string;
  @Text(1024) readonly type!: string;
  @Optional() @Timestamp() readonly time?: string;
  @Described({ type: 'object', description: 'as the contract of its type has it' })
  readonly data!: object;
}

/** The shipments that it would reach, by what is known now: by the references of those that are registered. */
class Reached {
  @IsString({ each: true }) readonly shipments!: readonly string[];
  /** Why it would wait: no shipment is known by its references; or several are, and it does not say which is meant. */
  @Optional() @OneOf(REASONS) readonly reason?: (typeof REASONS)[number];
  /** The shipments that may be meant; at most 20 of them. */
  @IsString({ each: true }) readonly candidates!: readonly string[];
}

/** An event that would be taken, by where it stands in what was sent. */
class TriedItem {
  @Described({ type: 'string', description: 'JSON pointer into what was sent' }) readonly pointer!: string;
  @ManyOf(() => Becoming) readonly becomes!: readonly Becoming[];
  /** By what it names its shipment; none where that is by our id. */
  @ManyOf(() => Reference) readonly references!: readonly Reference[];
  @Nested(() => Reached) readonly reaches!: Reached;
  /** What is most likely a mistake, and would be taken all the same. */
  @ManyOf(() => Warning) readonly warnings!: readonly Warning[];
}

/** One that is refused, and what is wrong with it. */
export class RefusedOne {
  @Described({ type: 'string', description: 'JSON pointer into what was sent' }) readonly pointer!: string;
  @ManyOf(() => Fault) readonly faults!: readonly Fault[];
}

/** What would become of what was sent. */
export class Tried {
  @ManyOf(() => TriedItem) readonly accepted!: readonly TriedItem[];
  @ManyOf(() => RefusedOne) readonly refused!: readonly RefusedOne[];
}

export const reachedBy = (decision: Decision): Reached => ({
  shipments: 'shipments' in decision ? decision.shipments : [],
  ...('reason' in decision && { reason: decision.reason }),
  candidates: 'candidates' in decision ? decision.candidates : [],
});
