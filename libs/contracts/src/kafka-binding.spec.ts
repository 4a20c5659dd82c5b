import {
  foreignMediaType,
  type Headers,
  readForeign,
  readKafka,
  subjectOf,
  writeKafka,
} from './kafka-binding.js';
import { RefusedEvent } from './fault.js';

const ce = (headers: Record<string, string>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));

const binary = ce({
  ce_specversion: '1.0',
  ce_id: 'a1',
  ce_source: '/carriers/7',
  ce_type: 'some.event.v1',
  ce_subject: 'shipment-1',
});
const structured = {
  specversion: '1.0',
  id: 'a1',
  source: '/carriers/7',
  type: 'some.event.v1',
  subject: 'shipment-1',
};

const refusal = (headers: Headers, value: Buffer | null = Buffer.from('{}')): string[] => {
  try {
    readKafka({ headers, value });
  } catch (error) {
    if (!(error instanceof RefusedEvent)) throw error;
    return [error.code, ...error.faults.map(({ code, pointer }) => `${code} ${pointer}`)];
  }
  throw new Error('it was taken');
};

describe('binary mode', () => {
  it('reads headers as Kafka clients give them: buffers or text', () => {
    const asText = Object.fromEntries(
      Object.entries(binary).map(([name, value]) => [name, value.toString()]),
    );
    const value = Buffer.from('{"a":1}');
    expect(readKafka({ headers: binary, value })).toEqual({
      id: 'a1',
      source: '/carriers/7',
      type: 'some.event.v1',
      subject: 'shipment-1',
      data: { a: 1 },
      extensions: {},
    });
    expect(readKafka({ headers: asText, value })).toEqual(readKafka({ headers: binary, value }));
  });

  it('takes a null value for an event without data', () => {
    expect(readKafka({ headers: binary, value: null }).data).toBeNull();
  });

  it('takes the content type from the header content-type, and keeps it as sent', () => {
    const headers = { ...binary, ...ce({ 'content-type': 'Application/JSON; Charset=utf-8' }) };
    expect(readKafka({ headers, value: Buffer.from('1') }).datacontenttype).toBe(
      'Application/JSON; Charset=utf-8',
    );
  });

  it('lets the header content-type count where ce_datacontenttype stands beside it', () => {
    const alone = { ...binary, ce_datacontenttype: 'application/geo+json' };
    expect(readKafka({ headers: alone, value: null }).datacontenttype).toBe('application/geo+json');
    const both = { ...alone, 'content-type': 'application/json' };
    expect(readKafka({ headers: both, value: null }).datacontenttype).toBe('application/json');
  });

  it('keeps extensions, partitionkey too, and passes over headers that are none of CloudEvents', () => {
    const headers = {
      ...binary,
      ...ce({ ce_traceparent: '00-1', ce_partitionkey: 'p', ce_place: '港', other: 'x' }),
    };
    expect(readKafka({ headers, value: null }).extensions).toEqual({
      traceparent: '00-1',
      partitionkey: 'p',
      place: '港',
    });
  });

  it('does not percent-decode: that is the HTTP binding', () => {
    expect(readKafka({ headers: { ...binary, ce_ext: '50%25' }, value: null }).extensions).toEqual({
      ext: '50%25',
    });
  });

  it('takes a header with a null value as absent', () => {
    expect(readKafka({ headers: { ...binary, ce_ext: null }, value: null }).extensions).toEqual({});
    expect(refusal({ ...binary, ce_id: null })).toEqual(['invalid-envelope', 'required /id']);
  });

  it.each<[string, Headers, ...string[]]>([
    [
      'a repeated attribute',
      { ...binary, ce_id: [Buffer.from('a'), Buffer.from('b')] },
      'invalid-envelope',
      'repeated /id',
    ],
    ['a repeated extension', { ...binary, ce_ext: ['a', 'a'] }, 'invalid-envelope', 'repeated /ext'],
    [
      'a repeated content type',
      { ...binary, 'content-type': ['a/b', 'a/b'] },
      'invalid-envelope',
      'repeated /datacontenttype',
    ],
    ['data in a header', { ...binary, ce_data: '{}' }, 'invalid-envelope', 'not-allowed /data'],
    [
      'base64 in a header',
      { ...binary, ce_data_base64: 'e30=' },
      'invalid-envelope',
      'malformed /data_base64',
    ],
    ['an attribute with a capital', { ...binary, ce_Ext: 'x' }, 'invalid-envelope', 'malformed /Ext'],
    ['an attribute without a name', { ...binary, ce_: 'x' }, 'invalid-envelope', 'malformed /'],
    [
      'an attribute named __proto__',
      { ...binary, ce___proto__: 'x' },
      'invalid-envelope',
      'malformed /__proto__',
    ],
    [
      'an attribute that is not UTF-8',
      { ...binary, ce_ext: Buffer.from([0xff]) },
      'invalid-envelope',
      'malformed /ext',
    ],
    [
      'a missing type',
      { ce_id: 'a', ce_specversion: '1.0', ce_source: '/a', ce_subject: 's' },
      'invalid-envelope',
      'required /type',
    ],
    [
      'data that is not JSON by its type',
      { ...binary, 'content-type': 'text/plain' },
      'unsupported-content-type',
      'not-allowed /datacontenttype',
    ],
    [
      'a batch, which Kafka has none of',
      { 'content-type': 'application/cloudevents-batch+json' },
      'unsupported-content-type',
    ],
    [
      'a structured event in another format',
      { 'content-type': 'application/cloudevents+avro' },
      'unsupported-content-type',
    ],
    ['a message that is no event', { 'content-type': 'application/json' }, 'not-a-cloudevent'],
    ['a message without headers', {}, 'not-a-cloudevent'],
  ])('refuses %s', (_, headers, ...expected) => {
    expect(refusal(headers)).toEqual(expected);
  });

  it.each([
    ['Content-Type', 'application/cloudevents+json', 'content-type'],
    ['CONTENT-TYPE', 'application/vnd.gs1.epcis+json', 'content-type'],
    ['Ce_Id', 'a1', 'ce_id'],
    [`CE_${'x'.repeat(1_000)}`, 'a1', `ce_${'x'.repeat(97)}`],
  ])('says how a header is named that is written in capitals: %s', (name, value, should) => {
    const refused = (headers: Headers): string => {
      try {
        return JSON.stringify(readKafka({ headers, value: Buffer.from('{}') }));
      } catch (error) {
        return `${(error as RefusedEvent).code}: ${(error as RefusedEvent).message}`;
      }
    };
    const words = `the header ${name.slice(0, 100)} must be named ${should}: in Kafka capitals make another name`;
    expect(refused({ [name]: Buffer.from(value) })).toBe(`not-a-cloudevent: ${words}`);
    expect(refused({ 'X-Trace': Buffer.from('1') })).toMatch(/^not-a-cloudevent: neither ce_ headers/u);
  });

  it('takes U+FFFD itself for what it is', () => {
    expect(
      readKafka({ headers: { ...binary, ce_ext: Buffer.from('\ufffd') }, value: null }).extensions,
    ).toEqual({ ext: '\ufffd' });
  });

  it.each(['', '{', '\ufeff{}', '{"a":1}x'])('refuses a value that is not JSON: %j', (value) => {
    expect(refusal(binary, Buffer.from(value))).toEqual(['malformed-json', 'malformed /data']);
  });

  it('refuses a value that is not UTF-8', () => {
    expect(refusal(binary, Buffer.from([0x22, 0xc3, 0x22]))).toEqual(['malformed-json', 'malformed /data']);
  });
});

