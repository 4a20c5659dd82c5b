import fc from 'fast-check';
import type { LinkReason } from '#contracts/market-news.js';
import { type Link, type LinkableItem, linkOf } from './link.js';
import { NameIndex } from './party-name.js';
import type { Subject } from './subject.js';
import { REFERENCE } from './tagging/reference.js';
import { type NewsText, tagsOf } from './tagging/tags.js';
import { askedByItem, askedBySubject, termsOfItem, termsOfSubject } from './terms.js';

type Described = Pick<Subject, 'kind' | 'minerals' | 'countries' | 'parties'>;

const item = (text: NewsText): LinkableItem & { names: NameIndex } => ({
  tags: tagsOf(text, REFERENCE, '2025-10-02'),
  names: new NameIndex(text),
});
const link = (title: string, subject: Partial<Described>): Link | undefined =>
  linkOf(item({ title }), { kind: 'deal', minerals: [], countries: [], parties: [], ...subject }, REFERENCE);
const why = (found: Link | undefined): string[] | undefined =>
  found?.reasons.map(({ kind, term, weight }: LinkReason) => `${kind} ${term} ${weight}`);

const DEAL = {
  kind: 'deal' as const,
  minerals: ['antimony', 'copper', 'neodymium', 'praseodymium', 'rare-earths'],
  countries: ['PK', 'US'],
  parties: [{ name: 'Frontier Works Organization (FWO)' }, { name: 'US Strategic Metals LLC' }],
};
const SHIPMENT = { ...DEAL, kind: 'shipment' as const };

describe('the rule of links', () => {
  it('links a deal for a mineral, and a shipment only together with a country', () => {
    expect(why(link('Antimony prices rise', DEAL))).toEqual(['mineral antimony 0.40']);
    expect(link('Antimony prices rise', SHIPMENT)).toBeUndefined();
    expect(link('Antimony, copper, neodymium and praseodymium prices rise', SHIPMENT)).toBeUndefined();
    expect(link('Antimony from Pakistan', SHIPMENT)).toMatchObject({ score: '0.60' });
  });

  it('links both for a party', () => {
    for (const subject of [DEAL, SHIPMENT]) {
      expect(why(link('FWO opens a road', subject))).toEqual([
        'party Frontier Works Organization (FWO) 0.60',
      ]);
    }
  });

  it('never links for a country', () => {
    expect(link('Pakistan and the United States', DEAL)).toBeUndefined();
    expect(link('Pakistan and the United States', SHIPMENT)).toBeUndefined();
  });

  it('counts a group for its member, and a member for its group, less than the same', () => {
    expect(why(link('A rare-earth find', { minerals: ['neodymium'] }))).toEqual(['mineral rare-earths 0.30']);
    expect(why(link('Cerium', { minerals: ['rare-earths'] }))).toEqual(['mineral cerium 0.30']);
    expect(link('Cerium', { minerals: ['neodymium'] })).toBeUndefined();
    expect(link('Cerium from Pakistan to the US', SHIPMENT)).toBeUndefined();
  });

  it('gives the words and their place', () => {
    const found = link('Stibnite for US Strategic Metals', DEAL)!;
    expect(found.reasons).toContainEqual({
      ...{ kind: 'mineral', term: 'antimony', weight: '0.40' },
      ...{ words: 'Stibnite', field: 'title', start: 0, end: 8 },
    });
    expect(found.reasons).toContainEqual({
      ...{ kind: 'party', term: 'US Strategic Metals LLC', weight: '0.60' },
      ...{ words: 'US Strategic Metals', field: 'title', start: 13, end: 32 },
    });
  });

  it('ties the news of those weeks to the deal', () => {
    const reasons = (title: string): string[] | undefined => why(link(title, DEAL));
    expect(reasons('The 2025 draft list adds copper, silver, silicon, potash, rhenium and lead')).toEqual([
      'mineral copper 0.40',
    ]);
    expect(
      reasons('US Energy Department offers nearly USD 1 billion for critical-mineral projects'),
    ).toBeUndefined();
    expect(reasons('Lithium Corporation up after a rare-earth find in British Columbia')).toEqual([
      'mineral rare-earths 0.40',
    ]);
    expect(reasons('USA Rare Earth, of Oklahoma, buys Less Common Metals')).toEqual([
      'mineral rare-earths 0.40',
      'country US 0.20',
    ]);
    expect(reasons('Pakistan puts its mineral reserves at about USD 6 trillion')).toBeUndefined();
    expect(reasons('Bastnasite and monazite carry cerium, lanthanum and neodymium')).toEqual([
      'mineral neodymium 0.40',
    ]);
  });
});

const words = [
  'Antimony',
  'copper',
  'cerium',
  'rare earths',
  'Pakistan',
  'Peru',
  'FWO',
  'US Strategic Metals',
  'Lithium',
  'Inc',
  'the',
];
const news = fc
  .array(fc.constantFrom(...words), { maxLength: 8 })
  .map((parts) => ({ title: parts.join(' ') }));
const subjects = fc.record({
  kind: fc.constantFrom('deal' as const, 'shipment' as const),
  minerals: fc.uniqueArray(
    fc.constantFrom('antimony', 'copper', 'cerium', 'neodymium', 'rare-earths', 'osmium'),
  ),
  countries: fc.uniqueArray(fc.constantFrom('PK', 'US', 'PE')),
  parties: fc.array(
    fc.constantFrom(
      ...['Frontier Works Organization (FWO)', 'US Strategic Metals', 'Lithium Inc'].map((name) => ({
        name,
      })),
    ),
  ),
});

describe('every link', () => {
  it('has a score that is the sum of its reasons, at most 1, and reaches what links', () => {
    fc.assert(
      fc.property(news, subjects, (text, subject) => {
        const found = linkOf(item(text), subject, REFERENCE);
        if (!found) return;
        const sum = found.reasons.reduce((total, { weight }) => total + Math.round(Number(weight) * 100), 0);
        expect(Math.round(Number(found.score) * 100)).toBe(Math.min(100, sum));
        expect(sum).toBeGreaterThanOrEqual(subject.kind === 'deal' ? 30 : 60);
        expect(found.reasons.some(({ kind }) => kind !== 'country')).toBe(true);
      }),
    );
  });

  it('is found from either side by the terms', () => {
    fc.assert(
      fc.property(news, subjects, (text, subject) => {
        const { tags, names } = item(text);
        if (!linkOf({ tags, names }, subject, REFERENCE)) return;
        const [minerals, countries] = ['mineral', 'country'].map((kind) =>
          tags.filter((tag) => tag.kind === kind).map(({ term }) => term),
        );
        const meet = (asked: string[], stored: string[]): boolean =>
          asked.some((term) => stored.includes(term));
        expect(
          meet(
            askedByItem({ minerals: minerals!, terms: termsOfItem(minerals!, countries!, names) }),
            termsOfSubject(subject, REFERENCE),
          ),
        ).toBe(true);
        expect(meet(askedBySubject(subject, REFERENCE), termsOfItem(minerals!, countries!, names))).toBe(
          true,
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
