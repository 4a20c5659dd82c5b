import type { CloudEvent } from '#contracts/cloudevent.js';
import { announce, type Announcement, published } from './announcement.js';
import { Changed, COUNTERS_EVENTS } from './testing/counters.js';

const cause: CloudEvent = {
  id: 'e-1',
  source: '/upstream',
  type: 'counters.added.v1',
  subject: 'c1',
  time: '2025-10-02T08:00:00+05:00',
  data: { by: 1 },
  extensions: {
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    tracestate: 'vendor=1',
  },
};
const from = { source: '/counters', entity: 'c1', cause, nth: 0, sequence: 7 };
const announcement = announce(COUNTERS_EVENTS, Changed, { total: 1 });

describe('the id of what is published', () => {
  it('is the same for the same cause, whatever else has changed meanwhile', () => {
    const again = published({ ...announcement, data: { total: 99 } }, { ...from, sequence: 1_000 });
    expect(again.id).toBe(published(announcement, from).id);
  });

  it('is the UUID of version 5 that any other program reckons, and never changes between releases', () => {
    expect(published(announcement, from).id).toBe('78f13f64-4191-51b5-bb5a-1fac29e4060f');
  });

  it.each<[string, Announcement, typeof from]>([
    ['another announcement of the cause', announcement, { ...from, nth: 1 }],
    ['another topic', { ...announcement, topic: 'counters.audit' }, from],
    ['another type', { ...announcement, type: 'counters.changed.v2' }, from],
    ['another subject', { ...announcement, subject: 'c2' }, from],
    ['another entity', announcement, { ...from, entity: 'c2' }],
    ['another cause', announcement, { ...from, cause: { ...cause, id: 'e-2' } }],
    [
      'a cause of the same id from elsewhere',
      announcement,
      { ...from, cause: { ...cause, source: '/other' } },
    ],
  ])('is another for %s', (_, other, otherFrom) => {
    expect(published(other, otherFrom).id).not.toBe(published(announcement, from).id);
  });
});

describe('what is published', () => {
  it("keeps its source and id where it is another's word that is passed on", () => {
    const saidAs = { source: '/port', id: 'p-1' };
    expect(published({ ...announcement, saidAs }, from)).toEqual({
      ...published(announcement, from),
      ...saidAs,
    });
  });

  it('names its cause, keeps its trace, begins a correlation or goes on with it, and can be ordered as text', () => {
    expect(published(announcement, from)).toMatchObject({
      source: '/counters',
      subject: 'c1',
      time: cause.time,
      extensions: {
        sequence: '000000000007',
        causationid: 'e-1',
        correlationid: 'e-1',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        tracestate: 'vendor=1',
      },
    });
    const correlated = { ...cause, extensions: { correlationid: 'first' } };
    expect(published(announcement, { ...from, cause: correlated }).extensions).toMatchObject({
      causationid: 'e-1',
      correlationid: 'first',
    });
  });

  it('has a trace where its cause came without one, and is the same to the byte when it is published again', () => {
    const untraced = { ...from, cause: { ...cause, extensions: {} } };
    expect(published(announcement, untraced).extensions).toHaveProperty('traceparent');
    expect(published(announcement, untraced)).toEqual(published(announcement, untraced));
  });

  it('has its own time and subject where it says so', () => {
    const other = announce(
      COUNTERS_EVENTS,
      Changed,
      { total: 1 },
      { time: '2025-10-03T00:00:00Z', subject: 'c9' },
    );
    expect(published(other, from)).toMatchObject({ time: '2025-10-03T00:00:00Z', subject: 'c9' });
  });
});
