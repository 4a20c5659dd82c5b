/** DCSA Track & Trace events on their way in. docs/mappings.md says what they become. */
import { Foreign, Id, OneOf, Optional } from './fields.js';

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
