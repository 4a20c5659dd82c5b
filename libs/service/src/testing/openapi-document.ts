/** What a service's OpenAPI document must be, and whether what the service answers is as the document says: for specs. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}
type Examples = Readonly<Record<string, { readonly value: unknown }>>;
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: object; readonly examples?: Examples }>>;
  };
  readonly responses: Readonly<Record<string, Content>>;
}
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const PROBLEM = 'application/problem+json';

/** Expects a document to be valid OpenAPI 3.1, to say of every operation what it answers, problems too, and what to send it. */
export async function expectWhole(document: OpenApiDocument): Promise<void> {
  expect(document.openapi).toBe('3.1.0');
  expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
  expect(unresolvedReferences(document)).toEqual([]);
  const lacking = operationsOf(document).flatMap(({ name, operation: { responses } }) => {
    const successes = Object.keys(responses).filter((status) => status.startsWith('2'));
    const described = Object.entries(responses).map(([status, { content = {} }]) => {
      const schemas = Object.values(content).map(({ schema }) => schema);
      return schemas.length > 0 && schemas.every(Boolean) ? '' : `${name} ${status}`;
    });
    return [
      ...described.filter((each) => each !== ''),
      ...(successes.length > 0 ? [] : [`${name} 2xx`]),
      ...(responses['default']?.content?.[PROBLEM] ? [] : [`${name} default`]),
    ];
  });
  expect(lacking).toEqual([]);
  expect(examplesThatFail(document)).toEqual([]);
}

/** The bodies without an example, and the examples that are not as their schema says. */
const examplesThatFail = (document: OpenApiDocument): string[] =>
  operationsOf(document).flatMap(({ name, operation: { requestBody } }) =>
    Object.entries(requestBody?.content ?? {}).flatMap(([mediaType, { schema, examples = {} }]) => {
      if (Object.keys(examples).length === 0) return [`${name} ${mediaType} has no example`];
      const validate = ajv.compile({ ...schema, components: document.components });
      return Object.entries(examples)
        .filter(([, { value }]) => !validate(value))
        .map(([key]) => `${name} ${mediaType} ${key}: ${ajv.errorsText(validate.errors)}`);
    }),
  );

/** The references of a document that lead nowhere in it. */
function unresolvedReferences(document: object): string[] {
  const found = new Set<string>();
  JSON.stringify(document, (key, value: unknown) => {
    if (key === '$ref' && resolve(document, value as string) === undefined) found.add(value as string);
    return value;
  });
  return [...found];
}

const resolve = (document: object, reference: string): unknown =>
  reference
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], document);

const operationsOf = ({ paths }: OpenApiDocument) =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      literal: !path.includes('{'),
      method: method.toUpperCase(),
      operation,
    })),
  );

const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
ajv.addFormat('date', /^\d{4}-\d{2}-\d{2}$/);
ajv.addFormat('uri', (text) => URL.canParse(text));
ajv.addFormat('uri-reference', true); // any text may be one

/** A service may answer more than clients know; a spec wants all of it described. */
const closed = <T>(document: T): T =>
  JSON.parse(
    JSON.stringify(document, (_, value: unknown) => {
      const { type, properties, additionalProperties } = (value ?? {}) as Record<string, unknown>;
      return type === 'object' && properties && additionalProperties === undefined
        ? { ...(value as object), additionalProperties: false }
        : value;
    }),
  ) as T;

/** @returns what says of an answer where it is other than documented; nothing of paths that are not documented */
export function documentedAnswers(
  document: OpenApiDocument,
): (method: string, path: string, answer: { status: number; type: string; body: unknown }) => string[] {
  const { components } = closed(document);
  const operations = operationsOf(closed(document)).sort((a, b) => Number(b.literal) - Number(a.literal));
  const compiled = new Map<object, ValidateFunction>();
  const validatorOf = (schema: object): ValidateFunction => {
    const known = compiled.get(schema) ?? ajv.compile({ ...schema, components });
    compiled.set(schema, known);
    return known;
  };
  return (method, path, { status, type, body }) => {
    const asked = path.replace(/\?.*$/s, '');
    const found = operations.find((each) => each.method === method && each.pattern.test(asked));
    if (!found) return [];
    const mediaType = type.replace(/;.*$/, '');
    const { responses } = found.operation;
    const schema = (responses[status] ?? responses['default'])?.content?.[mediaType]?.schema;
    if (!schema) return [`${found.name} is not documented to answer ${status} as ${mediaType}`];
    const validate = validatorOf(schema);
    if (validate(body)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${found.name} ${status} ${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}
