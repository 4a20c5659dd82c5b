import { setTimeout as sleep } from 'node:timers/promises';
import { writeKafka } from '#contracts/kafka-binding.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { KafkaClient, OutgoingMessage } from '#messaging/kafka-client.js';
import { until } from '#messaging/testing/until.js';
import { type Backlog, backlog, clientOf } from '../backlog.js';
import { watched } from '../clock.js';
import { percentile } from '../figures.js';
import { EVENTS_A_SHIPMENT, traffic, wholeLifecycles } from '../lifecycles.js';
import type { Row, Subject, Tell } from '../row.js';
import { ServiceProcess } from '../service-process.js';
import { type Setting, uniqueName } from '../setting.js';
import { isSampled, Watcher } from '../watcher.js';

/** What is due is sent this often: Kafka's own producer collects for as long (`linger.ms`, 5 since Kafka 4.0). */
const LINGER_MS = 5;
const PROBE_EVERY_MS = 50;
const READABLE_WITHIN_MS = 30_000;
const WARM_UP_EVENTS = 20_000;
const WARM_UP_SECONDS = 3;
/** The load lasts for half a minute, and with fewer events than the throughput rows usually have for less. */
const MOST_SECONDS = 30;
const LEAST_SECONDS = 2;
const EVENTS_A_SECOND_OF_LOAD = 5_000;
const NEVER = Number.POSITIVE_INFINITY;

interface Rate {
  /** Of the rows' names, to begin with. */
  readonly name: string;
  readonly title: string;
  readonly eventsPerSecond: () => number;
}

/**
 * (f) Produce → readable in MongoDB, in an open loop: events are sent at a rate that takes no notice of how they fare,
 * and each is timed from when it was meant to be sent. Whatever holds up the sending counts.
 */
export const latency = (setting: Setting, { name, title, eventsPerSecond }: Rate): Subject => {
  const seconds = Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, setting.events / EVENTS_A_SECOND_OF_LOAD));
  const warmUpEvents = wholeLifecycles(Math.min(WARM_UP_EVENTS, setting.events / 2));
  const database = uniqueName('latency');
  let prepared: { service: ServiceProcess; client: KafkaClient } & Backlog;
  let runs = 0;
  const row = (figure: string, of: string): Row => ({ name: `${name}-${figure}-ms`, unit: 'ms', title: of });

  return {
    rows: [
      row('p50', `${title}: median`),
      row('p95', `${title}: 95 %`),
      row('p99', `${title}: 99 %`),
      row('watch', `${title}: of which the watching, median`),
    ],

    async prepare(tell) {
      const { namespace } = await backlog(setting, 'shipments', [
        { topic: SHIPMENTS_INBOUND, events: traffic(warmUpEvents / EVENTS_A_SHIPMENT, 1) },
      ]);
      const service = await ServiceProcess.start(setting, 'shipments', { namespace, database });
      prepared = { namespace, service, client: clientOf(setting, namespace) };
      await watched(() => service.look(SHIPMENTS_INBOUND.name), { from: 1, to: warmUpEvents }, tell);
    },

    async run(tell) {
      const perSecond = eventsPerSecond();
      const warmUp = Math.round(WARM_UP_SECONDS * perSecond);
      const shipments = Math.ceil((warmUp + seconds * perSecond) / EVENTS_A_SHIPMENT);
      const load = new OpenLoop(shipments, ++runs + 100, perSecond);
      const watcher = new Watcher(setting.mongo.db(database), load.reached);
      try {
        await watcher.begun((holds) => until('the change stream begins', holds, READABLE_WITHIN_MS));
        const probing = setInterval(() => void watcher.writeProbe().catch(() => undefined), PROBE_EVERY_MS);
        try {
          await load.send(prepared.client, tell);
          await until('all events are readable', () => load.isReadable(), READABLE_WITHIN_MS);
        } finally {
          clearInterval(probing);
        }
        const took = load.latencies(warmUp);
        return {
          [`${name}-p50-ms`]: percentile(took, 0.5),
          [`${name}-p95-ms`]: percentile(took, 0.95),
          [`${name}-p99-ms`]: percentile(took, 0.99),
          [`${name}-watch-ms`]: percentile(watcher.lateness(), 0.5),
        };
      } finally {
        await watcher.close();
      }
    },

    async close() {
      await prepared?.service.stop();
      await prepared?.client.close();
      await setting.mongo.db(database).dropDatabase();
    },
  };
};

/** Events at a steady rate; when each was meant to be sent, and when it was readable. */
class OpenLoop {
  private readonly messages: OutgoingMessage[] = [];
  /** By sampled shipment, where each event of its lifecycle stands in the order of sending. */
  private readonly places = new Map<string, number[]>();
  private readonly readableAt: Float64Array;
  private startedAt = NEVER;
  private failure: Error | undefined;

  constructor(
    shipments: number,
    seed: number,
    private readonly perSecond: number,
  ) {
    for (const event of traffic(shipments, seed)) {
      if (isSampled(event.subject)) {
        const places = this.places.get(event.subject) ?? [];
        this.places.set(event.subject, [...places, this.messages.length]);
      }
      this.messages.push({ topic: SHIPMENTS_INBOUND.name, ...writeKafka(event) });
    }
    this.readableAt = new Float64Array(this.messages.length).fill(NEVER);
  }

  /** A shipment's events up to the nth are readable. */
  readonly reached = (shipment: string, nth: number, at: number): void => {
    for (const place of this.places.get(shipment)?.slice(0, nth + 1) ?? [])
      this.readableAt[place] = Math.min(this.readableAt[place]!, at);
  };

  async send(client: KafkaClient, tell: Tell): Promise<void> {
    const sends: Promise<void>[] = [];
    this.startedAt = performance.now();
    for (let sent = 0; sent < this.messages.length; await sleep(LINGER_MS)) {
      const due = Math.ceil(((performance.now() - this.startedAt) / 1000) * this.perSecond);
      // Not awaited: what is due next is sent when it is due, however long this takes.
      const sending = client.send(this.messages.slice(sent, due));
      sends.push(sending.catch((error: Error) => void (this.failure ??= error)));
      sent = Math.max(sent, due);
      tell(Math.min(sent, this.messages.length), this.messages.length);
    }
    await Promise.all(sends);
    if (this.failure) throw this.failure;
  }

  isReadable(): boolean {
    return this.sampled().every((place) => this.readableAt[place]! < NEVER);
  }

  /**
   * From when each sampled event was meant to be sent to when it was readable, in milliseconds.
   * @param warmUp how many of the first events do not count
   */
  latencies(warmUp: number): number[] {
    return this.sampled()
      .filter((place) => place >= warmUp)
      .map((place) => this.readableAt[place]! - this.startedAt - (place / this.perSecond) * 1000);
  }

  private sampled(): number[] {
    return [...this.places.values()].flat();
  }
}
