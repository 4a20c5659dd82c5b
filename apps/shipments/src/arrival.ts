/**
 * What of a shipment has arrived at its port of discharge. Pure.
 *
 * A milestone that names containers is of these alone; one that names none is of the whole. Which containers there are
 * is what the registration's lots say: where they name none, nothing says that others are still to come, and any
 * arrival is the shipment's. Weights are not split: a lot has arrived once all of its containers have, and a lot
 * without containers once the shipment has.
 */
import type { CargoLot, Place } from '#contracts/trade.js';
import type { MilestoneClaim, Registration } from './shipment.js';

/** What an arrival comes to: at the port of discharge, of a shipment that is registered. */
export interface Arrival {
  /** When the last of what has arrived did. */
  readonly at: string;
  readonly place: Place;
  /** Those that have arrived, sorted, where others have not; absent where all have. */
  readonly containers?: readonly string[];
}

export const containersOf = (registration: Registration): ReadonlySet<string> =>
  new Set(registration.data.cargo.flatMap((lot) => lot.containers ?? []));

/** That which is meant where none is named, as of a seal; undefined where there are several, or none is registered. */
export function onlyContainerOf(registration: Registration): string | undefined {
  const containers = containersOf(registration);
  return containers.size === 1 ? [...containers][0] : undefined;
}

/**
 * Whether a claim of `arrived` is of the port of discharge, and of the shipment or a container of it. Where nothing is
 * registered yet nothing speaks against it.
 */
export function isArrival(
  { place, containers }: Pick<MilestoneClaim, 'place' | 'containers'>,
  registration: Registration | undefined,
): boolean {
  if (!registration) return true;
  if (place && place.unlocode !== registration.data.route.destination.unlocode) return false;
  if (!containers) return true;
  const known = containersOf(registration);
  return known.size === 0 || containers.some((container) => known.has(container));
}

/** @param passed milestones that were passed, in the order of happening */
export function arrivalOf(
  passed: readonly MilestoneClaim[],
  registration: Registration | undefined,
): Arrival | undefined {
  if (!registration) return undefined;
  const arrivals = passed.filter(
    (claimed) => claimed.milestone === 'arrived' && isArrival(claimed, registration),
  );
  const last = arrivals.at(-1);
  if (!last) return undefined;
  const arrival = { at: last.at, place: last.place ?? registration.data.route.destination };
  if (arrivals.some(({ containers }) => !containers)) return arrival;
  const known = containersOf(registration);
  const named = new Set(arrivals.flatMap(({ containers }) => containers!));
  const containers = [...known].filter((container) => named.has(container)).sort();
  return containers.length === known.size ? arrival : { ...arrival, containers };
}

/** The lots that have arrived. */
export function arrivedCargo(registration: Registration, { containers }: Arrival): CargoLot[] {
  const { cargo } = registration.data;
  if (!containers) return cargo;
  const arrived = new Set(containers);
  return cargo.filter((lot) => lot.containers?.every((container) => arrived.has(container)) ?? false);
}
