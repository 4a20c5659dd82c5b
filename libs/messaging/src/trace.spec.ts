import type { CloudEvent } from '#contracts/cloudevent.js';
import { traced, traceFrom, traceOf, traceOfRequest } from './trace.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const OTHER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
const BEGUN = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/;

const event = (extensions: Record<string, string> = {}): CloudEvent => ({
  id: 'e-1',
  source: '/upstream',
  type: 'counters.added.v1',
  subject: 'c1',
  data: null,
  extensions,
});
/** The extensions of an event that came with a request of these headers. */
const extensionsOf = (headers: Record<string, string>, own: Record<string, string> = {}) =>
  traced([event(own)], headers)[0]!.extensions;

describe('an event that comes over HTTP', () => {
  it('takes the trace of its request, beside what extensions it has', () => {
    expect(
      extensionsOf({ traceparent: TRACEPARENT, tracestate: 'vendor=1,other=a b' }, { place: 'x' }),
    ).toEqual({ place: 'x', traceparent: TRACEPARENT, tracestate: 'vendor=1,other=a b' });
  });

  it('keeps the trace that it carries itself, whatever the request says', () => {
    const headers = { traceparent: TRACEPARENT, tracestate: 'vendor=1' };
    expect(extensionsOf(headers, { traceparent: OTHER })).toEqual({ traceparent: OTHER });
    expect(extensionsOf({}, { traceparent: 'none' })).toEqual({ traceparent: 'none' });
  });

  it('begins a trace where neither has one, the same for all of one request, and another for the next', () => {
    const begun = traced([event(), event()], {}).map(({ extensions }) => extensions['traceparent']);
    expect(begun).toEqual([expect.stringMatching(BEGUN), begun[0]]);
    expect(extensionsOf({})['traceparent']).not.toBe(begun[0]);
  });

  it.each([
    '',
    'nonsense',
    TRACEPARENT.toUpperCase(),
    ` ${TRACEPARENT}`,
    `${TRACEPARENT}-more`,
    `${TRACEPARENT}, ${OTHER}`,
    TRACEPARENT.slice(0, -1),
    `ff${TRACEPARENT.slice(2)}`,
    `cc${TRACEPARENT.slice(2)}more`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
  ])('passes over a header that is not valid, and what stands beside it: %s', (traceparent) => {
    expect(extensionsOf({ traceparent, tracestate: 'vendor=1' })).toEqual({
      traceparent: expect.stringMatching(BEGUN),
    });
  });

  it.each([
    ['cc', '01', '', '01'],
    ['cc', 'ff', '-what the future brings', '01'],
    ['01', '02', '-', '00'],
  ])('takes what is known of version %s, flags %s%s', (version, flags, more, taken) => {
    const ids = `${TRACE_ID}-b7ad6b7169203331`;
    expect(extensionsOf({ traceparent: `${version}-${ids}-${flags}${more}` })).toEqual({
      traceparent: `00-${ids}-${taken}`,
    });
  });

  it.each(['', 'a\u0000=1', 'a=é', 'a=\t1', `a=${'x'.repeat(511)}`])(
    'leaves a tracestate out that no attribute can hold, and keeps the trace: %j',
    (tracestate) => {
      expect(extensionsOf({ traceparent: TRACEPARENT, tracestate })).toEqual({ traceparent: TRACEPARENT });
    },
  );

  it('loses a tracestate that belongs to no trace', () => {
    expect(extensionsOf({ traceparent: TRACEPARENT }, { tracestate: 'lost=1' })).toEqual({
      traceparent: TRACEPARENT,
    });
  });
});

describe('an event passes on', () => {
  it('its trace with what vendors have said of it', () => {
    const trace = { traceparent: TRACEPARENT, tracestate: 'vendor=1' };
    expect(traceFrom(event({ ...trace, place: 'x' }))).toEqual(trace);
  });

  it.each([
    ['none', {}],
    ['none that is valid', { traceparent: '00-trace', tracestate: 'lost=1' }],
  ])(
    'where it has %s, a trace of its own making: the same each time, and another than another event',
    (_, its) => {
      const begun = traceFrom(event(its));
      expect(begun).toEqual({ traceparent: expect.stringMatching(BEGUN) });
      expect(traceFrom(event(its))).toEqual(begun);
      expect(traceFrom({ ...event(its), id: 'another' })).not.toEqual(begun);
      expect(traceFrom({ ...event(its), source: '/another' })).not.toEqual(begun);
    },
  );
});

describe('a log line has the trace and correlation ids', () => {
  const TOLD = { trace_id: TRACE_ID, correlationid: 'corr-1' };
  const ATTRIBUTES = { traceparent: TRACEPARENT, correlationid: 'corr-1' };
  const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
  const inKafka = { 'content-type': Buffer.from(structured['content-type']) };

  it('of a message in binary mode, from its headers', () => {
    const headers = { ce_traceparent: Buffer.from(TRACEPARENT), ce_correlationid: Buffer.from('corr-1') };
    expect(traceOf({ headers, value: Buffer.from('{') })).toEqual(TOLD);
  });

  it('of a message in structured mode, from its value', () => {
    expect(traceOf({ headers: inKafka, value: Buffer.from(JSON.stringify(ATTRIBUTES)) })).toEqual(TOLD);
  });

  it.each([null, '{', 'null', '7', '"x"', '[]', '{"traceparent":7,"correlationid":{}}'])(
    'of a message as far as there are any: not in %s',
    (value) => {
      expect(traceOf({ headers: inKafka, value: value === null ? null : Buffer.from(value) })).toEqual({});
    },
  );

  it('of a message whose headers are no ids as if it had none', () => {
    const headers = {
      ce_traceparent: [Buffer.from(TRACEPARENT), Buffer.from(OTHER)],
      ce_correlationid: 'x'.repeat(1025),
    };
    expect(traceOf({ headers, value: null })).toEqual({});
    expect(traceOf({ headers: { ce_traceparent: '00-trace' }, value: null })).toEqual({});
  });

  it('of a request from its event, in either mode, before its own', () => {
    const body = Buffer.from(JSON.stringify(ATTRIBUTES));
    expect(traceOfRequest({ headers: { ...structured, traceparent: OTHER }, body })).toEqual(TOLD);
    const binary = { 'ce-traceparent': TRACEPARENT, 'ce-correlationid': 'corr-1', traceparent: OTHER };
    expect(traceOfRequest({ headers: binary, body })).toEqual(TOLD);
  });

  it('of a request from its own header, where it brings no event or one without', () => {
    const told = { trace_id: TRACE_ID };
    expect(traceOfRequest({ headers: { traceparent: TRACEPARENT } })).toEqual(told);
    const headers = { ...structured, traceparent: TRACEPARENT };
    expect(traceOfRequest({ headers, body: Buffer.from('{"traceparent":"00-trace"}') })).toEqual(told);
  });
});
