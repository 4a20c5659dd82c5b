import fc from 'fast-check';
import type { ExportedEvent } from './export-events.js';
import { type EventsFilter, eventsMatching, positionText, readPosition } from './query-events.js';

const event = (eventID: string, fields: Partial<ExportedEvent> = {}): ExportedEvent => ({
  type: 'ObjectEvent',
  eventID,
  eventTime: '2025-10-01T00:00:00Z',
  eventTimeZoneOffset: '+00:00',
  recordTime: '2025-11-01T00:00:00.000Z',
  ...fields,
});

const EVENTS = [
  event('urn:a', { bizStep: 'departing', action: 'OBSERVE', epcList: ['urn:epc:id:bic:CSQU3054383'] }),
  event('urn:b', {
    type: 'TransactionEvent',
    action: 'ADD',
    eventTime: '2025-10-01T05:00:00+05:00',
    disposition: 'in_progress',
    readPoint: { id: 'urn:epc:id:sgln:9521321.00001.0' },
    epcList: ['urn:orebound:shipment:SHP-1'],
  }),
  event('urn:c', {
    eventTime: '2025-09-30T23:00:00-02:00',
    recordTime: '2025-12-01T00:00:00.000Z',
    bizStep: 'https://ore.example/crushing',
    bizLocation: { id: 'https://ore.example/yard' },
  }),
];

const found = (filter: EventsFilter): string =>
  eventsMatching(EVENTS, filter, undefined)
    .map(({ eventID }) => eventID.at(-1))
    .join('');

describe('events are asked for', () => {
  it.each<[EventsFilter, string]>([
    [{}, 'abc'],
    [{ eventType: 'TransactionEvent' }, 'b'],
    [{ eventType: 'TransactionEvent|ObjectEvent' }, 'abc'],
    [{ eventType: 'QuantityEvent' }, ''],
    [{ GE_eventTime: '2025-10-01T00:00:00.001Z' }, 'c'],
    [{ LT_eventTime: '2025-10-01T03:00:00+02:00' }, 'ab'],
    [{ GE_recordTime: '2025-12-01T00:00:00Z' }, 'c'],
    [{ LT_recordTime: '2025-12-01T00:00:00Z' }, 'ab'],
    [{ EQ_action: 'ADD|DELETE' }, 'b'],
    [{ EQ_bizStep: 'departing|https://ore.example/crushing' }, 'ac'],
    [{ EQ_bizStep: 'https://ref.gs1.org/cbv/BizStep-departing' }, 'a'],
    [{ EQ_disposition: 'in_progress' }, 'b'],
    [{ EQ_readPoint: 'https://id.gs1.org/414/9521321000018' }, 'b'],
    [{ EQ_bizLocation: 'https://ore.example/yard' }, 'c'],
    [{ MATCH_anyEPC: 'urn:epc:id:bic:CSQU3054383|urn:x' }, 'a'],
    [{ MATCH_epc: 'urn:orebound:shipment:SHP-1' }, 'b'],
    [{ EQ_eventID: 'urn:c|urn:a' }, 'ac'],
    [{ EQ_eventID: '' }, ''],
    [{ EQ_bizStep: 'departing', EQ_eventID: 'urn:c' }, ''],
  ])('by %j', (filter, expected) => {
    expect(found(filter)).toBe(expected);
  });

  it('and come each once over pages, in the order of happening', () => {
    const some = fc.uniqueArray(
      fc.record({ second: fc.integer({ min: 0, max: 3 }), id: fc.integer({ min: 0, max: 20 }) }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 4 }), (given, perPage) => {
        const all = given.map(({ second, id }) =>
          event(`urn:x:${id}`, { eventTime: `2025-10-01T00:00:0${second}Z` }),
        );
        const seen: ExportedEvent[] = [];
        let after: string | undefined;
        do {
          const page = eventsMatching(all, {}, after === undefined ? undefined : readPosition(after)).slice(
            0,
            perPage,
          );
          seen.push(...page);
          after = page.length > 0 ? positionText(page.at(-1)!) : undefined;
        } while (after !== undefined);
        expect(seen).toEqual(eventsMatching(all, {}, undefined));
        expect(new Set(seen).size).toBe(all.length);
      }),
    );
  });

  it.each(['', '1', 'x urn:a', '1 ', '1 urn:a b'])('not behind "%s"', (text) => {
    expect(readPosition(text)).toBeUndefined();
  });
});
