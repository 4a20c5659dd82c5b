// Where `@Type` keeps the classes it names; class-validator-jsonschema asks for it and has no other way to it.
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { targetConstructorToSchema, validationMetadatasToSchemas } from 'class-validator-jsonschema';
import type { CloudEvent } from './cloudevent.js';
import { EXTENSION_SCHEMAS } from './extensions.js';

/** A class that says what the data of one type of event is. */
export interface ContractClass<T extends string = string> {
  new (): object;
  readonly type: T;
  /** What the event says happened, for the generated documents. */
  readonly description: string;
}

/** The event, as TypeScript sees it, of a contract or of a union of contracts. */
export type EventOf<C extends ContractClass> =
  C extends ContractClass<infer T> ? CloudEvent<T, InstanceType<C>> : never;

/**
 * Inbound contracts are closed: a property nobody knows is most likely a mistake, and the sender learns of it. What
 * a sender wants kept goes into `extensions`. Published contracts are open, so that a service may add to them
 * before its consumers know.
 */
export type Openness = 'closed' | 'open';

export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly description?: string;
  readonly [keyword: string]: unknown;
}

const REFERENCE = '#/$defs/';

const references = (schema: unknown): string[] => {
  if (schema === null || typeof schema !== 'object') return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value.slice(REFERENCE.length)] : references(value),
  );
};

/** The rules of our own say all of their schema themselves (`fields.ts`). */
const OWN_RULES = ['isTimestamp', 'isDay', 'isText', 'isWebAddress', 'isExtensions', 'isForeign'];

/** A class whose properties have decorators: a contract, a query, an answer. */
type DecoratedClass = new () => object;

let classSchemas: Readonly<Record<string, JsonSchema>> = {};

const GENERATION = {
  classTransformerMetadataStorage: defaultMetadataStorage,
  refPointerPrefix: REFERENCE,
  additionalConverters: Object.fromEntries(OWN_RULES.map((name) => [name, {}])),
};

/** Of all decorated classes that are loaded by now. */
const schemasWith = ({ name }: DecoratedClass): Readonly<Record<string, JsonSchema>> => {
  if (!classSchemas[name]) {
    classSchemas = {
      ...EXTENSION_SCHEMAS,
      ...(validationMetadatasToSchemas(GENERATION) as unknown as Record<string, JsonSchema>),
    };
  }
  if (!classSchemas[name]) throw new Error(`${name} has no decorated property`);
  return classSchemas;
};

/** The JSON Schema of each property of a class that is decorated with class-validator, but is no contract: a query, say. */
export const propertySchemasOf = (type: DecoratedClass): Readonly<Record<string, JsonSchema>> =>
  (targetConstructorToSchema(type, GENERATION) as unknown as JsonSchema).properties ?? {};

/** The JSON Schemas of a class and of all that it refers to, by name, as they stand in `$defs`. */
export function definitionsOf(type: DecoratedClass): Readonly<Record<string, JsonSchema>> {
  const schemas = schemasWith(type);
  const definitions: Record<string, JsonSchema> = {};
  const wanted = [type.name];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (definitions[name]) continue;
    definitions[name] = schemas[name]!;
    wanted.push(...references(definitions[name]));
  }
  return Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The JSON Schema (2020-12) of an event's data, generated from the class's decorators. */
export function schemaOf(contract: ContractClass, openness: Openness): JsonSchema {
  const close = (schema: JsonSchema): JsonSchema =>
    openness === 'closed' && schema.properties ? { ...schema, additionalProperties: false } : schema;
  const { [contract.name]: root, ...definitions } = definitionsOf(contract);
  const closed = Object.entries(definitions).map(([name, schema]) => [name, close(schema)] as const);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: contract.type,
    description: contract.description,
    ...close(root!),
    ...(closed.length > 0 && { $defs: Object.fromEntries(closed) }),
  };
}
