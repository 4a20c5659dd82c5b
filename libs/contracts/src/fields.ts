/**
 * The vocabulary that contracts are written in: each decorator is a class-validator rule that also says, for the
 * generated JSON Schema, what it means to a person. Rules are patterns wherever a pattern can say it, so that the
 * schema alone lets an upstream team check its events before it sends them.
 */
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsObject,
  Matches,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };

/** Adds to the generated JSON Schema of a property. */
const says = (schema: Record<string, unknown>): PropertyDecorator =>
  JSONSchema(schema as never) as PropertyDecorator;

const pattern = (regex: RegExp, description: string, examples: string[] = []): PropertyDecorator =>
  all(Matches(regex), says({ type: 'string', description, ...(examples.length > 0 && { examples }) }));

/** May be absent. Not null: absent and null would be two ways to say one thing. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** Free text of 1 to `max` characters, without control characters other than tab and line breaks. */
export const Text = (max: number): PropertyDecorator =>
  pattern(
    new RegExp(`^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f]{1,${max}}$`, 'u'),
    `text of 1 to ${max} characters`,
  );

/** An identifier of ours or of a partner: no spaces, safe in a URL path and as a Kafka key. */
export const Id = (): PropertyDecorator =>
  pattern(
    /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/u,
    'an identifier: letters, digits and . _ : ~ -, at most 128',
  );

/** A UN/LOCODE. Its form only: a well-formed code that a list lacks is still accepted. */
export const Unlocode = (): PropertyDecorator =>
  pattern(/^[A-Z]{2}[A-Z2-9]{3}$/u, 'a UN/LOCODE, five characters', ['PKKHI', 'USSTL']);

/** ISO 3166-1 alpha-2. */
export const Country = (): PropertyDecorator =>
  pattern(/^[A-Z]{2}$/u, 'a country, ISO 3166-1 alpha-2', ['PK', 'US']);

/** ISO 4217. */
export const Currency = (): PropertyDecorator => pattern(/^[A-Z]{3}$/u, 'a currency, ISO 4217', ['USD']);

/** A mineral's plain name, as the lists of critical minerals have it: `antimony`, `rare-earths`. */
export const Mineral = (): PropertyDecorator =>
  pattern(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u, 'a mineral: lower-case words joined by hyphens', ['antimony']);

/** An HS code of 4 to 10 digits, written without dots. */
export const HsCode = (): PropertyDecorator =>
  pattern(/^(?:[0-9]{2}){2,5}$/u, 'an HS code: 4, 6, 8 or 10 digits, without dots', ['261710']);

/** A container number in the form of ISO 6346. */
export const Container = (each = false): PropertyDecorator =>
  all(
    Matches(/^[A-Z]{3}[UJZ][0-9]{7}$/u, { each }),
    says({
      description: 'a container number in the form of ISO 6346',
      examples: each ? [['CSQU3054383']] : ['CSQU3054383'],
    }),
  );

/** A vessel's IMO number, seven digits. */
export const ImoNumber = (): PropertyDecorator =>
  pattern(/^[0-9]{7}$/u, 'an IMO number: seven digits', ['9176187']);

/**
 * An exact, positive quantity or amount as a decimal string: up to 12 digits before and 6 behind the point. The bound
 * keeps every sum of a deal inside the 34 digits of Decimal128, so nothing is ever rounded.
 */
export const PositiveDecimal = (): PropertyDecorator =>
  pattern(
    /^(?!0+(?:\.0+)?$)(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?$/u,
    'a positive decimal number as a string: up to 12 digits, and up to 6 behind the point',
    ['1250.500'],
  );

/** As `PositiveDecimal`, and zero too. */
export const Decimal = (): PropertyDecorator =>
  pattern(
    /^(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,6})?$/u,
    'a decimal number as a string, not negative, with up to 6 digits behind the point',
    ['0', '1250.500'],
  );

const CALENDAR_DAY = /^(\d{4})-(\d{2})-(\d{2})$/u;
const TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/u;

/** Whether a text is a day that the calendar has: `2025-02-29` is not. */
export const isDay = (text: unknown): boolean => {
  const parts = typeof text === 'string' ? CALENDAR_DAY.exec(text) : null;
  if (!parts) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
};

/**
 * Whether a text is an RFC 3339 date-time with an offset. Leap seconds are refused: JavaScript and MongoDB have no
 * instant to keep them as.
 */
export const isTimestamp = (text: unknown): boolean => {
  const parts = typeof text === 'string' ? TIMESTAMP.exec(text) : null;
  return parts !== null && isDay(parts[1]);
};

/** An instant as RFC 3339, with the offset of where it happened. */
export const Timestamp = (): PropertyDecorator =>
  all(
    ValidateBy({ name: 'isTimestamp', validator: { validate: isTimestamp } }),
    says({
      type: 'string',
      format: 'date-time',
      description: 'an RFC 3339 date-time with its offset',
      examples: ['2025-10-02T09:40:00-05:00'],
    }),
  );

/** A calendar day, ISO 8601. */
export const Day = (): PropertyDecorator =>
  all(
    ValidateBy({ name: 'isDay', validator: { validate: isDay } }),
    says({ type: 'string', format: 'date', description: 'a calendar day', examples: ['2025-09-08'] }),
  );

/** A web address with http or https. Whether it may be fetched is decided where it is fetched. */
export const WebAddress = (): PropertyDecorator =>
  pattern(/^https?:\/\/[^\s<>"{}|\\^`\u0000-\u001f]{1,2000}$/u, 'a web address, http or https');

export const OneOf = (values: readonly string[], description?: string): PropertyDecorator =>
  all(
    IsIn([...values]),
    says({ type: 'string', enum: [...values], description: description ?? `one of ${values.join(', ')}` }),
  );

/** Another class of the contract. */
export const Nested = (type: () => new () => object): PropertyDecorator =>
  all(IsObject(), ValidateNested(), Type(type), says({ description: 'an object' }));

/** A list of another class, of `min` to `max` items. */
export const ListOf = (
  type: () => new () => object,
  { min, max }: { min: number; max: number },
): PropertyDecorator =>
  all(IsArray(), ArrayMinSize(min), ArrayMaxSize(max), ValidateNested({ each: true }), Type(type));

/** A list of container numbers, of 1 to `max` items. */
export const Containers = (max: number): PropertyDecorator =>
  all(IsArray(), ArrayMinSize(1), ArrayMaxSize(max), Container(true));

const SAFE_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/u;
const EXTENSION_DEPTH = 5;

const hasSafeKeys = (value: unknown, depth: number): boolean => {
  if (value === null || typeof value !== 'object') return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => hasSafeKeys(item, depth - 1));
  return Object.entries(value).every(
    ([key, inner]) =>
      SAFE_KEY.test(key) && key !== 'constructor' && key !== 'prototype' && hasSafeKeys(inner, depth - 1),
  );
};

/** Whether a value is an object whose keys, at every depth, are plain words: no `$`, no dot, no `__proto__`. */
export const isExtensions = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && hasSafeKeys(value, EXTENSION_DEPTH);

/** What a sender wants kept beside what the contract knows. */
export const Extensions = (): PropertyDecorator =>
  all(
    ValidateBy({ name: 'isExtensions', validator: { validate: isExtensions } }),
    says({
      type: 'object',
      propertyNames: { pattern: SAFE_KEY.source },
      'x-orebound-extensions': true,
      description:
        'an object of your own, kept as it is: keys are letters, digits, _ and -, at most 5 levels deep',
    }),
  );
