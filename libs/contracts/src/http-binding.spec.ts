import { RefusedEvent } from './fault.js';
import { eachItem, readHttp } from './http-binding.js';

const binary = {
  'ce-specversion': '1.0',
  'ce-id': 'a1',
  'ce-source': '/carriers/7',
  'ce-type': 'some.event.v1',
  'ce-subject': 'shipment-1',
};
const item = {
  specversion: '1.0',
  id: 'a1',
  source: '/carriers/7',
  type: 'some.event.v1',
  subject: 'shipment-1',
};
const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

const read = (headers: Record<string, string | string[]>, body: unknown = ''): ReturnType<typeof readHttp> =>
  readHttp({ headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });

const refusal = (headers: Record<string, string | string[]>, body: unknown = ''): string[] => {
  try {
    read(headers, body);
  } catch (error) {
    if (!(error instanceof RefusedEvent)) throw error;
    return [error.code, ...error.faults.map(({ code, pointer }) => `${code} ${pointer}`)];
  }
  throw new Error('it was taken');
};

describe('binary mode', () => {
  it('takes attributes from headers and data from the body', () => {
    const { events, batch } = read({ ...binary, 'content-type': 'application/json' }, { a: 1 });
    expect(batch).toBe(false);
    expect(events).toEqual([
      {
        id: 'a1',
        source: '/carriers/7',
        type: 'some.event.v1',
        subject: 'shipment-1',
        datacontenttype: 'application/json',
        data: { a: 1 },
        extensions: {},
      },
    ]);
  });

  it('takes an empty body for an event without data', () => {
    expect(read(binary).events[0]!.data).toBeNull();
  });

  it('lets the header content-type count where ce-datacontenttype stands beside it', () => {
    const headers = { ...binary, 'ce-datacontenttype': 'text/plain', 'content-type': 'application/json' };
    expect(read(headers, '1').events[0]!.datacontenttype).toBe('application/json');
  });

  it.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['100%25', '100%'],
    ['%2525', '%25'],
    ['"with spaces"', 'with spaces'],
    ['"a \\"quoted\\" \\\\ word %E2%82%AC"', 'a "quoted" \\ word €'],
    ['"half', '"half'],
  ])('decodes a header once: %s', (sent, attribute) => {
    expect(read({ ...binary, 'ce-ext': sent }).events[0]!.extensions).toEqual({ ext: attribute });
  });

  it.each<[string, Record<string, string | string[]>, ...string[]]>([
    ['a broken escape', { ...binary, 'ce-ext': '100%' }, 'invalid-envelope', 'malformed /ext'],
    ['an escape that is not UTF-8', { ...binary, 'ce-ext': '%FF' }, 'invalid-envelope', 'malformed /ext'],
    ['a line break in disguise', { ...binary, 'ce-ext': 'a%0Ab' }, 'invalid-envelope', 'malformed /ext'],
    ['a repeated header', { ...binary, 'ce-ext': ['a', 'b'] }, 'invalid-envelope', 'repeated /ext'],
    ['data in a header', { ...binary, 'ce-data': 'x' }, 'invalid-envelope', 'not-allowed /data'],
    ['a name with a hyphen', { ...binary, 'ce-my-ext': 'x' }, 'invalid-envelope', 'malformed /my-ext'],
    [
      'another version',
      { ...binary, 'ce-specversion': '0.3' },
      'invalid-envelope',
      'not-allowed /specversion',
    ],
    [
      'a form',
      { ...binary, 'content-type': 'multipart/form-data' },
      'unsupported-content-type',
      'not-allowed /datacontenttype',
    ],
    [
      'CloudEvents in another format',
      { 'content-type': 'application/cloudevents+xml' },
      'unsupported-content-type',
    ],
    ['a request that is no event', { 'content-type': 'application/json' }, 'unsupported-content-type'],
    ['a request without headers', {}, 'unsupported-content-type'],
  ])('refuses %s', (_, headers, ...expected) => {
    expect(refusal(headers, '{}')).toEqual(expected);
  });

  it('refuses a body that is not JSON', () => {
    expect(refusal(binary, '{')).toEqual(['malformed-json', 'malformed /data']);
  });
});

describe('structured mode', () => {
  it.each(['application/cloudevents+json', 'Application/CloudEvents+JSON;charset=utf-8'])(
    '%s',
    (contentType) => {
      const { events, batch } = read({ 'content-type': contentType }, { ...item, data: { a: 1 } });
      expect(batch).toBe(false);
      expect(events).toEqual([{ ...read(binary).events[0]!, data: { a: 1 } }]);
    },
  );

  it('has one event in its body', () => {
    expect(refusal(STRUCTURED, '')).toEqual(['malformed-json', 'malformed ']);
    expect(refusal(STRUCTURED, [item])).toEqual(['not-a-cloudevent', 'malformed ']);
  });
});

describe('batched mode', () => {
  it('has any number of events, none included', () => {
    expect(read(BATCH, [])).toEqual({ batch: true, events: [] });
    expect(read(BATCH, [item, { ...item, id: 'a2' }]).events.map(({ id }) => id)).toEqual(['a1', 'a2']);
    expect(read({ 'content-type': 'APPLICATION/CloudEvents-Batch+JSON' }, [item]).batch).toBe(true);
  });

  it('tells the faults of every item, each with its place', () => {
    const items = [item, { ...item, id: '' }, item, 'text', { ...item, time: 'x', Ext: 1 }];
    expect(refusal(BATCH, items)).toEqual([
      'invalid-envelope',
      'malformed /1/id',
      'malformed /3',
      'malformed /4/time',
      'malformed /4/Ext',
    ]);
  });

  it('is a list, of at most 1000', () => {
    expect(refusal(BATCH, item)).toEqual(['not-a-cloudevent', 'malformed ']);
    expect(read(BATCH, Array(1000).fill(item)).events).toHaveLength(1000);
    expect(refusal(BATCH, Array(1001).fill(item))).toEqual(['too-large', 'too-large ']);
  });

  it('says how many items are refused, though it tells no more than 50 faults', () => {
    const read = (): never[] =>
      eachItem(Array(80).fill('text'), true, () => {
        throw new RefusedEvent('not-a-cloudevent', 'no');
      });
    expect(read).toThrow('80 of the 80 items are refused, so none was taken');
  });

  it('lets pass what is not the event’s fault', () => {
    const broken = new TypeError('broken');
    expect(() =>
      eachItem([1], true, () => {
        throw broken;
      }),
    ).toThrow(broken);
  });
});
