/**
 * A shipment at a past moment, in two senses: of what had happened by then, and of what was known by then. Both are its
 * timeline with the rest left out, folded anew. Pure.
 */
import { EventRetracted, MilestoneReported } from '#contracts/shipments.js';
import { type Accepted, inOrderOfHappening, type ShipmentEvent } from './shipment.js';
import { fatesIn, standingOf } from './standing.js';

export interface Moment {
  /**
   * What had happened by then. What was taken back since had not, for that is what we know now; nor had what was passed
   * at another time by a later word. An estimate was what had been said of it by then.
   */
  readonly asOf?: string | undefined;
  /** What had been learnt by then, what was wrong about it included. */
  readonly knownAt?: string | undefined;
}

/** In the order in which they were learnt of, as they come. */
export function historyAt(history: readonly Accepted[], { asOf, knownAt }: Moment): readonly Accepted[] {
  const known =
    knownAt === undefined ? history : history.filter(({ receivedAt }) => receivedAt <= new Date(knownAt));
  if (asOf === undefined) return known;
  const until = new Date(asOf);
  const fateOf = fatesIn(standingOf(known.map(({ event }) => event)));
  const isCorrected = (event: ShipmentEvent): boolean =>
    event.type === MilestoneReported.type && event.data.classifier === 'ACT' && fateOf(event) === 'revised';
  const happened = new Set(
    inOrderOfHappening(known).flatMap(({ event, happenedAt }) =>
      event.type === EventRetracted.type || (happenedAt <= until && !isCorrected(event)) ? [event] : [],
    ),
  );
  return known.filter(({ event }) => happened.has(event));
}
