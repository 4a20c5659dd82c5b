import { EXACT_ALIASES } from '../reference/minerals.js';
import type { Reference } from './reference.js';
import { wordsOf } from './words.js';

/** Symbols and abbreviations as they stand in a mineral's plain name: `ndpr` for NdPr. */
const ABBREVIATIONS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(EXACT_ALIASES).map(([written, means]) => [written.toLowerCase(), means]),
);

/**
 * What a deal, a shipment or a query calls its mineral, and all that news may call it by: `aluminium` is tagged as aluminum,
 * `bastnasite` as what it is an ore of, `copper-concentrate` as copper.
 */
export function knownAs(mineral: string, reference: Reference): string[] {
  const parts = mineral.split('-');
  const text = parts.join(' ');
  const names = [
    mineral,
    ...reference.minerals.find(text, wordsOf(text)).flatMap(({ means }) => means),
    ...parts.flatMap((part) => ABBREVIATIONS.get(part) ?? []),
  ];
  return [...new Set(names)];
}
