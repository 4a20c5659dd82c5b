import { checkData } from '#contracts/check-data.js';
import { type ContractClass, schemaOf } from '#contracts/contract.js';
import { RefusedEvent } from '#contracts/fault.js';

const DATA = '/data';

/**
 * Checks a request's body as the data of an event.
 * @throws RefusedEvent `invalid-data`, with pointers into the body
 */
export function checkedBody<C extends ContractClass>(contract: C, body: unknown): InstanceType<C> {
  try {
    checkData(contract, 'closed', body);
    return body as InstanceType<C>;
  } catch (error) {
    if (!(error instanceof RefusedEvent)) throw error;
    throw new RefusedEvent(
      error.code,
      'the body is not as it must be',
      error.faults.map((fault) => ({ ...fault, pointer: fault.pointer.slice(DATA.length) })),
    );
  }
}

/** A body's schema, for the OpenAPI document. */
export function bodySchemaOf(contract: ContractClass): Record<string, unknown> {
  const { type, properties, required, additionalProperties } = schemaOf(contract, 'closed');
  return { type, properties, required, additionalProperties, description: contract.description };
}
