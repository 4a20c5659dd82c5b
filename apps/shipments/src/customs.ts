/** What customs hold of a shipment: each container is held and released by itself, or with the whole. Pure. */
import { containersOf } from './arrival.js';
import type { MilestoneClaim, Registration } from './shipment.js';

/** A hold that stands, at least of a part of what it was of. */
export interface Hold {
  readonly claim: MilestoneClaim;
  /** Those that it still holds; none where it is of a whole of which no container is known. */
  readonly containers: readonly string[];
  readonly isPartial: boolean;
}

/**
 * Of what was held, each container is released at the same place afterwards, or the whole is.
 * @param actual milestones that were passed, in the order of happening
 */
export function holdsOf(
  actual: readonly MilestoneClaim[],
  registration: Registration | undefined,
): readonly Hold[] {
  const customs = actual.filter(({ milestone }) => milestone.startsWith('customs-'));
  return customs.flatMap((claim, index) => {
    if (claim.milestone !== 'customs-held') return [];
    const releases = customs
      .slice(index + 1)
      .filter((later) => later.milestone === 'customs-released' && isSamePlace(later, claim));
    if (releases.some(({ containers }) => !containers)) return [];
    const released = new Set(releases.flatMap(({ containers }) => containers!));
    const all = claim.containers ?? (registration ? [...containersOf(registration)] : []);
    const containers = all.filter((container) => !released.has(container));
    // Where nothing says which containers there are, any that is released is taken to be all of it.
    if (containers.length === 0 && releases.length + all.length > 0) return [];
    return [{ claim, containers, isPartial: claim.containers !== undefined || releases.length > 0 }];
  });
}

/** What names no place is taken to be of whichever place it may be. */
const isSamePlace = ({ place: a }: MilestoneClaim, { place: b }: MilestoneClaim): boolean =>
  !a || !b || a.unlocode === b.unlocode;
