import fc from 'fast-check';
import { checkData } from '#contracts/check-data.js';
import { EventRetracted, MilestoneReported, ObservationReported } from '#contracts/shipments.js';
import { ALL_KINDS, CONTEXT, documentOf, json } from './epcis.story.js';
import type { EpcisEvent, Json } from './epcis-event.js';
import { hashIdOf } from './event-hash.js';
import { readDocument } from './read-document.js';
import { translateEvent } from './translate-event.js';

const document = json(documentOf(...ALL_KINDS));

/** Every place in a value, as the names that lead to it. */
const placesIn = (value: Json, path: readonly string[] = []): readonly (readonly string[])[] =>
  value === null || typeof value !== 'object'
    ? [path]
    : [path, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner as Json, [...path, name]))];
const PLACES = placesIn(document);

/** What does not belong where it stands, and what would be a trap for careless code. */
const intruder = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    [],
    {},
    0,
    -0,
    1e308,
    'in_transit',
    'urn:epcglobal:cbv:bizstep:shipping',
    'urn:epc:id:sgtin:9521321.012345.',
    'urn:epc:id:gdti:9521321..',
    'urn:epc:idpat:itip:9521321.012345.01.01.*',
    'https://id.gs1.org/01/',
    'https://id.gs1.org/8010/9521/8011/',
    'urn:orebound:shipment:%E0%A4%A',
    '0000-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59.999999999Z',
    '2025-02-29T00:00:00Z',
    'https://'.padEnd(5_000, 'a'),
    { $where: '1' },
    [[[[[]]]]],
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'),
  ),
  fc.jsonValue(),
);

type Mutation = readonly [place: readonly string[], kind: 'replace' | 'remove' | 'add', value: unknown];

const mutation: fc.Arbitrary<Mutation> = fc.tuple(
  fc.constantFrom(...PLACES),
  fc.constantFrom('replace', 'remove', 'add'),
  intruder,
);

const mutated = (mutations: readonly Mutation[]): unknown => {
  const root = { root: structuredClone(document) } as Record<string, unknown>;
  for (const [place, kind, intruding] of mutations) {
    // One of its own each time: put into itself it would be a circle, and no JSON.
    const value = structuredClone(intruding);
    let holder: unknown = root;
    for (const name of ['root', ...place].slice(0, -1)) holder = (holder as Record<string, unknown>)?.[name];
    if (holder === null || typeof holder !== 'object') continue; // an earlier mutation has taken it away
    const last = ['root', ...place].at(-1)!;
    const at = holder as Record<string, unknown>;
    if (kind === 'remove') delete at[last];
    else if (kind === 'replace' || at[last] === null || typeof at[last] !== 'object') at[last] = value;
    else if (Array.isArray(at[last])) at[last].push(value);
    else {
      const name = typeof value === 'string' ? value : JSON.stringify(value);
      Object.defineProperty(at[last], name, { value, enumerable: true, configurable: true, writable: true });
    }
  }
  return JSON.parse(JSON.stringify(root['root'] ?? null));
};

const CONTRACTS = [MilestoneReported, ObservationReported, EventRetracted];

describe('whatever is sent', () => {
  it('is answered, never thrown at, and what is taken holds to its contract', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 4 }), (mutations) => {
        const read = readDocument(mutated(mutations));
        if ('faults' in read) return read.faults.length > 0;
        for (const { translation, identity } of read.items) {
          taken++;
          expect(identity.length).toBeLessThanOrEqual(900);
          for (const { type, data } of translation.events)
            checkData(
              CONTRACTS.find((contract) => contract.type === type)!,
              'closed',
              data,
            );
        }
        for (const { pointer, faults } of read.refused) {
          expect(faults.length).toBeGreaterThan(0);
          expect(faults.every((fault) => fault.pointer.startsWith(pointer))).toBe(true);
        }
        return read.items.length + read.refused.length > 0;
      }),
      { numRuns: 3_000 },
    );
    // The mutations are few enough that most events are still sound.
    expect(taken).toBeGreaterThan(3_000);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is told in a bounded number of faults, however much is wrong', () => {
    const read = readDocument(
      json(
        documentOf({
          ...ALL_KINDS[0],
          ...Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`p${n}`, n])),
        }),
      ),
    );
    expect(read).toMatchObject({ refused: [{ faults: { length: 50 } }] });
  });

  it.each([
    ['an identifier', { epcList: [`https://${'a'.repeat(200_000)}<`] }],
    ['a word', { bizStep: `https://${'a'.repeat(200_000)}<` }],
    ['a number', { 'ore:x': `0.${'0'.repeat(200_000)}1` }],
    ['a link', { 'ore:x': `https://a/${'01/'.repeat(60_000)}` }],
    ['blanks', { 'ore:x': `${' '.repeat(200_000)}x` }],
  ])('is answered while somebody waits, though %s be endless', (_, fields) => {
    // What would take time by the square of the length would take minutes.
    expect(readDocument(json(documentOf({ ...ALL_KINDS[0], ...fields })))).toHaveProperty('items');
  });

  it('is translated to the same each time', () => {
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 3 }), (mutations) => {
        const sent = mutated(mutations);
        expect(readDocument(sent)).toEqual(readDocument(structuredClone(sent)));
      }),
      { numRuns: 500 },
    );
  });
});

const LISTS = /List$|^childEPCs$|^set$|^unset$|^sensorReport$/u;

/** The same event with its properties, and the items of its lists, in another order. */
const shuffled = (value: Json, next: () => number, isList = false): Json => {
  const byChance = <T>(items: readonly T[]): T[] =>
    items
      .map((item) => [next(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  if (Array.isArray(value)) {
    const items = (value as Json[]).map((item) => shuffled(item, next));
    return isList ? byChance(items) : items;
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    byChance(Object.entries(value)).map(([name, inner]) => [
      name,
      shuffled(inner as Json, next, LISTS.test(name)),
    ]),
  );
};

describe('an event', () => {
  it('has one identity, in whatever order its properties and lists stand', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL_KINDS), fc.infiniteStream(fc.nat()), (event, chance) => {
        const other = shuffled(json(event), () => chance.next().value as number);
        const contexts = [json(CONTEXT)];
        expect(hashIdOf(other as unknown as EpcisEvent, contexts)).toBe(
          hashIdOf(event as unknown as EpcisEvent, contexts),
        );
        const ids = (one: unknown) => {
          const translation = translateEvent(one, contexts[0]);
          return 'events' in translation && translation.events.map(({ id, type }) => [id, type]);
        };
        expect(ids(other)).toEqual(ids(event));
      }),
      { numRuns: 500 },
    );
  });
});
