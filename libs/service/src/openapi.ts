import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiQuery, type OpenAPIObject } from '@nestjs/swagger';
import { type ContractClass, type JsonSchema, propertySchemasOf, schemaOf } from '#contracts/contract.js';
import type { Topic } from '#contracts/topic.js';

/** Documents the parameters of a query, from the class that they are checked by. All can be left out. */
export const ApiQueryOf = (query: new () => object): MethodDecorator =>
  applyDecorators(
    ...Object.entries(propertySchemasOf(query)).map(([name, { description, ...schema }]) =>
      ApiQuery({
        name,
        required: false,
        schema: schema as object,
        ...(description !== undefined && { description }),
      }),
    ),
  );

/**
 * Documents a body that is an event's data alone, by its contract.
 * @param also what may stand in it beside the data: the entity's id, say
 */
export const ApiBodyOf = (contract: ContractClass, ...also: string[]): MethodDecorator => {
  const schema = dataSchemaOf(contract);
  const beside = Object.fromEntries(also.map((name) => [name, { type: 'string' }]));
  return ApiBody({ schema: { ...schema, properties: { ...beside, ...schema.properties } } as object });
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

const dataSchemaOf = (contract: ContractClass): JsonSchema => {
  const { $schema: _, ...schema } = schemaOf(contract, 'closed');
  return schema;
};

/** Moves what schemas define for themselves (`$defs`) to where an OpenAPI document has it, so that references lead there. */
export function withSharedSchemas(document: OpenAPIObject): OpenAPIObject {
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
