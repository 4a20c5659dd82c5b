/** The events of market news: what is posted or polled, and what the market-news service publishes. */
import { Id, ListOf, OneOf, Optional, Share, Text, Timestamp, WebAddress } from './fields.js';
import { inbound, published } from './topic.js';

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
}

export class FeedRegistered {
  static readonly type = 'orebound.news.feed-registered.v1';
  static readonly description = 'A feed is to be polled for news.';
  @WebAddress() url!: string;
  @Optional() @Text(200) publisher?: string;
}

export const SUBJECT_KINDS = ['deal', 'shipment'] as const;
export const LINK_REASONS = ['mineral', 'party', 'country'] as const;

/** What an item and a deal or shipment have in common, and how much that counts. */
export class LinkReason {
  @OneOf(LINK_REASONS) kind!: (typeof LINK_REASONS)[number];
  @Text(200) term!: string;
  /** The share of the score. */
  @Share() weight!: string;
}

/** A term found in an item, and the place in its text that justifies it. */
export class Tag {
  @OneOf(LINK_REASONS) kind!: (typeof LINK_REASONS)[number];
  @Text(200) term!: string;
  /** The words in the text, as they stand there. */
  @Text(200) words!: string;
}

export class ItemPublished {
  static readonly type = 'orebound.news.item-published.v1';
  static readonly description =
    'A news item was taken in, with the minerals, companies and countries found in it.';
  @Text(500) title!: string;
  @Optional() @WebAddress() url?: string;
  @Optional() @Timestamp() publishedAt?: string;
  @ListOf(() => Tag, { min: 0, max: 200 }) tags!: Tag[];
}

export class ItemLinked {
  static readonly type = 'orebound.news.item-linked.v1';
  static readonly description = 'A news item touches a deal or a shipment, for these reasons.';
  @OneOf(SUBJECT_KINDS) kind!: (typeof SUBJECT_KINDS)[number];
  @Id() id!: string;
  /** The sum of the reasons' weights, at most 1. */
  @Share() score!: string;
  @ListOf(() => LinkReason, { min: 1, max: 200 }) reasons!: LinkReason[];
}

export class ItemUnlinked {
  static readonly type = 'orebound.news.item-unlinked.v1';
  static readonly description = 'A news item no longer touches a deal or a shipment, since that was changed.';
  @OneOf(SUBJECT_KINDS) kind!: (typeof SUBJECT_KINDS)[number];
  @Id() id!: string;
}

export const MARKET_NEWS_INBOUND = inbound('market-news.inbound', 'news item or feed', [
  ItemPosted,
  FeedRegistered,
]);
export const MARKET_NEWS_EVENTS = published('market-news.events', 'news item', [
  ItemPublished,
  ItemLinked,
  ItemUnlinked,
]);
