/** What is otherwise than expected, in words. Pure. */
import type { ExpectedDeal, ExpectedShipment } from './expectation.js';

/** A shipment, as far as it is looked at: a line of `GET /shipments`. */
export interface ShownShipment {
  readonly status: string;
  readonly eta?: string;
  readonly arrivedAt?: string;
  readonly partsArrived?: { readonly arrived: number; readonly of: number };
}

/** A deal, as far as it is looked at: `GET /deals/:id`. */
export interface ShownDeal {
  readonly commitments: readonly { readonly mineral: string; readonly delivered: string }[];
}

const instant = (at: number | string | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** @param shown undefined where there is no such shipment */
export function differences(expected: ExpectedShipment, shown: ShownShipment | undefined): string[] {
  if (!shown) return [`${expected.id} is ${expected.status}, and there is no such shipment`];
  const told = [
    ['status', expected.status, shown.status],
    ['eta', instant(expected.eta), instant(shown.eta)],
    ['arrivedAt', instant(expected.arrivedAt), instant(shown.arrivedAt)],
    ['containers arrived', expected.partsArrived?.arrived, shown.partsArrived?.arrived],
    ['of containers', expected.partsArrived?.of, shown.partsArrived?.of],
  ] as const;
  return told.flatMap(([what, must, is]) =>
    must === is ? [] : [`${expected.id}: ${what} must be ${must ?? 'absent'}, and is ${is ?? 'absent'}`],
  );
}

/** Of tonnes, to the kilogram. */
const kilogramsOf = (tonnes: string): bigint => {
  const [whole, part = ''] = tonnes.split('.') as [string, string?];
  return BigInt(whole + part.padEnd(3, '0'));
};

/** @param shown undefined where there is no such deal */
export function differencesOfDeal(expected: ExpectedDeal, shown: ShownDeal | undefined): string[] {
  if (!shown) return [`there is no deal ${expected.id}`];
  return shown.commitments.flatMap(({ mineral, delivered }) => {
    const must = expected.delivered.get(mineral) ?? 0n;
    return kilogramsOf(delivered) === must
      ? []
      : [`${expected.id}: ${must} kg of ${mineral} must be delivered, and it is ${delivered} t`];
  });
}
