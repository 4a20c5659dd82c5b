/** Reads what another system has written, place by place, and gathers what is wrong or questionable about it. */
import type { Fault, FaultCode } from '#contracts/fault.js';
import { step } from '#contracts/fault.js';
import type { Warning } from '#contracts/identifiers.js';
import { isTimestamp } from '#contracts/time.js';

/** What no name or number has in it: it becomes an attribute, or part of one (CloudEvents 1.0, 2.2, String). */
const UNSPEAKABLE = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

export interface Notes {
  readonly faults: Fault[];
  readonly warnings: Warning[];
}

/** A value at one place. Absent, null and empty text are the same: many serializers write these for what is not there. */
export class Part {
  private readonly object: Readonly<Record<string, unknown>>;

  constructor(
    private readonly value: unknown,
    readonly notes: Notes = { faults: [], warnings: [] },
    readonly pointer = '',
  ) {
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    this.object = isObject ? (value as Record<string, unknown>) : {};
    if (this.isGiven() && !isObject) this.refuse('malformed', 'must be an object');
  }

  isGiven(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** The same, with notes of its own: what is wrong in it does not matter. */
  apart(): Part {
    return new Part(this.value);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** An object in it; with nothing in it, where it is absent. */
  part(name: string): Part {
    return new Part(this.get(name), this.notes, this.pointer + step(name));
  }

  /** The objects of a list in it; none where it is absent. */
  parts(name: string, most: number): Part[] {
    const list = this.get(name);
    if (list === undefined) return [];
    const pointer = this.pointer + step(name);
    if (!Array.isArray(list)) return this.refuse('malformed', 'must be a list', name) ?? [];
    if (list.length > most) return this.refuse('too-many', `must have at most ${most} items`, name) ?? [];
    return list.map((item: unknown, nth) => new Part(item, this.notes, `${pointer}/${nth}`));
  }

  /** A name or a number: text of one line, trimmed, that others compare. */
  name(name: string, most: number): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return this.refuse('malformed', 'must be text', name);
    if (value.length > most) return this.refuse('too-long', `must be at most ${most} characters`, name);
    if (UNSPEAKABLE.test(value)) return this.refuse('malformed', 'must have no control characters', name);
    return value.trim() || this.refuse('malformed', 'must not be blank', name);
  }

  /** Words for a person: what cannot be shown is left out, and what is too long is cut. Whatever is no text is no words. */
  words(name: string, most: number): string | undefined {
    const value = this.get(name);
    if (typeof value !== 'string') return undefined;
    const shown = [...value].filter((each) => each === '\n' || !UNSPEAKABLE.test(each));
    return shown.slice(0, most).join('').trim() || undefined;
  }

  /** The words of a list, as far as they are words. */
  wordList(name: string, most: number, each: number): string[] {
    const list = this.get(name);
    if (!Array.isArray(list)) return [];
    return list.slice(0, most).flatMap((item: unknown) => new Part({ item }).words('item', each) ?? []);
  }

  timestamp(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined || isTimestamp(value)) return value as string | undefined;
    return this.refuse('malformed', 'must be an RFC 3339 date-time with its offset', name);
  }

  flag(name: string): boolean {
    const value = this.get(name);
    if (value !== undefined && typeof value !== 'boolean')
      this.refuse('malformed', 'must be true or false', name);
    return value === true;
  }

  number(name: string): number | undefined {
    const value = this.get(name);
    return typeof value === 'number' ? value : undefined;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const found = allowed.find((each) => each === value);
    return found ?? this.refuse('not-allowed', `must be one of ${allowed.join(', ')}`, name);
  }

  /** Notes that something must be given here. */
  require(name: string, what: string): undefined {
    return this.has(name) ? undefined : this.refuse('required', `must be given: ${what}`, name);
  }

  refuse(code: FaultCode, message: string, name?: string): undefined {
    this.notes.faults.push({ pointer: this.pointer + (name === undefined ? '' : step(name)), code, message });
  }

  warn(warning: Omit<Warning, 'pointer'> | undefined, name: string): void {
    if (warning) this.notes.warnings.push({ pointer: this.pointer + step(name), ...warning });
  }

  private get(name: string): unknown {
    const value = Object.hasOwn(this.object, name) ? this.object[name] : undefined;
    return value === null || value === '' ? undefined : value;
  }
}
