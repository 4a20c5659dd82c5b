/** What upstream systems send: seeded, with repeats, out of order, and some of it no event at all. Pure. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import { writeKafka } from '#contracts/kafka-binding.js';
import { EventRetracted, type ShipmentRegistered } from '#contracts/shipments.js';
import { lifecycle } from '../bench/lifecycles.js';
import { type Disorder, disturbed, interleaved, pick, random } from '../simulate/mixing.js';

/** A Kafka message; `poison` is in its headers where it is no event that can be taken. */
export interface Message {
  readonly key: string;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export type Sending = { readonly event: CloudEvent } | { readonly poison: Message };

const DISORDER: Disorder = { repeated: 0.1, late: 0.2, most: 400 };
const POISONED = 0.01;
const RETRACTED = 0.05;
/** Shipments under way at once. */
const UNDER_WAY = 150;
/** The place of the arrival in a lifecycle. */
const ARRIVAL = 6;

/** Without end; the same for the same seed. */
export function* traffic(seed: number, deals: readonly string[]): Generator<Sending> {
  const next = random(seed);
  let shipments = 0;
  let poisons = 0;
  const begin = (): CloudEvent[] => {
    const nth = shipments++;
    const id = `SHP-${seed}-${nth}`;
    const [registration, ...rest] = lifecycle(id, seed * 100_000 + nth, pick(next, deals));
    const events = [weighed(registration!, 10 + next() * 500), ...rest];
    return next() < RETRACTED ? [...events, retractionOf(events[ARRIVAL]!)] : events;
  };
  for (const event of disturbed(interleaved(begin, UNDER_WAY, next), DISORDER, next)) {
    if (next() < POISONED) yield { poison: poison(poisons++, event) };
    yield { event };
  }
}

/** With all the digits that a quantity may have. */
function weighed(registration: CloudEvent, tonnes: number): CloudEvent {
  const data = registration.data as ShipmentRegistered;
  const cargo = data.cargo.map((lot) => ({ ...lot, quantity: tonnes.toFixed(6) }));
  return { ...registration, data: { ...data, cargo } };
}

const retractionOf = (arrival: CloudEvent): CloudEvent => ({
  ...arrival,
  id: `${arrival.id}-not`,
  type: EventRetracted.type,
  data: { eventId: arrival.id, reason: 'it was another vessel' },
});

/** Five ways to be refused, on the key of a shipment that is under way. */
function poison(nth: number, { subject, ...event }: CloudEvent): Message {
  const good = writeKafka({ ...event, subject, id: `poison-${nth}` });
  const headers = { ...good.headers, poison: String(nth) };
  switch (nth % 5) {
    case 0:
      return { key: subject, value: '{ "dealId": ', headers };
    case 1:
      return { ...good, headers: { ...headers, ce_type: 'orebound.shipment.sunk.v1' } };
    case 2:
      return { key: subject, value: JSON.stringify({ milestone: 'arrived', at: 'yesterday' }), headers };
    case 3:
      return { key: subject, value: good.value, headers: { poison: String(nth) } };
    default:
      return {
        key: subject,
        value: '[]',
        headers: { poison: String(nth), 'content-type': 'application/cloudevents+json' },
      };
  }
}
