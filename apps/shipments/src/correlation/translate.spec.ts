import { MilestoneReported, EventRetracted } from '#contracts/shipments.js';
import { v3 } from '../dcsa/dcsa.story.js';
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
