import fc from 'fast-check';
import { instantOf } from './time.js';

describe('the instant of a timestamp', () => {
  it.each([
    ['2025-10-02T09:40:00-05:00', '2025-10-02T14:40:00.000000000Z'],
    ['2025-10-02t14:40:00.5z', '2025-10-02T14:40:00.500000000Z'],
    ['2025-10-02T23:59:59.999999999+05:30', '2025-10-02T18:29:59.999999999Z'],
    ['2024-03-01T00:00:00+00:01', '2024-02-29T23:59:00.000000000Z'],
  ])('of %s is %s', (timestamp, instant) => {
    expect(instantOf(timestamp)).toBe(instant);
  });

  const millisecond = fc.date({
    min: new Date('0001-01-02'),
    max: new Date('9998-12-30'),
    noInvalidDate: true,
  });
  const within = fc.integer({ min: 0, max: 999_999 });
  const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });

  const written = (date: Date, nanoseconds: number, minutes: number): string => {
    const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
      `${n}`.padStart(2, '0'),
    );
    return `${local}${`${nanoseconds}`.padStart(6, '0')}${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
  };

  it('is the same at every offset, and sorts as instants do', () => {
    fc.assert(
      fc.property(millisecond, within, offset, millisecond, within, offset, (a, an, ao, b, bn, bo) => {
        expect(instantOf(written(a, an, ao))).toBe(instantOf(written(a, an, bo)));
        const later = a.getTime() - b.getTime() || an - bn;
        const [first, second] = [instantOf(written(a, an, ao)), instantOf(written(b, bn, bo))];
        expect(Math.sign(later)).toBe(first < second ? -1 : first > second ? 1 : 0);
      }),
    );
  });
});
