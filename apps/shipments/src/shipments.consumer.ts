import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { Effects } from '#messaging/effects.js';
import { type BatchOf, takes } from '#messaging/subscription.js';
import { ShipmentsCollection } from './shipments.collection.js';

/** What shipments consumes, and where it goes. */
@Controller()
export class ShipmentsConsumer {
  constructor(private readonly shipments: ShipmentsCollection) {}

  /** What upstream systems report → one document a shipment, folded by `take` (shipment.ts). */
  @EventPattern<string>(SHIPMENTS_INBOUND.name, takes(SHIPMENTS_INBOUND))
  inbound(@Payload() batch: BatchOf<typeof SHIPMENTS_INBOUND>): Promise<Effects> {
    return this.shipments.apply(batch);
  }
}
