/** What is generated is what the product takes, and what is expected of it what its folds come to. */
import fc from 'fast-check';
import { type CloudEvent } from '#contracts/cloudevent.js';
import { type Warning, warningsOf } from '#contracts/identifiers.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { checkEvent } from '#contracts/topic.js';
import { isForeign, translate } from '../../apps/shipments/src/correlation/translate.js';
import { decide, soughtBy } from '../../apps/shipments/src/correlation/decide.js';
import {
  isSound,
  readRequest,
  warningsOf as warningsOfDcsa,
} from '../../apps/shipments/src/dcsa/read-request.js';
import { readDocument } from '../../apps/shipments/src/epcis/read-document.js';
import { foldOf, type ShipmentEvent } from '../../apps/shipments/src/shipment.js';
import { summaryOf } from '../../apps/shipments/src/shipment-view.js';
import type { Translated } from '../../apps/shipments/src/translation.js';
import { documentOf } from './as-epcis.js';
import { differences } from './differences.js';
import { Expectation } from './expectation.js';
import { type Format, FORMATS, type Message } from './message.js';
import { messagesOf, traffic } from './traffic.js';
import { containersOf, shipment } from './voyage.js';
import { container, FLEET_SIZE, vessel } from './world.js';

const seed = fc.nat(1_000_000);
const nth = fc.nat(10_000);
const format = fc.constantFrom(...FORMATS);

/** What a message comes to by the product's own adapters; throws where they refuse it. */
function taken({ format: as, event }: Message): Translated {
  if (as === 'cloudevents') {
    const checked = checkEvent(SHIPMENTS_INBOUND, event as CloudEvent);
    if (isForeign(checked)) return translate(checked);
    return { events: [checked as never], references: [], warnings: warningsOf(event.data) };
  }
  if (as === 'epcis') {
    const read = readDocument(JSON.parse(JSON.stringify(documentOf([event as never]))));
    if ('faults' in read || read.items.length !== 1) throw new Error(JSON.stringify(read));
    return read.items[0]!.translation;
  }
  const items = readRequest(
    as === 'dcsa-2.2' ? [event] : { events: [event] },
    as === 'dcsa-2.2' ? 'v2' : 'v3',
    'OREB',
  );
  const sound = items.filter(isSound);
  if (sound.length !== 1) throw new Error(JSON.stringify(items));
  return { ...sound[0]!.translation, warnings: warningsOfDcsa(sound) };
}

const receivedAt = new Date('2026-01-01T00:00:00Z');
const foldedFrom = (messages: readonly Message[]) =>
  foldOf(
    [...new Map(messages.map((message) => [JSON.stringify(message.event), message])).values()].flatMap(
      (message) =>
        taken(message).events.map((event) => ({ event: event as unknown as ShipmentEvent, receivedAt })),
    ),
  );

const asDone = (messages: readonly Message[]): Expectation => {
  const expectation = new Expectation();
  for (const message of messages) expectation.accepted(message);
  return expectation;
};

describe('every message', () => {
  it('is taken by its adapter without a doubt, and names its shipment alone', () => {
    fc.assert(
      fc.property(seed, nth, format, (ofSeed, ofShipment, as) => {
        const messages = messagesOf(ofSeed, ofShipment, as);
        const folded = foldedFrom(messages);
        for (const message of messages) {
          const { events, references, warnings = [] as Warning[] } = taken(message);
          expect(events.length).toBeGreaterThan(0);
          expect(warnings).toEqual([]);
          if (references.length === 0) continue;
          const at = new Date((events[0]!.data as { at?: string }).at ?? events[0]!.time!);
          const named = { id: message.shipment, references: folded.references ?? [] };
          expect(decide({ references: soughtBy(references), at }, [named])).toEqual({
            shipments: [message.shipment],
          });
        }
      }),
      { numRuns: 400 },
    );
  });

  it('is the same for the same seed, byte for byte, and another for another', () => {
    const text = (of: number): string =>
      JSON.stringify([...traffic({ seed: of, formats: FORMATS, shipments: 30 })]);
    fc.assert(
      fc.property(seed, (of) => {
        expect(text(of)).toBe(text(of));
        expect(text(of)).not.toBe(text(of + 1));
      }),
      { numRuns: 10 },
    );
  });
});

