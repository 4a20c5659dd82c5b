/** Whatever is sent as a DCSA event, the adapter says what it comes to, or what is wrong with it. */
import fc from 'fast-check';
import { checkData } from '#contracts/check-data.js';
import { readEnvelope } from '#contracts/cloudevent.js';
import { DCSA_VERSIONS } from '#contracts/dcsa.js';
import { EventRetracted, MilestoneReported, ObservationReported } from '#contracts/shipments.js';
import type { Accepted, ShipmentEvent } from '../shipment.js';
import { inAnyOrder } from '../shipment.arbitrary.js';
import { shipmentAfter } from '../shipment.story.js';
import { type Json, v3, VALID } from './dcsa.story.js';
import { type Sent, translateDcsa } from './translate-dcsa.js';

const CONTRACTS = [MilestoneReported, ObservationReported, EventRetracted];

/** What may stand where something else should. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom<unknown[]>(
    null,
    '',
    ' ',
    '\u0000',
    '\ud800',
    '__proto__',
    'EMPTY',
    'RELS',
    'LADEN',
    'TRANSSHIPMENT',
  ),
  fc.constantFrom(
    '2025-10-02T09:40:00Z',
    '2025-10-02',
    '0000-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-14:00',
  ),
  fc.constantFrom(
    'x'.repeat(600),
    Array(250).fill({ type: 'EQ', value: 'a' }),
    1e300,
    -0,
    Number.MAX_SAFE_INTEGER,
  ),
);
const anyName = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', '$where', 'length', 'a.b', 'isRetracted', 'eventID'),
);

type Path = readonly string[];
const pathsOf = (value: unknown, path: Path = []): Path[] =>
  value === null || typeof value !== 'object'
    ? [path]
    : [path, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, name]))];

const replaced = (value: unknown, [name, ...rest]: Path, by: unknown): unknown => {
  if (name === undefined) return by;
  // A list's items have no names: one under a name of its own is one more, and `length` is not to be had.
  if (Array.isArray(value) && !Object.keys(value).includes(name)) return [...(value as unknown[]), by];
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Json;
  const to = replaced(copy[name], rest, by);
  // As JSON.parse does, also of a name that would be the prototype.
  Object.defineProperty(copy, name, { value: to, enumerable: true, configurable: true, writable: true });
  return copy;
};

/** Sound events with up to three places changed, or named anew, and sometimes of another version than is said. */
const anySent: fc.Arbitrary<Sent> = fc
  .tuple(
    fc.constantFrom(...VALID),
    fc.array(fc.tuple(fc.nat(), fc.option(anyName, { nil: undefined }), anything), { maxLength: 3 }),
    fc.option(fc.constantFrom(...DCSA_VERSIONS), { nil: undefined, freq: 9 }),
  )
  .map(([[version, valid], changes, other]) => ({
    version: other ?? version,
    event: changes.reduce<unknown>((event, [nth, name, by]) => {
      const paths = pathsOf(event);
      const path = paths[nth % paths.length]!;
      return replaced(event, name === undefined ? path : [...path.slice(0, -1), name], by);
    }, valid),
  }))
  .map(({ version, event }) => ({ version, event: JSON.parse(JSON.stringify(event)) as unknown }));

describe('a DCSA event, whatever is wrong with it', () => {
  it('is refused with the places of it, or comes to events that hold to their contracts, the same each time', () => {
    const verdicts = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(anySent, (sent) => {
        const translation = translateDcsa(sent);
        expect(translateDcsa(structuredClone(sent))).toEqual(translation);
        if ('faults' in translation) {
          verdicts.refused++;
          expect(translation.faults.length).toBeGreaterThan(0);
          return;
        }
        verdicts.taken++;
        expect(translation.events).toHaveLength(1);
        for (const { id, source, type, time, data } of translation.events) {
          checkData(
            CONTRACTS.find((contract) => contract.type === type)!,
            'closed',
            data,
          );
          readEnvelope({ specversion: '1.0', subject: 'SHP-1', id, source, type, time });
          expect(JSON.stringify(data).length).toBeLessThan(200_000);
        }
        for (const { value } of translation.references) expect([...value].length).toBeLessThanOrEqual(300);
      }),
      { numRuns: 5_000 },
    );
    expect(verdicts.taken).toBeGreaterThan(500);
    expect(verdicts.refused).toBeGreaterThan(500);
  });

  it('is read whatever it is, if it is no event at all', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DCSA_VERSIONS),
        fc.anything({ withSparseArray: true }),
        (version, event) => {
          fc.pre(JSON.stringify(event) !== undefined);
          expect(
            translateDcsa({ version, event: JSON.parse(JSON.stringify(event)) as unknown }),
          ).toBeDefined();
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('the words of a party on its events, in any order and any number of times', () => {
  /** Updates and withdrawals of two events, at a few instants. */
  const word = fc
    .record({
      eventID: fc.constantFrom('a', 'b'),
      eventUpdatedDateTime: fc.constantFrom(
        undefined,
        '2025-10-01T00:00:00Z',
        '2025-10-02T05:00:00+05:00',
        '2025-10-03T00:00:00Z',
      ),
      isRetracted: fc.boolean(),
      code: fc.constantFrom('GTIN', 'LOAD', 'DISC', 'INSP'),
    })
    .map(({ code, ...told }): Accepted => {
      const translation = translateDcsa({
        version: '3.0.0',
        event: v3({ equipmentEventTypeCode: code }, told),
      });
      if ('faults' in translation) throw new Error(JSON.stringify(translation));
      const event = { ...translation.events[0]!, subject: 'SHP-1', extensions: {} } as ShipmentEvent;
      return { event, receivedAt: new Date('2025-11-01T00:00:00Z') };
    });
  const words = fc.uniqueArray(word, { selector: ({ event }) => event.id, maxLength: 8 });

  it('come to the same shipment', () => {
    fc.assert(
      fc.property(
        words.chain((events) => fc.tuple(fc.constant(events), inAnyOrder(events))),
        ([events, shuffled]) => {
          expect(shipmentAfter(shuffled)).toEqual(shipmentAfter(events));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
