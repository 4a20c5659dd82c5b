import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Fetched, fetchFeed, type FetchOptions, publicLookup } from './fetch-feed.js';

const MOST_BYTES = 10_000;
const OPTIONS: FetchOptions = { allowPrivate: true, timeoutMs: 5_000, mostBytes: MOST_BYTES };

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let requests: IncomingMessage[];
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  requests = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const fetched = (options: Partial<FetchOptions> = {}, path = '/feed'): Promise<Fetched> =>
  fetchFeed(origin + path, {}, { ...OPTIONS, ...options });
const with_ = (headers: Record<string, string>, body: string | Buffer, status = 200) => {
  answer = (_, response) => response.writeHead(status, headers).end(body);
};

describe('fetching a feed', () => {
  it('gives its text and what to ask with next time', async () => {
    with_({ etag: '"1"', 'last-modified': 'Thu, 02 Oct 2025 10:00:00 GMT' }, 'hällo');
    expect(await fetched()).toEqual({
      outcome: 'changed',
      text: 'hällo',
      url: `${origin}/feed`,
      validators: { etag: '"1"', lastModified: 'Thu, 02 Oct 2025 10:00:00 GMT' },
    });
  });

  it('asks whether it has changed, and takes no for an answer', async () => {
    with_({}, '', 304);
    expect(await fetchFeed(`${origin}/`, { etag: '"1"', lastModified: 'yesterday' }, OPTIONS)).toEqual({
      outcome: 'unchanged',
    });
    expect(requests[0]?.headers).toMatchObject({ 'if-none-match': '"1"', 'if-modified-since': 'yesterday' });
  });

  it('decompresses, and reads the charset that is declared', async () => {
    with_({ 'content-encoding': 'gzip' }, gzipSync('zip'));
    expect(await fetched()).toMatchObject({ text: 'zip' });
    with_({ 'content-encoding': 'br' }, brotliCompressSync('br'));
    expect(await fetched()).toMatchObject({ text: 'br' });
    with_({ 'content-type': 'text/xml; charset=iso-8859-1' }, Buffer.from([0xe4]));
    expect(await fetched()).toMatchObject({ text: 'ä' });
    with_({}, Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?>\xe4', 'latin1'));
    expect(await fetched()).toMatchObject({ text: expect.stringContaining('?>ä') });
    with_({ 'content-type': 'text/xml; charset=unheard-of' }, 'x');
    expect(await fetched()).toMatchObject({ text: 'x' });
  });

  it('takes no more than the limit, compressed or not, announced or not', async () => {
    with_({}, 'x'.repeat(MOST_BYTES));
    expect(await fetched()).toMatchObject({ outcome: 'changed' });
    with_({}, 'x'.repeat(MOST_BYTES + 1));
    expect(await fetched()).toEqual({ outcome: 'failed', reason: `larger than ${MOST_BYTES} bytes` });
    with_({ 'content-encoding': 'gzip' }, gzipSync('x'.repeat(MOST_BYTES * 100)));
    expect(await fetched()).toEqual({
      outcome: 'failed',
      reason: `larger than ${MOST_BYTES} bytes, decompressed`,
    });
    answer = (_, response) => {
      response.on('error', () => undefined);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1_000)));
        response.once('drain', more);
      };
      more();
    };
    expect(await fetched()).toEqual({ outcome: 'failed', reason: `larger than ${MOST_BYTES} bytes` });
    with_({ 'content-encoding': 'zstd' }, 'x');
    expect(await fetched()).toMatchObject({ outcome: 'failed' });
  });

  it('follows redirects, but not for ever, and checks each', async () => {
    answer = (request, response) =>
      request.url === '/feed' ? response.writeHead(301, { location: '/moved' }).end() : response.end('moved');
    expect(await fetched()).toMatchObject({ text: 'moved', url: `${origin}/moved` });
    with_({ location: '/feed' }, '', 302);
    requests = [];
    expect(await fetched()).toEqual({ outcome: 'failed', reason: 'more than 5 redirects' });
    expect(requests).toHaveLength(6);
    with_({ location: 'file:///etc/passwd' }, '', 302);
    expect(await fetched()).toEqual({ outcome: 'failed', reason: 'a feed is fetched by http or https' });
    with_({ location: 'http://me:pw@127.0.0.1/' }, '', 302);
    expect(await fetched()).toEqual({
      outcome: 'failed',
      reason: 'an address with credentials is not fetched',
    });
  });

  it('tells what failed, and when the server wants to be asked again', async () => {
    with_({ 'retry-after': '120' }, '', 503);
    expect(await fetched()).toEqual({ outcome: 'failed', reason: 'status 503', retryAfter: '120' });
    answer = (request) => request.destroy();
    expect(await fetched()).toMatchObject({ outcome: 'failed' });
    answer = () => undefined;
    expect(await fetched({ timeoutMs: 100 })).toEqual({
      outcome: 'failed',
      reason: 'no answer within 100 ms',
    });
    answer = (_, response) => void response.write('slow');
    expect(await fetched({ timeoutMs: 100 })).toEqual({
      outcome: 'failed',
      reason: 'no answer within 100 ms',
    });
  });
});

describe('fetching from a private address', () => {
  it('is refused before a connection is made, as a literal, by name, and on another port', async () => {
    with_({}, 'secret');
    const { port } = new URL(origin);
    for (const address of [
      'http://127.0.0.1/',
      'http://localhost/',
      'http://[::1]/',
      `http://localhost:${port}/`,
    ]) {
      expect(await fetchFeed(address, {}, { ...OPTIONS, allowPrivate: false })).toMatchObject({
        outcome: 'failed',
        reason: expect.stringMatching(/no public address|port 80 or 443/),
      });
    }
    expect(requests).toEqual([]);
  });

  it('is refused inside the lookup of the connection, whichever way that asks', async () => {
    for (const all of [true, false]) {
      const error = await new Promise((resolve) => publicLookup('localhost', { all }, resolve));
      expect(error).toMatchObject({ name: 'RefusedAddress' });
    }
  });
});
