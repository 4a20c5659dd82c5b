/** The terms of a deal: what its registrations and amendments come to, and which of them are refused. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { EventOf } from '#contracts/contract.js';
import { type Commitment, type DealAmended, DealRegistered } from '#contracts/deals.js';
import { RefusedEvent } from '#contracts/fault.js';
import { MOST_BYTES_AN_EVENT } from '#messaging/read-batch.js';
import { type Line, lineOf } from './weight.js';

export type TermsEvent = EventOf<typeof DealRegistered | typeof DealAmended>;

/** What no schema can say of a deal's terms: that no two commitments are of the same mineral and basis. */
export function refusalOf(event: TermsEvent): RefusedEvent | undefined {
  const lines = (event.data.commitments ?? []).map(lineOf);
  const again = lines.findIndex((line, index) => lines.indexOf(line) < index);
  if (again < 0) return undefined;
  return new RefusedEvent('invalid-data', 'two commitments are of the same mineral and basis', [
    {
      pointer: `/data/commitments/${again}`,
      code: 'repeated',
      message: 'must be the only commitment of its mineral and basis',
    },
  ]);
}

/** What a published deal can hold; see `DealRegistered` and `DealDrawnDown`. */
const MOST_COMMITMENTS = 100;

/**
 * Whether terms have outgrown what can be published of them. Amendments add up, so no single one of them is at fault,
 * and the one that is learnt of last is refused: in this alone the order of arrival matters.
 */
export function refusalOfTerms(terms: DealRegistered | undefined): RefusedEvent | undefined {
  if (!terms) return undefined;
  if (Buffer.byteLength(JSON.stringify(terms)) > MOST_BYTES_AN_EVENT) {
    return new RefusedEvent(
      'too-large',
      `a deal's terms, amendments included, are at most ${MOST_BYTES_AN_EVENT} bytes: they are published as one event`,
    );
  }
  if (terms.commitments.length <= MOST_COMMITMENTS) return undefined;
  return new RefusedEvent(
    'invalid-data',
    `a deal has at most ${MOST_COMMITMENTS} commitments, amendments included`,
    [
      {
        pointer: '/data/commitments',
        code: 'too-many',
        message: `must not bring the deal to more than ${MOST_COMMITMENTS} commitments`,
      },
    ],
  );
}

/** The extension attribute that carries a request's `Idempotency-Key`. */
export const IDEMPOTENCY_KEY = 'idempotencykey';

/**
 * Whether a request's key was given to another request before. The one that is learnt of first holds: in this, too,
 * the order of arrival matters.
 */
export function refusalOfKey(event: TermsEvent, said: readonly TermsSaid[]): RefusedEvent | undefined {
  const key = event.extensions[IDEMPOTENCY_KEY];
  const isOther = ({ event: other }: TermsSaid): boolean =>
    other.source === event.source &&
    other.extensions[IDEMPOTENCY_KEY] === key &&
    !isDeepStrictEqual(other.data, event.data);
  if (key === undefined || !said.some(isOther)) return undefined;
  return new RefusedEvent(
    'idempotency-key-reused',
    'the key stands for a request of other content, which holds',
    [{ pointer: `/${IDEMPOTENCY_KEY}`, code: 'repeated', message: 'must be the key of one request alone' }],
  );
}

/** What is kept of a deal's terms beside its totals. Without a bound, amendments would leave its deliveries no room. */
const MOST_SAID = 1_000;
const MOST_BYTES_SAID = 4 * 1024 * 1024;

/**
 * Whether a deal has been registered and amended so often, or at such length, that no more can be kept.
 * @param said all of it, the newest among it
 */
export function refusalOfHistory(said: readonly TermsSaid[]): RefusedEvent | undefined {
  if (said.length <= MOST_SAID) {
    let bytes = 0;
    for (const { event } of said) bytes += Buffer.byteLength(JSON.stringify(event));
    if (bytes <= MOST_BYTES_SAID) return undefined;
  }
  return new RefusedEvent(
    'document-too-large',
    `of one deal, ${MOST_SAID} registrations and amendments are kept, of ${MOST_BYTES_SAID} bytes together`,
  );
}

/** An event of the terms, with what orders it. */
export interface TermsSaid {
  readonly event: TermsEvent;
  readonly receivedAt: Date;
}

/** A deal's terms, and when they became what they are: what only says them again does not count. */
export interface Terms {
  readonly terms: DealRegistered;
  readonly termsAt: string;
}

/**
 * What a set of registrations and amendments comes to, in the order in which they happened: the last registration, and
 * what was amended after it. The order in which they came does not matter.
 * @returns undefined where there is no registration among them
 */
export function termsOf(said: readonly TermsSaid[]): Terms | undefined {
  const ordered = [...said].sort(
    (a, b) =>
      momentOf(a) - momentOf(b) ||
      rankOf(a) - rankOf(b) ||
      compare(a.event.source, b.event.source) ||
      compare(a.event.id, b.event.id),
  );
  let terms: DealRegistered | undefined;
  let at = 0;
  for (const one of ordered) {
    const next = termsAfter(terms, one.event);
    if (next === undefined || isDeepStrictEqual(next, terms)) continue;
    terms = next;
    at = momentOf(one);
  }
  return terms && { terms, termsAt: new Date(at).toISOString() };
}

const termsAfter = (terms: DealRegistered | undefined, event: TermsEvent): DealRegistered | undefined =>
  event.type === DealRegistered.type ? event.data : terms && amended(terms, event.data);

const momentOf = ({ event, receivedAt }: TermsSaid): number =>
  event.time === undefined ? receivedAt.getTime() : Date.parse(event.time);
/** At one moment (a whole day, where a sender knows no better) a deal is registered before it is amended. */
const rankOf = ({ event }: TermsSaid): number => (event.type === DealRegistered.type ? 0 : 1);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function amended(terms: DealRegistered, { title, parties, commitments, value }: DealAmended): DealRegistered {
  const lines = new Map<Line, Commitment>(
    terms.commitments.map((commitment) => [lineOf(commitment), commitment]),
  );
  for (const commitment of commitments ?? []) lines.set(lineOf(commitment), commitment);
  return {
    ...terms,
    commitments: [...lines.values()],
    ...(title !== undefined && { title }),
    ...(parties && { parties }),
    ...(value && { value }),
  };
}
