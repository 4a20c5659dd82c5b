import fc from 'fast-check';
import { canonicalUrl } from './canonical-url.js';
import { feedId, itemId } from './item-id.js';

const DAY = '2025-10-02';
const id = (url: string): string => itemId({ title: 'A title', url, day: DAY });

describe('the canonical form of a web address', () => {
  it('drops what does not tell documents apart', () => {
    expect(canonicalUrl('HTTP://News.Example:80/a?b=2&utm_source=x&a=1&fbclid=y&gclid=z#part')).toBe(
      'https://news.example/a?a=1&b=2',
    );
    expect(canonicalUrl('https://me:secret@news.example/a?utm_medium=mail')).toBe('https://news.example/a');
  });

  it('keeps what may', () => {
    expect(canonicalUrl('https://news.example/A/')).toBe('https://news.example/A/');
    expect(canonicalUrl('https://news.example/a?id=1&id=2')).toBe('https://news.example/a?id=1&id=2');
    expect(canonicalUrl('javascript:alert(1)')).toBeUndefined();
    expect(canonicalUrl('no address')).toBeUndefined();
  });

  it('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const canonical = canonicalUrl(url)!;
        expect(canonicalUrl(canonical)).toBe(canonical);
      }),
    );
  });

  it('is the same whatever the order of the parameters, and with tracking among them', () => {
    const parameter = fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), fc.stringMatching(/^[a-z0-9]{0,5}$/));
    fc.assert(
      fc.property(
        fc
          .array(parameter)
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([one, other]) => {
          const url = (parameters: [string, string][]): string =>
            `https://news.example/?${new URLSearchParams(parameters).toString()}`;
          expect(canonicalUrl(url([...other, ['utm_campaign', 'x']]))).toBe(canonicalUrl(url(one)));
        },
      ),
    );
  });
});

describe('the id of an item', () => {
  it('is derived from its address before all else', () => {
    expect(id('http://news.example/a#x')).toBe(id('https://NEWS.example/a?utm_source=feed'));
    expect(id('https://news.example/a')).not.toBe(id('https://news.example/b'));
    expect(itemId({ title: 'Other', url: 'https://news.example/a', day: '2020-01-01' })).toBe(
      id('https://news.example/a'),
    );
  });

  it('is derived from the guid where there is no address: of its feed, unless it is unique in the world', () => {
    const of = (value: string, feed: string): string =>
      itemId({ title: 'A', guid: { value, feed }, day: DAY });
    expect(of('17', 'https://one.example/feed')).toBe(of('17', 'http://one.example/feed'));
    expect(of('17', 'https://one.example/feed')).not.toBe(of('17', 'https://two.example/feed'));
    expect(of('urn:uuid:1', 'https://one.example/feed')).toBe(of('urn:uuid:1', 'https://two.example/feed'));
  });

  it('is derived from title and day where there is neither', () => {
    const of = (title: string, day: string): string => itemId({ title, day });
    expect(of('Bastnäsite: A Find!', DAY)).toBe(of(' bastnasite  a find ', DAY));
    expect(of('A find', DAY)).not.toBe(of('A find', '2025-10-03'));
  });

  it('can be an event’s subject', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (title, url) => {
        expect(itemId({ title, url, day: DAY })).toMatch(/^news-[0-9a-f]{32}$/);
        expect(feedId(url)).toMatch(/^feed-[0-9a-f]{32}$/);
      }),
    );
  });
});
