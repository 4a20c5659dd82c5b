import { CONTAINERS, observed, registered, reported, retracted, viewAfter } from './shipment.story.js';

describe('the conditions of a shipment', () => {
  const read = (value: string, unit: string, id: string) =>
    observed('sensor_reporting', { id, measurements: [{ type: 'temperature', value, unit }] });

  it('are the lowest and the highest reading, in one unit, beside its limits', () => {
    const limits = [{ type: 'temperature', max: '77', unit: 'FAH' }] as const;
    const { conditions, exceptions } = viewAfter(
      registered({ limits }),
      read('21.5', 'CEL', 'a'),
      read('80', 'FAH', 'b'),
      read('293.15', 'KEL', 'c'),
    );
    const at = '2025-09-20T00:00:00Z';
    expect(conditions).toEqual([
      {
        type: 'temperature',
        unit: 'CEL',
        lowest: { value: '20', at, source: '/carrier', id: 'c' },
        highest: { value: '26.666666666667', at, source: '/carrier', id: 'b' },
        limits: [{ max: '25' }],
      },
    ]);
    expect(exceptions.map(({ type, id }) => [type, id])).toEqual([['conditions-exceeded', 'b']]);
  });

  it('are none where nothing was read, whatever was weighed', () => {
    const weighed = reported('gate-in', { weights: [{ kind: 'gross', quantity: '21', unit: 'TNE' }] });
    expect(viewAfter(registered(), weighed, read('7', 'BAR', 'a')).conditions).toEqual([]);
  });
});

describe('the seals of a shipment', () => {
  it('are told by container and number, as they were first seen; not those that were taken back', () => {
    const sealed = (at: string, ...numbers: string[]) =>
      reported('gate-in', { at, seals: numbers.map((number) => ({ number, container: CONTAINERS[0] })) });
    const wrong = sealed('2025-09-13T00:00:00Z', 'C');
    const whole = reported('loaded', { at: '2025-09-14T00:00:00Z', seals: [{ number: 'W' }] });
    const { seals } = viewAfter(
      whole,
      sealed('2025-09-12T00:00:00Z', 'B', 'A'),
      sealed('2025-09-11T00:00:00Z', 'A'),
      wrong,
      retracted(wrong),
    );
    expect(seals.map(({ container, numbers, at }) => [container, numbers, at])).toEqual([
      [CONTAINERS[0], ['A'], '2025-09-11T00:00:00Z'],
      [CONTAINERS[0], ['A', 'B'], '2025-09-12T00:00:00Z'],
      [undefined, ['W'], '2025-09-14T00:00:00Z'],
    ]);
  });
});
