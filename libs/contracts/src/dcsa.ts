/** DCSA Track & Trace events on their way in. docs/mappings.md says what they become. */
import { Foreign, Id, OneOf, Optional } from './fields.js';
import { ForeignMessage } from './kafka-binding.js';

export const DCSA_VERSIONS = ['2.2', '3.0.0', '3.0.0-beta'] as const;
export type DcsaVersion = (typeof DCSA_VERSIONS)[number];

export class DcsaEventReported {
  static readonly type = 'orebound.shipment.dcsa-event-reported.v1';
  static readonly description =
    'A DCSA Track & Trace event was reported: one event, as it was sent. Its shipment is found by what it names.';
  @OneOf(DCSA_VERSIONS, 'the version of DCSA Track & Trace: 2.2, 3.0.0 or 3.0.0-beta') version!: DcsaVersion;
  /** Who reports it, where the event itself does not say whose it is: 2.2 never does. */
  @Optional() @Id() party?: string;
  @Foreign('a DCSA Track & Trace event in JSON, whole') event!: Record<string, unknown>;
}

/** What was sent over Kafka as DCSA itself: an event, or a list of them. */
export class DcsaV2Message extends ForeignMessage {
  static readonly type = 'orebound.shipment.dcsa-v2-message.v1';
  static readonly description = 'DCSA Track & Trace 2.2 events as they were sent over Kafka.';
}

/** The same of 3.0.0 and its beta. */
export class DcsaV3Message extends ForeignMessage {
  static readonly type = 'orebound.shipment.dcsa-v3-message.v1';
  static readonly description = 'DCSA Track & Trace 3.0.0 events as they were sent over Kafka.';
}
