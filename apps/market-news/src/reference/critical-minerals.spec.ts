import { criticalOn, DRAFT_OF_2025, LIST_OF_2022, LIST_OF_2025, listInForceOn } from './critical-minerals.js';

describe('the lists of critical minerals', () => {
  it('have as many minerals as the Federal Register printed', () => {
    expect([LIST_OF_2022, DRAFT_OF_2025, LIST_OF_2025].map(({ minerals }) => new Set(minerals).size)).toEqual(
      [50, 54, 60],
    );
  });

  it('differ by what the draft and the final list added', () => {
    const added = (later: readonly string[], earlier: readonly string[]): string[] =>
      later.filter((mineral) => !earlier.includes(mineral)).sort();
    expect(added(DRAFT_OF_2025.minerals, LIST_OF_2022.minerals)).toEqual([
      ...['copper', 'lead', 'potash', 'rhenium', 'silicon', 'silver'],
    ]);
    expect(added(LIST_OF_2025.minerals, DRAFT_OF_2025.minerals)).toEqual([
      ...['arsenic', 'boron', 'metallurgical-coal', 'phosphate', 'tellurium', 'uranium'],
    ]);
  });

  it('are in force from the day of their publication, and a draft never is', () => {
    expect(listInForceOn('2022-02-23')).toBeUndefined();
    expect(listInForceOn('2022-02-24')).toBe(LIST_OF_2022);
    expect(listInForceOn('2025-09-08')).toBe(LIST_OF_2022);
    expect(listInForceOn('2025-11-07')).toBe(LIST_OF_2025);
    expect(criticalOn('copper', '2025-09-08')).toBeUndefined();
    expect(criticalOn('rare-earths', '2025-09-08', ['cerium'])).toBe('87 FR 10381');
  });
});
