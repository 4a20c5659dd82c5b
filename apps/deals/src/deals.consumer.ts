import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { DEALS_DELIVERIES, DEALS_INBOUND } from '#contracts/deals.js';
import { SHIPMENTS_ARRIVALS } from '#contracts/shipments.js';
import type { Effects } from '#messaging/effects.js';
import { type BatchOf, takes } from '#messaging/subscription.js';
import { DealsCollection } from './deals.collection.js';
import { DeliveriesCollection } from './deliveries.collection.js';

/**
 * What deals consumes, and where it goes.
 *
 * An arrival takes two steps. Arrivals are keyed by shipment, so the first keeps one delivery a shipment; it publishes
 * what that changes for the deal, keyed by the deal. So the second has all of a deal's deliveries in one partition,
 * in order, and adds each to the deal's totals at a cost that does not grow with the deal.
 */
@Controller()
export class DealsConsumer {
  constructor(
    private readonly deals: DealsCollection,
    private readonly deliveries: DeliveriesCollection,
  ) {}

  /** Deals registered and amended → one document a deal, folded by `withTerms` (deal.ts). */
  @EventPattern<string>(DEALS_INBOUND.name, takes(DEALS_INBOUND))
  inbound(@Payload() batch: BatchOf<typeof DEALS_INBOUND>): Promise<Effects> {
    return this.deals.apply(batch);
  }

  /** What arrived, or did not after all → one document a shipment, folded by `deliver` (delivery.ts). */
  @EventPattern<string>(SHIPMENTS_ARRIVALS.name, takes(SHIPMENTS_ARRIVALS))
  arrivals(@Payload() batch: BatchOf<typeof SHIPMENTS_ARRIVALS>): Promise<Effects> {
    return this.deliveries.apply(batch);
  }

  /** What that changed for a deal → the deal's totals, folded by `drawDown` (deal.ts). */
  @EventPattern<string>(DEALS_DELIVERIES.name, takes(DEALS_DELIVERIES))
  deliveriesRecorded(@Payload() batch: BatchOf<typeof DEALS_DELIVERIES>): Promise<Effects> {
    return this.deals.apply(batch);
  }
}
