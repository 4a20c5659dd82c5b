import { checkData } from '#contracts/check-data.js';
import type { ContractClass } from '#contracts/contract.js';
import { RefusedEvent } from '#contracts/fault.js';

/** A place in an event, to who has sent its data alone: `/data/title` of the event is `/title` of the body. */
export const inBody = <P extends { readonly pointer: string }>(place: P): P => ({
  ...place,
  pointer: place.pointer.replace(/^\/data(?=\/|$)/, ''),
});

/** A refusal of an event, told to who has sent its data alone. */
export const refusedBody = ({ code, message, faults }: RefusedEvent): RefusedEvent =>
  new RefusedEvent(code, message, faults.map(inBody));

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
