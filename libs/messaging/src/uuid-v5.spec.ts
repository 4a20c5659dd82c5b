import fc from 'fast-check';
import { v5 } from 'uuid';
import { uuidsV5 } from './uuid-v5.js';

it('gives the id that the reference implementation reckons, in whatever namespace, whatever the name', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.string({ unit: 'binary' }), (namespace, name) => {
      expect(uuidsV5(namespace)(name)).toBe(v5(name, namespace));
    }),
    { numRuns: 1_000 },
  );
});
