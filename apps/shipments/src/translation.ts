/**
 * What an adapter makes of a foreign event: events of ours, before it is known which shipment they are of. An adapter is
 * pure and total: of every event it says what it comes to, or why it is refused.
 */
import type { Fault } from '#contracts/fault.js';
import type { Warning } from '#contracts/identifiers.js';
import type { EventRetracted, MilestoneReported, ObservationReported } from '#contracts/shipments.js';
import type { Reference } from '#contracts/trade.js';

interface Unaddressed<C extends { readonly type: string; new (): object }> {
  /** Who said so; with `id` it identifies the event. The same foreign event always comes to the same. */
  readonly source: string;
  readonly id: string;
  readonly type: C['type'];
  /** When it was said, RFC 3339, as it was sent. */
  readonly time?: string;
  readonly data: InstanceType<C>;
}

export type UnaddressedEvent =
  | Unaddressed<typeof MilestoneReported>
  | Unaddressed<typeof ObservationReported>
  | Unaddressed<typeof EventRetracted>;

/** What a foreign event comes to that is as it must be. */
export interface Translated {
  readonly events: readonly UnaddressedEvent[];
  /** By what it names its shipment; any of them may be enough. */
  readonly references: readonly Reference[];
  /** What is questionable in it, and is taken all the same. Pointers are into the foreign event. */
  readonly warnings?: readonly Warning[];
}

/** What one foreign event comes to. */
export type Translation =
  | Translated
  | {
      /** Pointers are into the foreign event. */
      readonly faults: readonly Fault[];
    };
