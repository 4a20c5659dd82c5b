import { type Feed, type FeedEvent, foldFeed, pastLimits } from './feed.js';
import { registeredFeed, removedFeed } from './posted-item.js';

const NOW = new Date('2025-10-02T12:00:00Z');
const at = (minute: number): Date => new Date(Date.UTC(2025, 9, 2, 12, minute));
const register = (url: string, publisher?: string): FeedEvent =>
  registeredFeed({ url, ...(publisher !== undefined && { publisher }) }, { from: '/test', now: NOW });
const remove = (url: string): FeedEvent => removedFeed(register(url).subject, { from: '/test', now: NOW });

const URL_ = 'https://miner.example/feed';
const after = (...events: [FeedEvent, minute: number][]): Feed | undefined =>
  events.reduce<Feed | undefined>((feed, [event, minute]) => {
    const evolution = foldFeed(
      feed,
      { event, receivedAt: at(minute), partition: 0, offset: 0 },
      event.subject,
      undefined,
    );
    return typeof evolution === 'object' && 'state' in evolution ? evolution.state : feed;
  }, undefined);

describe('a feed', () => {
  it('is what was registered last, and is known since it was registered first', () => {
    expect(after([register(URL_), 1], [register(URL_, 'Miner'), 2])).toEqual({
      url: URL_,
      publisher: 'Miner',
      host: 'miner.example',
      registeredAt: at(1),
    });
  });

  it('is polled no more once it is removed, and again once it is registered again', () => {
    expect(after([register(URL_), 1], [remove(URL_), 2])).toMatchObject({ removedAt: at(2) });
    const again = after([register(URL_), 1], [remove(URL_), 2], [register(URL_), 3]);
    expect(again).toEqual({ url: URL_, host: 'miner.example', registeredAt: at(3) });
  });

  it('is not brought back by a repeat of what came before its removal, nor removed by one of before its return', () => {
    expect(after([register(URL_), 1], [remove(URL_), 2], [register(URL_), 1])).toMatchObject({
      removedAt: at(2),
    });
    expect(
      after([register(URL_), 1], [remove(URL_), 2], [register(URL_), 3], [remove(URL_), 2])?.removedAt,
    ).toBeUndefined();
    expect(after([remove(URL_), 1])).toBeUndefined();
  });
});

describe('limits of feeds', () => {
  const received = (...events: FeedEvent[]) =>
    events.map((event, offset) => ({ event, offset, partition: 0, receivedAt: NOW }));
  const refused = (events: FeedEvent[], known: FeedEvent[], limits: { feeds: number; feedsAHost: number }) =>
    pastLimits(
      received(...events),
      {
        hosts: new Map(known.map(({ subject }) => [subject, 'miner.example'])),
        count: known.length,
        countByHost: new Map([['miner.example', known.length]]),
      },
      limits,
    ).map(({ offset, error }) => [offset, error.code]);
  const feeds = ['a', 'b', 'c'].map((path) => register(`https://miner.example/${path}`));
  const elsewhere = register('https://wire.example/');

  it('refuse what would be one too many of all, or of its host', () => {
    expect(refused(feeds, [], { feeds: 2, feedsAHost: 9 })).toEqual([[2, 'limit-reached']]);
    expect(refused([...feeds, elsewhere], [], { feeds: 9, feedsAHost: 2 })).toEqual([[2, 'limit-reached']]);
    expect(refused([elsewhere], feeds, { feeds: 3, feedsAHost: 3 })).toEqual([[0, 'limit-reached']]);
  });

  it('refuse none that one removed before it has made room for', () => {
    const [a, b, c] = feeds as [FeedEvent, FeedEvent, FeedEvent];
    const gone = remove('https://miner.example/a');
    for (const limits of [
      { feeds: 2, feedsAHost: 9 },
      { feeds: 9, feedsAHost: 2 },
    ]) {
      expect(refused([gone, c], [a, b], limits)).toEqual([]);
      expect(refused([gone, gone, c, a], [a, b], limits)).toEqual([[3, 'limit-reached']]);
      expect(refused([c, gone], [a, b], limits)).toEqual([[0, 'limit-reached']]);
    }
  });

  it('count a feed that is registered anew elsewhere where it has moved to', () => {
    const [a, b, c] = feeds as [FeedEvent, FeedEvent, FeedEvent];
    const movedHere = { ...a, subject: elsewhere.subject } as FeedEvent;
    const movedAway = { ...elsewhere, subject: a.subject } as FeedEvent;
    expect(refused([elsewhere, movedHere], [b, c], { feeds: 9, feedsAHost: 2 })).toEqual([
      [1, 'limit-reached'],
    ]);
    expect(refused([elsewhere, movedAway, movedHere], [a, b], { feeds: 3, feedsAHost: 2 })).toEqual([]);
  });

  it('refuse no feed that is there, nor a removal', () => {
    const [a] = feeds as [FeedEvent];
    expect(
      refused([a, a, register('https://miner.example/a', 'Miner')], [a], { feeds: 1, feedsAHost: 1 }),
    ).toEqual([]);
    expect(refused([a, a], [], { feeds: 1, feedsAHost: 1 })).toEqual([]);
    expect(refused([remove('https://miner.example/a')], [a], { feeds: 1, feedsAHost: 1 })).toEqual([]);
  });
});
