/**
 * An event that names its shipment by references: it waits here until it is known which one that is. One document an
 * event, that stays when the event has gone on to its shipment, for by it a repeat is told, and what takes it back finds
 * the way.
 *
 * It is folded from what was found of it, which rests on what was known when it was looked for. So a finding names the
 * look before it, and one that does not follow the last is passed over: whoever found it looks again (`correlator.ts`).
 */
import { createHash } from 'node:crypto';
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { EventOf } from '#contracts/contract.js';
import { RefusedEvent } from '#contracts/fault.js';
import {
  EventRetracted,
  MatchAssigned,
  MatchExpired,
  MatchSought,
  MilestoneReported,
  ObservationReported,
  SHIPMENTS_CORRELATION,
  SHIPMENTS_INBOUND,
} from '#contracts/shipments.js';
import type { Reference } from '#contracts/trade.js';
import { announce, type Announcement } from '#messaging/announcement.js';
import type { Received } from '#messaging/effects.js';
import type { Evolve } from '#messaging/planner.js';
import { keyOf, revisedIn } from '../standing.js';
import type { Translated, UnaddressedEvent } from '../translation.js';
import { type Decision, type REASONS, type Sought, soughtBy } from './decide.js';
import { type ForeignEvent, translate } from './translate.js';

/** `waiting`, `matched` to its shipment or shipments, or `expired`: it waited for as long as any does. */
export const WAITS = ['waiting', 'matched', 'expired'] as const;

export interface Unmatched {
  readonly status: (typeof WAITS)[number];
  /** The foreign event, as JSON, until it has gone on. */
  readonly event?: string | undefined;
  readonly type: string;
  /** `source id` of each event that it comes to and of what that is a revision of, and of each that these take back. */
  readonly keys: readonly string[];
  readonly retracts: readonly string[];
  readonly references: readonly Reference[];
  /** When it happened. */
  readonly at: Date;
  /** Since when it waits: when Kafka took it, and where it stands there. */
  readonly since: Date;
  readonly partition: number;
  readonly offset: number;
  /** How often what was found of it has changed. */
  readonly looks: number;
  /** Why it waits. */
  readonly reason?: (typeof REASONS)[number] | undefined;
  readonly candidates?: readonly string[] | undefined;
  /** The shipments that it is of. */
  readonly shipments?: readonly string[] | undefined;
  /** Where the event stands on `shipments.correlation` that has ended the wait: it may come again. */
  readonly ended?: { readonly partition: number; readonly offset: number } | undefined;
}

/** A foreign event was heard, and looked for a first time. */
type Heard = CloudEvent<
  typeof HEARD,
  { readonly foreign: ForeignEvent; readonly translated: Translated; readonly decision: Decision }
>;
/** A waiting event was looked for again, after so many looks. */
type Looked = CloudEvent<typeof LOOKED, { readonly decision: Decision; readonly after: number }>;
/** What a waiting event takes back has been heard since, and may have gone on: it is to be looked for. */
type Followed = CloudEvent<typeof FOLLOWED, object>;
export type UnmatchedEvent = Heard | Looked | Followed | EventOf<typeof MatchAssigned | typeof MatchExpired>;

const HEARD = 'orebound.shipment.foreign-event-heard.v1';
const LOOKED = 'orebound.shipment.match-looked-for.v1';
const FOLLOWED = 'orebound.shipment.match-followed.v1';

/** One document for the same events, however often and by whichever door they come. */
export const unmatchedId = ({ events }: Translated): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify(events.map(keyOf)))
    .digest('hex');
  return `unmatched-${digest.slice(0, 32)}`;
};

/** The foreign event as an event that a projection folds; it is never sent. */
export const heard = (foreign: ForeignEvent, translated: Translated, decision: Decision): Heard => ({
  ...foreign,
  type: HEARD,
  subject: unmatchedId(translated),
  data: { foreign, translated, decision },
});

/** What was found of a waiting event, as an event that a projection folds; it is never sent. */
export const looked = (id: string, after: number, decision: Decision, cause: CloudEvent): Looked => ({
  ...cause,
  type: LOOKED,
  subject: id,
  data: { decision, after },
});

/** When an event happened, as far as what it names its shipment by goes: what is foreseen was said when it was said. */
function momentOf({ events }: Translated, receivedAt: Date): Date {
  for (const { type, data, time } of events) {
    if (type === MilestoneReported.type && data.classifier === 'ACT') return new Date(data.at);
    if (type === ObservationReported.type) return new Date(data.at);
    if (time !== undefined) return new Date(time);
  }
  return receivedAt;
}

/** That what a waiting event takes back was heard, as an event that a projection folds; it is never sent. */
export const followed = (id: string, cause: CloudEvent): Followed => ({
  ...cause,
  type: FOLLOWED,
  subject: id,
  data: {},
});

