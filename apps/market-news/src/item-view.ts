/** An item as it is shown over HTTP. */
import type { Item } from './item.js';
import type { LinkState } from './link-state.js';
import type { Evidence, Tag } from './tagging/tags.js';

type ShownLink = Pick<LinkState, 'kind' | 'id' | 'score' | 'reasons'>;

export interface ItemSummary {
  readonly id: string;
  readonly title: string;
  readonly summary?: string;
  readonly url?: string;
  readonly publisher?: string;
  readonly publishedAt?: string;
  readonly receivedAt: string;
  readonly seenIn: readonly { readonly source: string; readonly at: string }[];
  readonly tags: readonly (Tag | PartyTag)[];
}

/** A company that the item names: known by the deals and shipments that it is a party to. */
export interface PartyTag extends Evidence {
  readonly kind: 'party';
  readonly term: string;
}

export interface ItemView extends ItemSummary {
  /** The strongest first. */
  readonly links: readonly ShownLink[];
  /** Whether there are more than are shown; each deal and shipment can be asked for its items. */
  readonly moreLinks: boolean;
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

const partiesOf = (links: readonly ShownLink[]): PartyTag[] => {
  const parties = new Map<string, PartyTag>();
  for (const { kind, term, words, field, start, end } of links.flatMap(({ reasons }) => reasons)) {
    if (kind === 'party') parties.set(term, { kind, term, words, field, start, end });
  }
  return [...parties.values()];
};
