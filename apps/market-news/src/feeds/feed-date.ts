import { isTimestamp } from '#contracts/time.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The zones that RFC 822 names (5.1), by which RSS still writes its dates. */
const ZONES: Readonly<Record<string, string>> = {
  z: 'Z',
  ut: 'Z',
  utc: 'Z',
  gmt: 'Z',
  est: '-05:00',
  edt: '-04:00',
  cst: '-06:00',
  cdt: '-05:00',
  mst: '-07:00',
  mdt: '-06:00',
  pst: '-08:00',
  pdt: '-07:00',
};

const RFC822 =
  /^(?:[A-Za-z]{3,9},?\s{1,3})?(\d{1,2})\s{1,3}([A-Za-z]{3})[a-z]{0,6}\.?,?\s{1,3}(\d{4}|\d{2})\s{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?\s{0,3}([A-Za-z]{1,3}|[+-]\d{2}:?\d{2})?$/;
const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2}(?:\.\d{1,9})?))?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

const offsetOf = (zone: string | undefined): string | undefined => {
  if (zone === undefined) return 'Z'; // none is given: feeds mean UTC more often than anything else
  const [, sign, hours, minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return sign ? `${sign}${hours}:${minutes}` : ZONES[zone.toLowerCase()];
};

/**
 * A feed's date as an RFC 3339 timestamp that keeps the offset it was sent with: RFC 822 (RSS), RFC 3339 (Atom, JSON
 * Feed), and what is commonly written instead. Undefined for what is no moment; an item without one is still an item.
 */
export function timestampOf(text: string | undefined): string | undefined {
  const given = text?.trim().slice(0, 100) ?? '';
  const timestamp = isTimestamp(given) ? given : (fromRfc822(given) ?? fromIso(given));
  return timestamp !== undefined && isTimestamp(timestamp) ? timestamp : undefined;
}

function fromRfc822(text: string): string | undefined {
  const parts = RFC822.exec(text);
  if (!parts) return undefined;
  const [, day, month, year, hour, minute, second = '00', zone] = parts as unknown as [string, ...string[]];
  const nth = MONTHS.indexOf(month!.toLowerCase());
  const offset = offsetOf(zone);
  if (nth < 0 || offset === undefined) return undefined;
  const fullYear = year!.length === 4 ? year! : `${Number(year) < 70 ? '20' : '19'}${year}`;
  const two = (value: string | number): string => String(value).padStart(2, '0');
  return `${fullYear}-${two(nth + 1)}-${two(day!)}T${two(hour!)}:${minute}:${second}${offset}`;
}

function fromIso(text: string): string | undefined {
  const [, day, minutes = '00:00', seconds = '00', zone] = ISO.exec(text) ?? [];
  const offset = offsetOf(zone);
  return day !== undefined && offset !== undefined ? `${day}T${minutes}:${seconds}${offset}` : undefined;
}
