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
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { EXTENSIONS_DESCRIPTION, isExtensions } from './extensions.js';
import { isDay, isTimestamp } from './time.js';

const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };

/** Adds to the generated JSON Schema of a property. */
const says = (schema: Record<string, unknown>): PropertyDecorator =>
  JSONSchema(schema as never) as PropertyDecorator;

// Patterns are of the kind that every regular expression engine takes: no look-ahead, no \u, no long repetitions.
// eslint-disable-next-line no-control-regex -- it is control characters that are refused
const PLAIN_TEXT = /^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$/u;
// eslint-disable-next-line no-control-regex -- as above
const WEB_ADDRESS = /^https?:\/\/[^\s<>"{}|\\^`\x00-\x1f]+$/u;

const CONTAINER = /^[A-Z]{3}[UJZ][0-9]{7}$/u;

const pattern = (regex: RegExp, description: string, examples: string[] = []): PropertyDecorator =>
  all(
    Matches(regex, { message: `must be ${description}` }),
    says({ type: 'string', description, ...(examples.length > 0 && { examples }) }),
  );

/** May be absent. Not null: absent and null would be two ways to say one thing. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** A rule of our own, and what the JSON Schema says for it. `check-data.property.spec.ts` holds the two together. */
const rule = (
  name: string,
  validate: (value: unknown) => boolean,
  schema: { readonly description: string; readonly [keyword: string]: unknown },
): PropertyDecorator => {
  // Seen where class-validator itself runs, which is for a query's parameters.
  const defaultMessage = (): string => `must be ${schema.description}`;
  return all(ValidateBy({ name, validator: { validate, defaultMessage } }), says(schema));
};

/** A text of a pattern, of 1 to `max` characters (code points, as JSON Schema counts them). */
const boundedText = (name: string, max: number, regex: RegExp, description: string): PropertyDecorator =>
  rule(
    name,
    (value) => typeof value === 'string' && value !== '' && [...value].length <= max && regex.test(value),
    { type: 'string', minLength: 1, maxLength: max, pattern: regex.source, description },
  );

/** Free text of 1 to `max` characters, without control characters other than tab and line breaks. */
export const Text = (max: number): PropertyDecorator =>
  boundedText('isText', max, PLAIN_TEXT, `text of 1 to ${max} characters, without control characters`);

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
  pattern(
    /^[a-z][a-z0-9]{0,29}(?:-[a-z0-9]{1,30}){0,5}$/u,
    'a mineral: lower-case words joined by hyphens, at most six of 30 characters',
    ['antimony'],
  );

/** An HS code of 4 to 10 digits, written without dots. */
export const HsCode = (): PropertyDecorator =>
  pattern(/^(?:[0-9]{2}){2,5}$/u, 'an HS code: 4, 6, 8 or 10 digits, without dots', ['261710']);

/** A vessel's IMO number, seven digits. */
export const ImoNumber = (): PropertyDecorator =>
  pattern(/^[0-9]{7}$/u, 'an IMO number: seven digits', ['9176187']);

/**
 * An exact, positive quantity or amount as a decimal string: up to 12 digits before and 6 behind the point. The bound
 * keeps every sum of a deal inside the 34 digits of Decimal128, so nothing is ever rounded.
 */
export const PositiveDecimal = (): PropertyDecorator =>
  pattern(
    /^(?:[1-9][0-9]{0,11}(?:\.[0-9]{1,6})?|0\.(?:[1-9][0-9]{0,5}|0[1-9][0-9]{0,4}|00[1-9][0-9]{0,3}|000[1-9][0-9]{0,2}|0000[1-9][0-9]?|00000[1-9]))$/u,
    'a positive decimal number as a string: up to 12 digits, and up to 6 behind the point',
    ['1250.500'],
  );

/**
 * What quantities sum up to, and zero: up to 25 digits before the point, and 9 behind it, since a sum of kilograms may
 * be said in tonnes. Together the 34 digits of Decimal128.
 */
export const Decimal = (): PropertyDecorator =>
  pattern(
    /^(?:0|[1-9][0-9]{0,24})(?:\.[0-9]{1,9})?$/u,
    'a decimal number as a string, not negative, with up to 9 digits behind the point',
    ['0', '1250.500'],
  );

/** What an instrument reads: up to 12 digits before and 12 behind the point, and a sign. */
export const SignedDecimal = (): PropertyDecorator =>
  pattern(
    /^-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,12})?$/u,
    'a decimal number as a string: up to 12 digits before the point, and up to 12 behind it',
    ['-18.5'],
  );

