import type { Topic } from '#contracts/topic.js';
import { deadLettersOf } from './dead-letter.js';
import type { TopicDeclaration } from './kafka-client.js';

/**
 * Kept for ever: a projection is rebuilt from them, and a dead letter waits until somebody has looked at it.
 */
const KEPT = { 'retention.ms': '-1', 'retention.bytes': '-1' };
/**
 * The broker's clock says when an event was learnt of, not the sender's; and whatever a foreign producer compresses
 * with is stored plain, because the client library here reads gzip alone.
 */
const INBOUND = { ...KEPT, 'message.timestamp.type': 'LogAppendTime', 'compression.type': 'uncompressed' };
/** A refused message of the usual 1 MB at most, and the headers that say why. */
const DEAD_LETTERS = { ...KEPT, 'max.message.bytes': String(2 * 1024 * 1024) };

/** What the topics that a service uses are created as, where they are not there yet. Those that are stay as they are. */
export const topicDeclarations = (service: string, topics: readonly Topic[]): TopicDeclaration[] => [
  ...topics.map(({ name, partitions, kind }) => ({
    name,
    partitions,
    config: kind === 'inbound' ? INBOUND : KEPT,
  })),
  { name: deadLettersOf(service), partitions: 1, config: DEAD_LETTERS },
];
