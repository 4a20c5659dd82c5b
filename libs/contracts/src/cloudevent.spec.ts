import fc from 'fast-check';
import { jsonEvent, parseJson, readJsonEvent } from './cloudevent.js';
import { type Fault, RefusedEvent } from './fault.js';

const valid = {
  specversion: '1.0',
  id: 'a1',
  source: 'https://carrier.example/track',
  type: 'orebound.shipment.milestone-reported.v1',
  subject: 'shipment-1',
};

const refusal = (value: unknown): RefusedEvent => {
  try {
    readJsonEvent(value);
  } catch (error) {
    if (error instanceof RefusedEvent) return error;
    throw error;
  }
  throw new Error('it was taken');
};
const places = (faults: readonly Fault[]): string[] =>
  faults.map(({ code, pointer }) => `${code} ${pointer}`);
const without = (name: keyof typeof valid): object =>
  Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name));

describe('a valid event of the JSON format', () => {
  it('needs no time, no data and no content type', () => {
    const { specversion: _, ...attributes } = valid;
    expect(readJsonEvent(valid)).toEqual({ ...attributes, data: null, extensions: {} });
  });

  it('may say null for what it does not have', () => {
    expect(
      readJsonEvent({ ...valid, time: null, dataschema: null, datacontenttype: null, traceparent: null }),
    ).toEqual(readJsonEvent(valid));
  });

  it.each([
    '2025-10-02T09:40:00Z',
    '2025-10-02T09:40:00.123456789-05:00',
    '2025-10-02t09:40:00.000000000z',
    '2024-02-29T23:59:59+14:00',
    '0000-02-29T00:00:00Z',
  ])('keeps its time as it was sent: %s', (time) => {
    expect(readJsonEvent({ ...valid, time }).time).toBe(time);
  });

  it.each([
    '#fragment',
    '/carriers/7',
    'urn:epc:id:sgln:0614141.07346.0',
    'a/b:c',
    '//host/x',
    'mailto:x@y.example',
    '?q',
    'http://[::1]/x',
  ])('may name its source by any URI reference: %s', (source) => {
    expect(readJsonEvent({ ...valid, source }).source).toBe(source);
  });

  it('keeps extensions of every type of attribute, as text', () => {
    const sent = {
      extinteger: 10,
      extboolean: true,
      extstring: 'Gwādar ≈ 港',
      exturi: 'https://x.example',
      extbinary: 'TWE=',
    };
    expect(readJsonEvent({ ...valid, ...sent }).extensions).toEqual({
      extinteger: '10',
      extboolean: 'true',
      extstring: 'Gwādar ≈ 港',
      exturi: 'https://x.example',
      extbinary: 'TWE=',
    });
  });

  it.each([false, 0, '', [], 'text', { a: null }])('has as data any JSON: %j', (data) => {
    expect(readJsonEvent({ ...valid, data }).data).toEqual(data);
  });

  it('may carry its JSON data in base64', () => {
    const data_base64 = Buffer.from('{"xyz":123}').toString('base64');
    expect(readJsonEvent({ ...valid, data_base64 }).data).toEqual({ xyz: 123 });
  });

  it.each([
    'APPLICATION/JSON',
    'application/json;charset=utf-8',
    'application/vnd.dcsa+json',
    'text/json ; a=b',
  ])('may call JSON %s', (datacontenttype) => {
    expect(readJsonEvent({ ...valid, datacontenttype, data: 1 }).datacontenttype).toBe(datacontenttype);
  });
});

