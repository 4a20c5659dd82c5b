import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NewsItem } from './story.js';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const rss = (items: readonly NewsItem[]): string => `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Demo feed</title><link>https://news.example/</link><description>For the demo</description>
${items
  .map(
    ({ title, summary, url, publishedAt }) =>
      `<item><title>${escaped(title)}</title><link>${escaped(url)}</link><guid>${escaped(url)}</guid>` +
      `<description>${escaped(summary)}</description><pubDate>${new Date(publishedAt).toUTCString()}</pubDate></item>`,
  )
  .join('\n')}
</channel></rss>`;

/** A feed of the demo's own, on this machine. */
export async function serveFeed(items: readonly NewsItem[]): Promise<{ url: string; stop(): void }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/rss+xml').setHeader('etag', '"demo-1"').end(rss(items));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.xml`,
    stop: () => server.close(),
  };
}
