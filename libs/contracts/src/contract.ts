import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
// Where `@Type` keeps the classes it names; class-validator-jsonschema asks for it and has no other way to it.
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import type { CloudEvent } from './cloudevent.js';
import { type Fault, RefusedEvent } from './fault.js';
import { isDay, isExtensions, isTimestamp } from './fields.js';

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

interface JsonSchema {
  $ref?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  [keyword: string]: unknown;
}

const REFERENCE = '#/$defs/';

const references = (schema: unknown): string[] => {
  if (schema === null || typeof schema !== 'object') return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value.slice(REFERENCE.length)] : references(value),
  );
};

/** The JSON Schema (2020-12) of an event's data, generated from the class's decorators. */
export function schemaOf(contract: ContractClass, openness: Openness): JsonSchema {
  const schemas = validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: REFERENCE,
    additionalConverters: {
      isTimestamp: { type: 'string' },
      isDay: { type: 'string' },
      isExtensions: { type: 'object' },
    },
  }) as Record<string, JsonSchema>;
  const close = (schema: JsonSchema): JsonSchema =>
    openness === 'closed' && schema.properties ? { ...schema, additionalProperties: false } : schema;
  const root = schemas[contract.name];
  if (!root) throw new Error(`${contract.name} has no decorated property`);

  const definitions: Record<string, JsonSchema> = {};
  const wanted = references(root);
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (definitions[name]) continue;
    definitions[name] = close(schemas[name]!);
    wanted.push(...references(definitions[name]));
  }
  const ordered = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => a.localeCompare(b)));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:orebound:schema:${contract.type}`,
    title: contract.type,
    description: contract.description,
    ...close(root),
    ...(Object.keys(ordered).length > 0 && { $defs: ordered }),
  };
}

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
});
ajv.addFormat('date-time', { type: 'string', validate: isTimestamp });
ajv.addFormat('date', { type: 'string', validate: isDay });
ajv.addKeyword({
  keyword: 'x-orebound-extensions',
  type: 'object',
  validate: (_: boolean, value: unknown) => isExtensions(value),
});

const compiled: Record<Openness, Map<ContractClass, ValidateFunction>> = {
  closed: new Map(),
  open: new Map(),
};

const compile = (contract: ContractClass, openness: Openness): ValidateFunction => {
  const { $id, ...schema } = schemaOf(contract, openness); // the id would be taken twice: once closed, once open
  const validate = ajv.compile(schema);
  compiled[openness].set(contract, validate);
  return validate;
};

const CODES: Readonly<Record<string, string>> = {
  required: 'required',
  additionalProperties: 'unknown-property',
  enum: 'not-allowed',
  maxItems: 'too-many',
  minItems: 'too-few',
};
const MOST_FAULTS = 50;

const faultOf = ({ keyword, instancePath, params, parentSchema }: ErrorObject): Fault => {
  const name = (params['missingProperty'] ?? params['additionalProperty']) as string | undefined;
  const step = name === undefined ? '' : `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const description = (parentSchema as { description?: string } | undefined)?.description;
  const message =
    keyword === 'required'
      ? 'must be given'
      : keyword === 'additionalProperties'
        ? 'is not part of the contract; what you want kept goes into extensions'
        : keyword === 'maxItems'
          ? `must have at most ${params['limit']} items`
          : keyword === 'minItems'
            ? `must have at least ${params['limit']} items`
            : `must be ${description ?? 'as the schema says'}`;
  return { pointer: `/data${instancePath}${step}`, code: CODES[keyword] ?? 'malformed', message };
};

/**
 * Checks an event's data against its contract. The rules are class-validator's decorators; they run as the JSON
 * Schema generated from them, compiled once, because class-validator walks its metadata anew for every event (26 µs
 * each). `contract.spec.ts` shows, over generated events, that both say the same.
 * @throws RefusedEvent `invalid-data`, with a JSON pointer to each fault.
 */
export function checkData(contract: ContractClass, openness: Openness, data: unknown): void {
  const validate = compiled[openness].get(contract) ?? compile(contract, openness);
  if (validate(data)) return;
  const faults = (validate.errors ?? []).slice(0, MOST_FAULTS).map(faultOf);
  throw new RefusedEvent('invalid-data', `the data is not a valid ${contract.type}`, faults);
}
