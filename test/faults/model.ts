/**
 * What the end must be, reckoned from what lies in `shipments.inbound`, in plain code that shares nothing with the
 * product's folds: events once each, in the order of their partition; a status by the latest milestone passed; an
 * arrival where there is a registration and the milestone, and none where that was taken back. Pure.
 *
 * It knows no more of the domain than the traffic asks for (traffic.ts): one registration a shipment, every milestone
 * once, no calls on the way.
 */

/** A message as a foreign client reads it. */
export interface Logged {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ExpectedPublication {
  readonly type: string;
  /** The id of the event that brings it about. */
  readonly cause: string;
}

export interface ExpectedShipment {
  readonly id: string;
  /** `source id` of every event, in the order in which they were first heard. */
  readonly heard: readonly string[];
  readonly status: string;
  readonly statusAt: string | undefined;
  readonly eta: string | undefined;
  readonly arrivedAt: string | undefined;
  readonly dealId: string | undefined;
  readonly cargo: readonly { mineral: string; quantity: string }[];
  /** In order; the nth has the sequence n. */
  readonly published: readonly ExpectedPublication[];
}

const REGISTERED = 'orebound.shipment.registered.v1';
const MILESTONE = 'orebound.shipment.milestone-reported.v1';
const RETRACTED = 'orebound.shipment.event-retracted.v1';

interface Heard {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: {
    dealId?: string;
    cargo?: { mineral: string; quantity: string }[];
    milestone?: string;
    classifier?: string;
    at?: string;
    eventId?: string;
  };
}

const isPoison = ({ headers }: Logged): boolean => headers['poison'] !== undefined;

/** The place of every message in the log that must be a dead letter: `topic/partition/offset`. */
export const poisonsIn = (inbound: readonly Logged[]): Map<string, Logged> =>
  new Map(
    inbound
      .filter(isPoison)
      .map((message) => [`${message.topic}/${message.partition}/${message.offset}`, message]),
  );

export function shipmentsIn(inbound: readonly Logged[]): ExpectedShipment[] {
  const heardOf = new Map<string, Map<string, Heard>>();
  const inOrder = [...inbound].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  for (const message of inOrder) {
    if (isPoison(message)) continue;
    const { headers } = message;
    const heard: Heard = {
      id: headers['ce_id']!,
      source: headers['ce_source']!,
      type: headers['ce_type']!,
      time: headers['ce_time']!,
      data: JSON.parse(message.value) as Heard['data'],
    };
    const ofShipment = heardOf.get(message.key) ?? new Map<string, Heard>();
    heardOf.set(message.key, ofShipment);
    const key = `${heard.source} ${heard.id}`;
    if (!ofShipment.has(key)) ofShipment.set(key, heard);
  }
  return [...heardOf].map(([id, events]) => expected(id, events));
}

type Outcome = Omit<ExpectedShipment, 'id' | 'heard' | 'published'>;

function expected(id: string, events: ReadonlyMap<string, Heard>): ExpectedShipment {
  const published: ExpectedPublication[] = [];
  const heard: Heard[] = [];
  let before = outcomeOf(heard);
  for (const event of events.values()) {
    heard.push(event);
    const after = outcomeOf(heard);
    const publishes = (type: string): void => void published.push({ type, cause: event.id });
    if (event.type === REGISTERED) publishes('orebound.shipment.registered.v1');
    if (after.status !== before.status || after.statusAt !== before.statusAt)
      publishes('orebound.shipment.status-changed.v1');
    if (after.eta !== before.eta) publishes('orebound.shipment.eta-changed.v1');
    if (after.arrivedAt !== undefined && before.arrivedAt === undefined)
      publishes('orebound.shipment.arrived.v1');
    if (after.arrivedAt === undefined && before.arrivedAt !== undefined)
      publishes('orebound.shipment.arrival-retracted.v1');
    before = after;
  }
  return { id, heard: [...events.keys()], published, ...before };
}

/** What a set of events comes to, whatever their order: each time reckoned anew from all of them. */
function outcomeOf(heard: readonly Heard[]): Outcome {
  const takenBack = new Set(
    heard.filter(({ type }) => type === RETRACTED).map(({ source, data }) => `${source} ${data.eventId}`),
  );
  const stands = heard.filter(({ source, id }) => !takenBack.has(`${source} ${id}`));
  const registration = stands.find(({ type }) => type === REGISTERED)?.data;
  const latest = (events: readonly Heard[], by: (event: Heard) => string): Heard | undefined =>
    [...events].sort((a, b) => Date.parse(by(a)) - Date.parse(by(b))).at(-1);
  const milestones = stands.filter(({ type }) => type === MILESTONE);
  const passed = milestones.filter(({ data }) => data.classifier === 'ACT');
  const last = latest(passed, ({ data }) => data.at!);
  const estimate = latest(
    milestones.filter(({ data }) => data.classifier === 'EST' && data.milestone === 'arrived'),
    ({ time }) => time,
  );
  const arrival = passed.find(({ data }) => data.milestone === 'arrived');
  return {
    status: last?.data.milestone ?? (registration ? 'registered' : 'announced'),
    statusAt: last?.data.at,
    eta: estimate?.data.at,
    arrivedAt: registration && arrival ? arrival.data.at : undefined,
    dealId: registration?.dealId,
    cargo: registration?.cargo ?? [],
  };
}

/** A quantity's digits behind the point, at most. */
export const QUANTITY_DIGITS = 6;

/** By deal and mineral, what has arrived and stands, in millionths of a tonne. */
export function deliveredTo(shipments: readonly ExpectedShipment[]): Map<string, Map<string, bigint>> {
  const deals = new Map<string, Map<string, bigint>>();
  for (const { dealId, arrivedAt, cargo } of shipments) {
    if (dealId === undefined || arrivedAt === undefined) continue;
    const lines = deals.get(dealId) ?? new Map<string, bigint>();
    deals.set(dealId, lines);
    for (const { mineral, quantity } of cargo)
      lines.set(mineral, (lines.get(mineral) ?? 0n) + scaled(quantity, QUANTITY_DIGITS));
  }
  return deals;
}

/** A decimal as a whole number of its last digits: 12.5 with 3 digits is 12500. @throws where it has more digits */
export function scaled(decimal: string, digits: number): bigint {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal)!;
  const kept = part.replace(/0+$/, '');
  if (kept.length > digits) throw new Error(`${decimal} has more than ${digits} digits behind the point`);
  return BigInt(`${sign}${whole}${kept.padEnd(digits, '0')}`);
}
