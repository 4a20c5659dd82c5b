/** Messages of other formats on Kafka, taken apart into events, each of which goes on under its own key. Pure. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { EventOf } from '#contracts/contract.js';
import { DcsaV2Message, DcsaV3Message } from '#contracts/dcsa.js';
import { EpcisMessage } from '#contracts/epcis.js';
import { type Fault, RefusedEvent } from '#contracts/fault.js';
import { type Door, isSound, readRequest, refusedOf, reportedEvent } from './dcsa/read-request.js';
import { capturedEvent, takenOf } from './epcis/capture.js';
import { readDocument } from './epcis/read-document.js';

export type ForeignMessageEvent = EventOf<typeof EpcisMessage | typeof DcsaV2Message | typeof DcsaV3Message>;

/** What a message comes to. */
export interface Unpacked {
  /** Those of its events that are as they must be. */
  readonly events: readonly CloudEvent[];
  /** What is wrong with the others. Nobody waits for an answer who could send them anew, so those are taken. */
  readonly refusal?: RefusedEvent;
}

const TYPES: ReadonlySet<string> = new Set([EpcisMessage.type, DcsaV2Message.type, DcsaV3Message.type]);

export const isForeignMessage = <E extends CloudEvent>(event: E): event is Extract<E, ForeignMessageEvent> =>
  TYPES.has(event.type);

/**
 * The events of a message, as the HTTP doors of its format pass them on.
 * @throws RefusedEvent where none is taken
 */
export function unpacked({ type, data: { document, headers } }: ForeignMessageEvent): Unpacked {
  switch (type) {
    case EpcisMessage.type: {
      const { items, refused, context } = takenOf(readDocument(document), 'proceed');
      return told(
        items.map((item) => capturedEvent(item, context)),
        refused,
      );
    }
    case DcsaV2Message.type:
      return fromDcsa(document, 'v2', headers['party']);
    case DcsaV3Message.type:
      return fromDcsa(document, 'v3', headers['party']);
    default:
      return type satisfies never;
  }
}

function fromDcsa(document: unknown, door: Door, party: string | undefined): Unpacked {
  const items = readRequest(document, door, party);
  return told(
    items.filter(isSound).map((item) => reportedEvent(item, party)),
    refusedOf(items),
  );
}

function told(
  events: readonly CloudEvent[],
  refused: readonly { readonly faults: readonly Fault[] }[],
): Unpacked {
  if (refused.length === 0) return { events };
  const others = events.length > 0 ? 'the others were taken' : 'so nothing was taken';
  const words = `${refused.length} of the ${events.length + refused.length} events are refused; ${others}`;
  const faults = refused.flatMap((each) => each.faults);
  return { events, refusal: new RefusedEvent('invalid-data', words, faults) };
}
