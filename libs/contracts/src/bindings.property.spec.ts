import fc from 'fast-check';
import { anyEvent, anyJson } from '../testing/any-event.js';
import { type CloudEvent, jsonEvent, readJsonEvent } from './cloudevent.js';
import { RefusedEvent } from './fault.js';
import { readHttp } from './http-binding.js';
import { readKafka, writeKafka } from './kafka-binding.js';

const buffers = (headers: Record<string, string>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));

/** Of what a producer sent, or throws what it was refused with. */
const refusedOrTaken = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    if (error instanceof RefusedEvent) return undefined;
    throw error;
  }
};

describe('what is written is read as the same event', () => {
  it('over Kafka in binary mode, but for the content type that it then names', () => {
    fc.assert(
      fc.property(anyEvent(), (event) => {
        const { key, value, headers } = writeKafka(event);
        const read = readKafka({
          value: value === null ? null : Buffer.from(value),
          headers: buffers(headers),
        });
        expect(key).toBe(event.subject);
        expect(read).toEqual({ datacontenttype: 'application/json', ...event });
      }),
    );
  });

  it('in the JSON format, over Kafka and HTTP', () => {
    fc.assert(
      fc.property(anyEvent(), (event) => {
        const bytes = Buffer.from(JSON.stringify(jsonEvent(event)));
        const headers = { 'content-type': 'application/cloudevents+json' };
        expect(readKafka({ value: bytes, headers: buffers(headers) })).toEqual(event);
        expect(readHttp({ headers, body: bytes })).toEqual({ batch: false, events: [event] });
      }),
    );
  });

  it('in a batch', () => {
    fc.assert(
      fc.property(fc.array(anyEvent(), { maxLength: 5 }), (events) => {
        const body = Buffer.from(JSON.stringify(events.map(jsonEvent)));
        expect(readHttp({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body })).toEqual(
          {
            batch: true,
            events,
          },
        );
      }),
    );
  });

  it('over HTTP in binary mode, percent-encoded', () => {
    fc.assert(
      fc.property(anyEvent(), (event) => {
        const { extensions, data, datacontenttype, ...attributes } = event;
        const ce = Object.entries({ specversion: '1.0', ...attributes, ...extensions });
        const headers = {
          ...Object.fromEntries(ce.map(([name, value]) => [`ce-${name}`, encodeURIComponent(value)])),
          ...(datacontenttype !== undefined && { 'content-type': datacontenttype }),
        };
        const body = Buffer.from(data === null ? '' : JSON.stringify(data));
        expect(readHttp({ headers, body }).events).toEqual([event]);
      }),
    );
  });
});

/** Names that would do harm as a property of ours, or as a key in MongoDB. */
const TRAPS = ['__proto__', 'constructor', 'prototype', '$where', '$set', 'a.b', 'a\0b', ''];
const name = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'ext', ...TRAPS),
    fc.string(),
  );
const bytes = (): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.json().map((json) => Buffer.from(json)),
    fc.dictionary(name(), anyJson()).map((object) => Buffer.from(JSON.stringify(object))),
  );
const contentType = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(
      'application/json',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'text/x',
    ),
    fc.string(),
  );
const headerValue = fc.oneof(fc.string(), fc.constantFrom('1.0', 'a', '%', '"'));

describe('whatever is sent', () => {
  it('to Kafka is an event or refused: nothing else is thrown', () => {
    const value = fc.oneof(headerValue, bytes(), fc.constant(null), fc.array(bytes(), { maxLength: 3 }));
    const headers = fc.dictionary(
      fc.oneof(
        name().map((it) => `ce_${it}`),
        fc.string(),
      ),
      value,
    );
    fc.assert(
      fc.property(headers, fc.option(contentType()), fc.option(bytes()), (given, type, body) => {
        const all = type === null ? given : { ...given, 'content-type': type };
        refusedOrTaken(() => readKafka({ headers: all, value: body }));
      }),
      { numRuns: 2000 },
    );
  });

  it('over HTTP is events or refused: nothing else is thrown', () => {
    const value = fc.oneof(headerValue, fc.array(headerValue, { maxLength: 3 }));
    const headers = fc.dictionary(
      fc.oneof(
        name().map((it) => `ce-${it}`),
        fc.string(),
      ),
      value,
    );
    fc.assert(
      fc.property(headers, fc.option(contentType()), bytes(), (given, type, body) => {
        const all = type === null ? given : { ...given, 'content-type': type };
        refusedOrTaken(() => readHttp({ headers: all, body }));
      }),
      { numRuns: 2000 },
    );
  });

  it('tells at most 50 faults, none twice, in few words', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 1000 }), anyJson(), { maxKeys: 100 }), (object) => {
        expect.hasAssertions();
        try {
          readJsonEvent(object);
        } catch (error) {
          const { faults, message } = error as RefusedEvent;
          expect(message.length).toBeLessThanOrEqual(2000);
          expect(faults.length).toBeLessThanOrEqual(50);
          expect(new Set(faults.map(({ code, pointer }) => `${code} ${pointer}`)).size).toBe(faults.length);
          for (const { pointer, message: words } of faults) {
            expect(pointer.length).toBeLessThanOrEqual(256);
            expect(words.length).toBeLessThanOrEqual(300);
          }
        }
      }),
    );
  });
});

describe('no name does harm', () => {
  const attributes = { specversion: '1.0', id: 'a', source: '/a', type: 't', subject: 's' };
  const sent = (trap: string): CloudEvent | undefined =>
    refusedOrTaken(() =>
      readJsonEvent(JSON.parse(`{${JSON.stringify(trap)}:"x",${JSON.stringify(attributes).slice(1)}`)),
    ) as CloudEvent | undefined;

  it.each(TRAPS.filter((trap) => trap !== 'prototype'))(
    'as an extension attribute: %j is refused',
    (trap) => {
      expect(sent(trap)).toBeUndefined();
      expect(
        refusedOrTaken(() =>
          readKafka({
            headers: {
              ...writeKafka({ ...attributes, data: null, extensions: {} }).headers,
              [`ce_${trap}`]: 'x',
            },
            value: null,
          }),
        ),
      ).toBeUndefined();
    },
  );

  it('as an extension attribute: whatever it is, it is a plain word and an own property of a plain object', () => {
    fc.assert(
      fc.property(name(), (any) => {
        const event = sent(any);
        if (!event) return;
        expect(Object.getPrototypeOf(event.extensions)).toBe(Object.prototype);
        for (const extension of Object.keys(event.extensions)) expect(extension).toMatch(/^[a-z0-9]+$/);
      }),
    );
  });
});
