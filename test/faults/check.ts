/** Holds what can be seen from outside, over HTTP and on the topics, against what must be (model.ts). */
import type { Instance } from './instance.js';
import type { DealTerms } from './load.js';
import {
  deliveredTo,
  type ExpectedShipment,
  type Logged,
  poisonsIn,
  QUANTITY_DIGITS,
  scaled,
  shipmentsIn,
} from './model.js';

export interface Ended {
  /** By topic, all that it holds. */
  readonly topics: Readonly<Record<string, readonly Logged[]>>;
  readonly accepted: ReadonlySet<string>;
  readonly deals: readonly DealTerms[];
  readonly items: ReadonlySet<string>;
  /** One instance of each service, to be asked. */
  readonly ask: Readonly<Record<'shipments' | 'deals' | 'market-news', Instance>>;
  /** The ids of market-news' subjects. */
  readonly subjects: ReadonlySet<string>;
}

export interface Findings {
  readonly violations: string[];
  readonly counts: Readonly<Record<string, number>>;
}

const ASKED_AT_ONCE = 16;

export async function check(ended: Ended): Promise<Findings> {
  const inbound = ended.topics['shipments.inbound']!;
  const shipments = shipmentsIn(inbound);
  const published = distinctById([
    ...ended.topics['shipments.events']!,
    ...ended.topics['shipments.arrivals']!,
  ]);
  const violations = [
    ...inTheLog(ended.accepted, shipments),
    ...(await projected(shipments, ended.ask.shipments)),
    ...publishedOnce(shipments, published),
    ...['shipments.events', 'shipments.arrivals', 'deals.events'].flatMap((topic) =>
      inOrder(topic, ended.topics[topic]!),
    ),
    ...deadLetters(inbound, ended.topics['shipments.dead-letters']!),
    ...['deals.dead-letters', 'market-news.dead-letters'].flatMap((topic) =>
      ended.topics[topic]!.map(
        ({ headers }) => `${topic} has ${headers['deadletter_id']}: nothing was wrong`,
      ),
    ),
    ...delivered(ended),
    ...(await drawnDown(shipments, ended)),
    ...(await news(shipments, ended)),
  ];
  return {
    violations,
    counts: {
      events: ended.accepted.size,
      shipments: shipments.length,
      published: published.length,
      'dead letters': poisonsIn(inbound).size,
    },
  };
}

/** As somebody sees them who tells repeats by id. */
const distinctById = (messages: readonly Logged[]): Logged[] => {
  const first = new Map<string, Logged>();
  for (const message of messages) {
    const id = message.headers['ce_id']!;
    if (!first.has(id)) first.set(id, message);
  }
  return [...first.values()];
};

function inTheLog(accepted: ReadonlySet<string>, shipments: readonly ExpectedShipment[]): string[] {
  const logged = new Set(shipments.flatMap(({ heard }) => heard));
  return [...accepted]
    .filter((key) => !logged.has(key))
    .map((key) => `${key} was accepted and is not on shipments.inbound`);
}

async function projected(shipments: readonly ExpectedShipment[], of: Instance): Promise<string[]> {
  return forEach(shipments, async (expected) => {
    const shown = (await get(of, `/shipments/${expected.id}`)) as Partial<ExpectedShipment> | undefined;
    const timeline = (await get(of, `/shipments/${expected.id}/timeline`)) as
      { events: { source: string; id: string }[] } | undefined;
    if (!shown || !timeline) return [`${expected.id} is not in the projection`];
    const kept = timeline.events.map(({ source, id }) => `${source} ${id}`);
    return [
      ...differences(
        expected.id,
        {
          status: expected.status,
          statusAt: expected.statusAt,
          eta: expected.eta,
          arrivedAt: expected.arrivedAt,
          dealId: expected.dealId,
        },
        shown,
      ),
      ...expected.heard
        .filter((key) => !kept.includes(key))
        .map((key) => `${key} of ${expected.id} is lost: not in its timeline`),
      ...kept
        .filter((key, nth) => kept.indexOf(key) < nth)
        .map((key) => `${key} of ${expected.id} is twice in its timeline`),
    ];
  });
}

