/** What was weighed on the way, and how long containers stand at the port of discharge; told when it is read. Pure. */
import {
  Container,
  Id,
  Nested,
  OneOf,
  Optional,
  PositiveDecimal,
  Text,
  Timestamp,
} from '#contracts/fields.js';
import { type Milestone, MILESTONES } from '#contracts/shipments.js';
import { Place, type Unit, UNITS, WEIGHED } from '#contracts/trade.js';
import { Count } from '#service/view-fields.js';
import { containersOf } from './arrival.js';
import type { Passed } from './progress.js';
import type { Shipment } from './shipment.js';

export class WeighingView {
  @OneOf(MILESTONES) readonly milestone!: Milestone;
  @Timestamp() readonly at!: string;
  @Optional() @Nested(() => Place) readonly place?: Place;
  @OneOf(WEIGHED) readonly kind!: (typeof WEIGHED)[number];
  @PositiveDecimal() readonly quantity!: string;
  @OneOf(UNITS) readonly unit!: Unit;
  @Optional() @Id() readonly lot?: string;
  @Optional() @Container() readonly container?: string;
  @Text(1024) readonly source!: string;
}

/** How long a container has stood at the port of discharge. */
export class DemurrageView {
  @Container() readonly container!: string;
  @Timestamp() readonly dischargedAt!: string;
  /** Absent while it stands there. */
  @Optional() @Timestamp() readonly gateOutAt?: string;
  /** Days of 24 hours, each that was begun. */
  @Count() readonly days!: number;
  /** As registered; absent where nothing was said of them, and then nothing can be said of what is due. */
  @Optional() @Count() readonly freeDays?: number;
  @Optional() @Count() readonly chargeableDays?: number;
}

const DAY_MS = 24 * 3_600_000;

export const weightsOf = (passed: readonly Passed[]): readonly WeighingView[] =>
  passed.flatMap(({ event }) => {
    const { milestone, at, place, weights = [] } = event.data;
    return weights.map((weighing) => ({
      milestone,
      at,
      ...(place && { place }),
      ...weighing,
      source: event.source,
    }));
  });

/** @param now until when a container that has not left is reckoned */
export function demurrageOf(
  { registration }: Shipment,
  passed: readonly Passed[],
  now: Date,
): readonly DemurrageView[] {
  if (!registration) return [];
  const { route, freeDays } = registration.data;
  const there = passed.filter(({ event }) => event.data.place?.unlocode === route.destination.unlocode);
  /** When each container last passed it; a milestone without containers is of all that are registered. */
  const lastOf = (milestone: Milestone): Map<string, string> =>
    new Map(
      there
        .filter(({ event }) => event.data.milestone === milestone)
        .flatMap(({ event }) =>
          [...(event.data.containers ?? containersOf(registration))].map(
            (container) => [container, event.data.at] as const,
          ),
        ),
    );
  const left = lastOf('gate-out');
  return [...lastOf('discharged')]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([container, dischargedAt]) => {
      const out = left.get(container);
      // Out before it was in: of an earlier voyage, or impossible; it stands there as far as can be known.
      const gateOutAt = out !== undefined && Date.parse(out) >= Date.parse(dischargedAt) ? out : undefined;
      const until = gateOutAt === undefined ? now.getTime() : Date.parse(gateOutAt);
      const days = Math.max(0, Math.ceil((until - Date.parse(dischargedAt)) / DAY_MS));
      return {
        container,
        dischargedAt,
        ...(gateOutAt !== undefined && { gateOutAt }),
        days,
        ...(freeDays !== undefined && { freeDays, chargeableDays: Math.max(0, days - freeDays) }),
      };
    });
}