describe('whatever part of it has been taken, in whatever order', () => {
  it('comes to what is expected', () => {
    const statuses = new Set<string>();
    fc.assert(
      fc.property(
        seed,
        nth,
        format,
        fc.infiniteStream(fc.nat(1_000)),
        fc.integer({ min: 1, max: 100 }),
        (ofSeed, ofShipment, as, chances, share) => {
          const [registration, ...rest] = messagesOf(ofSeed, ofShipment, as);
          const chance = (): number => chances.next().value as number;
          const some = rest
            .filter(() => chance() % 100 < share)
            .flatMap((message) => (chance() % 10 === 0 ? [message, message] : [message]));
          const shuffled = [registration!, ...some]
            .map((message) => [chance(), message] as const)
            .sort(([a], [b]) => a - b)
            .map(([, message]) => message);
          const [expected] = asDone(shuffled).shipments();
          statuses.add(expected!.status);
          const summary = summaryOf({ ...foldedFrom(shuffled), _id: expected!.id });
          expect(differences(expected!, summary)).toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
    expect([...statuses]).toEqual(
      expect.arrayContaining(['registered', 'booked', 'partly-arrived', 'accepted', 'cancelled', 'arrived']),
    );
  });
});

describe('the whole', () => {
  const all = [...traffic({ seed: 4, formats: FORMATS, shipments: 400 })];

  it('has repeats and late ones, and sends all of every shipment', () => {
    const texts = all.map(({ event }) => JSON.stringify(event));
    const once = new Set(texts);
    const whole = Array.from({ length: 400 }, (_, each) => messagesOf(4, each, FORMATS[each % 4] as Format));

    expect(texts.length - once.size).toBeGreaterThan(all.length * 0.03);
    expect(once.size).toBe(new Set(whole.flat().map(({ event }) => JSON.stringify(event))).size);
    expect(
      all.filter(({ event }) => event['type'] === undefined && 'isRetracted' in event).length,
    ).toBeGreaterThan(0);
  });

  it('has every state that a shipment ends in, and is of all formats', () => {
    const expected = asDone(all).shipments();
    expect(expected).toHaveLength(400);
    expect(new Set(expected.map(({ status }) => status))).toEqual(
      new Set(['accepted', 'delivered', 'cancelled']),
    );
    expect(new Set(all.map((message) => message.format))).toEqual(new Set(FORMATS));
  });

  it('has each container on one shipment alone', () => {
    const all = Array.from({ length: 20_000 }, (_, each) => containersOf(shipment(4, each))).flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it('is of so many events, when they are counted, what was held back among them', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 400 }), (of, events) => {
        expect([...traffic({ seed: of, formats: FORMATS, events })]).toHaveLength(events);
      }),
      { numRuns: 200 },
    );
  });
});

/** By the standards' own words, and not by the product's reckoning. */
describe('numbers have the check digits that they must have', () => {
  it('of vessels: each digit times its place from the right', () => {
    for (let each = 0; each < FLEET_SIZE; each++) {
      const { imo } = vessel(each);
      const sum = [7, 6, 5, 4, 3, 2].reduce((total, weight, place) => total + weight * Number(imo[place]), 0);
      expect(imo).toMatch(/^\d{7}$/);
      expect(String(sum).at(-1)).toBe(imo.at(-1));
    }
  });

  it('of containers: letters count from 10, without the multiples of 11', () => {
    const values = new Map<string, number>();
    let value = 10;
    for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
      if (value % 11 === 0) value++;
      values.set(letter, value++);
    }
    for (let each = 0; each < 1_000; each++) {
      const number = container(each % 7, each * 1_009);
      const sum = [...number.slice(0, 10)].reduce(
        (total, character, place) => total + (values.get(character) ?? Number(character)) * 2 ** place,
        0,
      );
      expect(String((sum % 11) % 10)).toBe(number.at(-1));
    }
  });
});
