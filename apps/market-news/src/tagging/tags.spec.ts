import fc from 'fast-check';
import { REFERENCE } from './reference.js';
import { LONGEST_TEXT, type NewsText, tagsOf } from './tags.js';

const DAY = '2025-10-02';
const of = (kind: string, text: string | NewsText, day = DAY): string[] =>
  tagsOf(typeof text === 'string' ? { title: text } : text, REFERENCE, day)
    .filter((tag) => tag.kind === kind)
    .map(({ term }) => term);
const minerals = (text: string): string[] => of('mineral', text).sort();
const countries = (text: string): string[] => of('country', text);
const amounts = (text: string): string[] => of('amount', text);

describe('minerals', () => {
  it('are found by name, alias, ore and safe abbreviation', () => {
    expect(minerals('NdPr oxide prices rise')).toEqual(['neodymium', 'praseodymium']);
    expect(minerals('A cargo of Antimony Trioxide and copper concentrates')).toEqual(['antimony', 'copper']);
    expect(minerals('Bastnäsite and monazite')).toEqual(['cerium', 'lanthanum', 'neodymium']);
    expect(minerals('bastna\u0308site')).toEqual(['cerium', 'lanthanum', 'neodymium']);
    expect(minerals('stibnite, chalcopyrite, spodumene')).toEqual(['antimony', 'copper', 'lithium']);
    expect(minerals('Sb₂O₃ from a REE plant')).toEqual(['antimony', 'rare-earths']);
    expect(minerals('rare-earth magnets; rare earths; Rare Earth')).toEqual(['rare-earths']);
    expect(minerals('metallurgical coal and coking coal')).toEqual(['metallurgical-coal']);
  });

  it('are whole words, and never parts of one', () => {
    expect(minerals('Martin printed a leaden, tinny, ironic, coppery leadership tweet')).toEqual([]);
    expect(minerals('Ree and li and nd and Cu and PGMS')).toEqual([]);
  });

  it('are not seen in set phrases or in the name of a company', () => {
    expect(minerals('Silver lining for Silicon Valley, a gold medal')).toEqual([]);
    expect(
      minerals("Lithium Corporation's share rises after a rare-earth find on a fluorspar property"),
    ).toEqual(['fluorspar', 'rare-earths']);
    expect(minerals('the lithium company buys a mine')).toEqual(['lithium']);
    expect(minerals('Copper As a Strategic Weapon')).toEqual(['copper']);
    expect(minerals('GOLD AS SAFE HAVEN')).toEqual(minerals('GOLD, SAFE HAVEN'));
    expect(minerals('Nickel Co-production')).toEqual(['nickel']);
  });

  it('know the metal lead from the verb', () => {
    const metal = (text: string): boolean => minerals(text).includes('lead');
    expect(metal('The draft adds copper, silver, silicon, potash, rhenium and lead.')).toBe(true);
    expect(metal('lead and zinc')).toBe(true);
    expect(metal('lead, zinc and silver')).toBe(true);
    expect(metal('a zinc-lead mine')).toBe(true);
    expect(metal('Lead prices fall')).toBe(true);
    expect(metal('the price of lead')).toBe(true);
    expect(metal('refined lead stocks')).toBe(true);
    expect(metal('lead-acid')).toBe(true);
    expect(metal('Galena from Missouri')).toBe(true);
    expect(metal('Lead the market')).toBe(false);
    expect(metal('Antimony miners lead gains')).toBe(false);
    expect(metal('They mine copper and lead the market')).toBe(false);
    expect(metal('They take the lead, copper falls')).toBe(false);
    expect(metal('This will lead to copper shortages')).toBe(false);
    expect(metal('lead time for copper')).toBe(false);
    expect(metal('Rio Tinto names Trott to lead mining giant')).toBe(false);
    expect(metal('Pakistan to lead mine safety drive')).toBe(false);
    expect(metal('She will lead metal trader')).toBe(false);
    expect(metal('Kenya takes the lead. Mining reform follows')).toBe(false);
    expect(metal('in the lead; futures rise')).toBe(false);
    expect(metal('work at the lead mine stops')).toBe(true);
  });

  it('say which list held them to be critical on the day', () => {
    const list = (text: string, day: string): (string | undefined)[] =>
      tagsOf({ title: text }, REFERENCE, day).map((tag) => tag.list);
    expect(list('copper', '2025-10-02')).toEqual([undefined]);
    expect(list('copper', '2025-11-07')).toEqual(['90 FR 50494']);
    expect(list('antimony', '2025-10-02')).toEqual(['87 FR 10381']);
    expect(list('antimony', '2022-01-01')).toEqual([undefined]);
    expect(list('rare earths', '2025-10-02')).toEqual(['87 FR 10381']);
    expect(list('gold', '2026-01-01')).toEqual([undefined]);
    expect(list('molybdenum', '2026-01-01')).toEqual([undefined]);
  });
});

