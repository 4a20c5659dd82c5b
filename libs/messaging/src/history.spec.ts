import fc from 'fast-check';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { Acceptances, type HistoryPage, pageIdsOf, type Remembered } from './history.js';

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

type Added = CloudEvent & { readonly partition?: number };

/** What an entity's document and its pages are once each of these lists was accepted by a write of its own. */
function accepted(writes: readonly (readonly Added[])[]): { document: Remembered; pages: HistoryPage[] } {
  let document: Remembered = {};
  const pages: HistoryPage[] = [];
  for (const events of writes) {
    const acceptances = new Acceptances(
      'S',
      { ...ORIGIN, partition: events[0]?.partition ?? ORIGIN.partition },
      document,
    );
    for (const one of events) acceptances.add(Acceptances.keyOf(one), 1, AT, JSON.stringify(one));
    const { pages: written, ...after } = acceptances.written();
    pages.push(...written);
    document = after;
  }
  return { document, pages };
}

const idOf = (text: string): string => (JSON.parse(text) as CloudEvent).id;
const idsOf = (page: HistoryPage): string[] => page.events.map((one) => idOf(one.event));
const numbered = (count: number, from = 0, partition = 3): Added[] =>
  Array.from({ length: count }, (_, nth) => ({ ...event(String(from + nth)), partition }));

describe('what an entity has accepted', () => {
  it('tells an event that was accepted from one that was not, stored or not yet', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyEvent, { maxLength: 20 }), { maxLength: 5 }),
        fc.array(anyEvent),
        (writes, others) => {
          const acceptances = new Acceptances('S', ORIGIN, accepted(writes.slice(0, -1)).document);
          for (const one of writes.at(-1) ?? []) acceptances.add(Acceptances.keyOf(one), 1, AT, '{}');

          const keys = new Set(writes.flat().map(({ source, id }) => `${source} ${id}`));
          for (const one of [...writes.flat(), ...others])
            expect(acceptances.has(Acceptances.keyOf(one))).toBe(keys.has(`${one.source} ${one.id}`));
        },
      ),
    );
  });

  it('is on its pages, in the order in which they were written, and then in its document, whatever was written at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constantFrom(3, 4)), { maxLength: 12 }),
        (writes) => {
          let from = 0;
          const lists = writes.map(([count, partition]) => {
            from += count;
            return numbered(count, from - count, partition);
          });
          const { document, pages } = accepted(lists);
          const { recent = [] } = document;
          const byId = new Map(pages.map((page) => [page._id, page]));
          const named = [...pageIdsOf('S', document.accepted)].map((id) => byId.get(id)!);

          expect(named).toEqual(pages);
          expect([...pages.flatMap(idsOf), ...recent.map((one) => idOf(one.event))]).toEqual(
            lists.flat().map(({ id }) => id),
          );
          expect(pages.every(({ _id }) => _id.startsWith('S '))).toBe(true);
          const whence = [...pages, ...recent].flatMap((one) =>
            ('events' in one ? one.events : [one]).map(() => one.partition),
          );
          expect(whence).toEqual(lists.flat().map(({ partition }) => partition));
        },
      ),
    );
  });

  it('stays in its document until there are more than sixteen, and then all of it is a page', () => {
    const sixteen = [numbered(7), numbered(9, 7)];
    const before = accepted(sixteen);
    const after = accepted([...sixteen, numbered(1, 16)]);

    expect([before.pages, before.document.recent?.length]).toEqual([[], 16]);
    expect([after.pages.map(idsOf), after.document.recent]).toEqual([
      [numbered(17).map(({ id }) => id)],
      undefined,
    ]);
    expect(accepted([numbered(17)])).toEqual(after); // which had been written at once
  });

  it('stays in its document until it is 16 KB', () => {
    const write = (length: number): Remembered & { pages: readonly HistoryPage[] } => {
      const acceptances = new Acceptances('S', ORIGIN, undefined);
      acceptances.add('key'.padEnd(16, '-'), 1, AT, 'a'.repeat(length));
      return acceptances.written();
    };

    expect([write(16_384).pages.length, write(16_385).pages.length]).toEqual([0, 1]);
  });

  it('is on several pages where one would grow past what a document holds', () => {
    const acceptances = new Acceptances('S', ORIGIN, undefined);
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(400_000));
    for (const [nth, text] of texts.entries()) acceptances.add(`key-${nth}`.padEnd(16, '-'), nth, AT, text);
    const { pages, accepted: acceptance } = acceptances.written();

    expect(pages.map(({ events }) => events.length)).toEqual([2, 2]);
    expect(pages.flatMap(({ events }) => events.map((one) => one.event))).toEqual(texts);
    expect([...pageIdsOf('S', acceptance)]).toEqual(pages.map(({ _id }) => _id));
  });

  it('is one page where it is written twice alike, and two where it came elsewhere, was learnt at another time or is another event', () => {
    const page = (id: string, offset: number, at: Date, origin = ORIGIN): string => {
      const acceptances = new Acceptances('S', origin, undefined);
      acceptances.add(Acceptances.keyOf(event(id)), offset, at, ' '.repeat(20_000));
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
    const acceptances = new Acceptances('S', ORIGIN, { accepted: { keys: first + second, pages: '' } });

    expect(acceptances.has('A'.repeat(8) + 'B'.repeat(8))).toBe(false);
    expect(acceptances.has(second)).toBe(true);
  });
});
