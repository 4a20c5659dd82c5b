const CALENDAR_DAY = /^\d{4}-\d{2}-\d{2}$/u;
const TIMESTAMP =
  /^\d{4}-\d{2}-\d{2}[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/u;

/** Whether a text is a day that the calendar has: `2025-02-29` is not. */
export const isDay = (text: unknown): boolean =>
  typeof text === 'string' && CALENDAR_DAY.test(text) && hasDay(text);

/** Of a text that begins with digits where a day has them. */
const hasDay = (text: string): boolean => {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
};

const daysOf = (year: number, month: number): number => {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
};

/**
 * Whether a text is an RFC 3339 date-time with an offset. Leap seconds are refused: JavaScript and MongoDB have no
 * instant to keep them as.
 */
export const isTimestamp = (text: unknown): boolean =>
  typeof text === 'string' && TIMESTAMP.test(text) && hasDay(text);

/**
 * The instant of a timestamp, in UTC and to the nanosecond, always as long: two timestamps of one instant come to the same
 * text, and texts of the years 0001 to 9998 sort as their instants do.
 */
export const instantOf = (timestamp: string): string => {
  const fraction = /\.(\d+)/u.exec(timestamp)?.[1] ?? '';
  return `${new Date(timestamp).toISOString().slice(0, -'.000Z'.length)}.${fraction.padEnd(9, '0')}Z`;
};