describe('countries', () => {
  it('are found by name, adjective, state and abbreviation', () => {
    expect(countries('Pakistani ore for the U.S. by way of British Columbia')).toEqual(['PK', 'US', 'CA']);
    expect(countries('a plant in Oklahoma and one in Missouri')).toEqual(['US']);
    expect(countries('TÜRKIYE and Papua New Guinea')).toEqual(['TR', 'PG']);
  });

  it('need the capital of a name, and are not seen in longer names of something else', () => {
    expect(countries('tell us how to polish a turkey in a japan of china')).toEqual([]);
    expect(countries('South American mines on the Indian Ocean')).toEqual([]);
    expect(countries('worth US$5 million')).toEqual([]);
    expect(countries('the DRC, North Korea and the Republic of the Congo')).toEqual(['CD', 'KP', 'CG']);
  });
});

describe('amounts', () => {
  it('are exact, with their currency', () => {
    expect(amounts('nearly USD 1 billion, US$5 million, €3.2bn, $0.44 and USD 6 trillion')).toEqual([
      'USD 1000000000',
      'USD 5000000',
      'EUR 3200000000',
      'USD 0.44',
      'USD 6000000000000',
    ]);
    expect(amounts('$500 mln, $2 bln, $6 trn and $3 quadrillion')).toEqual([
      'USD 500000000',
      'USD 2000000000',
      'USD 6000000000000',
      'USD 3',
    ]);
    expect(amounts('$1.5-2 billion')).toEqual(['USD 1500000000']);
    expect(amounts('$500–600 million')).toEqual(['USD 500000000']);
    expect(amounts('$5 to $6 trillion')).toEqual(['USD 5000000000000', 'USD 6000000000000']);
    expect(amounts('$5xyz')).toEqual([]);
    expect(amounts('a deal of USD 1,250,000.50.')).toEqual(['USD 1250000.5']);
    expect(amounts('USD many, 500 things, HK$5, A1$, USD 999999999999 trillion')).toEqual([]);
  });
});

describe('the news of the weeks around the deal', () => {
  const terms = (title: string, summary?: string): string[] =>
    tagsOf({ title, summary }, REFERENCE, DAY).map(({ term }) => term);

  it('is tagged as a reader would', () => {
    expect(
      terms('Interior’s 2025 draft list adds six', 'Copper, silver, silicon, potash, rhenium, and lead.'),
    ).toEqual(['copper', 'silver', 'silicon', 'potash', 'rhenium', 'lead']);
    expect(terms('US Energy Department offers nearly USD 1 billion for critical-mineral projects')).toEqual([
      'US',
      'USD 1000000000',
    ]);
    expect(
      terms(
        'Lithium Corporation up about 900 % to USD 0.44 after a rare-earth find on its British Columbia fluorspar property',
      ),
    ).toEqual(['USD 0.44', 'rare-earths', 'CA', 'fluorspar']);
    expect(terms('USA Rare Earth, which builds a magnet plant in Oklahoma, buys Less Common Metals')).toEqual(
      ['US', 'rare-earths'],
    );
    expect(terms('Pakistan puts its mineral reserves at about USD 6 trillion')).toEqual([
      'PK',
      'USD 6000000000000',
    ]);
    expect(terms('Bastnasite and monazite carry cerium, lanthanum and neodymium')).toEqual([
      'cerium',
      'lanthanum',
      'neodymium',
    ]);
  });
});

describe('every tag', () => {
  const piece = fc.constantFrom(
    'tin',
    'Lead',
    ' and ',
    'USD 5 ',
    ', ',
    'Pakistan',
    'ä',
    '\u0301',
    'rare-',
    'earth',
    '🚢',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(piece).map((parts) => parts.join('')),
  );

  it('stands where it says it stands, and is given once', () => {
    fc.assert(
      fc.property(text, text, (title, summary) => {
        const tags = tagsOf({ title, summary }, REFERENCE, DAY);
        const texts = { title, summary };
        for (const { field, start, end, words } of tags) expect(texts[field].slice(start, end)).toBe(words);
        const keys = tags.map(({ kind, term }) => `${kind} ${term}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('is found wherever its word stands alone', () => {
    fc.assert(
      fc.property(fc.constantFrom('antimony', 'ANTIMONY', 'Stibnite'), fc.string(), (word, around) => {
        const other = around.replace(/[\p{L}\p{M}\p{N}$€£.]/gu, ' ');
        expect(minerals(`${other} ${word} ${other}`)).toEqual(['antimony']);
        expect(minerals(`${other} un${word} ${other}`)).toEqual([]);
      }),
    );
  });

  it('is looked for in no more than the longest text, hostile or not', () => {
    const far = `${'x '.repeat(LONGEST_TEXT / 2)}antimony`;
    expect(minerals(far)).toEqual([]);
    for (const hostile of ['$1,', 'U.', 'US$', '<', 'lead, ', '\u0301', 'rare ', '9'])
      expect(tagsOf({ title: hostile.repeat(100_000) }, REFERENCE, DAY).length).toBeLessThanOrEqual(100);
  });
});