describe('structured mode', () => {
  it.each([
    'application/cloudevents+json',
    'Application/CloudEvents+JSON; charset=UTF-8',
    'application/cloudevents+json ;x=y',
  ])('is told by the content type, whatever its case: %s', (contentType) => {
    const value = Buffer.from(JSON.stringify({ ...structured, data: { a: 1 } }));
    const event = readKafka({ headers: ce({ 'content-type': contentType }), value });
    expect(event).toEqual(readKafka({ headers: binary, value: Buffer.from('{"a":1}') }));
  });

  it('is not mixed with binary mode: the value alone counts', () => {
    const headers = {
      ...binary,
      ...ce({ 'content-type': 'application/cloudevents+json', ce_id: 'another' }),
    };
    expect(readKafka({ headers, value: Buffer.from(JSON.stringify(structured)) }).id).toBe('a1');
  });

  it('has an event in its value', () => {
    const headers = ce({ 'content-type': 'application/cloudevents+json' });
    expect(refusal(headers, null)).toEqual(['malformed-json', 'malformed ']);
    expect(refusal(headers, Buffer.from('[]'))).toEqual(['not-a-cloudevent', 'malformed ']);
  });
});

describe('writing', () => {
  it('keys by the subject, names the content type, and never ce_datacontenttype', () => {
    const { id, source, type, subject } = structured;
    const event = {
      id,
      source,
      type,
      subject,
      time: '2025-10-02T09:40:00.1-05:00',
      data: { a: 1 },
      extensions: { sequence: '1' },
    };
    expect(writeKafka(event)).toEqual({
      key: 'shipment-1',
      value: '{"a":1}',
      headers: {
        ce_specversion: '1.0',
        ce_id: 'a1',
        ce_source: '/carriers/7',
        ce_type: 'some.event.v1',
        ce_subject: 'shipment-1',
        ce_time: '2025-10-02T09:40:00.1-05:00',
        ce_sequence: '1',
        'content-type': 'application/json',
      },
    });
  });

  it('writes an event without data with a null value', () => {
    expect(
      writeKafka({ id: 'a', source: '/a', type: 't', subject: 's', data: null, extensions: {} }).value,
    ).toBeNull();
  });
});

