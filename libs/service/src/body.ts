import { checkData } from '#contracts/check-data.js';
import type { ContractClass } from '#contracts/contract.js';
import { RefusedEvent } from '#contracts/fault.js';

/** A refusal of an event, told to who has sent its data alone: `/data/title` of the event is `/title` of the body. */
export const refusedBody = ({ code, message, faults }: RefusedEvent): RefusedEvent =>
  new RefusedEvent(
    code,
    message,
    faults.map((fault) => ({ ...fault, pointer: fault.pointer.replace(/^\/data(?=\/|$)/, '') })),
  );

/**
 * Checks a request's body as the data of an event.
 * @throws RefusedEvent `invalid-data`, with pointers into the body
 */
export function checkedBody<C extends ContractClass>(contract: C, body: unknown): InstanceType<C> {
  try {
    checkData(contract, 'closed', body);
    return body as InstanceType<C>;
  } catch (error) {
    throw error instanceof RefusedEvent ? refusedBody(error) : error;
  }
}
