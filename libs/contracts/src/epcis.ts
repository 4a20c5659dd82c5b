/** EPCIS 2.0 events on their way in, and what became of a capture. docs/mappings.md says what the events become. */
import {
  Foreign,
  Id,
  JsonLdContext,
  ListOf,
  OneOf,
  Optional,
  Text,
  Timestamp,
  WholeNumber,
} from './fields.js';
import { ForeignMessage } from './kafka-binding.js';
import { published } from './topic.js';

export const MOST_EVENTS_A_CAPTURE = 1000;

export class EpcisEventCaptured {
  static readonly type = 'orebound.shipment.epcis-event-captured.v1';
  static readonly description =
    'An EPCIS 2.0 event was captured: one event of a document, as it was sent. Its shipment is found by what it names.';
  @Foreign('an EPCIS 2.0 event in JSON, whole') event!: Record<string, unknown>;
  /** The `@context` of the document that it stood in. */
  @Optional() @JsonLdContext() context?: unknown;
  /** The capture job that brought it. */
  @Optional() @Id() capture?: string;
}

/** What was sent over Kafka as EPCIS itself: a document, or an event with its context. */
export class EpcisMessage extends ForeignMessage {
  static readonly type = 'orebound.shipment.epcis-message.v1';
  static readonly description = 'EPCIS 2.0 events as they were sent over Kafka.';
}

/** What is done with a document in which some events are wrong (EPCIS 2.0, `GS1-Capture-Error-Behaviour`). */
export const CAPTURE_BEHAVIOURS = ['rollback', 'proceed'] as const;
export type CaptureBehaviour = (typeof CAPTURE_BEHAVIOURS)[number];

/** As `Fault` has it, of a capture: codes may be added there, and a published contract keeps what it says. */
export class CaptureFault {
  @Text(300) pointer!: string;
  @Text(50) code!: string;
  @Text(300) message!: string;
}

/** An event of a capture that was refused. */
export class RefusedItem {
  /** Where it stands in what was sent. */
  @Text(100) pointer!: string;
  @ListOf(() => CaptureFault, { min: 1, max: 50 }) faults!: CaptureFault[];
}

export class EpcisCaptureFinished {
  static readonly type = 'orebound.shipment.epcis-capture-finished.v1';
  static readonly description =
    'All events of a capture that were taken are stored on Kafka. (Nothing is said of a capture that was refused whole.)';
  @Timestamp() createdAt!: string;
  @OneOf(CAPTURE_BEHAVIOURS) behaviour!: CaptureBehaviour;
  @WholeNumber(MOST_EVENTS_A_CAPTURE) captured!: number;
  @WholeNumber(MOST_EVENTS_A_CAPTURE) refused!: number;
  /** Of those refused, as many as one message holds. */
  @Optional() @ListOf(() => RefusedItem, { min: 1, max: 300 }) errors?: RefusedItem[];
}

/** What the shipments service says to itself of captures, so that a database that is away stops none. */
export const SHIPMENTS_CAPTURES = published('shipments.captures', 'capture', [EpcisCaptureFinished]);
