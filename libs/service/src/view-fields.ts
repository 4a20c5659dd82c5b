/**
 * What answers are described in, beside the vocabulary of contracts (`#contracts/fields.js`). The class of an answer is
 * its type and its schema in the OpenAPI document; nothing is checked by it, for what we answer is ours. That answers
 * are as they are described is shown by the specs of the running services.
 */
import { Type } from 'class-transformer';
import { Allow, IsArray, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { JsonSchema } from '#contracts/contract.js';

type Class = new () => object;

const decorate =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const each of decorators) each(target, property);
  };

/** Anything that JSON Schema can say. */
export const Described = (schema: JsonSchema): PropertyDecorator =>
  decorate(Allow(), JSONSchema(schema as never) as PropertyDecorator);

/** A list of another class, as long as it may be. */
export const ManyOf = (type: () => Class): PropertyDecorator =>
  decorate(IsArray(), ValidateNested({ each: true }), Type(type));

/** One of several classes. */
export const AnyOf = (types: readonly Class[]): PropertyDecorator =>
  Described({ anyOf: types.map(({ name }) => ({ $ref: `#/$defs/${name}` })) });

/** How many. */
export const Count = (): PropertyDecorator => Described({ type: 'integer', minimum: 0 });

/** What sums and products of quantities and prices come to, every digit of it. */
export const ExactDecimal = (): PropertyDecorator =>
  Described({
    type: 'string',
    pattern: '^(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?$',
    description: 'a decimal number as a string, exact',
    examples: ['306375.00'],
  });
