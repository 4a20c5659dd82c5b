/** A foreign event as our `extensions` can keep it: all of it. */
import { isExtensions } from '#contracts/extensions.js';

/** The levels of extensions, less the one that they are themselves. */
const LEVELS = 4;

const isObject = (value: unknown): value is object => value !== null && typeof value === 'object';

/**
 * The same value; but what is nested deeper than extensions are, and an object with a name that they do not take, stands
 * as its JSON text.
 */
export function keptOf(value: unknown, levels = LEVELS): unknown {
  if (!isObject(value)) return value;
  const isTaken = levels > 0 && (Array.isArray(value) || isExtensions(shallow(value)));
  if (!isTaken) return JSON.stringify(value);
  if (Array.isArray(value)) return value.map((item: unknown) => keptOf(item, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, keptOf(inner, levels - 1)]));
}

/** An object's names, with nothing behind them. */
const shallow = (value: object): object => Object.fromEntries(Object.keys(value).map((name) => [name, true]));

/** Whether nothing is nested deeper. Serializers and their like call themselves for each level, and run out of stack. */
export const isWithinDepth = (value: unknown, levels: number): boolean =>
  !isObject(value) || (levels > 0 && Object.values(value).every((inner) => isWithinDepth(inner, levels - 1)));
