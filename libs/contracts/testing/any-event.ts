/** Generators of CloudEvents for property-based tests. */
import fc from 'fast-check';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { isUri, isUriReference } from '#contracts/uri.js';

const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

const text = (): fc.Arbitrary<string> =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).filter((value) => !FORBIDDEN.test(value));

const uri = (): fc.Arbitrary<string> =>
  fc
    .oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.constant('urn:orebound:test'))
    .filter(isUri);

const time = (): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      fc.stringMatching(/^(?:\.[0-9]{1,9})?$/),
      fc.constantFrom('Z', 'z', '+05:00', '-05:30', '+14:00', '-00:00'),
    )
    .map(([date, fraction, offset]) => `${date.toISOString().slice(0, 19)}${fraction}${offset}`);

const TAKEN = /^(?:specversion|id|source|type|subject|time|datacontenttype|dataschema|data|constructor)$/;
const extensionName = (): fc.Arbitrary<string> =>
  fc.stringMatching(/^[a-z0-9]{1,20}$/).filter((name) => !TAKEN.test(name));

export const anyId = (): fc.Arbitrary<string> => fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:~-]{0,20}$/);

/** JSON as it is after a trip through JSON: without -0, which JSON.stringify writes as 0. */
export const anyJson = (): fc.Arbitrary<unknown> =>
  fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** Any event that is valid, with whatever data. */
export const anyEvent = (): fc.Arbitrary<CloudEvent> =>
  fc.record(
    {
      id: text(),
      source: fc.oneof(uri(), fc.webPath().filter(isUriReference), fc.constant('#fragment')),
      type: text(),
      subject: anyId(),
      time: time(),
      datacontenttype: fc.constantFrom(
        'application/json',
        'Application/JSON; charset=UTF-8',
        'application/geo+json',
      ),
      dataschema: uri(),
      data: anyJson(),
      extensions: fc.dictionary(extensionName(), text(), { maxKeys: 5, noNullPrototype: true }),
    },
    { requiredKeys: ['id', 'source', 'type', 'subject', 'data', 'extensions'] },
  ) as fc.Arbitrary<CloudEvent>;
