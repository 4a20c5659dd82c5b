import type { CloudEvent } from '#contracts/cloudevent.js';
import type { ContractClass } from '#contracts/contract.js';
import type { Topic } from '#contracts/topic.js';
import { traceFrom } from './trace.js';
import { uuidsV5 } from './uuid-v5.js';

/** What a fold wants published: which contract, on which topic, and the data. The rest follows from its cause. */
export interface Announcement {
  readonly topic: string;
  readonly type: string;
  readonly data: object;
  /** When it happened, RFC 3339. The cause's time where it is absent. */
  readonly time?: string | undefined;
  /** The entity it is about, where that is not the one that was folded. */
  readonly subject?: string;
  /** The id of the event that brought it about, where that is not the one that was folded, but led to it. */
  readonly causedBy?: string;
  /** Who has said it, and the id that it had there, where it is passed on and not ours. */
  readonly saidAs?: { readonly source: string; readonly id: string };
}

/** Says that something is to be published; typed, so that only a topic's own contracts go out on it. */
export const announce = <C extends ContractClass, K extends C>(
  topic: Topic<C>,
  contract: K,
  data: InstanceType<K>,
  about: { time?: string | undefined; subject?: string; causedBy?: string } = {},
): Announcement => ({
  topic: topic.name,
  type: contract.type,
  data,
  ...about,
});

/** The ids of everything that Orebound publishes. Their namespace must never change. */
const idOf = uuidsV5('8e1b5f0c-53a5-5a0a-9d39-6f4c4d0a8f27');
const SEQUENCE_DIGITS = 12;

/**
 * The event that an announcement becomes. Its id is derived from its cause, so the same cause always gives the same
 * id, and a repeat can be told. `sequence` (the CloudEvents extension) orders the events of one entity.
 * @param nth which of the cause's announcements it is
 * @param sequence a number that rises with every event published about the entity
 */
export function published(
  announcement: Announcement,
  from: { source: string; entity: string; cause: CloudEvent; nth: number; sequence: number },
): CloudEvent {
  const { cause } = from;
  const subject = announcement.subject ?? from.entity;
  const time = announcement.time ?? cause.time;
  const name = JSON.stringify([
    announcement.topic,
    announcement.type,
    subject,
    cause.source,
    cause.id,
    from.nth,
  ]);
  const { traceparent, tracestate } = traceFrom(cause);
  const extensions: Record<string, string> = {
    sequence: String(from.sequence).padStart(SEQUENCE_DIGITS, '0'),
    correlationid: cause.extensions['correlationid'] ?? cause.id,
    causationid: announcement.causedBy ?? cause.id,
    traceparent,
  };
  if (tracestate !== undefined) extensions['tracestate'] = tracestate;
  const { source, id } = announcement.saidAs ?? { source: from.source, id: idOf(name) };
  const { type, data } = announcement;
  return time === undefined
    ? { id, source, type, subject, data, extensions }
    : { id, source, type, subject, time, data, extensions };
}
