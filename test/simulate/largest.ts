/**
 * The largest bodies that the doors take, filled with what costs careless code most: many small things, one that never
 * ends, and what is nested. Run with little memory, by itself: what it prints is how each was answered.
 */
import { RefusedEvent } from '#contracts/fault.js';
import { readHttp } from '#contracts/http-binding.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { checkEvent } from '#contracts/topic.js';
import {
  allSound,
  type Door,
  readRequest,
  reportedEvent,
} from '../../apps/shipments/src/dcsa/read-request.js';
import { capturedEvent, takenOf } from '../../apps/shipments/src/epcis/capture.js';
import { readDocument } from '../../apps/shipments/src/epcis/read-document.js';
import { HOSTILE_FORMATS, type HostileFormat, soundBody } from './hostile.js';

/** `BODY_LIMIT`, as services have it. */
export const LARGEST_BODY = 1024 * 1024;

const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const throughDcsa = (text: string, door: Door): number =>
  allSound(readRequest(JSON.parse(text), door, 'OREB')).map((item) => reportedEvent(item, 'OREB')).length;

/** From the text of a body to what goes to Kafka. @throws RefusedEvent */
const DOORS: Readonly<Record<HostileFormat, (text: string) => number>> = {
  cloudevents: (text) =>
    readHttp({ headers: BATCH, body: Buffer.from(text) }).events.map((event) =>
      checkEvent(SHIPMENTS_INBOUND, event),
    ).length,
  epcis: (text) => {
    const { items, context } = takenOf(readDocument(JSON.parse(text)), 'rollback');
    return items.map((item) => capturedEvent(item, context)).length;
  },
  'dcsa-2.2': (text) => throughDcsa(text, 'v2'),
  'dcsa-3.0.0': (text) => throughDcsa(text, 'v3'),
  'dcsa-3.0.0-beta': (text) => throughDcsa(text, 'v3'),
};

/** As many of an item, told nth by nth, as make so many characters of JSON. */
const filled = (characters: number, item: (nth: number) => string): string[] => {
  const items: string[] = [];
  for (let length = 0, nth = 0; length < characters; nth++) {
    const next = item(nth);
    length += next.length + 1;
    items.push(next);
  }
  return items;
};
const endless = (characters: number, piece: string, end = ''): string =>
  JSON.stringify(piece.repeat(Math.floor(characters / piece.length)) + end);

/** A third of a million objects, each of which may have many errors. */
const objects = (characters: number): string => `[${filled(characters, () => '{}').join()}]`;

/** Other JSON of some length that may stand anywhere. */
const FILLINGS: readonly ((characters: number) => string)[] = [
  (characters) => endless(characters, 'a'),
  (characters) => endless(characters, ' '),
  (characters) => endless(characters, '01/'),
  (characters) => `"https://${'a'.repeat(characters)}<"`,
  (characters) => `"0.${'0'.repeat(characters)}1"`,
  (characters) => '9'.repeat(characters),
  (characters) => `[${filled(characters, (nth) => `"urn:x:${nth}"`).join()}]`,
  (characters) => `[${filled(characters, (nth) => `{"type":"EQ","typeCode":"EQ","value":"${nth}"}`).join()}]`,
  (characters) => `{${filled(characters, (nth) => `"x:${nth}":${nth}`).join()}}`,
  (characters) => '['.repeat(characters / 2) + ']'.repeat(characters / 2),
];

const HOLE = 'THE-HOLE';

/** The text of a body with a hole at each of its places in turn. */
function* holesIn(root: unknown): Generator<string> {
  const holder = { root };
  function* places(value: unknown, put: (hole: unknown) => void): Generator<string> {
    put(HOLE);
    yield JSON.stringify(holder.root);
    put(value);
    if (value === null || typeof value !== 'object') return;
    const inside = value as Record<string, unknown>;
    for (const [name, inner] of Object.entries(inside)) yield* places(inner, (hole) => (inside[name] = hole));
  }
  yield* places(root, (hole) => (holder.root = hole));
}

/** At every so-manieth place the same filling: all of them at all places would take minutes. */
const TURN = 5;

/** Bodies of the largest size: of a sound one, at each place, one that is filled with objects, and some with the others. */
function* largestBodies(format: HostileFormat): Generator<string> {
  const sound = structuredClone(soundBody(format, { nth: 3, from: 5, many: 1 }).body);
  let place = 0;
  for (const text of holesIn(sound)) {
    place++;
    const [before = '', behind = ''] = text.split(`"${HOLE}"`);
    const room = LARGEST_BODY - before.length - behind.length - 16;
    const others = FILLINGS.filter((_, nth) => (place + nth) % TURN === 0);
    for (const filling of [objects, ...others]) yield before + filling(room) + behind;
  }
}

export interface Tally {
  bodies: number;
  taken: number;
  refused: number;
  /** Of a refusal in JSON, in characters. */
  longestAnswer: number;
}

/** @throws what is no refusal */
export function answered(format: HostileFormat, kept: unknown[] | undefined): Tally {
  const tally: Tally = { bodies: 0, taken: 0, refused: 0, longestAnswer: 0 };
  for (const text of largestBodies(format)) {
    tally.bodies++;
    kept?.push(JSON.parse(text));
    try {
      DOORS[format](text);
      tally.taken++;
    } catch (error) {
      if (!(error instanceof RefusedEvent)) throw error;
      tally.refused++;
      const length = JSON.stringify([error.message, error.faults]).length;
      tally.longestAnswer = Math.max(tally.longestAnswer, length);
    }
  }
  return tally;
}

if (import.meta.filename === process.argv[1]) {
  // Told to keep them all, it has not the memory: that shows that without it has.
  const kept = process.argv[2] === 'keep' ? [] : undefined;
  process.stdout.write(JSON.stringify(HOSTILE_FORMATS.map((format) => answered(format, kept))));
}
