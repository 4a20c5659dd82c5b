/**
 * The United States' lists of critical minerals, as the Federal Register printed them: facts of the US government, in
 * the public domain. Names are written as contracts write a mineral: `metallurgical-coal`.
 */
export interface CriticalMineralsList {
  readonly name: string;
  /** Volume and page of the Federal Register, and its document number. */
  readonly citation: string;
  readonly document: string;
  readonly publishedOn: string;
  /** A draft never was in force. */
  readonly draft: boolean;
  readonly minerals: readonly string[];
}

export const LIST_OF_2022: CriticalMineralsList = {
  name: '2022',
  citation: '87 FR 10381',
  document: '2022-04027',
  publishedOn: '2022-02-24',
  draft: false,
  // prettier-ignore
  minerals: [
    'aluminum', 'antimony', 'arsenic', 'barite', 'beryllium', 'bismuth', 'cerium', 'cesium', 'chromium',
    'cobalt', 'dysprosium', 'erbium', 'europium', 'fluorspar', 'gadolinium', 'gallium', 'germanium',
    'graphite', 'hafnium', 'holmium', 'indium', 'iridium', 'lanthanum', 'lithium', 'lutetium', 'magnesium',
    'manganese', 'neodymium', 'nickel', 'niobium', 'palladium', 'platinum', 'praseodymium', 'rhodium',
    'rubidium', 'ruthenium', 'samarium', 'scandium', 'tantalum', 'tellurium', 'terbium', 'thulium', 'tin',
    'titanium', 'tungsten', 'vanadium', 'ytterbium', 'yttrium', 'zinc', 'zirconium',
  ],
};

export const DRAFT_OF_2025: CriticalMineralsList = {
  name: '2025 draft',
  citation: '90 FR 41591',
  document: '2025-16311',
  publishedOn: '2025-08-26',
  draft: true,
  // prettier-ignore
  minerals: [
    'aluminum', 'antimony', 'barite', 'beryllium', 'bismuth', 'cerium', 'cesium', 'chromium', 'cobalt',
    'copper', 'dysprosium', 'erbium', 'europium', 'fluorspar', 'gadolinium', 'gallium', 'germanium',
    'graphite', 'hafnium', 'holmium', 'indium', 'iridium', 'lanthanum', 'lead', 'lithium', 'lutetium',
    'magnesium', 'manganese', 'neodymium', 'nickel', 'niobium', 'palladium', 'platinum', 'potash',
    'praseodymium', 'rhenium', 'rhodium', 'rubidium', 'ruthenium', 'samarium', 'scandium', 'silicon',
    'silver', 'tantalum', 'terbium', 'thulium', 'tin', 'titanium', 'tungsten', 'vanadium', 'ytterbium',
    'yttrium', 'zinc', 'zirconium',
  ],
};

export const LIST_OF_2025: CriticalMineralsList = {
  name: '2025',
  citation: '90 FR 50494',
  document: '2025-19813',
  publishedOn: '2025-11-07',
  draft: false,
  // prettier-ignore
  minerals: [
    'aluminum', 'antimony', 'arsenic', 'barite', 'beryllium', 'bismuth', 'boron', 'cerium', 'cesium',
    'chromium', 'cobalt', 'copper', 'dysprosium', 'erbium', 'europium', 'fluorspar', 'gadolinium',
    'gallium', 'germanium', 'graphite', 'hafnium', 'holmium', 'indium', 'iridium', 'lanthanum', 'lead',
    'lithium', 'lutetium', 'magnesium', 'manganese', 'metallurgical-coal', 'neodymium', 'nickel',
    'niobium', 'palladium', 'phosphate', 'platinum', 'potash', 'praseodymium', 'rhenium', 'rhodium',
    'rubidium', 'ruthenium', 'samarium', 'scandium', 'silicon', 'silver', 'tantalum', 'tellurium',
    'terbium', 'thulium', 'tin', 'titanium', 'tungsten', 'uranium', 'vanadium', 'ytterbium', 'yttrium',
    'zinc', 'zirconium',
  ],
};

export const CRITICAL_MINERALS_LISTS = [LIST_OF_2022, DRAFT_OF_2025, LIST_OF_2025] as const;

/** The list in force on a day: the latest that had been published and was no draft. None before 24 February 2022. */
export const listInForceOn = (day: string): CriticalMineralsList | undefined =>
  CRITICAL_MINERALS_LISTS.findLast(({ draft, publishedOn }) => !draft && publishedOn <= day);

/**
 * The citation of the list that holds a mineral to be critical on a day; undefined when it is on none in force then.
 * @param mineral a mineral, or a group: a group is critical when one of its `members` is
 */
export const criticalOn = (
  mineral: string,
  day: string,
  members: readonly string[] = [],
): string | undefined => {
  const list = listInForceOn(day);
  return list && [mineral, ...members].some((name) => list.minerals.includes(name))
    ? list.citation
    : undefined;
};
