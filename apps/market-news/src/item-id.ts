import { createHash } from 'node:crypto';
import { canonicalUrl } from './canonical-url.js';
import { fold } from './tagging/words.js';

/** What may identify a piece of news. */
export interface Identity {
  readonly title: string;
  readonly url?: string | undefined;
  /** What a feed says identifies it (RSS `guid`, Atom and JSON Feed `id`), with the feed that says so. */
  readonly guid?: { readonly value: string; readonly feed: string } | undefined;
  /** The UTC day it was published on, or first seen. */
  readonly day: string;
}

/** URIs that their own scheme makes unique in the world (RFC 4151, RFC 8141). Other guids are unique in their feed. */
const GLOBAL_GUID = /^(?:tag|urn):/i;

/**
 * The id of a piece of news, derived from what identifies it, so that one document is one item wherever and however
 * often it is said: by its address; or else by the feed's guid; or else by its title and day. Pure.
 */
export function itemId({ title, url, guid, day }: Identity): string {
  const address = url === undefined ? undefined : canonicalUrl(url);
  if (address !== undefined) return idOf('url', address);
  if (guid && GLOBAL_GUID.test(guid.value)) return idOf('guid', guid.value);
  if (guid) return idOf('guid', canonicalUrl(guid.feed) ?? guid.feed, guid.value);
  return idOf('title', normalised(title), day);
}

/** The id of a feed: one an address. */
export const feedId = (url: string): string => `feed-${digest(['feed', canonicalUrl(url) ?? url])}`;

const idOf = (...parts: string[]): string => `news-${digest(parts)}`;

/** 128 bits: two items of a billion meet by chance once in 10^20 tries. */
const digest = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

const normalised = (title: string): string =>
  fold(title)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
