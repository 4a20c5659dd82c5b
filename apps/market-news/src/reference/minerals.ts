/**
 * The words by which a mineral is spoken of in English news. A phrase is one or more words; it is found whatever its
 * case, its accents, and whether hyphens or spaces join its words. Names alone are not here: every mineral of the
 * lists is found by its own name.
 */
import { CRITICAL_MINERALS_LISTS } from './critical-minerals.js';

/** Traded beside the critical ones, and on no list: they are found, and are not called critical. */
const OTHER_MINERALS = [
  'gold',
  'iron-ore',
  'molybdenum',
  'helium',
  'strontium',
  'thorium',
  'selenium',
  'cadmium',
  'thermal-coal',
];

/** The rare earths as the trade counts them: the lanthanides, scandium and yttrium. */
const RARE_EARTHS = [
  'cerium',
  'dysprosium',
  'erbium',
  'europium',
  'gadolinium',
  'holmium',
  'lanthanum',
  'lutetium',
  'neodymium',
  'praseodymium',
  'samarium',
  'scandium',
  'terbium',
  'thulium',
  'ytterbium',
  'yttrium',
];

/** Names for several minerals at once, by which deals and news speak of them. */
export const GROUPS: ReadonlyMap<string, readonly string[]> = new Map([['rare-earths', RARE_EARTHS]]);

/** The groups that a mineral belongs to. */
export const groupsOf = (mineral: string): string[] =>
  [...GROUPS].filter(([, members]) => members.includes(mineral)).map(([group]) => group);

export const MINERALS: readonly string[] = [
  ...new Set([
    ...CRITICAL_MINERALS_LISTS.flatMap(({ minerals }) => minerals),
    ...GROUPS.keys(),
    ...OTHER_MINERALS,
  ]),
];

/** Other names, compounds and products: what is said, and which minerals are meant. */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  aluminium: ['aluminum'],
  alumina: ['aluminum'],
  baryte: ['barite'],
  barytes: ['barite'],
  caesium: ['cesium'],
  columbium: ['niobium'],
  ferroniobium: ['niobium'],
  ferrochrome: ['chromium'],
  ferrosilicon: ['silicon'],
  polysilicon: ['silicon'],
  ferrovanadium: ['vanadium'],
  fluorite: ['fluorspar'],
  wolfram: ['tungsten'],
  yellowcake: ['uranium'],
  phosphates: ['phosphate'],
  'phosphate rock': ['phosphate'],
  phosphorite: ['phosphate'],
  'coking coal': ['metallurgical-coal'],
  'met coal': ['metallurgical-coal'],
  'antimony trioxide': ['antimony'],
  'antimony trisulfide': ['antimony'],
  'antimony trisulphide': ['antimony'],
  'copper concentrate': ['copper'],
  'copper concentrates': ['copper'],
  'copper cathode': ['copper'],
  'copper cathodes': ['copper'],
  'lithium carbonate': ['lithium'],
  'lithium hydroxide': ['lithium'],
  didymium: ['neodymium', 'praseodymium'],
  'rare earth': ['rare-earths'],
  'platinum group metal': ['iridium', 'palladium', 'platinum', 'rhodium', 'ruthenium'],
  'platinum group metals': ['iridium', 'palladium', 'platinum', 'rhodium', 'ruthenium'],
};

/**
 * Abbreviations and formulas, found only as they are written here. A symbol of one element (Cu, Li, Nd) is none of
 * them: each is also a name, a word or a place.
 */
export const EXACT_ALIASES: Readonly<Record<string, readonly string[]>> = {
  NdPr: ['neodymium', 'praseodymium'],
  'Nd Pr': ['neodymium', 'praseodymium'],
  NdFeB: ['neodymium'],
  SmCo: ['samarium', 'cobalt'],
  REE: ['rare-earths'],
  REEs: ['rare-earths'],
  REO: ['rare-earths'],
  TREO: ['rare-earths'],
  HREE: ['rare-earths'],
  HREEs: ['rare-earths'],
  LREE: ['rare-earths'],
  LREEs: ['rare-earths'],
  PGM: ['iridium', 'palladium', 'platinum', 'rhodium', 'ruthenium'],
  PGMs: ['iridium', 'palladium', 'platinum', 'rhodium', 'ruthenium'],
  Sb2O3: ['antimony'],
  Sb2S3: ['antimony'],
  Li2CO3: ['lithium'],
  U3O8: ['uranium'],
  V2O5: ['vanadium'],
  WO3: ['tungsten'],
};

/** Minerals in the geologist's sense, and the commodities that they carry. */
export const ORES: Readonly<Record<string, readonly string[]>> = {
  apatite: ['phosphate'],
  arsenopyrite: ['arsenic'],
  bastnasite: ['cerium', 'lanthanum', 'neodymium'],
  bastnaesite: ['cerium', 'lanthanum', 'neodymium'],
  monazite: ['cerium', 'lanthanum', 'neodymium'],
  xenotime: ['yttrium'],
  bauxite: ['aluminum'],
  bertrandite: ['beryllium'],
  bornite: ['copper'],
  chalcocite: ['copper'],
  chalcopyrite: ['copper'],
  malachite: ['copper'],
  borax: ['boron'],
  colemanite: ['boron'],
  cassiterite: ['tin'],
  chromite: ['chromium'],
  cobaltite: ['cobalt'],
  coltan: ['niobium', 'tantalum'],
  columbite: ['niobium'],
  pyrochlore: ['niobium'],
  tantalite: ['tantalum'],
  galena: ['lead'],
  hematite: ['iron-ore'],
  magnetite: ['iron-ore'],
  ilmenite: ['titanium'],
  rutile: ['titanium'],
  lepidolite: ['lithium'],
  petalite: ['lithium'],
  spodumene: ['lithium'],
  magnesite: ['magnesium'],
  molybdenite: ['molybdenum'],
  pentlandite: ['nickel'],
  pitchblende: ['uranium'],
  uraninite: ['uranium'],
  pollucite: ['cesium'],
  pyrolusite: ['manganese'],
  scheelite: ['tungsten'],
  wolframite: ['tungsten'],
  sphalerite: ['zinc'],
  stibnite: ['antimony'],
  sylvite: ['potash'],
  vanadinite: ['vanadium'],
  zircon: ['zirconium'],
};

/** Set phrases in which a mineral's name speaks of something else. */
export const NOT_MINERALS: readonly string[] = [
  'gold medal',
  'gold medals',
  'gold standard',
  'lead time',
  'lead times',
  'platinum album',
  'silicon valley',
  'silver bullet',
  'silver lining',
  'silver medal',
  'silver medals',
  'silver screen',
  'tin can',
  'tin foil',
  'tin roof',
];
