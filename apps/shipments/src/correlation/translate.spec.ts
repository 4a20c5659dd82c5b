import { MilestoneReported, EventRetracted } from '#contracts/shipments.js';
import { v3 } from '../dcsa/dcsa.story.js';
import { capturedEvent } from '../epcis/capture.js';
import { arriving } from '../epcis/epcis.story.js';
import type { EpcisEvent, Json } from '../epcis/epcis-event.js';
import { booking, referred, referredBack, reportedDcsa } from './correlation.story.js';
import { translate } from './translate.js';

const B1 = booking('B-1');

describe('an event of ours that names its shipment by references', () => {
  it('is what it says, of its own source and id', () => {
    const event = referred([B1]);
    const { source, id, time } = event;
    expect(translate(event)).toEqual({
      events: [{ source, id, time, type: MilestoneReported.type, data: event.data.milestone }],
      references: [B1],
      warnings: [],
    });
  });

  it('may take back another of its source', () => {
    const event = referred([B1]);
    expect(translate(referredBack(event)).events).toMatchObject([
      { source: event.source, type: EventRetracted.type, data: { eventId: event.id } },
    ]);
  });

  it.each([
    ['nothing', {}, { pointer: '/data/milestone', code: 'required' }],
    [
      'two things',
      { ...referred([B1]).data, ...referredBack(referred([B1])).data },
      { pointer: '/data/retraction', code: 'not-allowed' },
    ],
  ])('is refused where it says %s', (_, said, fault) => {
    const event = { ...referred([B1]), data: { references: [B1], ...said } };
    expect(() => translate(event)).toThrow(
      expect.objectContaining({ code: 'invalid-data', faults: [expect.objectContaining(fault)] }),
    );
  });
});

describe('an EPCIS event', () => {
  const captured = (fields: Readonly<Record<string, unknown>>, context: unknown) => {
    const event = arriving(fields) as unknown as EpcisEvent;
    return capturedEvent({ event, identity: 'urn:uuid:1' }, context as Json);
  };

  it('is refused where the context that it came with over Kafka is none, or too large', () => {
    for (const context of [7, { ore: 'x'.repeat(100_000) }, { ore: 'x'.repeat(1_000) }])
      expect(() => translate(captured({}, context))).toThrow(
        expect.objectContaining({
          code: 'invalid-data',
          faults: [expect.objectContaining({ pointer: '/data/context' })],
        }),
      );
  });

  it('is answered while somebody waits, though all of it be written out for its identity', () => {
    const context = { p: `https://ore.example/${'x'.repeat(180)}` };
    const event = captured({ 'p:x': Array(40_000).fill('p:') }, context);
    // With a namespace as long as a context may be it would be of some 300 MB.
    expect(translate(event).events).toHaveLength(1);
  });
});

it('says what is questionable in what it holds, with pointers into the event', () => {
  const event = arriving({ epcList: ['urn:epc:id:bic:CSQU3054384'] }) as unknown as EpcisEvent;
  const dcsa = reportedDcsa(v3({}, { equipmentDetails: { equipmentReference: 'CSQU3054384' } }));
  const told = [capturedEvent({ event, identity: 'urn:uuid:1' }, undefined), dcsa].flatMap(
    (each) => translate(each).warnings ?? [],
  );
  expect(told.map(({ pointer, code }) => `${code} ${pointer}`)).toEqual([
    'check-digit /data/event/epcList/0',
    'check-digit /data/event/equipmentDetails/equipmentReference',
  ]);
});

describe('a DCSA event', () => {
  it('comes to what its adapter says', () => {
    expect(translate(reportedDcsa(v3()))).toMatchObject({
      events: [{ source: '/dcsa/SMDG:LCL:INDX', data: { milestone: 'discharged' } }],
      references: expect.arrayContaining([booking('BKG-77')]),
    });
  });

  it('that came by Kafka is refused with pointers into the event that holds it', () => {
    const sent = reportedDcsa(v3());
    const event = { ...sent, data: { ...sent.data, event: v3({}, { eventDateTime: 'today' }) } };
    expect(() => translate(event)).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        faults: [expect.objectContaining({ pointer: '/data/event/eventDateTime' })],
      }),
    );
  });
});
