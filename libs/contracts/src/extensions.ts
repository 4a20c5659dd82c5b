const SAFE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/u;
/** Names that an object has without having been given them. Data that takes them over is a trap for whoever reads it. */
const RESERVED = [
  'prototype',
  ...Object.getOwnPropertyNames(Object.prototype).filter((name) => SAFE_NAME.test(name)),
].sort();
const DEPTH = 5;

export const EXTENSIONS_DESCRIPTION = `an object of your own, kept as it is: names are of letters, digits, _ and -, at most ${DEPTH} levels deep`;

/** Whether a property's name is a plain word: no `$`, no dot, no `__proto__`. */
const isSafeName = (name: string): boolean => SAFE_NAME.test(name) && !RESERVED.includes(name);

const isSafeValue = (value: unknown, depth: number): boolean => {
  if (value === null || typeof value !== 'object') return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isSafeValue(item, depth - 1));
  return Object.entries(value).every(([name, inner]) => isSafeName(name) && isSafeValue(inner, depth - 1));
};

/** Whether a value is an object whose property names are plain words at every depth, and that is not too deep. */
export const isExtensions = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && isSafeValue(value, DEPTH);

const NAMES = {
  pattern: SAFE_NAME.source,
  not: { enum: RESERVED },
  description:
    'named in letters, digits, _ and -, beginning with a letter, at most 64, and not as JavaScript has it',
};
const SCALARS = ['string', 'number', 'boolean', 'null'];

/** A value of at most `levels` levels, as JSON Schema. */
const valueSchema = (levels: number): Record<string, unknown> =>
  levels === 0
    ? { type: SCALARS, description: `a value: nothing is nested deeper than ${DEPTH} levels` }
    : {
        type: [...SCALARS, 'array', 'object'],
        propertyNames: NAMES,
        additionalProperties: { $ref: `#/$defs/Value${levels - 1}` },
        items: { $ref: `#/$defs/Value${levels - 1}` },
      };

/** `isExtensions` as JSON Schema definitions: an object, and the values in it level by level. */
export const EXTENSION_SCHEMAS: Readonly<Record<string, Record<string, unknown>>> = {
  Extensions: {
    type: 'object',
    propertyNames: NAMES,
    additionalProperties: { $ref: `#/$defs/Value${DEPTH - 1}` },
    description: EXTENSIONS_DESCRIPTION,
  },
  ...Object.fromEntries(
    Array.from({ length: DEPTH }, (_, levels) => [`Value${levels}`, valueSchema(levels)]),
  ),
};

/** What a property that the reader's contract does not know yet may be called and hold. */
export const UNKNOWN_PROPERTIES = {
  propertyNames: NAMES,
  additionalProperties: { $ref: `#/$defs/Value${DEPTH - 1}` },
};
