import type { ContractClass } from '#contracts/contract.js';
import { DcsaV2Message, DcsaV3Message } from '#contracts/dcsa.js';
import { EpcisMessage } from '#contracts/epcis.js';
import { type Fault, RefusedEvent } from '#contracts/fault.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { checkEvent } from '#contracts/topic.js';
import { beta, v2Transport, v3 } from './dcsa/dcsa.story.js';
import { arriving, CONTEXT, documentOf, packing, withdrawn } from './epcis/epcis.story.js';
import { type ForeignMessageEvent, isForeignMessage, unpacked } from './foreign-message.js';

const message = ({ type }: ContractClass, document: unknown, headers = {}): ForeignMessageEvent =>
  ({
    type,
    data: { document: JSON.parse(JSON.stringify(document)) as unknown, headers },
  }) as ForeignMessageEvent;
const idsOf = (event: ForeignMessageEvent): string[] => unpacked(event).events.map(({ id }) => id);
const pointersOf = (faults: readonly Fault[] = []): string[] => faults.map(({ pointer }) => pointer);

const FIRST = arriving({ eventID: 'urn:uuid:1' });
const SECOND = packing({ eventID: 'urn:uuid:2' });

describe('a message of another format comes to', () => {
  it('the events of an EPCIS document, each of which the topic takes', () => {
    const { events, refusal } = unpacked(message(EpcisMessage, documentOf(FIRST, SECOND)));
    expect([events.map(({ id }) => id), refusal]).toEqual([['urn:uuid:1', 'urn:uuid:2'], undefined]);
    for (const event of events) expect(checkEvent(SHIPMENTS_INBOUND, event)).toBe(event);
  });

  it('one EPCIS event where it is one, under one key with its withdrawal', () => {
    const [event] = unpacked(message(EpcisMessage, { '@context': CONTEXT, ...FIRST })).events;
    const [taken] = unpacked(message(EpcisMessage, { '@context': CONTEXT, ...withdrawn(FIRST) })).events;
    expect([event!.id, taken!.id]).toEqual(['urn:uuid:1', 'urn:uuid:1#errorDeclaration']);
    expect(event!.subject).toBe(taken!.subject);
  });

  it.each<[string, ContractClass, unknown, number]>([
    ['an event of 2.2', DcsaV2Message, v2Transport(), 1],
    ['a list of 2.2', DcsaV2Message, [v2Transport(), v2Transport({ eventID: 'another' })], 2],
    ['events of 3.0.0', DcsaV3Message, { events: [v3(), v3({}, { eventID: 'another' })] }, 2],
    ['events of the beta', DcsaV3Message, [beta()], 1],
  ])('the DCSA events: %s', (_, type, document, count) => {
    const { events } = unpacked(message(type, document));
    expect(events).toHaveLength(count);
    for (const event of events) expect(checkEvent(SHIPMENTS_INBOUND, event)).toBe(event);
  });

  it('events of the party that a header names, where they do not say whose they are', () => {
    const [event] = unpacked(message(DcsaV2Message, v2Transport(), { party: 'SMDG:LCL:MSK' })).events;
    expect(event).toMatchObject({ source: '/dcsa/SMDG:LCL:MSK', data: { party: 'SMDG:LCL:MSK' } });
  });

  it.each<[string, ContractClass, unknown, string[], string]>([
    [
      'EPCIS',
      EpcisMessage,
      documentOf(FIRST, { ...SECOND, eventTime: 'noon' }),
      ['urn:uuid:1'],
      '/epcisBody/eventList/1/eventTime',
    ],
    [
      'DCSA',
      DcsaV2Message,
      [v2Transport({ eventID: 'a' }), v2Transport({ eventDateTime: 'noon' })],
      ['a'],
      '/1/eventDateTime',
    ],
  ])(
    'the events of %s that are right, and a refusal that says what is wrong with the others',
    (_, type, document, ids, pointer) => {
      const { events, refusal } = unpacked(message(type, document));
      expect(events.map(({ id }) => id)).toEqual(ids);
      expect([refusal?.code, pointersOf(refusal?.faults)]).toEqual(['invalid-data', [pointer]]);
    },
  );

  it('the same whenever it comes', () => {
    const nameless = message(EpcisMessage, documentOf(arriving(), packing()));
    expect(idsOf(nameless)).toEqual(idsOf(nameless));
  });

  it.each<[string, ContractClass, unknown]>([
    ['no document', EpcisMessage, null],
    ['a document without events', EpcisMessage, documentOf()],
    ['a document of which every event is wrong', EpcisMessage, documentOf({ type: 'ObjectEvent' })],
    ['a list that is none', DcsaV3Message, { events: 1 }],
    ['more than a thousand', DcsaV2Message, Array.from({ length: 1001 }, () => ({}))],
  ])('nothing, where it is %s', (_, type, document) => {
    expect(() => unpacked(message(type, document))).toThrow(RefusedEvent);
  });
});

it('is told from the events that the topic takes as they are', () => {
  expect(isForeignMessage(message(EpcisMessage, {}))).toBe(true);
  for (const { type } of SHIPMENTS_INBOUND.contracts)
    expect(isForeignMessage({ type } as ForeignMessageEvent)).toBe(false);
});
