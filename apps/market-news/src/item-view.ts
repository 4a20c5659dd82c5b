/** An item as it is shown over HTTP. */
import { IsBoolean, IsString } from 'class-validator';
import { Id, OneOf, Optional, Share, Text, Timestamp, WebAddress } from '#contracts/fields.js';
import { LinkReason, SUBJECT_KINDS } from '#contracts/market-news.js';
import { Count, ManyOf } from '#service/view-fields.js';
import type { Item } from './item.js';
import type { LinkState } from './link-state.js';
import type { SubjectKind } from './subject.js';
import { type Evidence, TAG_KINDS, TEXT_FIELDS, type TextField } from './tagging/tags.js';

type ShownLink = Pick<LinkState, 'kind' | 'id' | 'score' | 'reasons'>;

/** What was taken in, by what it is known by from now on. */
export class KnownBy {
  @Id() readonly id!: string;
}

class SightingView {
  /** The feed that had it, or who posted it. */
  @IsString() readonly source!: string;
  @Timestamp() readonly at!: string;
}

const SHOWN_KINDS = [...TAG_KINDS, 'party'] as const;

/**
 * Something that the item names, and the words that say so, at `start` to `end` of that text, in UTF-16 units. A company
 * is known by the deals and shipments that it is a party to.
 */
class TagView implements Evidence {
  @OneOf(SHOWN_KINDS) readonly kind!: (typeof SHOWN_KINDS)[number];
  /** A mineral's plain name, a country's ISO code, a currency and an amount, or a company's name. */
  @IsString() readonly term!: string;
  @IsString() readonly words!: string;
  @OneOf(TEXT_FIELDS) readonly field!: TextField;
  @Count() readonly start!: number;
  @Count() readonly end!: number;
  /** Of a mineral: the citation of the list that held it to be critical on the item's day. */
  @Optional() @IsString() readonly list?: string | undefined;
}

export class ItemSummary {
  @Id() readonly id!: string;
  @Text(500) readonly title!: string;
  @Optional() @Text(20_000) readonly summary?: string;
  @Optional() @WebAddress() readonly url?: string;
  @Optional() @Text(200) readonly publisher?: string;
  @Optional() @Timestamp() readonly publishedAt?: string;
  @Timestamp() readonly receivedAt!: string;
  @ManyOf(() => SightingView) readonly seenIn!: readonly SightingView[];
  @ManyOf(() => TagView) readonly tags!: readonly TagView[];
}

/** A deal or shipment that the item touches, and why. */
class LinkView {
  @OneOf(SUBJECT_KINDS) readonly kind!: SubjectKind;
  @Id() readonly id!: string;
  /** The sum of the reasons' weights, at most 1. */
  @Share() readonly score!: string;
  @ManyOf(() => LinkReason) readonly reasons!: readonly LinkReason[];
}

export class ItemView extends ItemSummary {
  /** The strongest first. */
  @ManyOf(() => LinkView) readonly links!: readonly LinkView[];
  /** Whether there are more than are shown; each deal and shipment can be asked for its items. */
  @IsBoolean() readonly moreLinks!: boolean;
}

export const summaryOf = (item: Item & { readonly _id: string }): ItemSummary => ({
  id: item._id,
  title: item.title,
  ...(item.summary !== undefined && { summary: item.summary }),
  ...(item.url !== undefined && { url: item.url }),
  ...(item.publisher !== undefined && { publisher: item.publisher }),
  ...(item.publishedAt && { publishedAt: item.publishedAt.sent }),
  receivedAt: item.receivedAt.toISOString(),
  seenIn: item.seenIn.map(({ source, at }) => ({ source, at: at.toISOString() })),
  tags: item.tags,
});

/** @param links one more than `most` where there are more */
export function viewOf(
  item: Item & { readonly _id: string },
  links: readonly ShownLink[],
  most: number,
): ItemView {
  const shown = links.slice(0, most);
  const summary = summaryOf(item);
  return {
    ...summary,
    tags: [...summary.tags, ...partiesOf(shown)],
    links: shown,
    moreLinks: links.length > most,
  };
}

const partiesOf = (links: readonly ShownLink[]): TagView[] => {
  const parties = new Map<string, TagView>();
  for (const { kind, term, words, field, start, end } of links.flatMap(({ reasons }) => reasons)) {
    if (kind === 'party') parties.set(term, { kind, term, words, field, start, end });
  }
  return [...parties.values()];
};