describe('a message of another format', () => {
  it.each<[string, Headers, string | undefined]>([
    ['a content type', { 'content-type': Buffer.from('application/x+json') }, 'application/x+json'],
    [
      'any case, and parameters',
      { 'content-type': 'Application/X+JSON ; charset=utf-8' },
      'application/x+json',
    ],
    [
      'an attribute of CloudEvents beside it',
      { 'content-type': 'application/x+json', ce_id: 'a' },
      undefined,
    ],
    ['a content type given twice', { 'content-type': ['a/b', 'a/c'] }, undefined],
    ['none', { 'content-type': null }, undefined],
  ])('is told by %s', (_, headers, mediaType) => {
    expect(foreignMediaType(headers)).toBe(mediaType);
  });

  it('is read under its place, with its trace and the headers that are text', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = {
      ...ce({ party: 'MSK', traceparent, __proto__: 'x' }),
      bytes: Buffer.from([0xff]),
      twice: ['a', 'b'],
      none: null,
    };
    const event = readForeign('some.message.v1', 'in/3/17', { value: Buffer.from('[1]'), headers });
    expect(event).toEqual({
      id: 'in/3/17',
      source: '/kafka',
      type: 'some.message.v1',
      subject: 'in/3/17',
      data: { document: [1], headers: Object.assign(Object.create(null), { party: 'MSK', traceparent }) },
      extensions: { traceparent },
    });
  });

  it.each([null, Buffer.from(''), Buffer.from('{')])('is refused where it is no JSON: %j', (value) => {
    expect(() => readForeign('t', 'in/0/0', { value, headers: {} })).toThrow(
      expect.objectContaining({ code: 'malformed-json' }) as RefusedEvent,
    );
  });
});

describe('the subject, told at a glance', () => {
  const glance = (headers: Headers, value: Buffer | null = null): string | undefined =>
    subjectOf(
      (name) => headers[name],
      () => value,
    );
  const text = (subject: unknown): Buffer => Buffer.from(JSON.stringify({ subject }));

  it.each<[string, Headers, Buffer | null, string | undefined]>([
    ['binary mode', { ce_subject: Buffer.from('SHP-1'), 'content-type': 'application/json' }, null, 'SHP-1'],
    ['binary mode without a content type', { ce_subject: 'SHP-1' }, null, 'SHP-1'],
    ['structured mode', { 'content-type': 'Application/CloudEvents+json; a=b' }, text('SHP-1'), 'SHP-1'],
    [
      'structured mode beside a header',
      { 'content-type': 'application/cloudevents+json', ce_subject: 'SHP-2' },
      text('SHP-1'),
      'SHP-1',
    ],
    ['no CloudEvent', { 'content-type': 'application/json' }, text('SHP-1'), undefined],
    ['no JSON', { 'content-type': 'application/cloudevents+json' }, Buffer.from('{'), undefined],
    ['no value', { 'content-type': 'application/cloudevents+json' }, null, undefined],
    ['a subject that is no text', { 'content-type': 'application/cloudevents+json' }, text(7), undefined],
  ])('of %s', (_, headers, value, subject) => {
    expect(glance(headers, value)).toBe(subject);
  });
});
