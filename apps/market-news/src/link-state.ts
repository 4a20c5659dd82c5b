/**
 * The link between one item and one deal or shipment, kept for as long as either is. It is folded from judgements:
 * what `linkOf` said of one state of the item and one of the subject.
 *
 * Two instances may judge the same pair at once, one because of the item, the other because of the subject, and each
 * may hold an old state of the other side. States only go forward: the sighting that gives an item its words only ever
 * becomes greater (and of one sighting its moment only earlier), a subject's revision greater. So a judgement names
 * both, and one that is older on either side than what is stored changes nothing. A link that is no more stays as a
 * document that says so, so that an old judgement cannot bring it back.
 */
import type { CloudEvent } from '#contracts/cloudevent.js';
import { ItemLinked, ItemUnlinked, MARKET_NEWS_EVENTS } from '#contracts/market-news.js';
import { announce, type Announcement } from '#messaging/announcement.js';
import type { Evolve } from '#messaging/planner.js';
import type { Item } from './item.js';
import type { Link } from './link.js';
import { type Subject, subjectId, type SubjectKind } from './subject.js';

export interface LinkState {
  readonly item: string;
  /** `deal/<id>` or `shipment/<id>`. */
  readonly subject: string;
  readonly kind: SubjectKind;
  readonly id: string;
  /** The states that were judged. */
  readonly sighting: string;
  readonly revision: string;
  readonly linked: boolean;
  readonly score: string;
  readonly reasons: Link['reasons'];
  /** Of the item, so that a subject's news is found, in order, without the items. */
  readonly at: Date;
  readonly tagged: readonly string[];
}

/** What tells the states of an item apart, as far as links follow from them. */
type ItemState = Pick<Item, 'sighting' | 'at'>;

/** What was found of a pair, and the event that had it looked at. */
export interface Judgement {
  readonly item: ItemState & Pick<Item, 'tagged'> & { readonly id: string };
  readonly subject: Pick<Subject, 'kind' | 'id' | 'revision'>;
  readonly link: Link | undefined;
  readonly causedBy: string;
}

export type JudgementEvent = CloudEvent<typeof JUDGED, Judgement>;

const JUDGED = 'orebound.news.link-judged.v1';

export const linkId = (item: string, subject: string): string => `${item}|${subject}`;

/**
 * A judgement as an event that a projection folds; it is never sent. Its id names the pair and the two states that were judged, so
 * what is published of it has one id for one pair of states, whoever judges them and however often.
 */
export function judged(judgement: Judgement, cause: CloudEvent): JudgementEvent {
  const { item, subject } = judgement;
  const link = linkId(item.id, subjectId(subject.kind, subject.id));
  return {
    id: `${link} ${item.sighting} ${subject.revision}`,
    source: '/market-news/links',
    type: JUDGED,
    subject: link,
    ...(cause.time !== undefined && { time: cause.time }),
    data: judgement,
    extensions: {
      ...cause.extensions,
      correlationid: cause.extensions['correlationid'] ?? cause.id,
    },
  };
}

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Which of two states of an item is the later one: less than 0 where it is the other. */
const compareStates = (one: ItemState, other: ItemState): number =>
  compare(one.sighting, other.sighting) || compare(other.at.getTime(), one.at.getTime());

export const foldLink: Evolve<LinkState, JudgementEvent> = (before, { event }) => {
  const { item, subject, link } = event.data;
  if (!before && !link) return 'repeated'; // most pairs never come to anything, and leave nothing
  if (before) {
    const [ofItem, ofSubject] = [compareStates(item, before), compare(subject.revision, before.revision)];
    if (ofItem < 0 || ofSubject < 0 || (ofItem === 0 && ofSubject === 0)) return 'repeated';
  }
  const state: LinkState = {
    item: item.id,
    subject: subjectId(subject.kind, subject.id),
    kind: subject.kind,
    id: subject.id,
    sighting: item.sighting,
    revision: subject.revision,
    linked: link !== undefined,
    score: link?.score ?? '0.00',
    reasons: link?.reasons ?? [],
    at: item.at,
    tagged: item.tagged,
  };
  return { state, announcements: changesOf(before, state, event.data) };
};

function changesOf(before: LinkState | undefined, after: LinkState, { causedBy }: Judgement): Announcement[] {
  const { item, kind, id, score, reasons } = after;
  const about = { subject: item, causedBy };
  if (!after.linked) {
    return before?.linked ? [announce(MARKET_NEWS_EVENTS, ItemUnlinked, { kind, id }, about)] : [];
  }
  const same = before?.linked === true && JSON.stringify(before.reasons) === JSON.stringify(reasons);
  return same
    ? []
    : [announce(MARKET_NEWS_EVENTS, ItemLinked, { kind, id, score, reasons: [...reasons] }, about)];
}
