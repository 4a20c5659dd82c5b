import { readFileSync } from 'node:fs';
import { BUGS, plant } from './bugs.js';

const dist = new URL('../../../', import.meta.url);

it.each(BUGS.map((bug) => [bug.name, bug] as const))('can still plant %s', (_, bug) => {
  const source = readFileSync(new URL(bug.module, dist), 'utf8');
  expect(plant(bug, source)).not.toBe(source);
});

it('refuses to plant what is no longer there, or there twice', () => {
  const bug = { ...BUGS[0]!, text: 'await write()', becomes: '' };
  expect(() => plant(bug, 'await publish();')).toThrow(/is 0 times/);
  expect(() => plant(bug, 'await write(); await write();')).toThrow(/is 2 times/);
});

it('has each bug under a name of its own', () => {
  expect(new Set(BUGS.map(({ name }) => name)).size).toBe(BUGS.length);
});
