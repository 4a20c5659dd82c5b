/** The events of market news: what is posted or polled, and what the market-news service publishes. */
import {
  Currency,
  Decimal,
  Id,
  ListOf,
  OneOf,
  Optional,
  Share,
  Text,
  Timestamp,
  WebAddress,
  WholeNumber,
} from './fields.js';
import { inbound, published } from './topic.js';

export const TEXT_TYPES = ['html', 'text'] as const;

export class ItemPosted {
  static readonly type = 'orebound.news.item-posted.v1';
  static readonly description =
    'A piece of news was posted, or found in a feed. One of the same subject says the same again.';
  @Text(500) title!: string;
  @Optional() @Text(20_000) summary?: string;
  @Optional() @WebAddress() url?: string;
  @Optional() @Timestamp() publishedAt?: string;
  @Optional() @Text(200) publisher?: string;
  /** The feed that it was found in. */
  @Optional() @WebAddress() feed?: string;
  /** What title and summary are: `html`, where it is absent, is reduced to its text; `text` is taken as it stands. */
  @Optional() @OneOf(TEXT_TYPES) textType?: (typeof TEXT_TYPES)[number];
}

export class FeedRegistered {
  static readonly type = 'orebound.news.feed-registered.v1';
  static readonly description = 'A feed is to be polled for news.';
  @WebAddress() url!: string;
  @Optional() @Text(200) publisher?: string;
}

export class FeedRemoved {
  static readonly type = 'orebound.news.feed-removed.v1';
  static readonly description = 'A feed is no longer to be polled. What it has brought stays.';
  @Optional() @Text(2000) reason?: string;
}

export const SUBJECT_KINDS = ['deal', 'shipment'] as const;
export const LINK_REASONS = ['mineral', 'party', 'country'] as const;
export const TEXT_FIELDS = ['title', 'summary'] as const;

/** What an item and a deal or shipment have in common, how much that counts, and the words that justify it. */
export class LinkReason {
  @OneOf(LINK_REASONS) kind!: (typeof LINK_REASONS)[number];
  /** A mineral's name, a party's name as the deal or shipment has it, or a country's ISO code. */
  @Text(200) term!: string;
  /** The share of the score. */
  @Share() weight!: string;
  /** The words in the item, as they stand there, in which of its texts, and where: `start` and `end` in UTF-16 units. */
  @Text(200) words!: string;
  @OneOf(TEXT_FIELDS) field!: (typeof TEXT_FIELDS)[number];
  @WholeNumber(20_000) start!: number;
  @WholeNumber(20_000) end!: number;
}

/** A term that an item's text names, and the place that justifies it. */
export class Tag {
  @OneOf(LINK_REASONS) kind!: (typeof LINK_REASONS)[number];
  /** A mineral's name or a country's ISO code. (A party is known by what links the item, and told there.) */
  @Text(200) term!: string;
  /** The words in the text, as they stand there, in which of the texts, and where: `start` and `end` in UTF-16 units. */
  @Text(200) words!: string;
  @OneOf(TEXT_FIELDS) field!: (typeof TEXT_FIELDS)[number];
  @WholeNumber(20_000) start!: number;
  @WholeNumber(20_000) end!: number;
  /** Of a mineral: the citation of the US list that held it to be critical on the item's day. */
  @Optional() @Text(100) list?: string;
}

/** An amount of money that an item's text names, and the place that says so. */
export class NamedAmount {
  @Decimal() amount!: string;
  @Currency() currency!: string;
  @Text(200) words!: string;
  @OneOf(TEXT_FIELDS) field!: (typeof TEXT_FIELDS)[number];
  @WholeNumber(20_000) start!: number;
  @WholeNumber(20_000) end!: number;
}

export class ItemPublished {
  static readonly type = 'orebound.news.item-published.v1';
  static readonly description =
    'A news item was taken in, with the minerals, countries and amounts that its text names. A later one of the same item (by sequence) replaces it.';
  @Text(500) title!: string;
  @Optional() @Text(20_000) summary?: string;
  @Optional() @WebAddress() url?: string;
  @Optional() @Timestamp() publishedAt?: string;
  @Optional() @Text(200) publisher?: string;
  @ListOf(() => Tag, { min: 0, max: 200 }) tags!: Tag[];
  @Optional() @ListOf(() => NamedAmount, { min: 1, max: 200 }) amounts?: NamedAmount[];
}

export class ItemLinked {
  static readonly type = 'orebound.news.item-linked.v1';
  static readonly description =
    'A news item touches a deal or a shipment, for these reasons. `sequence` orders the events of one item and one deal or shipment.';
  @OneOf(SUBJECT_KINDS) kind!: (typeof SUBJECT_KINDS)[number];
  @Id() id!: string;
  /** The sum of the reasons' weights, at most 1. */
  @Share() score!: string;
  @ListOf(() => LinkReason, { min: 1, max: 200 }) reasons!: LinkReason[];
}

export class ItemUnlinked {
  static readonly type = 'orebound.news.item-unlinked.v1';
  static readonly description =
    'A news item no longer touches a deal or a shipment, since one of them was changed.';
  @OneOf(SUBJECT_KINDS) kind!: (typeof SUBJECT_KINDS)[number];
  @Id() id!: string;
}

export const MARKET_NEWS_INBOUND = inbound('market-news.inbound', 'news item or feed', [
  ItemPosted,
  FeedRegistered,
  FeedRemoved,
]);
export const MARKET_NEWS_EVENTS = published('market-news.events', 'news item', [
  ItemPublished,
  ItemLinked,
  ItemUnlinked,
]);
