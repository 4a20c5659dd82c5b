/** A waiting event as it is shown over HTTP. */
import { IsString } from 'class-validator';
import { Id, OneOf, Optional, Text, Timestamp } from '#contracts/fields.js';
import { EventRetracted, MilestoneReported, ObservationReported } from '#contracts/shipments.js';
import { Reference } from '#contracts/trade.js';
import { AnyOf, Count, Described, ManyOf } from '#service/view-fields.js';
import { REASONS } from './decide.js';
import { type ForeignEvent, translate } from './translate.js';
import { WAITS } from './unmatched.js';
import type { UnmatchedDocument } from './unmatched.collection.js';

export class UnmatchedSummary {
  @Id() readonly id!: string;
  @OneOf(WAITS) readonly status!: (typeof WAITS)[number];
  /** Of what waits: no shipment is known by its references; or several are, and it is not said which is meant. */
  @Optional() @OneOf(REASONS) readonly reason?: (typeof REASONS)[number];
  /** The shipments that may be meant; at most 20 of them. */
  @IsString({ each: true }) readonly candidates!: readonly string[];
  @ManyOf(() => Reference) readonly references!: readonly Reference[];
  /** The type of the event that came. */
  @Text(1024) readonly type!: string;
  /** When it happened. */
  @Timestamp() readonly at!: string;
  /** Since when it waits, and for how long by now. */
  @Timestamp() readonly since!: string;
  @Count() readonly ageSeconds!: number;
}

const TRANSLATED = [MilestoneReported, ObservationReported, EventRetracted] as const;

class TranslatedEvent {
  @Text(1024) readonly id!: string;
  @Text(1024) readonly source!: string;
  @OneOf(TRANSLATED.map(({ type }) => type)) readonly type!: (typeof TRANSLATED)[number]['type'];
  @Optional() @Timestamp() readonly time?: string;
  @AnyOf(TRANSLATED) readonly data!: InstanceType<(typeof TRANSLATED)[number]>;
}

export class UnmatchedView extends UnmatchedSummary {
  /** The shipments that it has gone on to. */
  @IsString({ each: true }) readonly shipments!: readonly string[];
  /** What it comes to; and the event as it came. Both stand with its shipment once it has gone on. */
  @ManyOf(() => TranslatedEvent) readonly events!: readonly TranslatedEvent[];
  @Optional()
  @Described({ type: 'object', description: 'the CloudEvent, as it came' })
  readonly event?: object;
}

export function summaryOf(unmatched: UnmatchedDocument, now: Date): UnmatchedSummary {
  const { _id: id, status, reason, candidates, references, type, at, since } = unmatched;
  return {
    id,
    status,
    ...(reason !== undefined && { reason }),
    candidates: candidates ?? [],
    references,
    type,
    at: at.toISOString(),
    since: since.toISOString(),
    ageSeconds: Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1_000)),
  };
}

export function unmatchedOf(unmatched: UnmatchedDocument, now: Date): UnmatchedView {
  const { event: text, shipments } = unmatched;
  const event = text === undefined ? undefined : (JSON.parse(text) as ForeignEvent);
  return {
    ...summaryOf(unmatched, now),
    shipments: shipments ?? [],
    events: event ? translate(event).events : [],
    ...(event && { event }),
  };
}
