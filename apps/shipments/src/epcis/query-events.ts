/** The query of EPCIS events (EPCIS 2.0, 8.2.7.1): which of a shipment's events are asked for. Pure. */
import { canonicalUri } from './digital-link.js';
import type { ExportedEvent } from './export-events.js';
import { type Vocabulary, wordOf } from './vocabulary.js';

/** Parameters by the standard's names. What lists values has them in one text, with `|` between them; any may fit. */
export interface EventsFilter {
  readonly eventType?: string | undefined;
  readonly GE_eventTime?: string | undefined;
  readonly LT_eventTime?: string | undefined;
  readonly GE_recordTime?: string | undefined;
  readonly LT_recordTime?: string | undefined;
  readonly EQ_action?: string | undefined;
  readonly EQ_bizStep?: string | undefined;
  readonly EQ_disposition?: string | undefined;
  readonly EQ_readPoint?: string | undefined;
  readonly EQ_bizLocation?: string | undefined;
  readonly MATCH_epc?: string | undefined;
  readonly MATCH_anyEPC?: string | undefined;
  readonly EQ_eventID?: string | undefined;
}

/** Where an event stands among the others: by its moment, those of one moment by their ids. */
export interface EventPosition {
  readonly at: number;
  readonly eventID: string;
}

type Holds = (event: ExportedEvent) => boolean;

const same = (value: string): string => value;
const wordIn =
  (vocabulary: Vocabulary) =>
  (value: string): string =>
    wordOf(vocabulary, value);

/** Whether any of an event's values is one of those asked for. */
function anyOf(
  asked: string | undefined,
  valuesOf: (event: ExportedEvent) => readonly (string | undefined)[],
  form: (value: string) => string = same,
): Holds[] {
  if (asked === undefined) return [];
  const wanted = new Set(asked.split('|').map(form));
  return [(event) => valuesOf(event).some((value) => value !== undefined && wanted.has(form(value)))];
}

/** From one moment on and before another, where they are given. */
function within(
  from: string | undefined,
  to: string | undefined,
  timeOf: (event: ExportedEvent) => string,
): Holds[] {
  return [
    ...(from === undefined ? [] : [(event: ExportedEvent) => Date.parse(timeOf(event)) >= Date.parse(from)]),
    ...(to === undefined ? [] : [(event: ExportedEvent) => Date.parse(timeOf(event)) < Date.parse(to)]),
  ];
}

const positionOfEvent = ({ eventTime, eventID }: ExportedEvent): EventPosition => ({
  at: Date.parse(eventTime),
  eventID,
});

const inOrder = (a: EventPosition, b: EventPosition): number =>
  a.at - b.at || (a.eventID < b.eventID ? -1 : a.eventID > b.eventID ? 1 : 0);

/** @param after where the page before ended */
export function eventsMatching(
  events: readonly ExportedEvent[],
  filter: EventsFilter,
  after: EventPosition | undefined,
): ExportedEvent[] {
  const conditions = [
    ...anyOf(filter.eventType, ({ type }) => [type]),
    ...within(filter.GE_eventTime, filter.LT_eventTime, ({ eventTime }) => eventTime),
    ...within(filter.GE_recordTime, filter.LT_recordTime, ({ recordTime }) => recordTime),
    ...anyOf(filter.EQ_action, ({ action }) => [action]),
    ...anyOf(filter.EQ_bizStep, ({ bizStep }) => [bizStep], wordIn('bizStep')),
    ...anyOf(filter.EQ_disposition, ({ disposition }) => [disposition], wordIn('disposition')),
    ...anyOf(filter.EQ_readPoint, ({ readPoint }) => [readPoint?.id], canonicalUri),
    ...anyOf(filter.EQ_bizLocation, ({ bizLocation }) => [bizLocation?.id], canonicalUri),
    ...anyOf(filter.MATCH_epc, ({ epcList = [] }) => epcList, canonicalUri),
    ...anyOf(filter.MATCH_anyEPC, ({ epcList = [] }) => epcList, canonicalUri),
    ...anyOf(filter.EQ_eventID, ({ eventID }) => [eventID]),
    ...(after ? [(event: ExportedEvent) => inOrder(positionOfEvent(event), after) > 0] : []),
  ];
  return events
    .filter((event) => conditions.every((holds) => holds(event)))
    .sort((a, b) => inOrder(positionOfEvent(a), positionOfEvent(b)));
}

export const positionText = (event: ExportedEvent): string =>
  `${Date.parse(event.eventTime)} ${event.eventID}`;

/** @returns undefined where no page has ended there */
export function readPosition(text: string): EventPosition | undefined {
  const [, at, eventID] = /^(-?\d{1,16}) (\S{1,900})$/u.exec(text) ?? [];
  return at === undefined ? undefined : { at: Number(at), eventID: eventID! };
}
