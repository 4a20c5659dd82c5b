/** One thing that is wrong with an event: where, a stable code, and words for a person. */
export interface Fault {
  /** JSON pointer (RFC 6901) into the event, in its structured form: `/id`, `/data/place/unlocode`. */
  readonly pointer: string;
  /** Stable, machine-readable: `required`, `unknown-property`, `malformed`, … (docs/errors.md lists them). */
  readonly code: string;
  readonly message: string;
}

/** Why an event is refused. These are part of the contract with upstream systems, so they never change meaning. */
export type RefusalCode =
  | 'not-a-cloudevent'
  | 'unsupported-content-type'
  | 'malformed-json'
  | 'invalid-envelope'
  | 'unknown-type'
  | 'invalid-data'
  | 'too-large'
  | 'fold-failed'
  | 'document-too-large';

/** The event's own fault: it can never be taken as it is, so it is refused at once and not tried again. */
export class RefusedEvent extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly faults: readonly Fault[] = [],
  ) {
    super(message);
    this.name = 'RefusedEvent';
  }
}
