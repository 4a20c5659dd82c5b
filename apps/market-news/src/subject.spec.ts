import { subjectFold, type SubjectEvent } from './subject.js';
import { REFERENCE } from './tagging/reference.js';
import { dealRegistered, shipmentRegistered } from './testing/trade-events.js';

const fold = subjectFold(REFERENCE);
const take = (state: Parameters<typeof fold>[0], event: unknown): ReturnType<typeof fold> =>
  fold(
    state,
    { event: event as SubjectEvent, partition: 0, offset: 0, receivedAt: new Date(0) },
    'id',
    undefined,
  );
const stateOf = (evolution: ReturnType<typeof fold>): NonNullable<Parameters<typeof fold>[0]> => {
  if (typeof evolution === 'string' || !('state' in evolution)) throw new Error('not taken');
  return evolution.state;
};

describe('what news can touch', () => {
  it('is a deal: its parties, minerals and their countries', () => {
    expect(stateOf(take(undefined, dealRegistered('d1', 1, ['tin', 'copper', 'tin'])))).toMatchObject({
      kind: 'deal',
      id: 'd1',
      minerals: ['copper', 'tin'],
      countries: ['PK', 'US'],
      parties: [{ name: 'Seller of d1' }, { name: 'Buyer of d1' }],
    });
  });

  it('is a shipment: its cargo, and the countries of its route', () => {
    expect(stateOf(take(undefined, shipmentRegistered('s1', 1, ['tin'])))).toMatchObject({
      kind: 'shipment',
      minerals: ['tin'],
      countries: ['PK', 'US'],
      terms: ['mineral:tin@PK', 'mineral:tin@US'],
    });
  });

  it('is as the latest registration has it, whichever comes last', () => {
    const [first, second] = [dealRegistered('d1', 1, ['tin']), dealRegistered('d1', 2, ['copper'])];
    const latest = stateOf(take(undefined, second));
    expect(stateOf(take(stateOf(take(undefined, first)), second))).toEqual(latest);
    expect(take(latest, first)).toBe('repeated');
    expect(take(latest, second)).toBe('repeated');
  });
});
