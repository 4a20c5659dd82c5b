/** The doors that traffic goes to, each as its format asks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonEvent } from '#contracts/cloudevent.js';
import { writeKafka } from '#contracts/kafka-binding.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { KafkaClient, OutgoingMessage } from '#messaging/kafka-client.js';
import { documentOf } from './as-epcis.js';
import type { Format, Message } from './message.js';
import { MINERALS } from './world.js';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Why something was refused: the code of a problem, and words for a person. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

const TRY_FOR_MS = 60_000;
const AGAIN_AFTER_MS = 250;
const ANSWERS_WITHIN_MS = 30_000;
/** It does not take it now, and says so. */
const AWAY = [429, 502, 503, 504];

/** Where nothing answers, or nothing takes what is sent. */
export class Unreachable extends Error {}

interface Door {
  readonly path: string;
  readonly type: string;
  readonly body: (events: readonly object[]) => unknown;
}

/** Who sends what does not say whose it is. */
const PARTY = 'OREB';

const DOORS: Readonly<Record<Format, Door>> = {
  cloudevents: {
    path: '/events',
    type: 'application/cloudevents-batch+json',
    body: (events) => events.map((event) => jsonEvent(event as never)),
  },
  epcis: {
    path: '/epcis/capture',
    type: 'application/ld+json',
    body: (events) => documentOf(events as never),
  },
  'dcsa-2.2': { path: `/dcsa/v2/events?party=${PARTY}`, type: 'application/json', body: (events) => events },
  'dcsa-3.0.0': { path: '/dcsa/v3/events', type: 'application/json', body: (events) => ({ events }) },
};

/** docs/mappings.md, over Kafka. */
const FOREIGN_TYPES: Readonly<{ [format in Exclude<Format, 'cloudevents'>]: string }> = {
  epcis: 'application/vnd.gs1.epcis+json',
  'dcsa-2.2': 'application/vnd.dcsa.tnt.v2+json',
  'dcsa-3.0.0': 'application/vnd.dcsa.tnt.v3+json',
};

/** The terms of a deal of every mineral, so large that nothing fulfils it. */
export const dealTerms = (id: string): object => ({
  id,
  title: `Supply agreement ${id}`,
  parties: [
    { role: 'seller', name: 'Frontier Works Organization', country: 'PK' },
    { role: 'buyer', name: 'US Strategic Metals', country: 'US' },
  ],
  commitments: MINERALS.map((mineral) => ({
    mineral,
    quantity: '10000000',
    unit: 'TNE',
    basis: 'wet',
    price: { amount: '8250', currency: 'USD', per: 'TNE' },
  })),
});

/** CloudEvents one by one; what is of another format together, as its own content type has it. */
function recordsOf(format: Format, messages: readonly Message[]): Omit<OutgoingMessage, 'topic'>[] {
  const events = messages.map(({ event }) => event);
  if (format === 'cloudevents') return events.map((event) => writeKafka(event as never));
  const headers = { 'content-type': FOREIGN_TYPES[format], party: PARTY };
  return [{ key: null, value: Buffer.from(JSON.stringify(DOORS[format].body(events))), headers }];
}

export class Doors {
  constructor(
    private readonly urls: { readonly shipments: string; readonly deals: string },
    /** Where events go instead, if they do. */
    private readonly kafka?: KafkaClient,
  ) {}

  /** @throws Unreachable where a service does not answer */
  async knock(): Promise<void> {
    for (const [name, url] of Object.entries(this.urls)) {
      const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(5_000) }).catch(
        () => undefined,
      );
      if (!answer?.ok)
        throw new Unreachable(
          `there is no ${name} service at ${url}: start one with npm start, or say where it is; see --help`,
        );
    }
  }

  /**
   * Sends messages of one format together: all are taken, or none.
   * @returns why they were refused; undefined where they were accepted
   * @throws Unreachable where they are not taken within a minute
   */
  async send(format: Format, messages: readonly Message[]): Promise<Refusal | undefined> {
    if (this.kafka) {
      await this.kafka
        .send(recordsOf(format, messages).map((record) => ({ topic: SHIPMENTS_INBOUND.name, ...record })))
        .catch((error: unknown) => {
          throw new Unreachable(`Kafka does not take events: ${(error as Error).message}`);
        });
      return undefined;
    }
    const { path, type, body } = DOORS[format];
    return this.post(this.urls.shipments + path, type, body(messages.map(({ event }) => event)));
  }

  register(deal: string): Promise<Refusal | undefined> {
    return this.post(`${this.urls.deals}/deals`, 'application/json', dealTerms(deal), {
      'idempotency-key': deal,
    });
  }

  shipments(path: string): Promise<Answer> {
    return this.request(this.urls.shipments + path, {});
  }

  deals(path: string): Promise<Answer> {
    return this.request(this.urls.deals + path, {});
  }

  private async post(
    url: string,
    type: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Refusal | undefined> {
    const answer = await this.request(url, {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body: JSON.stringify(body),
    });
    return answer.status === 202 ? undefined : refusalIn(answer);
  }

  /** Tries again while the service is away: ids make that safe. */
  private async request(url: string, init: RequestInit): Promise<Answer> {
    const deadline = Date.now() + TRY_FOR_MS;
    for (let why = ''; ; await sleep(AGAIN_AFTER_MS)) {
      if (Date.now() > deadline)
        throw new Unreachable(`${url} has not answered for ${TRY_FOR_MS / 1000} s${why}`);
      try {
        const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
        const text = await response.text();
        if (!AWAY.includes(response.status)) return { status: response.status, body: parsed(text) };
        why = `: ${response.status} ${text.slice(0, 200)}`;
      } catch (error) {
        const { cause, message } = error as Error;
        why = `: ${cause instanceof Error ? cause.message : message}`;
      }
    }
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 200);
  }
};

function refusalIn({ status, body }: Answer): Refusal {
  const { code, detail, errors } = (body ?? {}) as {
    code?: string;
    detail?: string;
    errors?: { pointer: string; message: string }[];
  };
  const [first] = errors ?? [];
  return {
    code: code ?? String(status),
    detail: [detail, first && `${first.pointer} ${first.message}`].filter(Boolean).join('; '),
  };
}
