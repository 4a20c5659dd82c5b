import fc from 'fast-check';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { type Acceptance, Acceptances, type HistoryPage, pageIdsOf } from './history.js';

const event = (id: string, source = '/mine'): CloudEvent => ({
  id,
  source,
  type: 't',
  subject: 'S',
  data: {},
  extensions: {},
});
const ORIGIN = { topic: 't', partition: 3 };
const AT = new Date('2025-10-02T09:40:00Z');

const anyEvent = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 8 }),
    source: fc.constantFrom('/mine', '/port', '/mine 1'),
  })
  .map(({ id, source }) => event(id, source));

/** What an entity's document and its pages are once each of these lists was accepted by a write of its own. */
function accepted(writes: readonly (readonly CloudEvent[])[]): {
  acceptance: Acceptance | undefined;
  pages: HistoryPage[];
} {
  let acceptance: Acceptance | undefined;
  const pages: HistoryPage[] = [];
  for (const events of writes) {
    const acceptances = new Acceptances('S', ORIGIN, acceptance);
    for (const one of events) acceptances.add(Acceptances.keyOf(one), 1, AT, JSON.stringify(one));
    const written = acceptances.written();
    pages.push(...written.pages);
    acceptance = written.acceptance;
  }
  return { acceptance, pages };
}

describe('what an entity has accepted', () => {
  it('tells an event that was accepted from one that was not, stored or not yet', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyEvent, { maxLength: 20 }), { maxLength: 5 }),
        fc.array(anyEvent),
        (writes, others) => {
          const acceptances = new Acceptances('S', ORIGIN, accepted(writes.slice(0, -1)).acceptance);
          for (const one of writes.at(-1) ?? []) acceptances.add(Acceptances.keyOf(one), 1, AT, '{}');

          const keys = new Set(writes.flat().map(({ source, id }) => `${source} ${id}`));
          for (const one of [...writes.flat(), ...others])
            expect(acceptances.has(Acceptances.keyOf(one))).toBe(keys.has(`${one.source} ${one.id}`));
        },
      ),
    );
  });

  it('is on pages, one a write, named in the order in which they were written', () => {
    const { acceptance, pages } = accepted([[event('b'), event('a')], [event('c')]]);

    expect(pages.map(({ events }) => events.map((one) => (JSON.parse(one.event) as CloudEvent).id))).toEqual([
      ['b', 'a'],
      ['c'],
    ]);
    expect([...pageIdsOf('S', acceptance!)]).toEqual(pages.map(({ _id }) => _id));
    expect(pages.every(({ _id }) => _id.startsWith('S '))).toBe(true);
  });

  it('is on several pages where one would grow past what a document holds', () => {
    const acceptances = new Acceptances('S', ORIGIN, undefined);
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(400_000));
    for (const [nth, text] of texts.entries()) acceptances.add(`key-${nth}`.padEnd(16, '-'), nth, AT, text);
    const { pages, acceptance } = acceptances.written();

    expect(pages.map(({ events }) => events.length)).toEqual([2, 2]);
    expect(pages.flatMap(({ events }) => events.map((one) => one.event))).toEqual(texts);
    expect([...pageIdsOf('S', acceptance)]).toEqual(pages.map(({ _id }) => _id));
  });

  it('is one page where it is written twice alike, and two where it came elsewhere, was learnt at another time or is another event', () => {
    const page = (id: string, offset: number, at: Date, origin = ORIGIN): string => {
      const acceptances = new Acceptances('S', origin, undefined);
      acceptances.add(Acceptances.keyOf(event(id)), offset, at, '{}');
      return acceptances.written().pages[0]!._id;
    };
    const written = page('a', 7, AT);

    expect(page('a', 7, AT)).toBe(written);
    expect(page('b', 7, AT)).not.toBe(written);
    expect(page('a', 8, AT)).not.toBe(written);
    expect(page('a', 7, new Date(AT.getTime() + 1))).not.toBe(written);
    expect(page('a', 7, AT, { ...ORIGIN, partition: 4 })).not.toBe(written);
    expect(page('a', 7, AT, { ...ORIGIN, topic: 'u' })).not.toBe(written);
  });

  it('is not found across the border of two keys', () => {
    const [first, second] = ['A'.repeat(16), 'B'.repeat(16)];
    const acceptances = new Acceptances('S', ORIGIN, { keys: first + second, pages: '' });

    expect(acceptances.has('A'.repeat(8) + 'B'.repeat(8))).toBe(false);
    expect(acceptances.has(second)).toBe(true);
  });
});
