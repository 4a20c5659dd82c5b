/** A feed to be polled, and how many there may be. How polling it goes is kept beside it, and not by events. */
import type { EventOf } from '#contracts/contract.js';
import { RefusedEvent } from '#contracts/fault.js';
import { FeedRegistered, type FeedRemoved } from '#contracts/market-news.js';
import type { Received, Refusal } from '#messaging/effects.js';
import type { Evolve } from '#messaging/planner.js';

export type FeedEvent = EventOf<typeof FeedRegistered | typeof FeedRemoved>;

export interface Feed {
  readonly url: string;
  readonly publisher?: string | undefined;
  /** By which feeds are counted. */
  readonly host: string;
  /** Since when it is polled, as far as Orebound knows. */
  readonly registeredAt: Date;
  /** It is polled no more. The document stays, so that a registration of before it cannot bring it back. */
  readonly removedAt?: Date | undefined;
}

export const hostOf = (url: string): string => URL.parse(url)?.hostname ?? '';

export const isRegistration = (event: FeedEvent): event is EventOf<typeof FeedRegistered> =>
  event.type === FeedRegistered.type;

/**
 * Registered again, a feed is what is said last: an address of the same feed, another publisher. What was learnt before
 * it was last registered or removed comes too late.
 */
export const foldFeed: Evolve<Feed, FeedEvent> = (feed, { event, receivedAt }) => {
  if (!isRegistration(event)) {
    if (!feed || feed.removedAt || receivedAt < feed.registeredAt) return 'repeated';
    return { state: { ...feed, removedAt: receivedAt }, announcements: [] };
  }
  const { url, publisher } = event.data;
  if (feed?.removedAt ? receivedAt < feed.removedAt : feed?.url === url && feed.publisher === publisher)
    return 'repeated';
  return {
    state: {
      url,
      ...(publisher !== undefined && { publisher }),
      host: hostOf(url),
      registeredAt: feed && !feed.removedAt ? feed.registeredAt : receivedAt,
    },
    announcements: [],
  };
};

export interface FeedLimits {
  readonly feeds: number;
  readonly feedsAHost: number;
}

/** The feeds that there are now, as far as a batch is about them. */
export interface KnownFeeds {
  /** The host of each, by its id. */
  readonly hosts: ReadonlyMap<string, string>;
  readonly count: number;
  readonly countByHost: ReadonlyMap<string, number>;
}

/**
 * The registrations that would be of one feed more than there may be. Of a feed that is there already none is, unless it
 * moves to a host that has all it may; one that is removed or moves away before makes room. Pure.
 */
export function pastLimits(
  received: readonly Received<FeedEvent>[],
  known: KnownFeeds,
  limits: FeedLimits,
): Refusal[] {
  const hosts = new Map(known.hosts);
  const byHost = new Map(known.countByHost);
  let { count } = known;
  const refused: Refusal[] = [];
  for (const { event, offset } of received) {
    const held = hosts.get(event.subject);
    if (!isRegistration(event)) {
      if (held === undefined) continue;
      hosts.delete(event.subject);
      byHost.set(held, (byHost.get(held) ?? 0) - 1);
      count--;
      continue;
    }
    const host = hostOf(event.data.url);
    if (held === host) continue;
    const ofHost = byHost.get(host) ?? 0;
    if (held === undefined && count >= limits.feeds) {
      refused.push({ offset, error: full(`there are ${count} feeds, and no more are polled`) });
    } else if (ofHost >= limits.feedsAHost) {
      refused.push({ offset, error: full(`there are ${ofHost} feeds of ${host}, and no more are polled`) });
    } else {
      hosts.set(event.subject, host);
      byHost.set(host, ofHost + 1);
      if (held === undefined) count++;
      else byHost.set(held, (byHost.get(held) ?? 0) - 1);
    }
  }
  return refused;
}

const full = (message: string): RefusedEvent =>
  new RefusedEvent('limit-reached', message, [{ pointer: '/data/url', code: 'too-many', message }]);
