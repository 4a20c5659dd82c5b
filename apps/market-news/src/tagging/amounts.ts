import { Decimal } from 'decimal.js';

/** Wide enough for every amount that is taken: none is rounded. */
const Exact = Decimal.clone({ precision: 60 });

/** An amount of money that a text names. */
export interface Amount {
  /** Currency and exact amount: `USD 6000000000000`. */
  readonly term: string;
  readonly start: number;
  readonly end: number;
}

const CURRENCIES: Readonly<Record<string, string>> = {
  us$: 'USD',
  usd: 'USD',
  $: 'USD',
  c$: 'CAD',
  cad: 'CAD',
  a$: 'AUD',
  aud: 'AUD',
  '€': 'EUR',
  eur: 'EUR',
  '£': 'GBP',
  gbp: 'GBP',
};
const SCALES: Readonly<Record<string, string>> = {
  thousand: '1e3',
  k: '1e3',
  million: '1e6',
  mn: '1e6',
  mln: '1e6',
  mm: '1e6',
  m: '1e6',
  billion: '1e9',
  bn: '1e9',
  bln: '1e9',
  b: '1e9',
  trillion: '1e12',
  tn: '1e12',
  trn: '1e12',
};

const SCALE = String.raw`(?:[ \u00a0-]?(${Object.keys(SCALES).join('|')})(?![\p{L}\p{N}]))`;
const NUMBER = String.raw`(\d{1,3}(?:,\d{3}){1,5}|\d{1,15})(\.\d{1,6})?(?![\d,.]*\d)`;
const CURRENCY = String.raw`(US\$|C\$|A\$|USD|CAD|AUD|EUR|GBP|\$|€|£)[ \u00a0]?`;

const uncaptured = (part: string): string => part.replaceAll(/\((?!\?)/g, '(?:');

/**
 * A currency before the number. Every part is bounded, so that a text of nothing but digits costs no more. A number that
 * a letter follows at once has a scale that is not known, and the first of a range (`$1.5-2 billion`) has the second's.
 */
const AMOUNT = new RegExp(
  String.raw`(?<![\p{L}\p{N}])${CURRENCY}${NUMBER}(?:${SCALE}|(?!\p{L})(?=(?:[ \u00a0]?[-–][ \u00a0]?|[ \u00a0]to[ \u00a0])(?:${uncaptured(CURRENCY)})?${uncaptured(NUMBER)}${SCALE})|(?!\p{L}))`,
  'giu',
);

/** What no contract takes, and no news means. */
const TOO_MUCH = new Exact('1e18');

/** The amounts that a text names with their currency, exact. A bare `$` is taken for the United States'. */
export const amountsIn = (text: string): Amount[] =>
  [...text.matchAll(AMOUNT)].flatMap((found) => {
    const [words, currency, whole, fraction = '', ownScale, rangeScale] = found;
    const scale = ownScale ?? rangeScale;
    const number = new Exact(whole!.replaceAll(',', '') + fraction);
    const amount = number.times(scale ? SCALES[scale.toLowerCase()]! : 1);
    if (amount.abs().gte(TOO_MUCH)) return [];
    return [
      {
        term: `${CURRENCIES[currency!.toLowerCase()]!} ${amount.toFixed()}`,
        start: found.index,
        end: found.index + words.length,
      },
    ];
  });
