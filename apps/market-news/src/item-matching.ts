/** An item as links are judged from it. */
import type { LinkableItem } from './link.js';
import { mineralsOf, type Item } from './item.js';
import { NameIndex } from './party-name.js';
import { askedByItem, mayName } from './terms.js';

export type StoredItem = Pick<Item, 'title' | 'summary' | 'sighting' | 'at' | 'tags' | 'tagged' | 'terms'> & {
  readonly _id: string;
};

export interface MatchableItem extends LinkableItem, Pick<Item, 'sighting' | 'at' | 'tagged'> {
  readonly id: string;
  readonly terms: ReadonlySet<string>;
  readonly asked: readonly string[];
}

/** What tells one state of an item from another, as far as links follow from it. */
export const stateOf = ({ sighting, at }: Pick<Item, 'sighting' | 'at'>): string =>
  `${sighting} ${at.toISOString()}`;

/** Its text is taken apart only when a name may be in it: most items that a deal's minerals find name none of its parties. */
export function matchable({
  _id,
  title,
  summary,
  sighting,
  at,
  tags,
  tagged,
  terms,
}: StoredItem): MatchableItem {
  const stored = new Set(terms);
  let index: NameIndex | undefined;
  return {
    ...{ id: _id, sighting, at, tags, tagged, terms: stored },
    asked: askedByItem({ minerals: mineralsOf({ tags }), terms }),
    names: {
      find: (name) =>
        mayName(stored, name) ? (index ??= new NameIndex({ title, summary })).find(name) : undefined,
    },
  };
}
