import * as fc from 'fast-check';
import { LANES, lengthOf, scheduleOf } from './schedule.js';

const options = fc.record({
  servers: fc.constantFrom<1 | 3>(1, 3),
  faults: fc.integer({ min: 1, max: 60 }),
  fillsDisk: fc.constant(true),
});

it('is the same for the same seed, and another for another', () => {
  fc.assert(
    fc.property(fc.nat(), options, (seed, options) => {
      expect(scheduleOf(seed, options)).toEqual(scheduleOf(seed, options));
      expect(scheduleOf(seed, options)).not.toEqual(scheduleOf(seed + 1, options));
    }),
  );
});

it('has as many faults as asked for, and in each lane every kind before one comes again', () => {
  fc.assert(
    fc.property(fc.nat(), options, (seed, options) => {
      const schedule = scheduleOf(seed, options);
      expect(schedule).toHaveLength(options.faults);
      for (const lane of LANES) {
        const kinds = schedule.filter((fault) => fault.lane === lane).map(({ kind }) => kind);
        const again = kinds.findIndex((kind, nth) => kinds.indexOf(kind) < nth);
        if (again >= 0) expect(new Set(kinds).size).toBe(again);
      }
    }),
  );
});

it('never fills a disk where none can be filled, and is the same but for that', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const options = { servers: 1, faults: 60 } as const;
      const full = scheduleOf(seed, { ...options, fillsDisk: true });
      const without = scheduleOf(seed, { ...options, fillsDisk: false });
      expect(without.map(({ kind }) => kind)).not.toContain('fill-disk');
      expect(without).toEqual(
        full.map((fault) => (fault.kind === 'fill-disk' ? { ...fault, kind: 'kill-mongod' } : fault)),
      );
    }),
  );
});

it('lasts as long as its longest lane', () => {
  const fault = { kind: 'kill-service', afterMs: 100, forMs: 1_000, which: 0, degree: 0 } as const;
  expect(
    lengthOf([
      { ...fault, lane: 'services' },
      { ...fault, lane: 'links' },
      { ...fault, lane: 'services' },
    ]),
  ).toBe(2_200);
});