/** By what its events are taken back, `source id`: by themselves, or by what they are revisions of. */
export const namesOf = ({ events }: Translated): string[] => [
  ...new Set(events.flatMap((event) => [keyOf(event), revisedIn(event) ?? keyOf(event)])),
];

/** What is looked for. */
export const soughtOf = (
  translated: Translated,
  receivedAt: Date,
): Sought & { readonly retracts: readonly string[] } => ({
  references: soughtBy(translated.references),
  at: momentOf(translated, receivedAt),
  retracts: translated.events.flatMap(({ type, source, data }) =>
    type === EventRetracted.type ? [keyOf({ source, id: data.eventId })] : [],
  ),
});

/** Whether what was found is how it stands. */
export const holds = (
  { reason, candidates }: Pick<Unmatched, 'reason' | 'candidates'>,
  decision: Decision,
): boolean =>
  'reason' in decision &&
  reason === decision.reason &&
  String(candidates) === String(decision.reason === 'ambiguous' ? decision.candidates : undefined);

export const foldUnmatched: Evolve<Unmatched, UnmatchedEvent> = (before, received) => {
  const { event } = received;
  switch (event.type) {
    case HEARD:
      return foldHeard(before, event, received);
    case LOOKED: {
      const { decision, after } = event.data;
      if (before?.status !== 'waiting' || before.looks !== after || holds(before, decision))
        return 'repeated';
      if ('shipments' in decision) return matched(before, decision.shipments, received);
      const { reason } = decision;
      const candidates = reason === 'ambiguous' ? decision.candidates : undefined;
      return { state: { ...before, reason, candidates, looks: after + 1 }, announcements: [] };
    }
    case FOLLOWED:
      return before?.status === 'waiting' ? { state: before, announcements: [sought(before)] } : 'repeated';
    case MatchAssigned.type: {
      const { shipmentId } = event.data;
      if (!before) return new RefusedEvent('invalid-data', `no event waits as ${event.subject}`);
      if (before.status !== 'matched') return matched(before, [shipmentId], received);
      if (before.shipments?.join() === shipmentId) return 'repeated';
      return new RefusedEvent('already-matched', `it is of ${before.shipments?.join(', ')} already`);
    }
    case MatchExpired.type:
      if (before?.status !== 'waiting' || before.since.getTime() !== Date.parse(event.data.since))
        return 'repeated';
      return { state: { ...before, status: 'expired', ended: placeOf(received) }, announcements: [] };
    default:
      return event satisfies never;
  }
};

/** One that had waited in vain waits anew: an operator has sent it again from the dead letters. */
function foldHeard(
  before: Unmatched | undefined,
  { data: { foreign, translated, decision } }: Heard,
  received: Received,
): ReturnType<typeof foldUnmatched> {
  if (before && before.status !== 'expired') return 'repeated';
  const { receivedAt: since, partition, offset } = received;
  const state: Unmatched = {
    status: 'waiting',
    event: JSON.stringify(foreign),
    type: foreign.type,
    keys: namesOf(translated),
    ...soughtOf(translated, since),
    since,
    partition,
    offset,
    looks: (before?.looks ?? 0) + 1,
  };
  if ('shipments' in decision) return matched(state, decision.shipments, undefined);
  return {
    state: { ...state, ...decision },
    announcements: [sought(state)],
  };
}

const sought = ({ since }: Pick<Unmatched, 'since'>): Announcement =>
  announce(SHIPMENTS_CORRELATION, MatchSought, { since: since.toISOString() });

const placeOf = ({ partition, offset }: Received): Unmatched['ended'] => ({ partition, offset });

/** The events go on to their shipments, as they were said. */
function matched(
  { event: text, reason: _, candidates: __, ...waited }: Unmatched,
  shipments: readonly string[],
  by: Received | undefined,
): { state: Unmatched; announcements: Announcement[] } {
  const foreign = JSON.parse(text!) as ForeignEvent;
  const { events } = translate(foreign);
  return {
    state: { ...waited, status: 'matched', shipments, ...(by && { ended: placeOf(by) }) },
    announcements: shipments.flatMap((subject) =>
      events.map((event) => addressed(event, subject, foreign, waited.since)),
    ),
  };
}

const addressed = (
  { type, data, time, source, id }: UnaddressedEvent,
  subject: string,
  foreign: ForeignEvent,
  since: Date,
): Announcement => ({
  topic: SHIPMENTS_INBOUND.name,
  type,
  data,
  time: time ?? foreign.time ?? since.toISOString(),
  subject,
  causedBy: foreign.id,
  saidAs: { source, id },
});
