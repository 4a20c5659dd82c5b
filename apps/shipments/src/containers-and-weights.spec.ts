import {
  CONTAINERS,
  KARACHI,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  viewAfter,
} from './shipment.story.js';

describe('what a shipment weighed on the way', () => {
  const inKarachi = reported('gate-in', {
    at: '2025-09-11T08:00:00+05:00',
    place: KARACHI,
    source: '/mine',
    weights: [
      { kind: 'wet', quantity: '20.500', unit: 'TNE', lot: 'L1' },
      { kind: 'gross', quantity: '22730', unit: 'KGM', container: CONTAINERS[0] },
    ],
  });
  const inSaintLouis = reported('discharged', {
    at: '2025-10-03T00:00:00Z',
    place: SAINT_LOUIS,
    source: '/port',
    weights: [{ kind: 'dry', quantity: '18.9', unit: 'TNE' }],
  });

  it('is told as each point declared it: what, where, when and by whom, in the order of happening', () => {
    expect(viewAfter(inSaintLouis, inKarachi, registered()).weights).toEqual([
      {
        milestone: 'gate-in',
        at: '2025-09-11T08:00:00+05:00',
        place: KARACHI,
        kind: 'wet',
        quantity: '20.500',
        unit: 'TNE',
        lot: 'L1',
        source: '/mine',
      },
      {
        milestone: 'gate-in',
        at: '2025-09-11T08:00:00+05:00',
        place: KARACHI,
        kind: 'gross',
        quantity: '22730',
        unit: 'KGM',
        container: CONTAINERS[0],
        source: '/mine',
      },
      {
        milestone: 'discharged',
        at: '2025-10-03T00:00:00Z',
        place: SAINT_LOUIS,
        kind: 'dry',
        quantity: '18.9',
        unit: 'TNE',
        source: '/port',
      },
    ]);
  });

  it('is told as often as it was weighed at a point', () => {
    const weighed = (quantity: string, at: string) =>
      reported('gate-in', { at, place: KARACHI, weights: [{ kind: 'net', quantity, unit: 'TNE' }] });
    const { weights } = viewAfter(
      weighed('20.2', '2025-09-12T00:00:00Z'),
      weighed('20.1', '2025-09-11T00:00:00Z'),
    );
    expect(weights.map(({ quantity }) => quantity)).toEqual(['20.1', '20.2']);
  });

  it('leaves out what was taken back, said anew, or is to be weighed yet', () => {
    const said = (nth: number, quantity: string) =>
      reported('loaded', {
        id: `scale@${nth}`,
        weights: [{ kind: 'net', quantity, unit: 'TNE' }],
        revision: { of: 'scale', at: `2025-09-1${nth}T00:00:00Z` },
      });
    const expected = reported('loaded', {
      classifier: 'PLN',
      weights: [{ kind: 'net', quantity: '21', unit: 'TNE' }],
    });
    const { weights } = viewAfter(
      inKarachi,
      retracted(inKarachi),
      said(2, '20.2'),
      said(1, '20.1'),
      expected,
    );
    expect(weights.map(({ quantity }) => quantity)).toEqual(['20.2']);
  });
});