/** By id, each shipment's events once, none missing and none more, with sequences that rise by one. */
function publishedOnce(shipments: readonly ExpectedShipment[], published: readonly Logged[]): string[] {
  const byShipment = Map.groupBy(published, ({ key }) => key);
  return shipments.flatMap(({ id, published: expected }) => {
    const said = (byShipment.get(id) ?? []).toSorted((a, b) => sequenceOf(a) - sequenceOf(b));
    const must = expected.map(({ type, cause }, nth) => `${nth + 1} ${type} of ${cause}`);
    const has = said.map(
      (message) =>
        `${sequenceOf(message)} ${message.headers['ce_type']} of ${message.headers['ce_causationid']}`,
    );
    const missing = must.filter((one) => !has.includes(one));
    const extra = has.filter((one, nth) => !must.includes(one) || has.indexOf(one) < nth);
    if (missing.length === 0 && extra.length === 0) return [];
    return [
      `${id} has published wrongly. Missing: ${missing.join('; ') || 'none'}. More: ${extra.join('; ') || 'none'}`,
    ];
  });
}

const sequenceOf = ({ headers }: Logged): number => Number(headers['ce_sequence']);

/** Of one key, what was first said comes in the order of its sequence. */
function inOrder(topic: string, messages: readonly Logged[]): string[] {
  const last = new Map<string, Logged>();
  const violations: string[] = [];
  const ordered = messages.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  for (const message of distinctById(ordered)) {
    const before = last.get(message.key);
    if (before && sequenceOf(before) >= sequenceOf(message)) {
      violations.push(
        `${topic}: of ${message.key}, sequence ${sequenceOf(message)} (${message.partition}/${message.offset}) comes behind ${sequenceOf(before)} (${before.partition}/${before.offset})`,
      );
    }
    if (before && before.partition !== message.partition)
      violations.push(`${topic}: ${message.key} is on two partitions`);
    last.set(message.key, message);
  }
  return violations;
}

function deadLetters(inbound: readonly Logged[], letters: readonly Logged[]): string[] {
  const poisons = poisonsIn(inbound);
  const ids = new Set(letters.map(({ headers }) => headers['deadletter_id']!));
  return [
    ...[...poisons.keys()]
      .filter((place) => !ids.has(place))
      .map((place) => `poison ${place} is no dead letter`),
    ...letters.flatMap(({ headers, key, value }) => {
      const place = headers['deadletter_id']!;
      const poison = poisons.get(place);
      if (!poison)
        return [`${place} is a dead letter and no poison: ${headers['deadletter_message']?.slice(0, 200)}`];
      return poison.key === key && poison.value === value ? [] : [`dead letter ${place} is not whole`];
    }),
  ];
}

/** Every arrival, and every one taken back, is told to its deal once. */
function delivered({ topics, deals }: Ended): string[] {
  const causes = (messages: readonly Logged[]): string[] =>
    distinctById(messages).map(({ headers }) => headers['ce_causationid']!);
  const arrivals = distinctById(topics['shipments.arrivals']!).map(({ headers }) => headers['ce_id']!);
  // By the deal: what the door calls the event of a registration is its own affair.
  const registered = distinctById(topics['deals.events']!)
    .filter(({ headers }) => headers['ce_type'] === 'orebound.deal.registered.v1')
    .map(({ headers }) => headers['ce_subject']!);
  const drawn = causes(
    topics['deals.events']!.filter(({ headers }) => headers['ce_type'] === 'orebound.deal.drawn-down.v1'),
  );
  const deliveries = distinctById(topics['deals.deliveries']!).map(({ headers }) => headers['ce_id']!);
  return [
    ...onceEach('arrival', 'deals.deliveries', arrivals, causes(topics['deals.deliveries']!)),
    ...onceEach(
      'registration',
      'deals.events',
      deals.map(({ id }) => id),
      registered,
    ),
    // A delivery to a deal that is not registered yet is counted and not told, so these are some of them.
    ...onceEach(
      'drawdown',
      'deals.events',
      drawn.filter((id) => deliveries.includes(id)),
      drawn,
    ),
  ];
}

function onceEach(
  what: string,
  topic: string,
  expected: readonly string[],
  causes: readonly string[],
): string[] {
  const seen = new Map<string, number>();
  for (const cause of causes) seen.set(cause, (seen.get(cause) ?? 0) + 1);
  return [
    ...expected.filter((id) => !seen.has(id)).map((id) => `${what} ${id} is not on ${topic}`),
    ...[...seen]
      .filter(([, count]) => count > 1)
      .map(([id, count]) => `${what} ${id} is ${count} times on ${topic}`),
    ...[...seen.keys()]
      .filter((id) => !expected.includes(id))
      .map((id) => `${topic} has ${what} ${id}, which nothing brought about`),
  ];
}

