/**
 * By which ports a shipment was planned to go: what is kept of its itineraries beside the last one, so that a plan that
 * has changed since it left can be told. Of each way the first claim, the least of a set, so the order of hearing does
 * not matter, and an itinerary that is sent again with other times adds nothing. Pure.
 */
import type { Leg } from '#contracts/trade.js';
import { type Claim, inOrderOfClaims, isLater } from './claim.js';

/** The first time that it was planned to go by these ports. */
export interface Way extends Claim {
  /** Their UN/LOCODEs, in the order of the legs, with blanks between. */
  readonly ports: string;
}

/** The ports of an itinerary, one after the other. */
export const portsOf = (legs: readonly Leg[]): string =>
  legs
    .flatMap(({ from, to }) => [from.unlocode, to.unlocode])
    .filter((port, nth, all) => port !== all[nth - 1])
    .join(' ');

/** @returns the same list where the way is known, and was planned before */
export function withWay(held: readonly Way[], planned: Way): readonly Way[] {
  const known = held.find(({ ports }) => ports === planned.ports);
  if (known && !isLater(known, planned)) return held;
  return [...held.filter((way) => way !== known), planned].sort(inOrderOfClaims);
}
