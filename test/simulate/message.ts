/** What is sent, in whatever format, and what the world is to be like for it. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { Classifier, Milestone, Outcome } from '#contracts/shipments.js';
import type { Lot, Report, Shipment, Withdrawal } from './voyage.js';

export const FORMATS = ['cloudevents', 'epcis', 'dcsa-2.2', 'dcsa-3.0.0'] as const;
export type Format = (typeof FORMATS)[number];

/** What a message says of its shipment, as far as it moves anything. */
export type Fact =
  | {
      readonly kind: 'registered';
      readonly dealId: string;
      readonly destination: string;
      readonly lots: readonly Lot[];
    }
  | ReportedFact
  | { readonly kind: 'withdrawn'; readonly key: string }
  | { readonly kind: 'closed'; readonly outcome: Outcome; readonly at: number };

export interface ReportedFact {
  readonly kind: 'reported';
  readonly key: string;
  readonly milestone: Milestone;
  readonly classifier: Classifier;
  readonly at: number;
  readonly said: number;
  /** Absent where it does not say where. */
  readonly port?: string;
  /** Absent where it is of the whole. */
  readonly containers?: readonly string[];
}

export type Message = {
  /** The id of its shipment, which the message itself may not know. */
  readonly shipment: string;
  /** Absent where it moves nothing. */
  readonly fact?: Fact;
} & (
  | { readonly format: 'cloudevents'; readonly event: CloudEvent }
  | { readonly format: Exclude<Format, 'cloudevents'>; readonly event: Readonly<Record<string, unknown>> }
);

/** Says in a format what a carrier, a port or a mine has to say; nothing where the format has no words for it. */
export type Writer = (shipment: Shipment, told: Report | Withdrawal) => Message[];

export const isWithdrawal = (told: Report | Withdrawal): told is Withdrawal => 'withdraws' in told;