/** A unit of measure, by its code of UN/ECE Recommendation 20. */
export const UnitCode = (): PropertyDecorator =>
  pattern(/^[A-Z0-9]{2,3}$/u, 'a unit, by its code of UN/ECE Recommendation 20', ['KGM', 'CEL']);

/** A share: 0 to 1. */
export const Share = (): PropertyDecorator =>
  pattern(
    /^(?:0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?)$/u,
    'a share of 0 to 1 as a decimal string, with up to 6 digits behind the point',
    ['0.25'],
  );

/** A whole number, 0 to `max`: a place in a text, a count. */
export const WholeNumber = (max: number): PropertyDecorator =>
  all(IsInt(), Min(0), Max(max), says({ type: 'integer', description: `a whole number, 0 to ${max}` }));

/** A place in a topic: `<partition>/<offset>`. */
export const LogPosition = (): PropertyDecorator =>
  pattern(/^[0-9]{1,10}\/[0-9]{1,19}$/u, 'a place in a topic: partition/offset', ['3/1042']);

/** An instant as RFC 3339, with the offset of where it happened. */
export const Timestamp = (): PropertyDecorator =>
  rule('isTimestamp', isTimestamp, {
    type: 'string',
    format: 'date-time',
    description: 'an RFC 3339 date-time with its offset',
    examples: ['2025-10-02T09:40:00-05:00'],
  });

/** A calendar day, ISO 8601. */
export const Day = (): PropertyDecorator =>
  rule('isDay', isDay, {
    type: 'string',
    format: 'date',
    description: 'a calendar day, YYYY-MM-DD',
    examples: ['2025-09-08'],
  });

/** A web address with http or https. Whether it may be fetched is decided where it is fetched. */
export const WebAddress = (): PropertyDecorator =>
  boundedText('isWebAddress', 2000, WEB_ADDRESS, 'a web address, http or https, of at most 2000 characters');

export const OneOf = (values: readonly string[], description?: string): PropertyDecorator =>
  all(
    IsIn([...values]),
    says({ type: 'string', enum: [...values], description: description ?? `one of ${values.join(', ')}` }),
  );

/** True or false. */
export const Flag = (): PropertyDecorator =>
  all(IsBoolean(), says({ type: 'boolean', description: 'true or false' }));

/** Another class of the contract. */
export const Nested = (type: () => new () => object): PropertyDecorator =>
  all(IsObject(), ValidateNested(), Type(type), says({ description: 'an object' }));

const countOf = ({ min, max }: { min: number; max: number }): string =>
  min === 0 ? `at most ${max}` : `${min} to ${max}`;

/** A list of another class, of `min` to `max` items. */
export const ListOf = (type: () => new () => object, size: { min: number; max: number }): PropertyDecorator =>
  all(
    IsArray(),
    ArrayMinSize(size.min),
    ArrayMaxSize(size.max),
    IsObject({ each: true }), // ValidateNested passes over null, and goes into lists in the list
    ValidateNested({ each: true }),
    Type(type),
    says({ description: `a list of ${countOf(size)} objects` }),
  );

/** A container number in the form of ISO 6346. */
export const Container = (): PropertyDecorator =>
  pattern(CONTAINER, 'a container number in the form of ISO 6346', ['CSQU3054383']);

/** A list of container numbers in the form of ISO 6346, of 1 to `max` items. */
export const Containers = (max: number): PropertyDecorator =>
  all(
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(max),
    Matches(CONTAINER, { each: true }),
    says({
      items: {
        type: 'string',
        pattern: CONTAINER.source,
        description: 'a container number in the form of ISO 6346',
      },
      description: `a list of 1 to ${max} container numbers in the form of ISO 6346`,
      examples: [['CSQU3054383']],
    }),
  );

/** What a sender wants kept beside what the contract knows. */
export const Extensions = (): PropertyDecorator =>
  rule('isExtensions', isExtensions, {
    $ref: '#/$defs/Extensions',
    description: EXTENSIONS_DESCRIPTION,
  });

const isJsonObject = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** An object of another standard, whose rules are not a contract's to check. It is kept as text, never as a document. */
export const Foreign = (description: string): PropertyDecorator =>
  rule('isForeign', isJsonObject, { type: 'object', description });

/** A JSON-LD context: a URI, an object, or a list of both. */
export const JsonLdContext = (): PropertyDecorator =>
  rule(
    'isJsonLdContext',
    (value) => typeof value === 'string' || Array.isArray(value) || isJsonObject(value),
    {
      type: ['string', 'object', 'array'],
      description: 'a JSON-LD context: a URI, an object, or a list of both',
    },
  );
