import { readFeed } from './read-feed.js';

const BASE = 'https://feed.example/news/';

describe('reading a feed', () => {
  it('reads RSS: text without markup, absolute links, dates with their offset', () => {
    const feed = readFeed(
      `<?xml version="1.0"?><rss version="2.0"><channel><title>Metals &amp; more</title>
        <item><title>Antimony &lt;b&gt;up&lt;/b&gt;</title><link>a?x=1</link><guid isPermaLink="false">17</guid>
          <pubDate>Thu, 02 Oct 2025 09:40:00 -0500</pubDate>
          <description><![CDATA[<p>From <i>Pakistan</i></p>]]></description></item>
        <item><guid>https://feed.example/b</guid><description>No title</description></item>
        <item><link>https://feed.example/empty</link></item>
      </channel></rss>`,
      BASE,
    );
    expect(feed).toEqual({
      title: 'Metals & more',
      entries: [
        {
          title: 'Antimony up',
          summary: 'From Pakistan',
          url: 'https://feed.example/news/a?x=1',
          guid: '17',
          publishedAt: '2025-10-02T09:40:00-05:00',
        },
        {
          title: 'No title',
          summary: 'No title',
          url: 'https://feed.example/b',
          guid: 'https://feed.example/b',
        },
      ],
    });
  });

  it('cuts no character in two where a title is taken from how an entry begins', () => {
    const { entries } = readFeed(
      `<rss version="2.0"><channel><item><description>${'a'.repeat(199)}📦 and more</description></item></channel></rss>`,
      BASE,
    );
    expect(entries[0]!.title).toBe(`${'a'.repeat(199)}📦`);
  });

  it('reads Atom', () => {
    const { entries } = readFeed(
      `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>u</id>
        <entry><id>urn:uuid:1</id><title type="html">Tin</title><link rel="self" href="/self"/><link href="/tin"/>
          <updated>2025-10-02T10:00:00+02:00</updated><content type="html">&lt;p&gt;Peru&lt;/p&gt;</content></entry></feed>`,
      BASE,
    );
    expect(entries).toEqual([
      {
        title: 'Tin',
        summary: 'Peru',
        url: 'https://feed.example/tin',
        guid: 'urn:uuid:1',
        publishedAt: '2025-10-02T10:00:00+02:00',
      },
    ]);
  });

  it('reads JSON Feed', () => {
    const feed = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'T',
      items: [
        {
          id: '1',
          url: 'https://x.example/1',
          title: 'Cobalt',
          content_html: '<p>DRC</p>',
          date_published: '2025-10-02T10:00:00Z',
        },
      ],
    };
    expect(readFeed(JSON.stringify(feed), BASE).entries).toEqual([
      {
        title: 'Cobalt',
        summary: 'DRC',
        url: 'https://x.example/1',
        guid: '1',
        publishedAt: '2025-10-02T10:00:00Z',
      },
    ]);
  });

  it('reads RDF', () => {
    const { entries } = readFeed(
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="x"><title>T</title></channel>
        <item rdf:about="y"><title>Zinc</title><link>https://x.example/z</link><dc:date>2025-10-02</dc:date></item></rdf:RDF>`,
      BASE,
    );
    expect(entries).toEqual([
      { title: 'Zinc', url: 'https://x.example/z', publishedAt: '2025-10-02T00:00:00Z' },
    ]);
  });

  it('expands no entity that the document declares', () => {
    const { entries } = readFeed(
      `<!DOCTYPE r [<!ENTITY a "boom"><!ENTITY b "&a;&a;">]>
        <rss><channel><item><title>x &b;</title></item></channel></rss>`,
      BASE,
    );
    expect(entries[0]?.title).toBe('x &b;');
    const external = '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel></channel></rss>';
    expect(() => readFeed(external, BASE)).toThrow();
  });

  it('decodes what it says once, as its format means it', () => {
    const titles = (feed: string): string[] => readFeed(feed, BASE).entries.map(({ title }) => title);
    const rssTitle = (title: string): string =>
      `<rss><channel><item><title>${title}</title></item></channel></rss>`;
    expect(titles(rssTitle('Cu&lt;Zn and Fe&gt;Ni &lt;b&gt;up&lt;/b&gt;'))).toEqual(['Cu<Zn and Fe>Ni up']);
    expect(titles(rssTitle('<![CDATA[R&amp;D of <i>tin</i>]]>'))).toEqual(['R&D of tin']);
    const atom = (type: string, title: string): string =>
      `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title${type}>${title}</title></entry></feed>`;
    expect(titles(atom('', 'The &lt;b&gt; of &amp;lt;'))).toEqual(['The <b> of &lt;']);
    expect(titles(atom(' type="text"', 'a &lt;p&gt; b'))).toEqual(['a <p> b']);
    expect(titles(atom(' type="html"', '&lt;b&gt;Cu&lt;/b&gt;&amp;lt;Zn'))).toEqual(['Cu<Zn']);
    expect(titles(atom(' type="xhtml"', '<div>Cu<b>&lt;</b>Zn</div>'))).toEqual(['Cu<Zn']);
    const json = (item: object): string =>
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'T',
        items: [{ id: '1', ...item }],
      });
    expect(titles(json({ title: 'a <b> c &amp; d' }))).toEqual(['a <b> c &amp; d']);
    expect(titles(json({ content_text: 'a <b> c' }))).toEqual(['a <b> c']);
    expect(titles(json({ content_html: 'a <b>c</b>' }))).toEqual(['a c']);
  });

  describe('with more than 200 items', () => {
    const day = (nth: number): string => new Date(Date.UTC(2025, 0, 1 + nth)).toUTCString();
    const feed = (numbers: readonly number[], date: (nth: number) => string | undefined): string =>
      `<rss><channel>${numbers
        .map((nth) => {
          const pubDate = date(nth);
          return `<item><title>${nth}</title>${pubDate === undefined ? '' : `<pubDate>${pubDate}</pubDate>`}</item>`;
        })
        .join('')}</channel></rss>`;
    const taken = (text: string): number[] =>
      readFeed(text, BASE)
        .entries.map(({ title }) => Number(title))
        .sort((a, b) => a - b);
    const numbers = Array.from({ length: 300 }, (_, nth) => nth);

    it('gives the latest, whichever way they are in order', () => {
      expect(taken(feed(numbers, day))).toEqual(numbers.slice(100));
      expect(taken(feed(numbers.toReversed(), day))).toEqual(numbers.slice(100));
    });

    it('gives both ends of those without a date', () => {
      expect(taken(feed(numbers, () => undefined))).toEqual([
        ...numbers.slice(0, 100),
        ...numbers.slice(200),
      ]);
      const few = taken(feed(numbers, (nth) => (nth < 150 ? day(nth) : undefined)));
      expect(few).toEqual([...numbers.slice(0, 175), ...numbers.slice(275)]);
    });
  });

  it('takes no link but to the web, and no more than 200 items', () => {
    const item = (link: string): string => `<item><title>T</title><link>${link}</link></item>`;
    const { entries } = readFeed(
      `<rss><channel>${['javascript:alert(1)', 'https://me:pw@x.example/', ...Array<string>(300).fill('/a')].map(item).join('')}</channel></rss>`,
      BASE,
    );
    expect(entries.slice(0, 2)).toEqual([{ title: 'T' }, { title: 'T', url: 'https://x.example/' }]);
    expect(entries).toHaveLength(200);
  });

  it('throws what is no feed', () => {
    for (const text of [
      '',
      'hello',
      '<html><body>404</body></html>',
      '{"a":1}',
      '<rss><channel>'.repeat(1000),
    ])
      expect(() => readFeed(text, BASE)).toThrow();
  });
});
