import fc from 'fast-check';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { checkData } from '#contracts/check-data.js';
import { RefusedEvent } from '#contracts/fault.js';
import { ItemPosted, ItemPublished } from '#contracts/market-news.js';
import { type Item, type ItemEvent, itemFold } from './item.js';
import { REFERENCE } from './tagging/reference.js';

const fold = itemFold(REFERENCE);

const posted = (
  data: Partial<ItemPosted> = {},
  envelope: Partial<Omit<CloudEvent, 'type' | 'data'>> = {},
): ItemEvent => ({
  id: 'e1',
  source: '/news/one',
  type: ItemPosted.type,
  subject: 'news-1',
  time: '2025-10-02T10:00:00Z',
  extensions: {},
  ...envelope,
  data: { title: 'Antimony', ...data },
});

const run = (events: readonly { event: ItemEvent; receivedAt: Date }[]): Item | undefined =>
  events.reduce<Item | undefined>((state, received) => {
    const evolution = fold(state, { ...received, partition: 0, offset: 0 }, 'news-1', undefined);
    return typeof evolution === 'string' || evolution instanceof RefusedEvent ? state : evolution.state;
  }, undefined);

const at = (minute: number): Date => new Date(Date.UTC(2025, 9, 2, 12, minute));
const received = (event: ItemEvent, minute = 0): { event: ItemEvent; receivedAt: Date } => ({
  event,
  receivedAt: at(minute),
});

