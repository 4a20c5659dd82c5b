import { applyDecorators } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ApiBody,
  ApiQuery,
  ApiResponse,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import {
  type ContractClass,
  definitionsOf,
  type JsonSchema,
  propertySchemasOf,
  schemaOf,
} from '#contracts/contract.js';
import type { Topic } from '#contracts/topic.js';
import { Problem, type ProblemCode, PROBLEMS } from './problem.js';

type View = new () => object;

const schemaRef = (view: View): JsonSchema => ({
  $ref: `#/$defs/${view.name}`,
  $defs: definitionsOf(view),
});

const RETRY_AFTER = {
  'retry-after': { description: 'seconds to wait before asking again', schema: { type: 'integer' } },
};

/** Documents that an operation is answered so. */
const answered = (
  status: number,
  schema: JsonSchema,
  description: string,
  mediaType = 'application/json',
): MethodDecorator =>
  ApiResponse({ status, description, content: { [mediaType]: { schema: schema as object } } });

/** Documents the problems that an operation may be answered with, beside those that any may; one response a status. */
function ApiProblems(...codes: ProblemCode[]): MethodDecorator {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code][0]);
  return applyDecorators(
    ...[...byStatus].map(([status, some]) => {
      const schema = { allOf: [schemaRef(Problem), { properties: { code: { enum: some } } }] };
      return ApiResponse({
        status,
        description: some.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('. '),
        content: { 'application/problem+json': { schema: schema as object } },
        ...(status === 503 && { headers: RETRY_AFTER as never }),
      });
    }),
  );
}

/** Documents what a query is answered with: a view. */
export const ApiAnswer = (view: View, description: string, ...codes: ProblemCode[]): MethodDecorator =>
  applyDecorators(answered(200, schemaRef(view), description), ApiProblems('database-away', ...codes));

/** Documents what the query of a list is answered with: a `Page` of views. */
export const ApiPage = (view: View, description: string, ...codes: ProblemCode[]): MethodDecorator => {
  const { $ref, $defs } = schemaRef(view);
  const page = {
    type: 'object',
    required: ['items'],
    properties: {
      items: { type: 'array', items: { $ref } },
      next: {
        type: 'string',
        description:
          'give it back as `cursor` for what follows; absent at the end alone, for large items make a page shorter',
      },
    },
    $defs,
  } as JsonSchema;
  return applyDecorators(
    answered(200, page, description),
    ApiProblems('invalid-query', 'database-away', ...codes),
  );
};

/** Documents what the query of a list is answered with in another format than JSON; the header `Link` leads on. */
export const ApiPageAs = (
  mediaType: string,
  schema: JsonSchema,
  description: string,
  ...codes: ProblemCode[]
): MethodDecorator =>
  applyDecorators(
    answered(200, schema, description, mediaType),
    ApiProblems('invalid-query', 'database-away', ...codes),
  );

const REFUSALS_OF_A_DOOR = [
  'malformed-json',
  'unsupported-content-type',
  'too-large',
  'invalid-data',
  'kafka-away',
] as const;

/** Documents what a door answers with, once what was sent is on all in-sync replicas of Kafka. */
export const ApiAccepted = (view: View, description: string, ...codes: ProblemCode[]): MethodDecorator =>
  applyDecorators(answered(202, schemaRef(view), description), ApiProblems(...REFUSALS_OF_A_DOOR, ...codes));

/** Documents what a door answers with when it is only tried (`?dryRun=true`). */
export const ApiTried = (view: View): MethodDecorator =>
  answered(200, schemaRef(view), 'With `dryRun=true`: what would become of it. Nothing is stored.');

/** Documents an answer of several statuses that is the same view each time: health. */
export const ApiStatuses = (view: View, descriptions: Readonly<Record<number, string>>): MethodDecorator =>
  applyDecorators(
    ...Object.entries(descriptions).map(([status, description]) =>
      answered(Number(status), schemaRef(view), description),
    ),
  );

/** Documents the parameters of a query, from the class that they are checked by. @param required those that must be given */
export const ApiQueryOf = (query: new () => object, ...required: string[]): MethodDecorator =>
  applyDecorators(
    ...Object.entries(propertySchemasOf(query)).map(([name, { description, ...schema }]) =>
      ApiQuery({
        name,
        required: required.includes(name),
        schema: schema as object,
        ...(description !== undefined && { description }),
      }),
    ),
  );

