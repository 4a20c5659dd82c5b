/**
 * What the world must be like once all that was sent is taken, in plain code that shares nothing with the product's
 * folds. It knows no more of the domain than the traffic asks for. Pure.
 */
import { MILESTONES } from '#contracts/shipments.js';
import type { Fact, Message, ReportedFact } from './message.js';
import type { Lot } from './voyage.js';

export interface ExpectedShipment {
  readonly id: string;
  readonly dealId: string;
  readonly status: string;
  /** In milliseconds. */
  readonly eta?: number;
  readonly arrivedAt?: number;
  readonly partsArrived?: { readonly arrived: number; readonly of: number };
}

export interface ExpectedDeal {
  readonly id: string;
  /** Delivered, in kilograms, by mineral. */
  readonly delivered: ReadonlyMap<string, bigint>;
}

type Registered = Extract<Fact, { kind: 'registered' }>;

/** What was said of one shipment, in any order and any number of times. */
interface Said {
  registered?: Registered;
  closed?: Extract<Fact, { kind: 'closed' }>;
  readonly reported: Map<string, ReportedFact>;
  readonly withdrawn: Set<string>;
}

export class Expectation {
  private readonly said = new Map<string, Said>();

  /** That a message was accepted. */
  accepted({ shipment, fact }: Message): void {
    const said: Said = this.said.get(shipment) ?? { reported: new Map(), withdrawn: new Set() };
    this.said.set(shipment, said);
    switch (fact?.kind) {
      case undefined:
        return;
      case 'registered':
        said.registered = fact;
        return;
      case 'closed':
        said.closed = fact;
        return;
      case 'withdrawn':
        said.withdrawn.add(fact.key);
        return;
      case 'reported': {
        const before = said.reported.get(fact.key);
        if (!before || before.said < fact.said) said.reported.set(fact.key, fact);
        return;
      }
      default:
        fact satisfies never;
    }
  }

  /** Those that are known to be registered, in the order in which they were heard of. */
  shipments(): ExpectedShipment[] {
    return [...this.said].flatMap(([id, said]) => expectedOf(id, said) ?? []);
  }

  deals(): ExpectedDeal[] {
    const deals = new Map<string, Map<string, bigint>>();
    for (const { registered, ...said } of this.said.values()) {
      if (!registered) continue;
      const delivered = deals.get(registered.dealId) ?? new Map<string, bigint>();
      deals.set(registered.dealId, delivered);
      const arrived = said.closed ? undefined : arrivalOf(registered, passedIn(said));
      for (const { mineral, quantity, containers } of registered.lots)
        if (arrived && containers.every((container) => arrived.containers.has(container)))
          delivered.set(mineral, (delivered.get(mineral) ?? 0n) + kilogramsOf(quantity));
    }
    return [...deals].map(([id, delivered]) => ({ id, delivered }));
  }
}

/** Of tonnes to three digits. */
const kilogramsOf = (tonnes: string): bigint => BigInt(tonnes.replace('.', ''));

/** What was passed and not taken back, in the order of happening. */
const passedIn = ({ reported, withdrawn }: Pick<Said, 'reported' | 'withdrawn'>): ReportedFact[] =>
  [...reported.values()]
    .filter(({ key, classifier }) => classifier === 'ACT' && !withdrawn.has(key))
    .sort((a, b) => a.at - b.at || rankOf(a) - rankOf(b));

const rankOf = ({ milestone }: ReportedFact): number => MILESTONES.indexOf(milestone);

interface Arrived {
  readonly at: number;
  readonly containers: ReadonlySet<string>;
  readonly of: number;
}

const allOf = (lots: readonly Lot[]): string[] => lots.flatMap(({ containers }) => containers);

function arrivalOf({ destination, lots }: Registered, passed: readonly ReportedFact[]): Arrived | undefined {
  const arrivals = passed.filter(({ milestone, port }) => milestone === 'arrived' && port === destination);
  const last = arrivals.at(-1);
  if (!last) return undefined;
  const all = allOf(lots);
  const containers = new Set(arrivals.flatMap((arrival) => arrival.containers ?? all));
  return { at: last.at, containers, of: all.length };
}

function expectedOf(id: string, said: Said): ExpectedShipment | undefined {
  const { registered, closed, reported } = said;
  if (!registered) return undefined;
  const { dealId, destination } = registered;
  if (closed) return { id, dealId, status: closed.outcome };

  const passed = passedIn(said);
  const arrival = arrivalOf(registered, passed);
  const isPart = arrival !== undefined && arrival.containers.size < arrival.of;
  // A vessel that calls at a port on the way has not arrived.
  const counts = passed.filter(({ milestone, port }) => milestone !== 'arrived' || port === destination);
  // While some containers are still to come, only what the shipment passes as a whole counts.
  const counted = isPart ? behindArrival(counts) : counts.at(-1);
  const status = counted?.milestone ?? (isPart ? 'partly-arrived' : 'registered');

  const expected = (classifier: string): ReportedFact | undefined =>
    [...reported.values()]
      .filter((fact) => fact.milestone === 'arrived' && fact.classifier === classifier)
      .reduce<ReportedFact | undefined>(
        (last, fact) => (last && last.said > fact.said ? last : fact),
        undefined,
      );
  const eta = (expected('EST') ?? expected('PLN'))?.at;
  return {
    id,
    dealId,
    status,
    ...(eta !== undefined && { eta }),
    ...(arrival && !isPart && { arrivedAt: arrival.at }),
    ...(isPart && { partsArrived: { arrived: arrival.containers.size, of: arrival.of } }),
  };
}

function behindArrival(counts: readonly ReportedFact[]): ReportedFact | undefined {
  const last = counts.findLastIndex(({ milestone }) => milestone === 'arrived');
  return counts.findLast(
    (fact, nth) => nth > last && !fact.containers && rankOf(fact) > MILESTONES.indexOf('arrived'),
  );
}
