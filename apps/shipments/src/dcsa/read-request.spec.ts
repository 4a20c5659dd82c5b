import { RefusedEvent } from '#contracts/fault.js';
import { beta, betaRetraction, v2Transport, v3 } from './dcsa.story.js';
import { allSound, type Door, isSound, readRequest, refusedOf, reportedEvent } from './read-request.js';

const read = (body: unknown, door: Door = 'v3', party?: string) => readRequest(body, door, party);
const placesOf = (body: unknown, door: Door = 'v3'): string[] =>
  read(body, door).map(({ pointer, version }) => `${pointer} ${version}`);
const refusalOf = (act: () => unknown): RefusedEvent => {
  try {
    act();
  } catch (error) {
    if (error instanceof RefusedEvent) return error;
    throw error;
  }
  throw new Error('it is not refused');
};

describe('a request', () => {
  it('is an event, a list, or as 3.0.0 has it an object of events', () => {
    expect(placesOf(v2Transport(), 'v2')).toEqual([' 2.2']);
    expect(placesOf([v2Transport(), v2Transport()], 'v2')).toEqual(['/0 2.2', '/1 2.2']);
    expect(placesOf({ events: [v3(), v3()] })).toEqual(['/events/0 3.0.0', '/events/1 3.0.0']);
    expect(placesOf(v3())).toEqual([' 3.0.0']);
    expect(placesOf([])).toEqual([]);
  });

  it('may have events of the beta, also among others', () => {
    expect(placesOf(beta())).toEqual([' 3.0.0-beta']);
    expect(placesOf({ events: [v3(), betaRetraction()] })).toEqual([
      '/events/0 3.0.0',
      '/events/1 3.0.0-beta',
    ]);
  });

  it('without a list where one should be is refused', () => {
    expect(refusalOf(() => read({ events: { 0: v3() } })).faults).toMatchObject([
      { pointer: '/events', code: 'malformed' },
    ]);
  });

  it('of more than a thousand events is refused', () => {
    expect(refusalOf(() => read(Array(1001).fill(null))).code).toBe('too-large');
  });

  it('is taken whole or not at all, and each fault is told by its place', () => {
    const items = read({ events: [v3(), { ...v3(), eventID: 5 }, 'none'] });
    const { code, faults } = refusalOf(() => allSound(items));
    expect(code).toBe('invalid-data');
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/events/1/eventID', '/events/2']);
  });

  it('is told event by event: what each comes to, what is questionable in it, and what is refused', () => {
    const wrong = { ...v3(), eventID: 5 };
    const questionable = v3({}, { equipmentDetails: { equipmentReference: 'CSQU3054384' } });
    const items = read({ events: [v3(), wrong, questionable] });
    const sound = items.filter(isSound);
    expect(
      sound.map(({ pointer, translation: { warnings = [] } }) => [
        pointer,
        warnings.map((each) => each.pointer),
      ]),
    ).toEqual([
      ['/events/0', []],
      ['/events/2', ['/events/2/equipmentDetails/equipmentReference']],
    ]);
    expect(sound[0]!.translation.events).toMatchObject([{ data: { milestone: 'discharged' } }]);
    expect(sound[0]!.translation.references).toContainEqual({ type: 'booking', value: 'BKG-77' });
    expect(refusedOf(items)).toMatchObject([
      { pointer: '/events/1', faults: [{ pointer: '/events/1/eventID' }] },
    ]);
  });
});

describe('an event on its way', () => {
  const onItsWay = (body: unknown, door: Door = 'v3', party?: string) =>
    read(body, door, party)
      .filter(isSound)
      .map((item) => reportedEvent(item, party));

  it('has the identity of what it comes to, and is whole', () => {
    expect(onItsWay(v2Transport(), 'v2', 'SMDG:INDX')).toEqual([
      {
        id: 'v2-1',
        source: '/dcsa/SMDG:INDX',
        type: 'orebound.shipment.dcsa-event-reported.v1',
        subject: expect.stringMatching(/^dcsa-[0-9a-f]{40}$/),
        time: '2025-09-10T08:00:00Z',
        data: { version: '2.2', party: 'SMDG:INDX', event: v2Transport() },
        extensions: {},
      },
    ]);
  });

  it('has the key of every other word on the same event', () => {
    const later = { ...v3(), eventUpdatedDateTime: '2025-11-01T00:00:00Z' };
    const events = onItsWay({ events: [v3(), later, { ...later, isRetracted: true }] });
    expect(new Set(events.map(({ subject }) => subject)).size).toBe(1);
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
    const [told, back] = onItsWay([beta(), betaRetraction()]);
    expect(back!.subject).toBe(told!.subject);
    expect(onItsWay({ ...v3(), eventID: 'another' })[0]!.subject).not.toBe(events[0]!.subject);
  });
});
