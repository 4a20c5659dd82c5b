/** Sends the traffic, over Kafka and over HTTP, until each piece of it is accepted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudEvent, jsonEvent } from '#contracts/cloudevent.js';
import { writeKafka } from '#contracts/kafka-binding.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { KafkaClient } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';
import { random } from '../simulate/mixing.js';
import { MINERALS } from '../simulate/world.js';
import type { Instance } from './instance.js';
import { type Message, type Sending, traffic } from './traffic.js';

const DEALS = 40;
const ITEMS = 6;
const TICK_MS = 50;
/** Of what is sent in a tick, the share that goes over HTTP. */
const OVER_HTTP = 0.3;
const REQUESTS_AT_ONCE = 4;
const ANSWERS_WITHIN_MS = 8_000;
const AGAIN_AFTER_MS = 250;

export interface DealTerms {
  readonly id: string;
  readonly commitments: readonly { mineral: string; quantity: string; price: string }[];
}

/** `source id` of an event: what identifies it. */
export const keyOf = ({ source, id }: Pick<CloudEvent, 'source' | 'id'>): string => `${source} ${id}`;

export class Load {
  /** What was accepted: the events by what identifies them, deals, and news. */
  readonly events = new Set<string>();
  readonly deals: DealTerms[] = [];
  readonly items = new Set<string>();
  /** How often something was sent. */
  sent = 0;
  /** What was answered that should not have been. */
  readonly misdeeds: string[] = [];
  private readonly client: KafkaClient;
  private readonly source: Generator<Sending>;
  private readonly waiting: CloudEvent[][] = [];
  private readonly terms: readonly DealTerms[];
  private stopping = false;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    seed: number,
    private readonly at: { brokers: readonly string[]; namespace: string; instances: readonly Instance[] },
  ) {
    const next = random(seed + 1);
    this.terms = Array.from({ length: DEALS }, (_, nth) => ({
      id: `DEAL-${nth}`,
      commitments: MINERALS.map((mineral) => ({
        mineral,
        // Small enough to be fulfilled by some deliveries, and drawn beyond.
        quantity: (200 + next() * 4_000).toFixed(6),
        price: (50 + next() * 90_000).toFixed(2),
      })),
    }));
    this.source = traffic(
      seed,
      this.terms.map(({ id }) => id),
    );
    this.client = new KafkaClient({
      brokers: at.brokers,
      clientId: 'load',
      namespace: `${at.namespace}.`,
      log: SILENT,
    });
  }

  /** Registers most deals; the others come while the rest goes on. */
  async begin(): Promise<void> {
    for (const terms of this.terms.slice(0, DEALS * 0.75)) await this.register(terms);
  }

  /** @param eventsASecond how many are sent, where whatever takes them lets them */
  start(eventsASecond: number): void {
    this.running = Promise.all([
      this.produce(eventsASecond),
      ...Array.from({ length: REQUESTS_AT_ONCE }, () => this.post()),
      this.trickle(),
    ]);
  }

  /** Ends when all that was begun is accepted. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    await this.client.close();
  }

  private async produce(eventsASecond: number): Promise<void> {
    const began = performance.now();
    while (!this.stopping) {
      const due = Math.floor(((performance.now() - began) / 1000) * eventsASecond) - this.sent;
      // What an outage has held back comes in large pieces, but not in one.
      const sendings = Array.from({ length: Math.min(due, 500) }, () => this.source.next().value as Sending);
      this.sent += sendings.length;
      const events = sendings.flatMap((sending) => ('event' in sending ? [sending.event] : []));
      const toPost = this.waiting.length < 20 ? events.splice(0, Math.floor(events.length * OVER_HTTP)) : [];
      if (toPost.length > 0) this.waiting.push(toPost);
      const poisons = sendings.flatMap((sending) => ('poison' in sending ? [sending.poison] : []));
      await this.send([...events.map((event) => writeKafka(event) as Message), ...poisons]);
      for (const event of events) this.events.add(keyOf(event));
      await sleep(TICK_MS);
    }
  }

  private async send(messages: readonly Message[]): Promise<void> {
    for (;;) {
      try {
        await this.client.send(messages.map((message) => ({ topic: SHIPMENTS_INBOUND.name, ...message })));
        return;
      } catch {
        await sleep(AGAIN_AFTER_MS);
      }
    }
  }

  private async post(): Promise<void> {
    while (!this.stopping || this.waiting.length > 0) {
      const events = this.waiting.shift();
      if (!events) {
        await sleep(TICK_MS);
        continue;
      }
      const type = 'application/cloudevents-batch+json';
      await this.request('shipments', '/events', type, events.map(jsonEvent));
      for (const event of events) this.events.add(keyOf(event));
    }
  }

  /** Deals that become known late, and news. */
  private async trickle(): Promise<void> {
    for (const terms of this.terms.slice(DEALS * 0.75)) {
      if (this.stopping) return;
      await this.register(terms);
      if (this.items.size < ITEMS) await this.postItem(this.items.size);
      await sleep(1_500);
    }
  }

  private async register({ id, commitments }: DealTerms): Promise<void> {
    const body = {
      id,
      title: `Supply agreement ${id}`,
      parties: [
        { role: 'seller', name: 'Frontier Works Organization', country: 'PK' },
        { role: 'buyer', name: 'US Strategic Metals', country: 'US' },
      ],
      commitments: commitments.map(({ mineral, quantity, price }) => ({
        mineral,
        quantity,
        unit: 'TNE',
        basis: 'wet',
        price: { amount: price, currency: 'USD', per: 'TNE' },
      })),
    };
    await this.request('deals', '/deals', 'application/json', body, { 'idempotency-key': id });
    this.deals.push({ id, commitments });
  }

  private async postItem(nth: number): Promise<void> {
    const body = {
      title: `${nth % 2 === 0 ? 'Antimony' : 'Cargo'} makes headlines again, number ${nth}`,
      url: `https://news.example/items/${nth}`,
    };
    const { id } = (await this.request('market-news', '/items', 'application/json', body)) as { id: string };
    this.items.add(id);
  }

  /** Asks one instance after another until one accepts. */
  private async request(
    service: string,
    path: string,
    type: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<unknown> {
    const instances = this.at.instances.filter((instance) => instance.service === service);
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await fetch(instances[attempt % instances.length]!.url + path, {
          method: 'POST',
          headers: { 'content-type': type, ...headers },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
        });
        const text = await response.text();
        if (response.status === 202) return JSON.parse(text);
        if (response.status !== 503) {
          this.misdeeds.push(`POST ${path} was answered ${response.status}: ${text.slice(0, 300)}`);
          if (response.status < 500) return {};
        }
      } catch {
        // Away, or too slow.
      }
      await sleep(AGAIN_AFTER_MS);
    }
  }
}