interface DealShown {
  readonly commitments: readonly {
    mineral: string;
    delivered: string;
    remaining: string;
    excess: string;
    deliveredValue?: { amount: string };
  }[];
  readonly uncommitted: readonly unknown[];
  readonly deliveries: number;
}

/** To the last digit of weight and money. */
async function drawnDown(shipments: readonly ExpectedShipment[], { deals, ask }: Ended): Promise<string[]> {
  const all = deliveredTo(shipments);
  return forEach(deals, async ({ id, commitments }) => {
    const shown = (await get(ask.deals, `/deals/${id}`)) as DealShown | undefined;
    if (!shown) return [`${id} is not in the projection`];
    const count = shipments.filter(
      ({ dealId, arrivedAt }) => dealId === id && arrivedAt !== undefined,
    ).length;
    return [
      ...(shown.deliveries === count ? [] : [`${id} counts ${shown.deliveries} deliveries of ${count}`]),
      ...(shown.uncommitted.length === 0
        ? []
        : [`${id} has uncommitted ${JSON.stringify(shown.uncommitted)}`]),
      ...commitments.flatMap(({ mineral, quantity, price }) => {
        const line = shown.commitments.find((one) => one.mineral === mineral);
        if (!line) return [`${id} knows of no commitment of ${mineral}`];
        const got = all.get(id)?.get(mineral) ?? 0n;
        const left = scaled(quantity, QUANTITY_DIGITS) - got;
        const must = {
          delivered: got,
          remaining: left > 0n ? left : 0n,
          excess: left < 0n ? -left : 0n,
          value: got * scaled(price, PRICE_DIGITS),
        };
        const has = {
          delivered: exact(line.delivered, QUANTITY_DIGITS),
          remaining: exact(line.remaining, QUANTITY_DIGITS),
          excess: exact(line.excess, QUANTITY_DIGITS),
          value: exact(line.deliveredValue?.amount ?? '0', QUANTITY_DIGITS + PRICE_DIGITS),
        };
        return differences(`${id}, ${mineral}, in its last digits`, must, has);
      }),
    ];
  });
}

const PRICE_DIGITS = 2;

/** What is shown as whole last digits; as it is where there are more digits than there can be. */
function exact(shown: string, digits: number): bigint | string {
  try {
    return scaled(shown, digits);
  } catch {
    return shown;
  }
}

async function news(shipments: readonly ExpectedShipment[], ended: Ended): Promise<string[]> {
  const { items, deals, subjects, topics, ask } = ended;
  const published = distinctById(topics['market-news.events']!)
    .filter(({ headers }) => headers['ce_type'] === 'orebound.news.item-published.v1')
    .map(({ key }) => key);
  const known = [
    ...deals.map(({ id }) => `deal/${id}`),
    ...shipments.filter(({ cargo }) => cargo.length > 0).map(({ id }) => `shipment/${id}`),
  ];
  return [
    ...known.filter((id) => !subjects.has(id)).map((id) => `market-news does not know ${id}`),
    ...onceEach('item', 'market-news.events', [...items], published),
    ...(await forEach([...items], async (id) =>
      (await get(ask['market-news'], `/items/${id}`)) ? [] : [`item ${id} is not in the projection`],
    )),
  ];
}

function differences(
  of: string,
  must: Readonly<Record<string, unknown>>,
  has: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(must)
    .filter((name) => must[name] !== has[name])
    .map((name) => `${of}: ${name} must be ${String(must[name])} and is ${String(has[name])}`);
}

async function get(instance: Instance, path: string): Promise<unknown> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(instance.url + path, { signal: AbortSignal.timeout(10_000) });
      if (response.status === 404) return undefined;
      if (response.ok) return await response.json();
      throw new Error(`${path} was answered ${response.status}`);
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

async function forEach<T>(list: readonly T[], each: (one: T) => Promise<string[]>): Promise<string[]> {
  const violations: string[] = [];
  const left = list[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: ASKED_AT_ONCE }, async () => {
      for (const one of left) violations.push(...(await each(one)));
    }),
  );
  return violations;
}
