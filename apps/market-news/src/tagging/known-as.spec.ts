import { knownAs } from './known-as.js';
import { REFERENCE } from './reference.js';

describe('what a mineral of a deal is known as in the news', () => {
  it.each([
    ['antimony', 'antimony'],
    ['aluminium', 'aluminum'],
    ['copper-concentrate', 'copper'],
    ['ndpr', 'neodymium'],
    ['ndpr-oxide', 'praseodymium'],
    ['bastnasite', 'cerium'],
  ])('%s is %s', (mineral, name) => {
    expect(knownAs(mineral, REFERENCE)).toEqual(expect.arrayContaining([mineral, name]));
  });

  it('is nothing else where nothing else is known', () => {
    expect(knownAs('unobtainium', REFERENCE)).toEqual(['unobtainium']);
  });
});
