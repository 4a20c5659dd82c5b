/**
 * Bugs that the suite has to catch, each an exact change of the compiled product, made as a service loads it
 * (preload.ts). Nothing of it is in the product. A text that is no longer there is an error: see bugs.spec.ts.
 */
import type { Fault, FaultKind, Lane } from '../schedule.js';

export interface PlantedBug {
  readonly name: string;
  /** What the bug is. */
  readonly what: string;
  /** The compiled file, from dist. */
  readonly module: string;
  /** Stands in it once. */
  readonly text: string;
  readonly becomes: string;
  readonly servers: 1 | 3;
  /** What brings it to light. */
  readonly faults: readonly Fault[];
  /** A part of what the suite must say of it. */
  readonly shows: RegExp;
}

const BATCH_IN_HAND = 'libs/messaging/src/batch-in-hand.js';
const BULK_UPSERT = 'libs/messaging/src/bulk-upsert.js';
const PLANNER = 'libs/messaging/src/planner.js';
const PROJECTION = 'libs/messaging/src/projection.js';

const fault = (
  lane: Lane,
  kind: FaultKind,
  forMs: number,
  { which = 0, degree = 0, afterMs = 500 }: { which?: number; degree?: number; afterMs?: number } = {},
): Fault => ({ lane, kind, forMs, which, degree, afterMs });

/** The first instance of shipments is killed again and again, once it is back at work. */
const KILLED = [3_000, 9_000, 9_000].map((afterMs) => fault('services', 'kill-service', 300, { afterMs }));
/** The same while each of its writes takes long, so that it is killed in the middle of one. */
const KILLED_WHILE_WRITING = [fault('links', 'slow-mongodb', 22_000, { degree: 1, afterMs: 100 }), ...KILLED];
/** Replies of MongoDB and of Kafka are lost, to shipments. */
const LOST_REPLIES = [
  fault('links', 'drop-replies-mongodb', 9_000),
  fault('servers', 'kill-mongod', 500, { afterMs: 2_000 }),
  fault('servers', 'kill-mongod', 500, { afterMs: 2_000 }),
];
const MONGODB_AWAY = [fault('servers', 'kill-mongod', 4_000, { afterMs: 2_000 })];
const KAFKA_AWAY = [
  fault('links', 'drop-replies-kafka', 9_000),
  // For longer than a send is tried by the client itself.
  fault('servers', 'kill-broker', 12_000, { afterMs: 3_000 }),
];
/** An owner is frozen between reading a document and writing it, and another goes on in its place. */
const STALE_OWNER = [
  fault('links', 'slow-mongodb', 42_000, { degree: 1, afterMs: 100 }),
  // Whether a freeze meets such a moment is chance.
  ...[2_000, 3_000, 3_000].map((afterMs) => fault('services', 'freeze-service', 9_000, { afterMs })),
];
const UNDISTURBED = [fault('services', 'stop-service', 200, { afterMs: 8_000 })];