/**
 * Documents a body that is an event's data alone, by its contract.
 * @param example one that the browsable page sends as it stands; without it the page makes one up from the patterns
 * @param also what may stand in it beside the data: the entity's id, say
 */
export const ApiBodyOf = <T extends object>(
  contract: ContractClass & (new () => T),
  example: NoInfer<T>,
  ...also: string[]
): MethodDecorator => {
  const schema = dataSchemaOf(contract);
  const beside = Object.fromEntries(also.map((name) => [name, { type: 'string' }]));
  return ApiBody({
    schema: { ...schema, properties: { ...beside, ...schema.properties } } as object,
    examples: { example: { value: example } },
  });
};

/** Documents a body that is an event of a topic, a list of such events, or (with `ce-` headers) the data of one. */
export const ApiEventsOf = (
  topic: Topic,
  examples: Readonly<Record<string, { summary: string; value: object }>>,
): MethodDecorator => {
  const event = {
    type: 'object',
    title: 'a CloudEvent, structured',
    required: ['specversion', 'id', 'source', 'type', 'subject'],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', description: 'with source, what tells a repeat' },
      source: { type: 'string', format: 'uri-reference', description: 'who says so' },
      type: { enum: topic.contracts.map(({ type }) => type) },
      subject: { type: 'string', description: `the id of the ${topic.keyedBy}` },
      time: { type: 'string', format: 'date-time', description: 'when it was said, with its offset' },
      data: { oneOf: topic.contracts.map(dataSchemaOf) },
    },
    additionalProperties: { type: ['string', 'number', 'boolean'], description: 'extension attributes' },
  };
  const batch = { type: 'array', title: 'several, all or none', items: event };
  const data = { title: 'the data, its attributes in ce- headers', oneOf: topic.contracts.map(dataSchemaOf) };
  return ApiBody({ schema: { anyOf: [event, batch, data] } as object, examples });
};

/** Closed, an object of a contract is not what it is in an answer, which may get more; so it has a name of its own. */
const dataSchemaOf = (contract: ContractClass): JsonSchema => {
  const { $schema: _, $defs = {}, ...schema } = schemaOf(contract, 'closed');
  const nameOf = (name: string): string => ($defs[name]!.properties ? `${name}Input` : name);
  const renamed = Object.fromEntries(Object.entries($defs).map(([name, each]) => [nameOf(name), each]));
  return JSON.parse(JSON.stringify({ ...schema, $defs: renamed }), (key, value: unknown) =>
    key === '$ref' ? `#/$defs/${nameOf((value as string).replace('#/$defs/', ''))}` : value,
  ) as JsonSchema;
};

/** What a service tells of itself in its OpenAPI document. */
export interface About {
  readonly title: string;
  readonly description: string;
}

/** A service's OpenAPI document, from what its controllers are decorated with. */
export function openApiOf(app: NestFastifyApplication, { title, description }: About): OpenAPIObject {
  const about = new DocumentBuilder().setOpenAPIVersion('3.1.0').setVersion('1');
  const document = SwaggerModule.createDocument(
    app,
    about.setTitle(title).setDescription(description).build(),
  );
  const anyOther = {
    description: 'Any other problem',
    content: { 'application/problem+json': { schema: schemaRef(Problem) as object } },
  };
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post, path.delete])
      if (operation) operation.responses.default ??= anyOther;
  }
  return withSharedSchemas(document);
}

/** Moves what schemas define for themselves (`$defs`) to where an OpenAPI document has it, so that references lead there. */
function withSharedSchemas(document: OpenAPIObject): OpenAPIObject {
  const shared: Record<string, unknown> = {};
  const moved = JSON.parse(JSON.stringify(document), (key, value: unknown) => {
    if (key === '$ref') return (value as string).replace('#/$defs/', '#/components/schemas/');
    if (value === null || typeof value !== 'object' || !('$defs' in value)) return value;
    const { $defs, ...schema } = value;
    Object.assign(shared, $defs);
    return schema;
  }) as OpenAPIObject;
  return {
    ...moved,
    components: { ...moved.components, schemas: { ...moved.components?.schemas, ...(shared as object) } },
  };
}
