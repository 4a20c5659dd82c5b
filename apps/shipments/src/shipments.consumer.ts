import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SHIPMENTS_CAPTURES } from '#contracts/epcis.js';
import { SHIPMENTS_CORRELATION, SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { RefusedEvent } from '#contracts/fault.js';
import type { Effects, Received } from '#messaging/effects.js';
import { type BatchOf, takes } from '#messaging/subscription.js';
import { traceFrom } from '#messaging/trace.js';
import { CapturesCollection } from './captures.collection.js';
import { Correlator } from './correlation/correlator.js';
import { type ForeignEvent, isForeign, untranslatable } from './correlation/translate.js';
import { type ForeignMessageEvent, isForeignMessage, unpacked } from './foreign-message.js';
import type { ShipmentEvent } from './shipment.js';
import { ShipmentsCollection } from './shipments.collection.js';

/** What shipments consumes, and where it goes. */
@Controller()
export class ShipmentsConsumer {
  constructor(
    private readonly shipments: ShipmentsCollection,
    private readonly correlator: Correlator,
    private readonly captures: CapturesCollection,
  ) {}

  /**
   * What upstream systems report → one document a shipment, folded by `take` (shipment.ts). What names its shipment by
   * references → one document an event (correlation/unmatched.ts), and back here under the id of its shipment. What came
   * in another format → back here, event by event (foreign-message.ts).
   */
  @EventPattern<string>(SHIPMENTS_INBOUND.name, takes(SHIPMENTS_INBOUND, { subjectsApart: true }))
  async *inbound(@Payload() batch: BatchOf<typeof SHIPMENTS_INBOUND>): AsyncGenerator<Effects> {
    const foreign: Received<ForeignEvent>[] = [];
    const messages: Received<ForeignMessageEvent>[] = [];
    const own: Received<ShipmentEvent>[] = [];
    for (const received of batch.received) {
      const { event } = received;
      if (isForeignMessage(event)) messages.push(received as Received<typeof event>);
      else if (isForeign(event)) foreign.push(received as Received<typeof event>);
      else own.push(received as Received<typeof event>);
    }
    yield await this.shipments.apply({ ...batch, received: own });
    if (foreign.length > 0) yield* this.correlator.hear({ ...batch, received: foreign });
    for (const message of messages) yield unpackedEffects(message);
  }

  /** What waits, and what may end the wait → the shipment found, or what was found instead. */
  @EventPattern<string>(SHIPMENTS_CORRELATION.name, takes(SHIPMENTS_CORRELATION))
  correlation(@Payload() batch: BatchOf<typeof SHIPMENTS_CORRELATION>): AsyncGenerator<Effects> {
    return this.correlator.take(batch);
  }

  /** How captures of EPCIS events ended → one document a capture. */
  @EventPattern<string>(SHIPMENTS_CAPTURES.name, takes(SHIPMENTS_CAPTURES))
  captured(@Payload() batch: BatchOf<typeof SHIPMENTS_CAPTURES>): Promise<Effects> {
    return this.captures.apply(batch);
  }
}

/** One message at a time: it may be a thousand events. */
function unpackedEffects({ event: message, offset }: Received<ForeignMessageEvent>): Effects {
  const trace = traceFrom(message);
  const refused = (error: RefusedEvent): Effects['refused'] => [{ offset, error }];
  try {
    const { events, refusal } = unpacked(message);
    const publish = events.map((event) => ({
      topic: SHIPMENTS_INBOUND.name,
      event: { ...event, extensions: { ...event.extensions, ...trace } },
    }));
    return { publish, refused: refusal ? refused(refusal) : [], repeated: 0 };
  } catch (error) {
    return { publish: [], refused: refused(untranslatable(error)), repeated: 0 };
  }
}
