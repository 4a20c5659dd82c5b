import type { ErrorObject } from 'ajv/dist/2020.js';
import { type ContractClass, type JsonSchema, type Openness, schemaOf } from './contract.js';
import { EXTENSION_SCHEMAS, UNKNOWN_PROPERTIES } from './extensions.js';
import { type Fault, type FaultCode, RefusedEvent, step } from './fault.js';
import { errorFinder, type FindErrors } from './find-errors.js';
import { isDay, isTimestamp } from './time.js';

const finderOf = errorFinder({
  'date-time': { type: 'string', validate: isTimestamp },
  date: { type: 'string', validate: isDay },
});

interface Check {
  readonly find: FindErrors;
  readonly takesExtensions: boolean;
}
const compiled: Record<Openness, Map<ContractClass, Check>> = { closed: new Map(), open: new Map() };

/**
 * What an open contract does not know is taken, but not anything: its names are plain words and its depth bounded,
 * as in extensions. The published schema leaves this out; it is no promise to those who read.
 */
const guarded = (schema: JsonSchema): JsonSchema => {
  const guard = (object: JsonSchema): JsonSchema =>
    object.properties ? { ...object, ...UNKNOWN_PROPERTIES } : object;
  const $defs: Record<string, JsonSchema> = { ...EXTENSION_SCHEMAS };
  for (const [name, object] of Object.entries(schema.$defs ?? {})) $defs[name] = guard(object);
  return { ...guard(schema), $defs };
};

const compile = (contract: ContractClass, openness: Openness): Check => {
  const schema = schemaOf(contract, openness);
  const check = {
    find: finderOf(openness === 'open' ? guarded(schema) : schema),
    takesExtensions: schema.properties?.['extensions'] !== undefined,
  };
  compiled[openness].set(contract, check);
  return check;
};

const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

type Wording = (
  error: ErrorObject,
  schema: JsonSchema,
) => { name?: string; code: FaultCode; message: string };

const asDescribed: Wording = (_, { description, type }) => ({
  code: 'malformed',
  message: `must be ${description ?? `of type ${String(type)}`}`,
});

/** Each keyword that our schemas use: the code it gives, the words, and the property where that is not the place. */
const WORDINGS: Readonly<Record<string, Wording>> = {
  required: ({ params }, { properties }) => {
    const name = params['missingProperty'] as string;
    const what = properties?.[name]?.description;
    return {
      name,
      code: 'required',
      message: what === undefined ? 'must be given' : `must be given: ${what}`,
    };
  },
  additionalProperties: ({ params }) => ({
    name: params['additionalProperty'] as string,
    code: 'unknown-property',
    message: 'is not part of the contract',
  }),
  propertyNames: ({ params }, { propertyNames }) => ({
    name: params['propertyName'] as string,
    code: 'malformed',
    message: `must be ${(propertyNames as JsonSchema).description}`,
  }),
  enum: (_, { description }) => ({ code: 'not-allowed', message: `must be ${description}` }),
  minItems: ({ params }) => ({
    code: 'too-few',
    message: `must have at least ${plural(params['limit'] as number, 'item')}`,
  }),
  maxItems: ({ params }) => ({
    code: 'too-many',
    message: `must have at most ${plural(params['limit'] as number, 'item')}`,
  }),
  minLength: () => ({ code: 'malformed', message: 'must not be empty' }),
  maxLength: ({ params }) => ({
    code: 'too-long',
    message: `must be at most ${plural(params['limit'] as number, 'character')}`,
  }),
  type: (error, schema) =>
    schema.properties || (schema.type === 'object' && schema.description === undefined)
      ? { code: 'malformed', message: 'must be an object' }
      : { ...asDescribed(error, schema), ...(schema['enum'] !== undefined && { code: 'not-allowed' }) },
  pattern: asDescribed,
  format: asDescribed,
};

function* faultsOf(errors: readonly ErrorObject[], takesExtensions: boolean): Generator<Fault> {
  for (const error of errors) {
    if (error.propertyName !== undefined) continue; // `propertyNames` tells it, at the property's place
    const wording = WORDINGS[error.keyword] ?? asDescribed;
    const { name, code, message } = wording(error, error.parentSchema as JsonSchema);
    const hint =
      code === 'unknown-property' && takesExtensions ? '; what you want kept goes into extensions' : '';
    const place = name === undefined ? '' : step(name);
    yield { pointer: `/data${error.instancePath}${place}`, code, message: message + hint };
  }
}

/**
 * Checks an event's data against its contract. The rules are class-validator's decorators; they run as the JSON
 * Schema generated from them, compiled once, because class-validator walks its metadata anew for every event (26 µs
 * each). `check-data.property.spec.ts` shows, over generated events, that both say the same.
 * @throws RefusedEvent `invalid-data`, with a JSON pointer to each fault; to the first, of vast data.
 */
export function checkData(contract: ContractClass, openness: Openness, data: unknown): void {
  const { find, takesExtensions } = compiled[openness].get(contract) ?? compile(contract, openness);
  const errors = find(data);
  if (errors.length === 0) return;
  const faults = faultsOf(errors, takesExtensions);
  throw new RefusedEvent('invalid-data', `the data is not a valid ${contract.type}`, faults);
}
