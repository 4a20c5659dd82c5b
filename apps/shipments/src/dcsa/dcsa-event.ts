/** A DCSA Track & Trace event, whichever version it came in: what the translation looks at. */
import type { Classifier } from '#contracts/shipments.js';
import type { Measurement, Place, Reference, Seal, Transport } from '#contracts/trade.js';

export const EVENT_TYPES = ['SHIPMENT', 'TRANSPORT', 'EQUIPMENT', 'IOT', 'REEFER'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Who says so, and which of their events it is. */
export interface DcsaIdentity {
  /** URI reference of the party. */
  readonly source: string;
  /** The `eventID`, or what stands for it. */
  readonly name: string;
}

export interface DcsaReport extends DcsaIdentity {
  /** When this word was said; DCSA 3.0: when it was last updated, and so which of several words holds. */
  readonly said: string | undefined;
  /** Whether it may be said anew, under the same name. */
  readonly isRevisable: boolean;
  readonly eventType: EventType;
  /** In DCSA's code of four letters, where it has one; in the sender's own word otherwise. */
  readonly code: string;
  readonly classifier: Classifier;
  readonly at: string;
  /** The type of document that a SHIPMENT event is about: `BKG`. */
  readonly documentType: string | undefined;
  /** Numbers of the containers, in the form of ISO 6346. */
  readonly containers: readonly string[];
  readonly seals: readonly Seal[];
  readonly isEmpty: boolean;
  /** On the way out, on the way in, or from one vessel to the next. */
  readonly phase: string | undefined;
  /** What the place is to the shipment: `PDE`, its place of delivery. */
  readonly locationType: string | undefined;
  readonly place: Place | undefined;
  readonly transport: Transport | undefined;
  readonly measurements: readonly Measurement[];
  readonly remarks: string | undefined;
  readonly references: readonly Reference[];
}

/** An event is withdrawn: every word of that name, or those said until then. */
export interface DcsaWithdrawal extends DcsaIdentity {
  readonly isWithdrawal: true;
  /** The id of the withdrawal itself. */
  readonly id: string;
  readonly said: string | undefined;
  readonly upTo: string | undefined;
  readonly references: readonly Reference[];
}
