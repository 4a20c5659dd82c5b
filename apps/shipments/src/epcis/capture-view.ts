/** Captures as they are shown over HTTP. */
import { IsBoolean } from 'class-validator';
import {
  CAPTURE_BEHAVIOURS,
  type CaptureBehaviour,
  type EpcisCaptureFinished,
  type RefusedItem,
} from '#contracts/epcis.js';
import { Fault, RefusedEvent } from '#contracts/fault.js';
import { Id, OneOf, Optional, Text, Timestamp } from '#contracts/fields.js';
import { Reference } from '#contracts/trade.js';
import { Problem, problemOf } from '#service/problem.js';
import { Described, ManyOf } from '#service/view-fields.js';
import { begunAt } from './capture.js';
import type { Item } from './read-document.js';

/** An event of a capture, by where it stands in what was sent. */
class CapturedItem {
  @Described({ type: 'string', description: 'JSON pointer into what was sent' }) readonly pointer!: string;
  /** Its `eventID`, or else its event hash ID. */
  @Text(1024) readonly eventID!: string;
}

/** One that is refused, and what is wrong with it. */
class RefusedOne {
  @Described({ type: 'string', description: 'JSON pointer into what was sent' }) readonly pointer!: string;
  @ManyOf(() => Fault) readonly faults!: readonly Fault[];
}

/** What the door answers with. */
export class CaptureAccepted {
  @Id() readonly captureID!: string;
  @ManyOf(() => CapturedItem) readonly captured!: readonly CapturedItem[];
  /** With `proceed`, those that were not taken. */
  @ManyOf(() => RefusedOne) readonly refused!: readonly RefusedOne[];
}

/** A capture job, as the standard has it. It has run when all that was taken is stored. */
export class CaptureJob {
  @Id() readonly captureID!: string;
  @Timestamp() readonly createdAt!: string;
  @Optional() @Timestamp() readonly finishedAt?: string;
  @IsBoolean() readonly running!: boolean;
  /** Whether every event was taken. */
  @IsBoolean() readonly success!: boolean;
  @Optional() @OneOf(CAPTURE_BEHAVIOURS) readonly captureErrorBehaviour?: CaptureBehaviour;
  /** One for each event that was refused. */
  @ManyOf(() => Problem) readonly errors!: readonly Problem[];
}

/** One of our events that a foreign one becomes. */
class Becoming {
  @Text(1024) readonly id!: string;
  @Text(1024) readonly source!: string;
  @Text(1024) readonly type!: string;
  @Optional() @Timestamp() readonly time?: string;
  @Described({ type: 'object', description: 'as the contract of its type has it' })
  readonly data!: object;
}

class TriedItem extends CapturedItem {
  @ManyOf(() => Becoming) readonly becomes!: readonly Becoming[];
  /** By what it names its shipment. */
  @ManyOf(() => Reference) readonly references!: readonly Reference[];
}

/** What would become of what was sent. */
export class CaptureTried {
  @ManyOf(() => TriedItem) readonly captured!: readonly TriedItem[];
  @ManyOf(() => RefusedOne) readonly refused!: readonly RefusedOne[];
}

export const itemOf = ({ pointer, identity }: Item): CapturedItem => ({ pointer, eventID: identity });

export const triedOf = (item: Item): TriedItem => ({
  ...itemOf(item),
  becomes: item.translation.events,
  references: item.translation.references,
});

/** A capture's end, and when it was. */
export interface Capture {
  readonly finishedAt: string;
  readonly outcome: EpcisCaptureFinished;
}

/** So long what is stored on Kafka may take until it is shown; MongoDB may be away meanwhile. */
const RUNNING_FOR_MS = 600_000;

const problemOfItem = ({ pointer, faults }: RefusedItem): Problem =>
  problemOf(new RefusedEvent('invalid-data', `the event at ${pointer} is refused`, faults as Fault[]));

/**
 * A capture job. One that is not known, by an id of the last minutes, is taken to be on its way.
 * @returns undefined where there is none
 */
export function jobOf(captureID: string, capture: Capture | undefined, now: Date): CaptureJob | undefined {
  if (capture) {
    const { finishedAt, outcome } = capture;
    return {
      captureID,
      createdAt: outcome.createdAt,
      finishedAt,
      running: false,
      success: outcome.refused === 0,
      captureErrorBehaviour: outcome.behaviour,
      errors: (outcome.errors ?? []).map(problemOfItem),
    };
  }
  const begun = begunAt(captureID);
  if (!begun || Math.abs(now.getTime() - begun.getTime()) > RUNNING_FOR_MS) return undefined;
  return { captureID, createdAt: begun.toISOString(), running: true, success: true, errors: [] };
}
