import fc from 'fast-check';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { checkData } from '#contracts/check-data.js';
import { RefusedEvent } from '#contracts/fault.js';
import { ItemLinked, ItemUnlinked } from '#contracts/market-news.js';
import { foldLink, judged, type LinkState } from './link-state.js';
import type { Link } from './link.js';

const CAUSE: CloudEvent = {
  id: 'cause',
  source: '/deals',
  type: 'orebound.deal.registered.v1',
  subject: 'd1',
  data: {},
  extensions: {},
};
const LINK: Link = {
  score: '0.40',
  reasons: [
    { kind: 'mineral', term: 'copper', weight: '0.40', words: 'copper', field: 'title', start: 0, end: 6 },
  ],
};

const judgement = (sighting: string, revision: string, link: Link | undefined, at = new Date(0)) =>
  judged(
    {
      item: { id: 'news-1', sighting, at, tagged: [] },
      subject: { kind: 'deal', id: 'd1', revision },
      link,
      causedBy: 'cause',
    },
    CAUSE,
  );

/** The published types, and the state, after judgements in this order. */
function after(...judgements: ReturnType<typeof judgement>[]): {
  state: LinkState | undefined;
  said: string[];
} {
  let state: LinkState | undefined;
  const said: string[] = [];
  for (const event of judgements) {
    const evolution = foldLink(
      state,
      { event, receivedAt: new Date(0), partition: 0, offset: 0 },
      event.subject,
      undefined,
    );
    if (typeof evolution === 'string' || evolution instanceof RefusedEvent) continue;
    state = evolution.state;
    for (const announcement of evolution.announcements) {
      expect(announcement).toMatchObject({ subject: 'news-1', causedBy: 'cause' });
      checkData(
        announcement.type === ItemLinked.type ? ItemLinked : ItemUnlinked,
        'closed',
        announcement.data,
      );
      said.push(announcement.type);
    }
  }
  return { state, said };
}

describe('a link', () => {
  it('is said once, and taken back when the deal no longer has what linked it', () => {
    const linked = judgement('s', '1', LINK);
    expect(after(linked, linked).said).toEqual([ItemLinked.type]);
    expect(after(linked, judgement('s', '2', undefined)).said).toEqual([ItemLinked.type, ItemUnlinked.type]);
    expect(after(linked, judgement('s', '2', LINK)).said).toEqual([ItemLinked.type]);
  });

  it('is not there, and leaves nothing, where nothing links', () => {
    expect(after(judgement('s', '1', undefined))).toEqual({ state: undefined, said: [] });
  });

  it('is not brought back by a judgement of what once was', () => {
    expect(
      after(judgement('s', '1', LINK), judgement('s', '2', undefined), judgement('s', '1', LINK)).state,
    ).toMatchObject({
      linked: false,
      revision: '2',
    });
  });

  it('has the moment of its item, which of one sighting only becomes earlier', () => {
    const [late, early] = [new Date(2), new Date(1)].map((at) => judgement('s', '1', LINK, at));
    for (const order of [
      [late!, early!],
      [early!, late!],
    ]) {
      const { state, said } = after(...order);
      expect(state?.at).toEqual(new Date(1));
      expect(said).toEqual([ItemLinked.type]);
    }
  });

  it('ends as the latest states of both sides have it, whatever came before', () => {
    const early = fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'), fc.boolean());
    fc.assert(
      fc.property(fc.array(early), fc.array(early), fc.boolean(), (before, behind, linked) => {
        const link = (is: boolean): Link | undefined => (is ? LINK : undefined);
        // `c` is the sighting that gives the item its words in the end, and `3` the subject's latest revision.
        const events = [
          // (That an old judgement makes a link where there was none is seen by whoever made it; see linker.ts.)
          ...before.map(([s, r, is]) => judgement(s, r, link(is))),
          judgement('c', '3', link(linked)),
        ];
        const known = after(...events).state;
        const end = after(
          ...events,
          ...behind.map(([s, r, is]) => judgement(s, r, known ? link(is) : undefined)),
        ).state;
        expect(end?.linked ?? false).toBe(linked);
      }),
    );
  });
});
