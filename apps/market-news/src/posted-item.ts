import { createHash } from 'node:crypto';
import type { EventOf } from '#contracts/contract.js';
import { FeedRegistered, FeedRemoved, ItemPosted } from '#contracts/market-news.js';
import { uuidsV5 } from '#messaging/uuid-v5.js';
import { feedId, itemId } from './item-id.js';

/** The ids of what this service posts. Their namespace must never change. */
const idOf = uuidsV5('2c8f63a5-90d0-5b7e-8a4b-5f4a1c9be0d3');

/** What a piece of news says, and as what: the same said again has the same digest. */
export const digestOf = (
  { title, summary, url, publishedAt, publisher, feed, textType }: ItemPosted,
  guid: string | undefined,
): string =>
  createHash('sha256')
    .update(JSON.stringify([title, summary, url, publishedAt, publisher, feed, textType, guid]))
    .digest('hex');

/**
 * A piece of news as an event. Its id is derived from where, what and when: what is said again after something else was
 * is another event, for it counts again (`item.ts`).
 * @param from who says so: `/market-news/items`, `/market-news/feeds`
 * @param guid what the feed says identifies it
 */
export function postedItem(
  data: ItemPosted,
  { from, guid, now }: { from: string; guid?: string | undefined; now: Date },
): EventOf<typeof ItemPosted> {
  const { title, url, publishedAt, feed } = data;
  const day = (publishedAt === undefined ? now : new Date(publishedAt.toUpperCase()))
    .toISOString()
    .slice(0, 10);
  // A feed repeats an item for days. One that gives neither address nor guid nor day is known by its title.
  const known = guid ?? (feed !== undefined && publishedAt === undefined ? title : undefined);
  const subject = itemId({
    title,
    url,
    day,
    ...(known !== undefined && feed !== undefined && { guid: { value: known, feed } }),
  });
  const time = now.toISOString();
  return {
    id: idOf(JSON.stringify([from, subject, digestOf(data, guid), time])),
    source: from,
    type: ItemPosted.type,
    subject,
    time,
    data,
    extensions: {},
  };
}

/** A feed to be polled, as an event: the same said again is the same event. */
export function registeredFeed(
  data: FeedRegistered,
  { from, now }: { from: string; now: Date },
): EventOf<typeof FeedRegistered> {
  return {
    id: idOf(JSON.stringify([from, data.url, data.publisher])),
    source: from,
    type: FeedRegistered.type,
    subject: feedId(data.url),
    time: now.toISOString(),
    data,
    extensions: {},
  };
}

/** That a feed is no longer to be polled, as an event. */
export const removedFeed = (
  id: string,
  { from, now }: { from: string; now: Date },
): EventOf<typeof FeedRemoved> => ({
  id: idOf(JSON.stringify([from, 'removed', id, now.toISOString()])),
  source: from,
  type: FeedRemoved.type,
  subject: id,
  time: now.toISOString(),
  data: {},
  extensions: {},
});