export const BUGS: readonly PlantedBug[] = [
  {
    name: 'commit-before-write',
    what: 'an offset is committed before what its events come to is stored',
    module: BATCH_IN_HAND,
    text: `await reached('read');`,
    becomes: `await reached('read'); await this.batch.commit(messages.at(-1).offset + 1);`,
    servers: 1,
    faults: KILLED_WHILE_WRITING,
    shows: /is lost|not in the projection|published wrongly/,
  },
  {
    name: 'write-not-awaited',
    what: 'what a batch comes to is published and committed while it is still being written',
    module: BULK_UPSERT,
    text: `await collection.bulkWrite(operations, { ...DURABLE, ...(session && { session }) });`,
    becomes: `collection.bulkWrite(operations, { ...DURABLE }).catch(() => undefined);`,
    servers: 1,
    faults: KILLED_WHILE_WRITING,
    shows: /is lost|not in the projection|published wrongly|must be/,
  },
  {
    name: 'write-concern-1',
    what: 'a write counts once the primary alone has it',
    module: BULK_UPSERT,
    text: `{ w: 'majority', j: true }`,
    becomes: `{ w: 1 }`,
    servers: 3,
    faults: [
      fault('servers', 'lose-primary', 1_500, { afterMs: 3_000 }),
      fault('servers', 'lose-primary', 1_500, { afterMs: 3_000 }),
    ],
    shows: /is lost|not in the projection|published wrongly|must be/,
  },
  {
    name: 'no-version-guard',
    what: 'a write does not name the version that it was folded from',
    module: PROJECTION,
    text: `filter: { _id: id, version }`,
    becomes: `filter: { _id: id }`,
    servers: 1,
    faults: STALE_OWNER,
    shows: /twice in its timeline|published wrongly|must be/,
  },
  {
    name: 'bulk-write-taken-for-done',
    what: 'a write that broke off counts as done, because the driver lists no failed operation',
    module: BULK_UPSERT,
    text: `if (done + undone.length !== operations.length)\n            throw error;`,
    becomes: ``,
    servers: 1,
    faults: LOST_REPLIES,
    shows: /is lost|not in the projection|published wrongly|must be/,
  },
  {
    name: 'dead-letter-on-an-outage',
    what: 'events that cannot be stored while MongoDB is away become dead letters',
    module: BATCH_IN_HAND,
    // What gives its effects in parts fails only once they are asked for, so not where the handler is called.
    text: `for await (const part of parts) {`,
    becomes: `for await (const part of (async function* () { try { yield* parts; } catch (error) { yield { publish: [], repeated: 0, refused: received.map(({ offset }) => ({ offset, error: { code: 'failed', message: String(error), faults: [] } })) }; } })()) {`,
    servers: 1,
    faults: MONGODB_AWAY,
    shows: /is a dead letter and no poison|nothing was wrong/,
  },
  {
    name: 'skipped-on-an-outage',
    what: 'events that cannot be stored while MongoDB is away are passed over',
    module: BATCH_IN_HAND,
    // As above.
    text: `const on = dependencyOf(error);`,
    becomes: `const on = dependencyOf(error); if (on === 'mongodb') return { refused: [], published: new Map(), repeated: 0, ignored: 0 };`,
    servers: 1,
    faults: MONGODB_AWAY,
    shows: /is lost|not in the projection|published wrongly/,
  },
  {
    name: 'not-republished',
    what: 'of events that are known already nothing is published again',
    module: PLANNER,
    text: `const publish = [...republished];`,
    becomes: `const publish = [];`,
    servers: 1,
    faults: KAFKA_AWAY,
    shows: /published wrongly|is not on deals/,
  },
  {
    name: 'repeats-not-known',
    what: 'an event that comes twice is taken twice',
    module: PLANNER,
    text: `if (key && acceptances.has(key)) {`,
    becomes: `if (key && acceptances.has(key) && false) {`,
    servers: 1,
    faults: UNDISTURBED,
    shows: /twice in its timeline/,
  },
  {
    name: 'published-out-of-order',
    what: 'what a batch brings forth is published backwards',
    module: PROJECTION,
    text: `publish.sort((a, b) => a.offset - b.offset);`,
    becomes: `publish.sort((a, b) => b.offset - a.offset);`,
    servers: 1,
    faults: UNDISTURBED,
    shows: /comes behind|must be/,
  },
  {
    name: 'id-from-the-clock',
    what: 'the id of what is published follows from when it is published',
    module: 'libs/messaging/src/announcement.js',
    text: `id: idOf(name) }`,
    becomes: `id: idOf(name + Date.now()) }`,
    servers: 1,
    faults: UNDISTURBED,
    shows: /another id|published wrongly/,
  },
  {
    name: 'acks-1',
    what: 'a message counts as sent once the leader alone has it',
    module: 'libs/messaging/src/kafka-client.js',
    text: `acks: -1,`,
    becomes: `acks: 1,`,
    servers: 3,
    faults: [
      fault('servers', 'lose-leader', 1_500, { which: 0, afterMs: 3_000 }),
      fault('servers', 'lose-leader', 1_500, { which: 0.5, afterMs: 3_000 }),
      fault('servers', 'lose-leader', 1_500, { which: 0.9, afterMs: 3_000 }),
    ],
    shows: /published wrongly|is not on|was accepted and/,
  },
  {
    name: 'dead-letters-not-awaited',
    what: 'an offset is committed though its dead letter could not be written',
    module: BATCH_IN_HAND,
    text: `await client.send(this.deadLetters(messages, refusals));`,
    becomes: `void client.send(this.deadLetters(messages, refusals)).catch(() => undefined);`,
    servers: 1,
    faults: [fault('servers', 'refuse-dead-letters', 12_000, { afterMs: 2_000 })],
    shows: /is no dead letter/,
  },
  {
    name: 'committed-too-far',
    what: 'the offset that is committed is one too high',
    module: BATCH_IN_HAND,
    text: `await batch.commit(stretch.lastOffset + 1);\n            return true;`,
    becomes: `await batch.commit(stretch.lastOffset + 2);\n            return true;`,
    servers: 1,
    faults: KILLED,
    shows: /is lost|not in the projection|is no dead letter|not drained/,
  },
  {
    name: 'accepted-before-sent',
    what: 'HTTP intake answers 202 before Kafka has the event',
    module: 'libs/service/src/intake.js',
    text: `await within(WITHIN_MS, this.client.send(messages));`,
    becomes: `void this.client.send(messages).catch(() => undefined);`,
    servers: 1,
    faults: [fault('links', 'slow-kafka', 22_000, { degree: 1, afterMs: 100 }), ...KILLED],
    shows: /was accepted and is not on/,
  },
  {
    name: 'keys-scattered',
    what: 'messages of one key go to any partition',
    module: 'libs/messaging/src/partitioner.js',
    text: `(murmur2(bytes) & 0x7fffffff) % args.partitionMetadata.length`,
    becomes: `Math.floor(Math.random() * args.partitionMetadata.length)`,
    servers: 1,
    faults: UNDISTURBED,
    shows: /is on two partitions/,
  },
  {
    name: 'delivery-counted-twice',
    what: 'a deal does not know a delivery that it has counted',
    module: 'apps/deals/src/deal.js',
    text: `if (isCountedAt(deal.counted, data.position))`,
    becomes: `if (false)`,
    servers: 1,
    faults: [
      fault('links', 'drop-replies-kafka', 8_000, { which: 0.45 }),
      fault('services', 'kill-service', 300, { which: 0.45, afterMs: 3_000 }),
      fault('services', 'kill-service', 300, { which: 0.65, afterMs: 3_000 }),
    ],
    shows: /DEAL-\d+/,
  },
  {
    name: 'drawdown-in-floats',
    what: 'quantities are summed as floating-point numbers',
    module: 'apps/deals/src/tally.js',
    text: `this.sums.set(line, weight.plus(this.sums.get(line) ?? 0));`,
    becomes: `this.sums.set(line, new Exact(Number(weight) + Number(this.sums.get(line) ?? 0)));`,
    servers: 1,
    faults: UNDISTURBED,
    shows: /in its last digits/,
  },
  {
    name: 'always-ready',
    what: 'readiness says ok whatever is away',
    module: 'libs/service/src/health.js',
    text: `status: unavailable ? 'unavailable' : reasons.length > 0 ? 'degraded' : 'ok',`,
    becomes: `status: 'ok',`,
    servers: 1,
    faults: [fault('links', 'hang-mongodb', 13_000)],
    shows: /had no mongodb/,
  },
];

/** The compiled text with the bug in it. @throws where the text to be changed is not there, or not once */
export function plant({ name, module, text, becomes }: PlantedBug, source: string): string {
  const places = source.split(text).length - 1;
  if (places !== 1)
    throw new Error(
      `the planted bug ${name} can no longer be planted: its text is ${places} times in ${module}`,
    );
  return source.replace(text, () => becomes);
}