describe('an invalid envelope is refused, with the code and the place of each fault', () => {
  const deep = { a: 1 };
  it.each<[string, unknown, ...string[]]>([
    ['without specversion', without('specversion'), 'required /specversion'],
    ['without id', without('id'), 'required /id'],
    ['without source', without('source'), 'required /source'],
    ['without type', without('type'), 'required /type'],
    ['without subject', without('subject'), 'required /subject'],
    [
      'without anything',
      {},
      'required /specversion',
      'required /id',
      'required /source',
      'required /type',
      'required /subject',
    ],
    ['with a null id', { ...valid, id: null }, 'required /id'],
    ['with an empty id', { ...valid, id: '' }, 'malformed /id'],
    ['with an empty type', { ...valid, type: '' }, 'malformed /type'],
    ['with an empty source', { ...valid, source: '' }, 'malformed /source'],
    ['with an empty specversion', { ...valid, specversion: '' }, 'malformed /specversion'],
    ['with an empty subject', { ...valid, subject: '' }, 'malformed /subject'],
    ['with an empty datacontenttype', { ...valid, datacontenttype: '' }, 'malformed /datacontenttype'],
    ['with an empty dataschema', { ...valid, dataschema: '' }, 'malformed /dataschema'],
    ['of version 0.3', { ...valid, specversion: '0.3' }, 'not-allowed /specversion'],
    ['of version 1', { ...valid, specversion: 1 }, 'malformed /specversion'],
    ['with a number for an id', { ...valid, id: 25 }, 'malformed /id'],
    ['with an object for an id', { ...valid, id: deep }, 'malformed /id'],
    ['with a list for a type', { ...valid, type: ['a'] }, 'malformed /type'],
    ['with a garbled time', { ...valid, time: 'lunchtime' }, 'malformed /time'],
    ['with a time without seconds', { ...valid, time: '2018-04-05T18:31Z' }, 'malformed /time'],
    ['with a time without offset', { ...valid, time: '2018-04-05T18:31:00' }, 'malformed /time'],
    ['with an offset that is a letter', { ...valid, time: '2018-04-05T18:31:00X' }, 'malformed /time'],
    ['with an offset of 25 hours', { ...valid, time: '2018-04-05T18:31:00+25:00' }, 'malformed /time'],
    ['with an offset of letters', { ...valid, time: '2018-04-05T18:31:00+xx:00' }, 'malformed /time'],
    ['with an offset of hours alone', { ...valid, time: '2018-04-05T18:31:00+05' }, 'malformed /time'],
    ['with the 29th of February of 2025', { ...valid, time: '2025-02-29T00:00:00Z' }, 'malformed /time'],
    ['with the 31st of June', { ...valid, time: '2025-06-31T00:00:00Z' }, 'malformed /time'],
    ['with a leap second', { ...valid, time: '2016-12-31T23:59:60Z' }, 'malformed /time'],
    ['with a time in a list', { ...valid, time: ['2018-04-05T18:31:00Z'] }, 'malformed /time'],
    ['with a source with a space', { ...valid, source: 'a b' }, 'malformed /source'],
    ['with a source with a broken escape', { ...valid, source: '/a%2' }, 'malformed /source'],
    ['with a source that seems to have a scheme', { ...valid, source: '1:2' }, 'malformed /source'],
    ['with a source with two fragments', { ...valid, source: '#a#b' }, 'malformed /source'],
    ['with a relative dataschema', { ...valid, dataschema: '/schema' }, 'malformed /dataschema'],
    ['with a dataschema with a space', { ...valid, dataschema: 'urn:a b' }, 'malformed /dataschema'],
    ['with a content type that is none', { ...valid, datacontenttype: 'xyz' }, 'malformed /datacontenttype'],
    ['with a subject with a space', { ...valid, subject: 'ship 1' }, 'malformed /subject'],
    ['with a subject that begins like an operator', { ...valid, subject: '$where' }, 'malformed /subject'],
    ['with a subject that is too long', { ...valid, subject: 'x'.repeat(129) }, 'malformed /subject'],
    ['with an id that is too long', { ...valid, id: 'x'.repeat(1025) }, 'too-long /id'],
    ['with a line break in its id', { ...valid, id: 'a\nb' }, 'malformed /id'],
    ['with half a character in its type', { ...valid, type: 'a\ud800' }, 'malformed /type'],
    ['with a noncharacter in an extension', { ...valid, ext: 'a\uffff' }, 'malformed /ext'],
    ['with a capital in an extension', { ...valid, MyExtension: 'x' }, 'malformed /MyExtension'],
    ['with a dot in an extension', { ...valid, 'my.extension': 'x' }, 'malformed /my.extension'],
    ['with a slash in an extension', { ...valid, 'a/b~c': 'x' }, 'malformed /a~1b~0c'],
    ['with a fraction for an extension', { ...valid, ext: 1.5 }, 'malformed /ext'],
    ['with a whole number of more than 32 bits', { ...valid, ext: 2 ** 31 }, 'malformed /ext'],
    ['with an object for an extension', { ...valid, ext: deep }, 'malformed /ext'],
    ['with $where for an extension', { ...valid, $where: 'x' }, 'malformed /$where'],
    [
      'with __proto__ for an extension',
      JSON.parse(`{"__proto__":"x",${JSON.stringify(valid).slice(1)}`),
      'malformed /__proto__',
    ],
    ['with constructor for an extension', { ...valid, constructor: 'x' }, 'not-allowed /constructor'],
    [
      'with data twice',
      { ...valid, data: 'text', data_base64: 'eyAieHl6IjogMTIzIH0=' },
      'not-allowed /data_base64',
    ],
    ['with base64 that is none', { ...valid, data_base64: 'a*b' }, 'malformed /data_base64'],
    ['with a number for base64', { ...valid, data_base64: 5 }, 'malformed /data_base64'],
    [
      'with several faults',
      { ...valid, id: '', time: 'x', Ext: 1 },
      'malformed /id',
      'malformed /time',
      'malformed /Ext',
    ],
  ])('%s', (_, value, ...faults) => {
    const { code, faults: told } = refusal(value);
    expect(code).toBe('invalid-envelope');
    expect(places(told)).toEqual(faults);
  });

  it('with more extensions than are taken', () => {
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`ext${index}`, 'x']));
    expect(places(refusal({ ...valid, ...many }).faults)).toEqual(['too-many /ext32']);
    const { ext32: _, ...taken } = many;
    // A door that adds the trace makes no event one that is refused behind it.
    const extensions = { ...taken, traceparent: '00-1', tracestate: 'a=1' };
    expect(readJsonEvent({ ...valid, ...extensions }).extensions).toEqual(extensions);
  });

  it('with more faults than anybody reads: the first 50 are told', () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`Ext${index}`, 'x']));
    expect(refusal({ ...valid, ...many }).faults).toHaveLength(50);
  });

  it.each([null, 'text', 5, true, [], [valid]])('what is no object is no event: %j', (value) => {
    expect(refusal(value).code).toBe('not-a-cloudevent');
  });

  it.each(['text/plain', 'application/xml', 'application/jsonp'])(
    'data that is not JSON: %s',
    (datacontenttype) => {
      const { code, faults } = refusal({ ...valid, datacontenttype, data: 'x' });
      expect([code, ...places(faults)]).toEqual(['unsupported-content-type', 'not-allowed /datacontenttype']);
    },
  );

  it('base64 of what is not JSON, or not UTF-8', () => {
    for (const bytes of [Buffer.from('{'), Buffer.from([0x22, 0xff, 0x22])]) {
      const { code, faults } = refusal({ ...valid, data_base64: bytes.toString('base64') });
      expect([code, ...places(faults)]).toEqual(['malformed-json', 'malformed /data_base64']);
    }
  });
});

