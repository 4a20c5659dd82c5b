import fc from 'fast-check';
import { linkToNext, MOST_BYTES_A_PAGE, pageOf, positionOf } from './page.js';

const IDS = ['A', 'B', 'C', 'D', 'E'];
const page = (after: string | undefined, limit: number) =>
  pageOf(
    IDS.filter((id) => after === undefined || id > after).slice(0, limit + 1),
    limit,
    (id) => id,
    (id) => id.toLowerCase(),
  );

describe('a page', () => {
  it('has as many items as asked for, and a way on where there is more', () => {
    const first = page(undefined, 2);
    expect(first.items).toEqual(['a', 'b']);
    expect(page(positionOf(first.next), 2).items).toEqual(['c', 'd']);
  });

  it('has no way on at the end, be it full or not', () => {
    expect(page('B', 3)).toEqual({ items: ['c', 'd', 'e'] });
    expect(page('E', 3)).toEqual({ items: [] });
  });

  it('leads through everything once, whatever its size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), (limit) => {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const { items, next } = page(positionOf(cursor), limit);
          seen.push(...items);
          cursor = next;
        } while (cursor);
        expect(seen).toEqual(IDS.map((id) => id.toLowerCase()));
      }),
    );
  });

  it('has fewer items than asked for where they are large, each on one page and at least one a page', () => {
    const large = ['A', 'B', 'C', 'D'].map((id) => ({ id, text: id.repeat(MOST_BYTES_A_PAGE / 2.5) }));
    const larger = { id: 'E', text: '\u{e4}'.repeat(MOST_BYTES_A_PAGE) };
    const all = [...large, larger, { id: 'F', text: '' }];
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const after = positionOf(cursor);
      const found = all.filter(({ id }) => after === undefined || id > after);
      const { items, next } = pageOf(
        found,
        10,
        ({ id }) => id,
        (item) => item,
      );
      pages.push(items.map(({ id }) => id).join(''));
      cursor = next;
    } while (cursor);
    expect(pages).toEqual(['AB', 'CD', 'E', 'F']);
  });

  it('has a cursor that may stand in a query as it is, whatever the position', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (position) => {
        const { next } = pageOf([position, 'x'], 1, (item) => item, String);
        expect(next).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(positionOf(next)).toBe(position);
      }),
    );
  });
});

it('a link to the next page has all of the query, and the cursor in place of the one before', () => {
  expect(linkToNext('/list?a=x%7Cy&cursor=AAAA&limit=1', 'cursor', 'BBBB')).toBe(
    '</list?a=x%7Cy&cursor=BBBB&limit=1>; rel="next"',
  );
  expect(linkToNext('//evil.example/list?a=1>,<b', 'cursor', 'B')).not.toMatch(/[<>].*[<>].*[<>]/u);
});
