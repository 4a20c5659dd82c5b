/** Captures as they are shown over HTTP. */
import { IsBoolean } from 'class-validator';
import {
  CAPTURE_BEHAVIOURS,
  type CaptureBehaviour,
  type EpcisCaptureFinished,
  type RefusedItem,
} from '#contracts/epcis.js';
import { type Fault, RefusedEvent } from '#contracts/fault.js';
import { Id, OneOf, Optional, Text, Timestamp } from '#contracts/fields.js';
import { Warning } from '#contracts/identifiers.js';
import { Problem, problemOf } from '#service/problem.js';
import { Described, ManyOf } from '#service/view-fields.js';
import { RefusedOne } from '../tried-view.js';
import { begunAt } from './capture.js';
import type { Item } from './read-document.js';

/** An event of a capture, by where it stands in what was sent. */
class CapturedItem {
  @Described({ type: 'string', description: 'JSON pointer into what was sent' }) readonly pointer!: string;
  /** Its `eventID`, or else its event hash ID. */
  @Text(1024) readonly eventID!: string;
}

/** What the door answers with. */
export class CaptureAccepted {
  @Id() readonly captureID!: string;
  @ManyOf(() => CapturedItem) readonly captured!: readonly CapturedItem[];
  /** With `proceed`, those that were not taken. */
  @ManyOf(() => RefusedOne) readonly refused!: readonly RefusedOne[];
  /** What is most likely a mistake, and was taken all the same; absent where there is nothing. */
  @Optional() @ManyOf(() => Warning) readonly warnings?: readonly Warning[];
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

export const itemOf = ({ pointer, identity }: Item): CapturedItem => ({ pointer, eventID: identity });

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
