import type { JsonSchema } from './contract.js';
import { incompatibilities } from './incompatibilities.js';
import { schemaOf } from './contract.js';
import { TOPICS } from './topics.js';

const object = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
});
const property = (schema: JsonSchema): JsonSchema => object({ a: schema });
const text = { type: 'string' };

/** What breaks going forth, and what breaks going back, for a change of which each direction is harmless to one role. */
const CHANGES: [string, { narrow: JsonSchema; wide: JsonSchema; forth: RegExp; back: RegExp }][] = [
  [
    'a value of a list',
    {
      narrow: property({ enum: ['x'] }),
      wide: property({ enum: ['x', 'y'] }),
      forth: /^\/a: not in both versions: y$/,
      back: /^\/a: not in both versions: y$/,
    },
  ],
  [
    'a list of values at all',
    {
      narrow: property({ ...text, enum: ['x'] }),
      wide: property(text),
      forth: /^\/a: it was, or is, any/,
      back: /^\/a: it was, or is, any/,
    },
  ],
  [
    'a pattern',
    {
      narrow: property({ pattern: '^x$' }),
      wide: property({}),
      forth: /its pattern was \^x\$ and is undefined/,
      back: /its pattern was undefined/,
    },
  ],
  [
    'a format',
    {
      narrow: property({ format: 'date' }),
      wide: property({}),
      forth: /its format was date/,
      back: /its format was undefined/,
    },
  ],
  [
    'a type',
    {
      narrow: property(text),
      wide: property({ type: ['string', 'null'] }),
      forth: /its type was string/,
      back: /its type was string,null/,
    },
  ],
  [
    'a greatest length',
    {
      narrow: property({ maxLength: 5 }),
      wide: property({ maxLength: 9 }),
      forth: /maxLength was 5 and is 9/,
      back: /maxLength was 9 and is 5/,
    },
  ],
  [
    'a greatest length at all',
    {
      narrow: property({ maxLength: 5 }),
      wide: property({}),
      forth: /maxLength was 5 and is Inf/,
      back: /maxLength was Infinity/,
    },
  ],
  [
    'a least length',
    {
      narrow: property({ minLength: 2 }),
      wide: property({ minLength: 1 }),
      forth: /minLength was 2/,
      back: /minLength was 1/,
    },
  ],
  [
    'a most of items',
    {
      narrow: property({ maxItems: 5 }),
      wide: property({ maxItems: 9 }),
      forth: /maxItems was 5/,
      back: /maxItems was 9/,
    },
  ],
  [
    'a least of items',
    {
      narrow: property({ minItems: 1 }),
      wide: property({}),
      forth: /minItems was 1 and is 0/,
      back: /minItems was 0 and is 1/,
    },
  ],
  [
    'a least number',
    {
      narrow: property({ minimum: 0 }),
      wide: property({ minimum: -1 }),
      forth: /minimum was 0/,
      back: /minimum was -1/,
    },
  ],
  [
    'a greatest number',
    {
      narrow: property({ maximum: 5 }),
      wide: property({}),
      forth: /maximum was 5/,
      back: /maximum was Infinity/,
    },
  ],
  [
    'what must be given',
    {
      narrow: object({ a: text }, { required: ['a'] }),
      wide: object({ a: text }),
      forth: /^\/a: is no longer always there$/,
      back: /^\/a: is required now$/,
    },
  ],
  [
    'whether others are taken',
    {
      narrow: object({ a: text }, { additionalProperties: false }),
      wide: object({ a: text }),
      forth: /other properties has changed/,
      back: /other properties has changed/,
    },
  ],
  [
    'a property of an item',
    {
      narrow: property({ type: 'array', items: object({ b: { enum: [1] } }) }),
      wide: property({ type: 'array', items: object({ b: {} }) }),
      forth: /^\/a\/\*\/b: /,
      back: /^\/a\/\*\/b: /,
    },
  ],
  [
    'a property of a definition',
    {
      narrow: { ...property({ $ref: '#/$defs/D' }), $defs: { D: object({ b: { maxLength: 1 } }) } },
      wide: { ...property({ $ref: '#/$defs/D' }), $defs: { D: object({ b: { maxLength: 2 } }) } },
      forth: /^\/a\/b: its maxLength/,
      back: /^\/a\/b: its maxLength/,
    },
  ],
  [
    'a value of a free property',
    {
      narrow: object({}, { additionalProperties: { type: 'string' } }),
      wide: object({}, { additionalProperties: { type: ['string', 'number'] } }),
      forth: /^\/\*: its type/,
      back: /^\/\*: its type/,
    },
  ],
];