describe('an item', () => {
  it('is text, with what it names, and is published when it is first seen', () => {
    const event = posted({
      title: '<b>Antimony</b> &amp; copper from Pakistan',
      summary: '<p>For USD 500 million</p>',
      publishedAt: '2025-10-02T09:00:00+05:00',
      url: 'https://news.example/a',
    });
    const evolution = fold(
      undefined,
      { event, receivedAt: at(0), partition: 0, offset: 0 },
      'news-1',
      undefined,
    );
    if (typeof evolution === 'string' || evolution instanceof RefusedEvent) throw new Error('not taken');
    expect(evolution.state).toMatchObject({
      title: 'Antimony & copper from Pakistan',
      summary: 'For USD 500 million',
      publishedAt: { sent: '2025-10-02T09:00:00+05:00', instant: new Date('2025-10-02T04:00:00Z') },
      at: new Date('2025-10-02T04:00:00Z'),
      tagged: ['mineral:antimony', 'mineral:copper', 'country:PK'],
    });
    expect(evolution.announcements.map(({ type }) => type)).toEqual([ItemPublished.type]);
    checkData(ItemPublished, 'closed', evolution.announcements[0]!.data);
  });

  it('has the words that were said last, and every source', () => {
    const first = received(posted());
    const later = received(
      posted({ title: 'Copper' }, { id: 'e2', source: '/news/two', time: '2025-10-02T11:00:00Z' }),
    );
    expect(run([first, later])).toMatchObject({
      title: 'Copper',
      tagged: ['mineral:copper'],
      seenIn: [{ source: '/news/one' }, { source: '/news/two' }],
    });
    expect(run([later, first])).toEqual(run([first, later]));
  });

  it('has the words of a copy only while there are no others', () => {
    const url = 'https://www.miner.example/antimony';
    const said = (title: string, feed: string, minute: number) =>
      received(posted({ title, url, feed }, { id: title, time: at(minute).toISOString() }), 59);
    const own = said('Antimony', 'https://feeds.miner.example/all', 1);
    const copy = said('Antimony …', 'https://wire.example/feed', 2);
    expect(run([copy])).toMatchObject({ title: 'Antimony …' });
    for (const order of [
      [own, copy],
      [copy, own],
    ])
      expect(run(order)).toMatchObject({
        title: 'Antimony',
        seenIn: [{ source: 'https://feeds.miner.example/all' }, { source: 'https://wire.example/feed' }],
      });
  });

  it('is published again when it then says something else, and not when it is said again', () => {
    const said = (title: string, minute: number): Parameters<typeof fold>[1] => ({
      ...received(posted({ title }, { id: `${title} ${minute}`, time: at(minute).toISOString() }), 59),
      partition: 0,
      offset: 0,
    });
    const events = [said('Tin', 1), said('Tin', 2), said('Tin up', 3), said('Tin', 4), said('Tin down', 0)];
    let item: Item | undefined;
    const published = events.flatMap((event) => {
      const evolution = fold(item, event, 'news-1', undefined);
      if (typeof evolution === 'string' || evolution instanceof RefusedEvent) throw new Error('not taken');
      item = evolution.state;
      return evolution.announcements.map(({ data }) => (data as ItemPublished).title);
    });
    expect(published).toEqual(['Tin', 'Tin up', 'Tin']);
  });

  it('counts as of when it was first seen, and its minerals are critical or not as of then', () => {
    const copper = (day: string) => ({
      event: posted({ title: 'Copper' }, { id: day, time: `${day}T10:00:00Z` }),
      receivedAt: new Date('2025-11-09T00:00:00Z'),
    });
    const [first, later] = [copper('2025-11-06'), copper('2025-11-08')];
    expect(run([later])?.tags).toMatchObject([{ term: 'copper', list: '90 FR 50494' }]);
    const known = run([later, first]);
    expect(known?.at).toEqual(new Date('2025-11-06T10:00:00Z'));
    expect(known?.tags.map(({ list }) => list)).toEqual([undefined]);
    expect(run([first, later])).toEqual(known);
  });

  it('is text as it stands, where it is said to be text', () => {
    const title = 'A <b> of Cu&lt;Zn';
    expect(run([received(posted({ title, textType: 'text' }))])).toMatchObject({ title });
    expect(run([received(posted({ title }))])).toMatchObject({ title: 'A of Cu<Zn' });
  });

  it('is not later than it was seen, whatever it says of itself', () => {
    expect(run([received(posted({ publishedAt: '2099-01-01T00:00:00Z' }))])?.at).toEqual(
      new Date('2025-10-02T10:00:00Z'),
    );
  });

  it('is refused without a word in its title', () => {
    const evolution = fold(
      undefined,
      { ...received(posted({ title: '<p></p>' })), partition: 0, offset: 0 },
      'news-1',
      undefined,
    );
    expect(evolution).toBeInstanceOf(RefusedEvent);
  });

  it('is not of the future, whatever an event says of its time', () => {
    const future = received(posted({ title: 'Tin' }, { id: 'f', time: '2099-01-01T00:00:00Z' }), 1);
    const now = received(posted({ title: 'Copper' }, { id: 'n', time: at(2).toISOString() }), 3);
    expect(run([future, now])).toMatchObject({ title: 'Copper', at: at(1) });
  });

  it('is the same document whatever the order of its sightings, and however often each comes', () => {
    const sighting = fc.record({
      title: fc.constantFrom('Antimony', 'Copper', 'Tin from Peru', '<i></i>'),
      feed: fc.option(
        fc.nat(60).map((nth) => `https://feed${nth % 2}.example/${nth}`),
        { nil: undefined },
      ),
      url: fc.constantFrom(undefined, 'https://feed0.example/item'),
      id: fc.nat(5).map(String),
      source: fc.constantFrom('/a', '/b'),
      minute: fc.nat(3),
      receivedMinute: fc.nat(59),
    });
    const many = fc.uniqueArray(sighting, {
      minLength: 1,
      maxLength: 80,
      // One source and id are one event, so they say one thing.
      selector: ({ id, source, feed }) => `${source} ${id} ${feed}`,
    });
    const events = many.map((sightings) =>
      sightings.map(({ title, feed, url, id, source, minute, receivedMinute }) =>
        received(
          posted(
            { title, ...(feed !== undefined && { feed }), ...(url !== undefined && { url }) },
            { id: `${id} ${feed}`, source, time: at(minute).toISOString() },
          ),
          receivedMinute,
        ),
      ),
    );
    const orders = events.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
      ),
    );
    fc.assert(fc.property(orders, ([one, other]) => expect(run(other)).toEqual(run(one))));
  });

  it('is not changed by what it has seen', () => {
    const events = [received(posted()), received(posted({ title: 'B' }, { id: 'e2' }))];
    const state = run(events);
    for (const event of events)
      expect(fold(state, { ...event, partition: 0, offset: 9 }, 'news-1', undefined)).toBe('repeated');
  });
});
