/**
 * The identifiers of the trade, normalised and checked. What is questionable about one that has the right form is a
 * warning, not a fault: docs/decisions/0066-a-wrong-check-digit-is-a-warning.md
 */
import { IsString } from 'class-validator';
import { OneOf } from './fields.js';

export const WARNING_CODES = ['check-digit', 'unknown-code', 'not-understood'] as const;

/** Something that is taken, and is most likely a mistake of who sent it. */
export class Warning {
  /** JSON pointer (RFC 6901) into what was sent, or of an event of ours into its structured form. */
  @IsString() readonly pointer!: string;
  @OneOf(WARNING_CODES) readonly code!: (typeof WARNING_CODES)[number];
  @IsString() readonly message!: string;
}

const without = (noise: RegExp) => (text: string) => text.replaceAll(noise, '').toUpperCase();
const formed =
  (regex: RegExp, written: (text: string) => string) =>
  (text: string): string | undefined => {
    const value = written(text);
    return regex.test(value) ? value : undefined;
  };

/** A number as it is compared, whatever its form: without the separators that people write, in capitals. */
export const unseparated = without(/[\s./-]/gu);

/** A container's number as ISO 6346 has it, without the separators that people write; undefined where it is none. */
export const containerOf = formed(/^[A-Z]{3}[UJZ][0-9]{7}$/u, unseparated);
/** A vessel's IMO number, seven digits, also where `IMO` stands before it; undefined where it is none. */
export const imoNumberOf = formed(/^[0-9]{7}$/u, without(/^\s*IMO|[\s.:-]/giu));
/** A UN/LOCODE, also where it is written as two words; undefined where it is none. */
export const unlocodeOf = formed(/^[A-Z]{2}[A-Z2-9]{3}$/u, without(/\s/gu));

/** A letter counts 10 to 38, the multiples of 11 left out (ISO 6346, annex A). */
const valueOf = (character: string): number => {
  const nth = Number.parseInt(character, 36);
  return nth < 10 ? nth : nth + Math.floor((nth - 1) / 10);
};

/** The check digit that a container's number should end in, by its first ten characters (ISO 6346, annex A). */
export function containerCheckDigit(container: string): number {
  const sum = [...container.slice(0, 10)].reduce((total, each, nth) => total + valueOf(each) * 2 ** nth, 0);
  return (sum % 11) % 10;
}

/** The check digit that an IMO number should end in, by its first six (IMO resolution A.1117(30)). */
export const imoCheckDigit = (imoNumber: string): number =>
  [...imoNumber.slice(0, 6)].reduce((total, digit, nth) => total + Number(digit) * (7 - nth), 0) % 10;

const currencies = new Set(Intl.supportedValuesOf('currency'));
const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
/** Installations in international waters. */
const NO_COUNTRY = 'XZ';
/** Unicode has names for these, and ISO 3166 no countries: the unknown one, and two to try programs with. */
const NO_REGIONS = ['ZZ', 'XA', 'XB'];
const isCountry = (code: string): boolean => regions.of(code) !== undefined && !NO_REGIONS.includes(code);
/** 77 is reserved; 98 and 99 are for nations to use. */
const isChapter = (chapter: string): boolean => chapter !== '00' && chapter !== '77';

/** @param should the check digit that it would have */
export const wrongDigit = (what: string, should: number): Omit<Warning, 'pointer'> => ({
  code: 'check-digit',
  message: `is not ${what} that was issued: its check digit would be ${should}`,
});
const unknown = (message: string): Omit<Warning, 'pointer'> => ({ code: 'unknown-code', message });

type Check = (value: string) => Omit<Warning, 'pointer'> | undefined;

const container: Check = (value) =>
  containerCheckDigit(value) === Number(value[10])
    ? undefined
    : wrongDigit('a container number', containerCheckDigit(value));

/** What is looked at, by the name that it has in every contract. Its form is the contract's to check. */
const CHECKS: Readonly<Record<string, Check>> = {
  containers: container,
  container,
  vesselImo: (value) =>
    imoCheckDigit(value) === Number(value[6]) ? undefined : wrongDigit('an IMO number', imoCheckDigit(value)),
  unlocode: (value) =>
    value.startsWith(NO_COUNTRY) || isCountry(value.slice(0, 2))
      ? undefined
      : unknown('begins with a country that ISO 3166 does not have'),
  hsCode: (value) =>
    isChapter(value.slice(0, 2)) ? undefined : unknown('is of a chapter that the HS does not have'),
  currency: (value) => (currencies.has(value) ? undefined : unknown('is not a currency of ISO 4217')),
};

/** What is questionable about an identifier that has its form, by the name that contracts have for it. */
export const doubtAbout = (
  name: 'container' | 'vesselImo' | 'unlocode',
  value: string,
): Omit<Warning, 'pointer'> | undefined => CHECKS[name]!(value);

const MOST_WARNINGS = 50;
/** What is in there is the sender's, or another standard's, by whatever name: no contract has checked its form. */
const SENDERS_OWN = ['extensions', 'event'];

/**
 * What is questionable in the data of an event that holds to its contract.
 * @param pointer where the data stands
 */
export function warningsOf(data: unknown, pointer = '/data'): Warning[] {
  return [...warningsIn(data, pointer, undefined)].slice(0, MOST_WARNINGS);
}

function* warningsIn(value: unknown, pointer: string, check: Check | undefined): Generator<Warning> {
  if (typeof value === 'string') {
    const warning = check?.(value);
    if (warning) yield { pointer, ...warning };
  } else if (Array.isArray(value)) {
    for (const [nth, item] of value.entries()) yield* warningsIn(item, `${pointer}/${nth}`, check);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) {
      if (SENDERS_OWN.includes(name)) continue;
      yield* warningsIn(inner, `${pointer}/${name}`, Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined);
    }
  }
}
