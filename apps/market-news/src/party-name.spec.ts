import fc from 'fast-check';
import { keyOf, NameIndex, namesOf } from './party-name.js';
import { REFERENCE } from './tagging/reference.js';

const found = (party: string, title: string, summary?: string): string | undefined => {
  const index = new NameIndex({ title, summary });
  return namesOf(party, REFERENCE)
    .map((name) => index.find(name))
    .find((evidence) => evidence !== undefined)?.words;
};

describe('a party’s name in the news', () => {
  it('is found without its legal form, wherever it stands', () => {
    expect(found('US Strategic Metals LLC', 'A cargo reaches US Strategic Metals in Missouri')).toBe(
      'US Strategic Metals',
    );
    expect(found('Frontier Works Organization', 'News', 'Pakistan’s Frontier Works Organization said')).toBe(
      'Frontier Works Organization',
    );
    expect(found('GLENCORE PLC', 'Glencore buys copper')).toBe('Glencore');
    expect(found('Smith & Sons Co., Ltd.', 'Smith & Sons')).toBe('Smith & Sons');
    expect(found('Société Générale S.A.', 'Societe Generale lends')).toBe('Societe Generale');
  });

  it('is found by the abbreviation that it gives itself, as it is written', () => {
    const fwo = 'Frontier Works Organization (FWO)';
    expect(found(fwo, 'FWO signs')).toBe('FWO');
    expect(found(fwo, 'Fwo signs')).toBeUndefined();
    expect(found(fwo, 'The Frontier Works Organization signs')).toBe('Frontier Works Organization');
  });

  it('is found only with its legal form where it would be a mineral, a country or a word of the trade', () => {
    expect(found('Lithium Corporation', 'Lithium prices rise')).toBeUndefined();
    expect(found('Lithium Corporation', 'Lithium Corp rises')).toBe('Lithium Corp');
    expect(found('The Metals Company', 'Metals rise')).toBeUndefined();
    expect(found('USA Rare Earth, Inc.', 'USA Rare Earth buys')).toBe('USA Rare Earth');
    expect(found('United States Antimony Corporation', 'United States Antimony rises')).toBe(
      'United States Antimony',
    );
  });

  it.each([
    ['Trafigura (USA) Inc', 'Football: USA beats Brazil'],
    ['ABC MINERALS (PVT) LTD', 'Some Bakery PVT expands'],
    ['AMG (PTY) LTD', 'Tiger Foods PTY goes bust'],
    ['CMOC (DRC)', 'Ebola outbreak in DRC ends'],
    ['Energy Fuels (NYSE)', 'NYSE closes higher'],
    ['The Company', 'The weather is fine'],
    ['New Ltd', 'New film out'],
    ['Unknown', 'Unknown man wins lottery'],
  ])('%s is not found in "%s"', (party, title) => expect(found(party, title)).toBeUndefined());

  it('is no part of a word, no common noun, and no words of two sentences', () => {
    expect(found('Glencore plc', 'Glencores and glencore')).toBeUndefined();
    expect(found('Less Common Metals Ltd', 'they are less common metals')).toBeUndefined();
    expect(found('Frontier Works', 'At the Frontier: Works begin')).toBeUndefined();
  });

  it('has its key among the keys of every text in which it is found', () => {
    const word = fc.constantFrom(
      'Frontier',
      'works',
      'US',
      'Metals',
      'Inc',
      'LLC',
      'Lithium',
      '3M',
      '(FWO)',
      'The',
      'ÅB',
      'of',
    );
    const name = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(name, fc.string(), (party, around) => {
        const index = new NameIndex({ title: `${around} ${party}` });
        for (const each of namesOf(party, REFERENCE))
          if (index.find(each)) expect(index.keys()).toContain(keyOf(each));
      }),
    );
  });
});
