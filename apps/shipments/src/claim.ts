import { type Milestone, MILESTONES } from '#contracts/shipments.js';

/** The order of happening: by the moment; at the same moment by the lifecycle's own order; then by who and which. */
export interface Claim {
  readonly happenedAt: Date;
  readonly milestone?: Milestone;
  readonly source: string;
  readonly id: string;
}

/** A milestone's place in the order in which a shipment passes them. */
export const rankOf = (milestone: Milestone | undefined): number =>
  milestone === undefined ? -1 : MILESTONES.indexOf(milestone);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const inOrderOfClaims = (a: Claim, b: Claim): number =>
  a.happenedAt.getTime() - b.happenedAt.getTime() ||
  rankOf(a.milestone) - rankOf(b.milestone) ||
  compare(a.source, b.source) ||
  compare(a.id, b.id);

export const isLater = (a: Claim, b: Claim): boolean => inOrderOfClaims(a, b) > 0;
