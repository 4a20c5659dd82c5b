import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { DcsaEventReported } from '#contracts/dcsa.js';
import { RefusedEvent } from '#contracts/fault.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { Effects, Received, Refusal } from '#messaging/effects.js';
import { type BatchOf, takes } from '#messaging/subscription.js';
import type { ShipmentEvent } from './shipment.js';
import { ShipmentsCollection } from './shipments.collection.js';

/** What shipments consumes, and where it goes. */
@Controller()
export class ShipmentsConsumer {
  constructor(private readonly shipments: ShipmentsCollection) {}

  /**
   * What upstream systems report → one document a shipment, folded by `take` (shipment.ts). What does not name its
   * shipment by our id is refused: it waits among the dead letters until something finds its shipment.
   */
  @EventPattern<string>(SHIPMENTS_INBOUND.name, takes(SHIPMENTS_INBOUND))
  async inbound(@Payload() batch: BatchOf<typeof SHIPMENTS_INBOUND>): Promise<Effects> {
    const own: Received<ShipmentEvent>[] = [];
    const foreign: Refusal[] = [];
    for (const received of batch.received) {
      if (received.event.type === DcsaEventReported.type)
        foreign.push({ offset: received.offset, error: unaddressed() });
      else own.push(received as Received<ShipmentEvent>);
    }
    const effects = await this.shipments.apply({ ...batch, received: own });
    return { ...effects, refused: [...effects.refused, ...foreign] };
  }
}

const unaddressed = (): RefusedEvent =>
  new RefusedEvent(
    'unknown-type',
    'its shipment cannot be found yet by what it names; replay it once it can',
  );
