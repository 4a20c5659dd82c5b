/** What becomes of events of other standards, as their doors tell it: when they are only tried, or where some are refused. */
import { Fault } from '#contracts/fault.js';
import { Optional, Text, Timestamp } from '#contracts/fields.js';
import { Warning } from '#contracts/identifiers.js';
import { Reference } from '#contracts/trade.js';
import { Described, ManyOf } from '#service/view-fields.js';
import type { Translated } from './translation.js';

/** One of our events that a foreign one becomes. */
class Becoming {
  @Text(1024) readonly id!: string;
  @Text(1024) readonly source!: string;
  @Text(1024) readonly type!: string;
  @Optional() @Timestamp() readonly time?: string;
  @Described({ type: 'object', description: 'as the contract of its type has it' })
  readonly data!: object;
}

/** An event that would be taken, by where it stands in what was sent. */
class TriedItem {
  @Described({ type: 'string', description: 'JSON pointer into what was sent' }) readonly pointer!: string;
  @ManyOf(() => Becoming) readonly becomes!: readonly Becoming[];
  /** By what it names its shipment. */
  @ManyOf(() => Reference) readonly references!: readonly Reference[];
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

/** @param accepted pointers are into what was sent */
export const triedOf = (
  accepted: readonly { readonly pointer: string; readonly translation: Translated }[],
  refused: readonly RefusedOne[],
): Tried => ({
  accepted: accepted.map(({ pointer, translation: { events, references, warnings = [] } }) => ({
    pointer,
    becomes: events,
    references,
    warnings,
  })),
  refused,
});
