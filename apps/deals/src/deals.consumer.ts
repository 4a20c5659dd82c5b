import { isDeepStrictEqual } from 'node:util';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf } from '#contracts/contract.js';
import { DEALS_DELIVERIES, DEALS_INBOUND, DeliveryRecorded, RecountRequested } from '#contracts/deals.js';
import { SHIPMENTS_ARRIVALS } from '#contracts/shipments.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import { type BatchOf, takes } from '#messaging/subscription.js';
import { DealsCollection } from './deals.collection.js';
import { DeliveriesCollection } from './deliveries.collection.js';
import { drawdownOf } from './recount.js';

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

  /**
   * What that changed for a deal → the deal's totals, folded by `drawDown` (deal.ts). Requests to count them again →
   * the same, folded by `recounted`; they are in the same partition, so nobody else counts on meanwhile.
   */
  @EventPattern<string>(DEALS_DELIVERIES.name, takes(DEALS_DELIVERIES))
  async *deliveriesRecorded(@Payload() batch: BatchOf<typeof DEALS_DELIVERIES>): AsyncGenerator<Effects> {
    yield await this.deals.apply(ofType(batch, DeliveryRecorded));
    const requests = ofType(batch, RecountRequested).received;
    // Asked for again and again, a deal is counted once: the count is of no single request.
    for (const request of new Map(requests.map((one) => [one.event.subject, one])).values())
      yield await this.recount({ ...batch, received: [] }, request);
  }

  private async recount(
    batch: EventBatch<never>,
    { event, ...received }: Received<EventOf<typeof RecountRequested>>,
  ): Promise<Effects> {
    const before = await this.deals.find(event.subject);
    if (!before) return { publish: [], refused: [], repeated: 1 };
    const data = await drawdownOf(event.subject, before, this.deliveries.toldOf(event.subject));
    const effects = await this.deals.apply({
      ...batch,
      received: [{ ...received, event: { ...event, data } }],
    });
    // Another owner of the partition, itself or this one frozen for a while: who is the right one tries again.
    const after = await this.deals.find(event.subject);
    if (!isDeepStrictEqual(after?.counted, before.counted))
      throw new Error(`deliveries of ${event.subject} were counted while it was recounted`);
    return effects;
  }
}

const ofType = <C extends typeof DeliveryRecorded | typeof RecountRequested>(
  batch: BatchOf<typeof DEALS_DELIVERIES>,
  { type }: C,
): EventBatch<EventOf<C>> => ({
  ...batch,
  received: (batch.received as readonly Received[]).filter(
    (received): received is Received<EventOf<C>> => received.event.type === type,
  ),
});