describe.each(CHANGES)('%s', (_, { narrow, wide, forth, back }) => {
  it('may widen what is inbound, and not narrow it', () => {
    expect(incompatibilities(narrow, wide, 'inbound')).toEqual([]);
    expect(incompatibilities(wide, narrow, 'inbound')).toEqual([expect.stringMatching(back)]);
  });

  it('may narrow what is published, and not widen it', () => {
    expect(incompatibilities(wide, narrow, 'published')).toEqual([]);
    expect(incompatibilities(narrow, wide, 'published')).toEqual([expect.stringMatching(forth)]);
  });
});

describe.each(['inbound', 'published'] as const)('%s', (role) => {
  it('takes a new property that may be absent', () => {
    expect(incompatibilities(object({ a: text }), object({ a: text, b: text }), role)).toEqual([]);
  });

  it('takes no loss of a property', () => {
    expect(incompatibilities(object({ a: text, b: text }), object({ a: text }), role)).toEqual([
      '/b: is gone',
    ]);
  });

  it.each<[string, JsonSchema, JsonSchema]>([
    ['a changed pattern, which may be anything', property({ pattern: 'x' }), property({ pattern: '[xy]' })],
    ['a changed format', property({ format: 'date' }), property({ format: 'date-time' })],
    ['another type', property({ type: 'string' }), property({ type: 'number' })],
    ['an enum of other values', property({ enum: ['x'] }), property({ enum: ['y'] })],
    ['items that were anything', property({ items: text }), property({})],
    ['a keyword that it does not know', property({ multipleOf: 2 }), property({ multipleOf: 4 })],
    ['a keyword that is new to it', property({}), property({ uniqueItems: true })],
  ])('takes no %s', (_, before, after) => {
    expect(incompatibilities(before, after, role)).toHaveLength(1);
  });

  it('takes other words', () => {
    const before = property({ description: 'x', examples: ['1'], title: 't' });
    expect(
      incompatibilities({ ...before, $id: 'a' }, { ...property({ description: 'y' }), $id: 'b' }, role),
    ).toEqual([]);
  });

  it('takes a definition that is moved to its only place', () => {
    const apart = { ...property({ $ref: '#/$defs/D' }), $defs: { D: text } };
    expect(incompatibilities(apart, property(text), role)).toEqual([]);
    expect(incompatibilities(property(text), apart, role)).toEqual([]);
  });

  it('goes through a definition that names itself once', () => {
    const loop = { ...property({ $ref: '#/$defs/D' }), $defs: { D: object({ d: { $ref: '#/$defs/D' } }) } };
    expect(incompatibilities(loop, loop, role)).toEqual([]);
  });

  it('tells a schema that refers to what it does not have', () => {
    const broken = property({ $ref: '#/$defs/D' });
    expect(() => incompatibilities(broken, broken, role)).toThrow('leads nowhere');
  });
});

describe('a new property that must be given', () => {
  const before = object({ a: text });
  const after = object({ a: text, b: text }, { required: ['b'] });

  it('is asked of no sender', () => {
    expect(incompatibilities(before, after, 'inbound')).toEqual(['/b: is required now']);
  });

  it('may be published', () => {
    expect(incompatibilities(before, after, 'published')).toEqual([]);
  });
});

describe('every contract there is', () => {
  it.each(
    TOPICS.flatMap((topic) =>
      topic.contracts.map((contract) => [topic.name, contract.type, topic, contract] as const),
    ),
  )('of %s, %s, is compatible with itself', (_name, _type, { kind }, contract) => {
    const schema = schemaOf(contract, kind === 'inbound' ? 'closed' : 'open');
    expect(incompatibilities(schema, schema, kind)).toEqual([]);
  });
});
