import fc from 'fast-check';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { Prints } from './history.js';

const event = (id: string, source = '/mine'): CloudEvent => ({
  id,
  source,
  type: 't',
  subject: 'S',
  data: {},
  extensions: {},
});
const AT = new Date('2025-10-02T09:40:00Z');

const anyEvent = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 8 }),
    source: fc.constantFrom('/mine', '/port', '/mine 1'),
  })
  .map(({ id, source }) => event(id, source));

describe('the prints of accepted events', () => {
  it('tell an event that was accepted from one that was not, stored or not yet', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 60 }),
        fc.array(anyEvent),
        fc.nat(),
        (accepted, others, cut) => {
          let prints = new Prints(undefined);
          accepted.forEach((one, nth) => {
            if (nth === cut % 60) prints = new Prints(prints.text);
            prints.add('S', Prints.keyOf(one), AT, JSON.stringify(one));
          });
          const keys = new Set(accepted.map(({ source, id }) => `${source} ${id}`));
          for (const one of [...accepted, ...others])
            expect(prints.has(Prints.keyOf(one))).toBe(keys.has(`${one.source} ${one.id}`));
        },
      ),
    );
  });

  it('name the entries of an entity in the order in which they were accepted', () => {
    const prints = new Prints(undefined);
    const added = ['b', 'a', 'c'].map((id) => prints.add('S', Prints.keyOf(event(id)), AT, id)._id);

    expect([...new Prints(prints.text).entriesOf('S')]).toEqual(added);
    expect(added.every((id) => id.startsWith('S '))).toBe(true);
  });

  it('name one entry for what is said twice alike, and two where what is said differs, or when it was learnt', () => {
    const key = Prints.keyOf(event('a'));
    const entry = (at: Date, text: string): string => new Prints(undefined).add('S', key, at, text)._id;

    expect(entry(AT, 'arrived')).toBe(entry(AT, 'arrived'));
    expect(entry(AT, 'arrived')).not.toBe(entry(AT, 'departed'));
    expect(entry(AT, 'arrived')).not.toBe(entry(new Date(AT.getTime() + 1), 'arrived'));
  });

  it('are not found across the border of two', () => {
    const [first, second] = ['A'.repeat(28), 'B'.repeat(28)];
    expect(new Prints(first + second).has('A'.repeat(8) + 'B'.repeat(8))).toBe(false);
  });
});
