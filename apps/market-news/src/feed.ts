import type { EventOf } from '#contracts/contract.js';
import type { FeedRegistered } from '#contracts/market-news.js';
import type { Evolve } from '#messaging/projection.js';

export type FeedEvent = EventOf<typeof FeedRegistered>;

/** A feed that is to be polled. How polling it goes is kept beside it, and not by events. */
export interface Feed {
  readonly url: string;
  readonly publisher?: string | undefined;
  /** When it was first registered, as far as Orebound knows. */
  readonly registeredAt: Date;
}

/** Registered again, a feed is what is said last: an address of the same feed, another publisher. */
export const foldFeed: Evolve<Feed, FeedEvent> = (feed, { event, receivedAt }) => {
  const { url, publisher } = event.data;
  if (feed && feed.url === url && feed.publisher === publisher) return 'repeated';
  return {
    state: {
      url,
      ...(publisher !== undefined && { publisher }),
      registeredAt: feed?.registeredAt ?? receivedAt,
    },
    announcements: [],
  };
};
