import type { JsonSchema } from './contract.js';

/**
 * `inbound`: others write, so what was accepted must still be. `published`: others read, so whatever is sent must be
 * such as they were told.
 */
export type Role = 'inbound' | 'published';

/** Says nothing about which data is valid. */
const ANNOTATIONS = ['$schema', '$id', '$defs', '$ref', 'title', 'description', 'examples'];
/** Looked at by rules of their own; any other keyword may not change at all. */
const KNOWN = [
  'type',
  'enum',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'pattern',
  'format',
];
/** The value of a limit that is not there. */
const LIMITS: Readonly<Record<string, number>> = {
  minLength: 0,
  minItems: 0,
  minimum: -Infinity,
  maxLength: Infinity,
  maxItems: Infinity,
  maximum: Infinity,
};

interface Side {
  readonly root: JsonSchema;
  readonly node: JsonSchema;
}

const resolved = ({ root, node }: Side): JsonSchema => {
  if (node.$ref === undefined) return node;
  const target = root.$defs?.[node.$ref.slice('#/$defs/'.length)];
  if (!target) throw new Error(`${node.$ref} leads nowhere`);
  return { ...target, ...node };
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Why those who rely on the schema `before` cannot go on with `after`; empty when they can. Conservative: where it
 * is not plain that a change is harmless, it counts as a break. Both are schemas as `schemaOf` gives them.
 * @throws Error when a schema refers to a definition that it does not have.
 */
export function incompatibilities(before: JsonSchema, after: JsonSchema, role: Role): string[] {
  const found: string[] = [];
  const visited = new Set<string>();

  const compare = (was: Side, is: Side, at: string): void => {
    if (was.node.$ref !== undefined && is.node.$ref !== undefined) {
      const pair = `${was.node.$ref} ${is.node.$ref}`;
      if (visited.has(pair)) return;
      visited.add(pair);
    }
    const old = resolved(was);
    const now = resolved(is);
    // Inbound may only widen, published may only narrow: one rule, read in two directions.
    const [narrow, wide] = role === 'inbound' ? [old, now] : [now, old];
    const broken = (what: string): void => void found.push(`${at || 'the data'}: ${what}`);

    if (wide.type !== undefined && ![narrow.type].flat().every((type) => [wide.type].flat().includes(type)))
      broken(`its type was ${String(old.type)} and is ${String(now.type)}`);
    compareEnum(narrow, wide, broken);
    for (const keyword of ['pattern', 'format'])
      if (wide[keyword] !== undefined && wide[keyword] !== narrow[keyword])
        broken(`its ${keyword} was ${String(old[keyword])} and is ${String(now[keyword])}`);
    for (const [keyword, none] of Object.entries(LIMITS)) {
      const [inner, outer] = [Number(narrow[keyword] ?? none), Number(wide[keyword] ?? none)];
      if (keyword.startsWith('max') ? inner > outer : inner < outer)
        broken(`its ${keyword} was ${Number(old[keyword] ?? none)} and is ${Number(now[keyword] ?? none)}`);
    }
    for (const name of wide.required ?? [])
      if (!narrow.required?.includes(name))
        found.push(`${at}/${name}: ${role === 'inbound' ? 'is required now' : 'is no longer always there'}`);
    for (const name of Object.keys(old.properties ?? {}))
      if (now.properties?.[name] === undefined) found.push(`${at}/${name}: is gone`);
    compareOpenness(was, is, at, wide, narrow, broken);
    for (const keyword of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if ([...ANNOTATIONS, ...KNOWN].includes(keyword) || keyword in LIMITS) continue;
      if (!same(old[keyword], now[keyword])) broken(`its ${keyword} has changed`);
    }

    for (const [name, property] of Object.entries(old.properties ?? {})) {
      const counterpart = now.properties?.[name];
      if (counterpart) compare({ ...was, node: property }, { ...is, node: counterpart }, `${at}/${name}`);
    }
    if (old.items && now.items) compare({ ...was, node: old.items }, { ...is, node: now.items }, `${at}/*`);
    else if (!same(old.items, now.items)) broken('what its items are has changed');
  };

  const compareOpenness = (
    was: Side,
    is: Side,
    at: string,
    wide: JsonSchema,
    narrow: JsonSchema,
    broken: (what: string) => void,
  ): void => {
    const [outer, inner] = [wide['additionalProperties'], narrow['additionalProperties']];
    if (outer === undefined || outer === true || inner === false) return;
    if (typeof outer !== 'object' || typeof inner !== 'object')
      return broken('whether it takes other properties has changed');
    const [old, now] = role === 'inbound' ? [inner, outer] : [outer, inner];
    compare({ ...was, node: old as JsonSchema }, { ...is, node: now as JsonSchema }, `${at}/*`);
  };

  compare({ root: before, node: before }, { root: after, node: after }, '');
  return found;
}

function compareEnum(narrow: JsonSchema, wide: JsonSchema, broken: (what: string) => void): void {
  const outer = wide['enum'] as readonly unknown[] | undefined;
  if (outer === undefined) return;
  const inner = narrow['enum'] as readonly unknown[] | undefined;
  if (inner === undefined) return broken('it was, or is, any value, and not one of a list');
  const beyond = inner.filter((value) => !outer.includes(value));
  if (beyond.length > 0) broken(`not in both versions: ${beyond.join(', ')}`);
}