describe('JSON', () => {
  it.each([
    ['a character of two halves', '"\\ud83d\\uDCE6"', '📦'],
    ['the names of halves', '"\\\\ud83d \\\\\\\\udce6"', '\\ud83d \\\\udce6'],
    ['another escape', '"\\u0041\\n\\"\\ud7ff\\ue000"', 'A\n"\ud7ff\ue000'],
  ])('is taken with %s', (_, text, value) => {
    expect(parseJson(text)).toBe(value);
  });

  it.each([
    ['the first half alone', '"\\ud83d"'],
    ['the first half, and something else', '"\\uD83D\\u0041"'],
    ['the second half alone', '"\\uDCE6"'],
    ['the halves the wrong way round', '"\\uDCE6\\uD83D"'],
    ['a half behind a backslash', '"\\\\\\ud83d"'],
    ['a half behind a whole', '"\\ud83d\\udce6\\udce6"'],
    ['a half in a name', '{"\\ud83d":1}'],
  ])('is refused with %s: it would be kept as another character', (_, text) => {
    expect(() => parseJson(text, '/data')).toThrow(
      expect.objectContaining({
        code: 'malformed-json',
        faults: [expect.objectContaining({ pointer: '/data' })],
      }) as Error,
    );
  });

  it('is taken just where what it says can be kept as UTF-8, and told in time', () => {
    const half = fc.constantFrom('\\ud83d', '\\uDCE6', '\\\\', '\\u0041', 'u', 'd83d', '📦');
    const isTaken = (text: string): boolean => {
      try {
        parseJson(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.array(half), (halves) => {
        const text = `"${halves.join('')}"`;
        return isTaken(text) === (JSON.parse(text) as string).isWellFormed();
      }),
      { numRuns: 2_000 },
    );
    // What would take time by the square of the length would take minutes.
    expect(isTaken(`"${'\\ud83d\\udce6'.repeat(200_000)}\\ud83d"`)).toBe(false);
  });
});

describe('writing the JSON format', () => {
  it('puts extensions beside the attributes, and leaves out data that there is none of', () => {
    const event = readJsonEvent({ ...valid, traceparent: '00-1' });
    expect(jsonEvent(event)).toEqual({ ...valid, traceparent: '00-1' });
    expect(jsonEvent({ ...event, data: { a: 1 } })).toEqual({
      ...valid,
      traceparent: '00-1',
      data: { a: 1 },
    });
  });
});
