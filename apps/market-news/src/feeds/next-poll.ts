const LONGEST_MS = 24 * 3_600_000;
/** A server may ask for more than a day, and be waited for; but no server may have a feed forgotten. */
const LONGEST_RETRY_AFTER_MS = 7 * LONGEST_MS;
const JITTER = 0.1;

export interface PollingPolicy {
  readonly intervalMs: number;
}

/**
 * When a feed is to be polled again: after the interval, doubled with every failure in a row up to a day, a tenth more
 * or less by chance so that feeds of one host spread out, and not before a server's `Retry-After`. Pure.
 * @param failures how often polling has failed in a row, this time included
 * @param random 0 to 1
 */
export function nextPoll(
  { failures, retryAfter }: { failures: number; retryAfter?: string | undefined },
  { intervalMs }: PollingPolicy,
  now: Date,
  random: number,
): Date {
  const backedOff = Math.max(intervalMs, Math.min(LONGEST_MS, intervalMs * 2 ** Math.min(failures, 30)));
  const jittered = backedOff * (1 - JITTER + 2 * JITTER * random);
  return new Date(now.getTime() + Math.max(jittered, retryAfterMs(retryAfter, now)));
}

/** `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs(value: string | undefined, now: Date): number {
  if (value === undefined) return 0;
  const ms = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - now.getTime();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS);
}
