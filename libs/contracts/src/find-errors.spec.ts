import { errorFinder } from './find-errors.js';

const find = errorFinder({ even: { type: 'number', validate: (value: number) => value % 2 === 0 } })({
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    numbers: { type: 'array', maxItems: 30_000, items: { type: 'number', format: 'even' } },
  },
});
const placesOf = (data: unknown): string[] =>
  find(data).map(({ keyword, instancePath }) => `${keyword} ${instancePath}`);

describe('the errors of data', () => {
  it('are none where it is right, however much there is of it', () => {
    expect(placesOf({ name: 'a', numbers: [2, 4] })).toEqual([]);
    expect(placesOf({ name: 'a', numbers: Array(30_000).fill(2) })).toEqual([]);
  });

  it('are all that there are', () => {
    expect(placesOf({ numbers: [1, 2, 'x'] })).toEqual(['required ', 'format /numbers/0', 'type /numbers/2']);
  });

  it('are the first alone, where there is too much of it to look for all', () => {
    expect(placesOf({ name: 'a', numbers: Array(30_000).fill(1) })).toEqual(['format /numbers/0']);
    expect(placesOf({ name: 'a', numbers: Array(300_000).fill(1) })).toEqual(['maxItems /numbers']);
  });

  it('are told of what is nested without end', () => {
    let nested: unknown = 1;
    for (let level = 0; level < 300_000; level++) nested = [nested];
    expect(placesOf({ other: nested })).toEqual(['required ']);
  });
});
