import { IsString } from 'class-validator';
import { OneOf } from './fields.js';

/** Why an event is refused. These are part of the contract with upstream systems, so they never change meaning. */
export const REFUSAL_CODES = [
  'not-a-cloudevent',
  'unsupported-content-type',
  'malformed-json',
  'invalid-envelope',
  'unknown-type',
  'invalid-data',
  'too-large',
  'fold-failed',
  'document-too-large',
  'idempotency-key-reused',
  'limit-reached',
  'unmatched',
  'already-matched',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** What is wrong at one place of an event. As stable as the refusal codes; docs/errors.md says what to do about each. */
export const FAULT_CODES = [
  'required',
  'unknown-property',
  'malformed',
  'not-allowed',
  'repeated',
  'too-long',
  'too-many',
  'too-few',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** One thing that is wrong with an event: where, a stable code, and words for a person. */
export class Fault {
  /** JSON pointer (RFC 6901) into the event, in its structured form: `/id`, `/data/place/unlocode`. */
  @IsString() readonly pointer!: string;
  /** A refusal's code where an item of a batch is refused as a whole. */
  @OneOf([...FAULT_CODES, ...REFUSAL_CODES]) readonly code!: FaultCode | RefusalCode;
  @IsString() readonly message!: string;
}

export const MOST_FAULTS = 50;
const LONGEST_POINTER = 256;
const LONGEST_MESSAGE = 2000; // of a fold that failed, it has the stack
const LONGEST_WORDS = 300;

/** One step of a JSON pointer (RFC 6901, 3). */
export const step = (name: string | number): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The place itself, or the nearest one around it whose pointer is short enough to be told. */
const shortened = (pointer: string): string =>
  pointer.length <= LONGEST_POINTER ? pointer : pointer.slice(0, pointer.lastIndexOf('/', LONGEST_POINTER));

const cut = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;

/** The first `MOST_FAULTS` faults that differ in pointer or code. */
export function distinct(faults: Iterable<Fault>): Fault[] {
  const kept = new Map<string, Fault>();
  for (const { pointer, code, message } of faults) {
    const fault = { pointer: shortened(pointer), code, message: cut(message, LONGEST_WORDS) };
    const key = `${fault.code} ${fault.pointer}`;
    if (!kept.has(key)) kept.set(key, fault);
    if (kept.size === MOST_FAULTS) break;
  }
  return [...kept.values()];
}

/**
 * The event's own fault: it can never be taken as it is, so it is refused at once and not tried again. What it tells
 * is bounded, for senders choose names and values, and it travels in the headers of a dead letter.
 */
export class RefusedEvent extends Error {
  /** At most `MOST_FAULTS`; none twice. */
  readonly faults: readonly Fault[];

  constructor(
    readonly code: RefusalCode,
    message: string,
    faults: Iterable<Fault> = [],
  ) {
    super(cut(message, LONGEST_MESSAGE));
    this.name = 'RefusedEvent';
    this.faults = distinct(faults);
  }
}

/** What is wrong with an event, place by place; with all of it, where no place is known. */
export const faultsOf = ({ faults, code, message }: RefusedEvent): readonly Fault[] =>
  faults.length > 0 ? faults : [{ pointer: '', code, message }];
