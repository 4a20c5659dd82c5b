import type { CloudEvent } from './cloudevent.js';
import { checkData } from './check-data.js';
import type { ContractClass, EventOf } from './contract.js';
import { RefusedEvent } from './fault.js';

/** A Kafka topic, declared once: who owns it, what travels on it, and what it is keyed by. */
export interface Topic<C extends ContractClass = ContractClass> {
  readonly name: string;
  /** `inbound`: others write, the owner reads, contracts are closed. `published`: the owner alone writes; open. */
  readonly kind: 'inbound' | 'published';
  /** What `subject`, and so the key, is the id of. */
  readonly keyedBy: string;
  readonly partitions: number;
  readonly contracts: readonly C[];
  /** What messages of other formats are taken as, by their media type: CloudEvents they are not. */
  readonly foreign: ReadonlyMap<string, C>;
}

/** As many instances of a service as this can share a topic's work. More can be added later, never fewer. */
const PARTITIONS = 6;

export const inbound = <C extends ContractClass, F extends ContractClass = never>(
  name: string,
  keyedBy: string,
  contracts: readonly C[],
  foreign: Readonly<Record<string, F>> = {},
): Topic<C | F> => ({
  name,
  kind: 'inbound',
  keyedBy,
  partitions: PARTITIONS,
  contracts,
  foreign: new Map(Object.entries(foreign)),
});

export const published = <C extends ContractClass>(
  name: string,
  keyedBy: string,
  contracts: readonly C[],
): Topic<C> => ({
  name,
  kind: 'published',
  keyedBy,
  partitions: PARTITIONS,
  contracts,
  foreign: new Map(),
});

/**
 * Holds an event against the contract that its topic has for its type.
 * @throws RefusedEvent `unknown-type` or `invalid-data`.
 */
export function checkEvent<C extends ContractClass>(topic: Topic<C>, event: CloudEvent): EventOf<C> {
  const contract = topic.contracts.find(({ type }) => type === event.type);
  if (!contract) {
    const known = topic.contracts.map(({ type }) => type).join(', ');
    throw new RefusedEvent('unknown-type', `${topic.name} takes ${known}; not ${event.type}`, [
      { pointer: '/type', code: 'not-allowed', message: `must be one of ${known}` },
    ]);
  }
  checkData(contract, topic.kind === 'inbound' ? 'closed' : 'open', event.data);
  return event as EventOf<C>;
}
