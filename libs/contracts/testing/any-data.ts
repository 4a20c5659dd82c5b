/** Generators of data that holds to a contract, and of data that nearly does, for property-based tests. */
import fc from 'fast-check';
import type { JsonSchema } from '#contracts/contract.js';
import { isTimestamp } from '#contracts/time.js';

const day = (): fc.Arbitrary<string> =>
  fc
    .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));

const timestamp = (): fc.Arbitrary<string> =>
  fc
    .tuple(
      day(),
      fc.stringMatching(/^T[01][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-]0[0-9]:[0-5][0-9])$/),
    )
    .map((parts) => parts.join(''))
    .filter(isTimestamp);

const safeName = (): fc.Arbitrary<string> =>
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,10}$/).filter((name) => !(name in {}) && name !== 'prototype');

const extensions = (): fc.Arbitrary<unknown> =>
  fc.dictionary(
    safeName(),
    fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.dictionary(safeName(), fc.string())),
    ),
    { maxKeys: 3, noNullPrototype: true },
  );

const text = ({ maxLength, pattern }: JsonSchema): fc.Arbitrary<string> => {
  const regex = new RegExp(pattern as string, 'u');
  if (maxLength === undefined) return fc.stringMatching(regex);
  if (regex.test('https://x.example') && !regex.test('x'))
    return fc.webUrl().filter((url) => regex.test(url));
  const longest = Math.min(maxLength as number, 40);
  return fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: longest })
    .filter((value) => [...value].length <= longest && regex.test(value));
};

/** Any data that the schema allows: of the keywords that our contracts use. */
export function anyData(schema: JsonSchema, definitions = schema.$defs ?? {}): fc.Arbitrary<unknown> {
  if (schema.$ref === '#/$defs/Extensions') return extensions();
  if (schema.$ref !== undefined)
    return anyData(definitions[schema.$ref.slice('#/$defs/'.length)]!, definitions);
  if (schema['enum'] !== undefined) return fc.constantFrom(...(schema['enum'] as string[]));
  if (schema['format'] === 'date-time') return timestamp();
  if (schema['format'] === 'date') return day();
  if (schema.type === 'string') return text(schema);
  if (schema.type === 'integer') {
    const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
    return fc.integer({ min: minimum ?? -1000, max: maximum ?? 1000 });
  }
  if (schema.type === 'array') {
    const { minItems, maxItems } = schema as { minItems?: number; maxItems?: number };
    return fc.array(anyData(schema.items!, definitions), {
      minLength: minItems ?? 0,
      maxLength: Math.min(maxItems ?? 3, 3),
    });
  }
  if (schema.type === 'object' && schema.properties === undefined) return extensions();
  if (schema.properties === undefined) throw new Error(`no generator for ${JSON.stringify(schema)}`);
  const properties = Object.entries(schema.properties).map(
    ([name, property]) => [name, anyData(property, definitions)] as const,
  );
  return fc.record(Object.fromEntries(properties), {
    requiredKeys: [...(schema.required ?? [])],
    noNullPrototype: true,
  });
}

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, path: Path = []): Path[] =>
  value === null || typeof value !== 'object'
    ? [path]
    : [
        path,
        ...Object.entries(value).flatMap(([key, inner]) =>
          pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
        ),
      ];

/** What a mutation makes of the value at one place. */
export type Change = (it: unknown) => unknown;

const REMOVED = Symbol('removed');

/** A copy with what stands at the path changed; `REMOVED` takes a property away. */
const changed = (value: unknown, [key, ...rest]: Path, change: Change): unknown => {
  if (key === undefined) return change(value);
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const inner = changed(copy[key], rest, change);
  if (inner !== REMOVED) copy[key] = inner;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy;
};

const onText =
  (change: (text: string) => string) =>
  (value: unknown): unknown =>
    typeof value === 'string' ? change(value) : value;

const wrong = (name: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom<unknown[]>(
      null,
      0,
      1.5,
      true,
      '',
      ' ',
      [],
      {},
      [null],
      [[]],
      [{}],
      '0',
      '0.0',
      '00',
      -1,
      '01',
      '-1',
      '1e3',
      'x'.repeat(2001),
    ),
    fc.constantFrom(
      '2025-02-29',
      '2025-02-28T25:00:00Z',
      '2025-02-28T00:00:00',
      '2025-06-31',
      'https://',
      'ftp://a',
      '\u0000',
    ),
    fc.dictionary(name, fc.oneof(fc.string(), fc.integer()), { maxKeys: 3, noNullPrototype: true }),
  );

/** Ways in which a sender gets one place of its data wrong, or differently right. */
export const mistakes = (unknownName: fc.Arbitrary<string>): fc.Arbitrary<Change> =>
  fc.oneof(
    fc.constant(() => REMOVED),
    wrong(unknownName).map((value) => () => value),
    fc
      .constantFrom('\n', ' ', '\t', '\u0007', '\ud800', '😀', '0', 'é', 'x'.repeat(600))
      .map((more) => onText((it) => it + more)),
    fc
      .constantFrom<(it: string) => string>(
        (it) => it.slice(1),
        (it) => it.toUpperCase(),
        (it) => it.toLowerCase(),
        (it) => ` ${it}`,
      )
      .map(onText),
    fc.constant((it: unknown) => [it]),
    fc.tuple(unknownName, fc.string()).map(
      ([name, value]) =>
        (it: unknown) =>
          it !== null && typeof it === 'object' && !Array.isArray(it) ? { ...it, [name]: value } : it,
    ),
    wrong(unknownName).map(
      (value) => (it: unknown) => (Array.isArray(it) ? [...(it as unknown[]), value] : it),
    ),
  );

/** Texts and lists made as long as one of the schema's limits, or longer by one, and numbers as great. */
export const lengths = (schema: JsonSchema): fc.Arbitrary<Change> => {
  const limits = [...JSON.stringify(schema).matchAll(/"max(?:Length|Items|imum)":(\d+)/g)].map(([, limit]) =>
    Number(limit),
  );
  const length =
    limits.length === 0
      ? fc.constant(1)
      : fc.constantFrom(...limits).chain((limit) => fc.constantFrom(limit, limit + 1));
  return fc.tuple(length, fc.constantFrom('x', '😀')).map(([count, character]) => (it) => {
    if (typeof it === 'number') return count;
    if (typeof it === 'string') return it + character.repeat(Math.max(0, count - [...it].length));
    return Array.isArray(it) && it.length > 0 && count <= 1000 ? (Array(count).fill(it[0]) as unknown[]) : it;
  });
};

/** The data with one to three places changed, never its outermost object. May still hold to the contract. */
export const anyMutation = (
  data: fc.Arbitrary<unknown>,
  change: fc.Arbitrary<Change>,
): fc.Arbitrary<unknown> =>
  fc
    .tuple(data, fc.array(fc.tuple(fc.nat(), change), { minLength: 1, maxLength: 3 }))
    .map(([valid, changes]) =>
      changes.reduce((value, [at, apply]) => {
        const paths = pathsOf(value);
        const result = changed(value, paths[at % paths.length]!, apply);
        return result !== null && typeof result === 'object' && !Array.isArray(result) ? result : value;
      }, valid),
    )
    .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
