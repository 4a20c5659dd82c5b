import { stripVTControlCharacters } from 'node:util';
import { check, type EndState, summary, table } from './end-states.js';

const state = (what: string, expected: unknown, actual = expected): EndState => ({
  what,
  expected,
  ask: () => Promise.resolve(actual),
});
const told = async (...states: EndState[]): Promise<string[]> => {
  const outcomes = await check(states, 0);
  return stripVTControlCharacters(`${table(outcomes)}\n${summary(outcomes)}`).split('\n');
};

describe('the table of end states', () => {
  it('has a line for each, and one for all', async () => {
    expect(await told(state('one', 1), state('two names', ['a', 'b']))).toEqual([
      '   ✓ one        1',
      '   ✓ two names  a, b',
      'All 2 end states are as they must be.',
    ]);
  });

  it('has a line for each of what has names, and of a long list', async () => {
    const long = ['a long title of a piece of news', 'another long title of another'];
    expect(await told(state('sums', { antimony: '1 t', copper: '2 t' }), state('news', long))).toEqual([
      '   ✓ sums  antimony: 1 t',
      '           copper: 2 t',
      `   ✓ news  ${long[0]}`,
      `           ${long[1]}`,
      'All 2 end states are as they must be.',
    ]);
  });

  it('tells what differs, and what it must be', async () => {
    expect(await told(state('count', 1, '1'), state('other', 2))).toEqual([
      '   ✗ count  "1"',
      '     must be 1',
      '   ✓ other  2',
      '1 of 2 end states is not as it must be.',
    ]);
  });
});
