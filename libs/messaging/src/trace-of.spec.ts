import { traceOf } from './trace-of.js';

const TRACE = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  correlationid: 'corr-1',
};
const structured = { 'content-type': Buffer.from('application/cloudevents+json; charset=utf-8') };

describe('the trace of a message', () => {
  it('is in its headers, in binary mode', () => {
    const headers = {
      ce_traceparent: Buffer.from(TRACE.traceparent),
      ce_correlationid: Buffer.from('corr-1'),
    };
    expect(traceOf({ headers, value: Buffer.from('{') })).toEqual(TRACE);
  });

  it('is in its value, in structured mode', () => {
    expect(traceOf({ headers: structured, value: Buffer.from(JSON.stringify(TRACE)) })).toEqual(TRACE);
  });

  it.each([null, '{', 'null', '7', '"x"', '[]', '{"traceparent":7,"correlationid":{}}'])(
    'is none where the value is %s',
    (value) => {
      expect(traceOf({ headers: structured, value: value === null ? null : Buffer.from(value) })).toEqual({});
    },
  );

  it('is none where a header is repeated, or longer than an attribute may be', () => {
    const headers = {
      ce_traceparent: [Buffer.from('a'), Buffer.from('b')],
      ce_correlationid: 'x'.repeat(1025),
    };
    expect(traceOf({ headers, value: null })).toEqual({});
  });
});
