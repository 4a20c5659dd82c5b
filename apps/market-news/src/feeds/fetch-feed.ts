import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import { checkedUrl, isPublicAddress, RefusedAddress } from './public-address.js';

/** What the server said last time, to ask whether it has changed. */
export interface Validators {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

export interface FetchOptions {
  /** Whether private addresses and any port may be fetched from. For a demo or a test on one machine, nowhere else. */
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  /** The most bytes taken, compressed and decompressed. */
  readonly mostBytes: number;
  readonly signal?: AbortSignal;
}

export type Fetched =
  | {
      readonly outcome: 'changed';
      readonly text: string;
      readonly url: string;
      readonly validators: Validators;
    }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfter?: string | undefined };

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const USER_AGENT = 'Orebound-market-news/1 (feed reader)';
const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, application/json;q=0.8, text/xml;q=0.7, */*;q=0.1';

/**
 * Fetches a feed, if it has changed. Never throws: what goes wrong is an outcome.
 *
 * Private addresses are refused inside the lookup of the connection itself. A check before it would look at another
 * answer than the one that is connected to (DNS rebinding). Every redirect is a new request with all its checks.
 */
export async function fetchFeed(
  address: string,
  validators: Validators,
  options: FetchOptions,
): Promise<Fetched> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  let next = address;
  try {
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const url = checkedUrl(next, options.allowPrivate);
      const response = await get(url, validators, options, signal);
      const status = response.statusCode ?? 0;
      const { location } = response.headers;
      if (!REDIRECTS.has(status) || location === undefined) return await read(response, url, options);
      response.destroy();
      next = URL.parse(location, url.href)?.href ?? '';
    }
    return { outcome: 'failed', reason: `more than ${MOST_REDIRECTS} redirects` };
  } catch (error) {
    if (timeout.aborted) return { outcome: 'failed', reason: `no answer within ${options.timeoutMs} ms` };
    return { outcome: 'failed', reason: (error as Error).message };
  }
}

const get = (
  url: URL,
  { etag, lastModified }: Validators,
  { allowPrivate }: FetchOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    request(url, {
      signal,
      agent: false, // a connection of its own, so that none that another host was checked for is used again
      ...(!allowPrivate && { lookup: publicLookup }),
      headers: {
        'user-agent': USER_AGENT,
        accept: ACCEPT,
        'accept-encoding': 'gzip, br',
        ...(etag !== undefined && { 'if-none-match': etag }),
        ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
      },
    })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** Looks a host up as a connection does, and refuses it whole when any of its addresses is not public. */
export function publicLookup(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const refused = addresses.find(({ address }) => !isPublicAddress(address));
    const first = addresses[0];
    if (refused || !first)
      return callback(new RefusedAddress(`${hostname} is at ${refused?.address}, no public address`), '');
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
}

async function read(response: IncomingMessage, url: URL, options: FetchOptions): Promise<Fetched> {
  const { statusCode: status = 0, headers } = response;
  if (status !== 200) {
    response.destroy();
    return status === 304
      ? { outcome: 'unchanged' }
      : { outcome: 'failed', reason: `status ${status}`, retryAfter: headers['retry-after'] };
  }
  const body = await bytesOf(response, options.mostBytes);
  const bytes = await decompressed(body, headers['content-encoding'], options.mostBytes);
  return {
    outcome: 'changed',
    text: decoded(bytes, headers['content-type']),
    url: url.href,
    validators: {
      ...(headers.etag !== undefined && { etag: headers.etag.slice(0, 1_000) }),
      ...(headers['last-modified'] !== undefined && { lastModified: headers['last-modified'].slice(0, 100) }),
    },
  };
}

async function bytesOf(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) throw new Error(`larger than ${mostBytes} bytes`); // ends the response, too
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const DECOMPRESS: Readonly<
  Record<string, (body: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
};

async function decompressed(body: Buffer, encoding = 'identity', mostBytes: number): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return body;
  const decompress = DECOMPRESS[name];
  if (!decompress) throw new Error(`encoded as ${name.slice(0, 50)}, which was not asked for`);
  try {
    return await decompress(body, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new Error(`larger than ${mostBytes} bytes, decompressed`, { cause: error });
    throw error;
  }
}

/** By the charset of the content type, or else of the XML declaration, or else UTF-8. A byte order mark counts most. */
function decoded(bytes: Buffer, contentType = ''): string {
  const marked =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  const declared =
    /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1] ??
    /^[^>]{0,60}encoding\s*=\s*["']([\w.:-]{1,40})["']/i.exec(bytes.subarray(0, 200).toString('latin1'))?.[1];
  try {
    return new TextDecoder(marked ?? declared ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder('utf-8').decode(bytes); // a charset that nobody knows
  }
}
