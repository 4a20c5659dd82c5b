import kafkajs from 'kafkajs';
import { type CloudEvent, jsonEvent } from '#contracts/cloudevent.js';
import { writeKafka } from '#contracts/kafka-binding.js';
import { DEALS_DELIVERIES, DEALS_EVENTS, DEALS_INBOUND } from '#contracts/deals.js';
import { SHIPMENTS_ARRIVALS, SHIPMENTS_EVENTS, SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { Topic } from '#contracts/topic.js';
import { KafkaClient, type OutgoingMessage } from '#messaging/kafka-client.js';
import { SILENT } from '#messaging/log.js';
import { topicDeclarations } from '#messaging/topic-declarations.js';
import { type Setting, uniqueName } from './setting.js';

/**
 * How events lie on Kafka. `binary` is how Orebound sends them: the attributes are headers. `structured` has the whole
 * event in the value, which is where those look who read no headers.
 */
export type Mode = 'binary' | 'structured';

/** A service's topics in a namespace of their own. */
export interface Backlog {
  /** Put before topics and groups. */
  readonly namespace: string;
}

const SENT_AT_ONCE = 5_000;

const TOPICS: Readonly<Record<'shipments' | 'deals', readonly Topic[]>> = {
  shipments: [SHIPMENTS_INBOUND, SHIPMENTS_EVENTS, SHIPMENTS_ARRIVALS],
  deals: [DEALS_INBOUND, SHIPMENTS_ARRIVALS, DEALS_DELIVERIES, DEALS_EVENTS],
};

/**
 * A service's topics as it declares them itself, filled with events, in their order.
 * @param namespace where they are; one of their own unless told
 */
export async function backlog(
  setting: Setting,
  service: 'shipments' | 'deals',
  filled: readonly { readonly topic: Topic; readonly events: Iterable<CloudEvent> }[],
  { mode = 'binary', namespace = `${uniqueName(service)}.` }: { mode?: Mode; namespace?: string } = {},
): Promise<Backlog> {
  const client = clientOf(setting, namespace);
  try {
    await client.ensureTopics(topicDeclarations(service, TOPICS[service]));
    for (const { topic, events } of filled) await send(client, topic, events, mode);
  } finally {
    await client.close();
  }
  return { namespace };
}

export const clientOf = ({ stack }: Setting, namespace: string): KafkaClient =>
  new KafkaClient({ brokers: stack.kafkaBrokers, clientId: 'bench', namespace, log: SILENT });

async function send(
  client: KafkaClient,
  topic: Topic,
  events: Iterable<CloudEvent>,
  mode: Mode,
): Promise<void> {
  let batch: OutgoingMessage[] = [];
  for (const event of events) {
    batch.push({ topic: topic.name, ...(mode === 'binary' ? writeKafka(event) : structured(event)) });
    if (batch.length < SENT_AT_ONCE) continue;
    await client.send(batch);
    batch = [];
  }
  await client.send(batch);
}

const structured = (event: CloudEvent): Omit<OutgoingMessage, 'topic'> => ({
  key: event.subject,
  value: JSON.stringify(jsonEvent(event)),
  headers: { 'content-type': 'application/cloudevents+json' },
});

/** Has a group that nobody is in begin anew, so that the same events can be taken again. */
export async function forgetGroup({ stack }: Setting, group: string): Promise<void> {
  const { Kafka, logLevel } = kafkajs;
  const admin = new Kafka({ brokers: stack.kafkaBrokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    if (groups.some(({ groupId }) => groupId === group)) await admin.deleteGroups([group]);
  } finally {
    await admin.disconnect();
  }
}
