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
