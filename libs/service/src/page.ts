import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

/** A part of a list, in a fixed order, and how to go on behind it. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Give it back as `cursor` for what follows; absent at the end. */
  readonly next?: string;
}

/** The part of a query that every list has. */
export class PageQuery {
  @IsInt() @Min(1) @Max(500) @Transform(({ value }) => Number(value)) limit: number = 50;
  /** The `next` of the page before. */
  @IsOptional() @Matches(/^[A-Za-z0-9_-]{1,400}$/) cursor?: string;
}

const encode = (position: string): string => Buffer.from(position).toString('base64url');
/** The position that a cursor stands for. */
export const positionOf = (cursor: string | undefined): string | undefined =>
  cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString();

/** Of a page as JSON. A single item may be a quarter of a megabyte, so a count alone does not bound an answer. */
export const MOST_BYTES_A_PAGE = 4 * 1024 * 1024;

/**
 * A page of what was found, when one more than `limit` was asked for. It ends before `limit` where it would have more
 * bytes than a page holds, but never without an item.
 */
export function pageOf<F, T>(
  found: readonly F[],
  limit: number,
  position: (item: F) => string,
  show: (item: F) => T,
): Page<T> {
  const items: T[] = [];
  let bytes = 0;
  for (const one of found.slice(0, limit)) {
    const item = show(one);
    bytes += Buffer.byteLength(JSON.stringify(item));
    if (bytes > MOST_BYTES_A_PAGE && items.length > 0) break;
    items.push(item);
  }
  return {
    items,
    ...(found.length > items.length && { next: encode(position(found[items.length - 1]!)) }),
  };
}

/**
 * The value of a `Link` header that leads to the next page (RFC 8288), where the body has no room to say so.
 * @param url of the request
 * @param parameter that takes the cursor
 */
export function linkToNext(url: string, parameter: string, next: string): string {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  searchParams.set(parameter, next);
  return `<${pathname}?${searchParams.toString()}>; rel="next"`;
}
