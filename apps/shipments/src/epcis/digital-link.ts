/**
 * GS1 identification keys in their one canonical form: the constrained canonical GS1 Digital Link URI (CBV 2.0, the
 * event hash ID's rules for EPC URIs and Digital Link URIs). A key written as URN and as link is one key.
 */

/** What stands behind `urn:epc:id:<scheme>:`, with the serial where the scheme has one. */
type Write = (company: string, reference: string, serial: string) => string | undefined;

/** @throws never; a text that is no digits gives a digit of no meaning. GS1 General Specifications, 7.9.1. */
const checkDigit = (digits: string): string => {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += Number(digits.at(-1 - i)) * (i % 2 === 0 ? 3 : 1);
  return String((10 - (sum % 10)) % 10);
};

const checked = (digits: string): string => digits + checkDigit(digits);
/** Indicator digits stand before the company's prefix, though behind it in the EPC URI. */
const indicatorFirst = (company: string, reference: string): string =>
  checked(reference.slice(0, 1) + company + reference.slice(1));

/** The characters that a Digital Link URI must have percent-encoded, and an EPC URI need not. */
const encoded = (text: string): string =>
  text.replaceAll(
    /[!()*+,:]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

/** Writes a key whose company prefix and reference have so many digits together. */
const digits =
  (length: number, write: (company: string, reference: string, serial: string) => string): Write =>
  (company, reference, serial) =>
    company.length + reference.length === length && /^\d*$/u.test(reference)
      ? write(company, reference, serial)
      : undefined;

const SCHEMES = new Map<string, Write>([
  [
    'sgtin',
    digits(13, (company, item, serial) => `01/${indicatorFirst(company, item)}/21/${encoded(serial)}`),
  ],
  [
    'upui',
    digits(13, (company, item, serial) => `01/${indicatorFirst(company, item)}/235/${encoded(serial)}`),
  ],
  ['lgtin', digits(13, (company, item, lot) => `01/${indicatorFirst(company, item)}/10/${encoded(lot)}`)],
  ['sscc', digits(17, (company, serial) => `00/${indicatorFirst(company, serial)}`)],
  [
    'sgln',
    digits(12, (company, place, extension) => {
      const gln = checked(company + place);
      return extension === '0' ? `414/${gln}` : `414/${gln}/254/${encoded(extension)}`;
    }),
  ],
  ['pgln', digits(12, (company, party) => `417/${checked(company + party)}`)],
  ['grai', digits(12, (company, asset, serial) => `8003/0${checked(company + asset)}${encoded(serial)}`)],
  ['gdti', digits(12, (company, type, serial) => `253/${checked(company + type)}${encoded(serial)}`)],
  ['sgcn', digits(12, (company, coupon, serial) => `255/${checked(company + coupon)}${encoded(serial)}`)],
  ['gsrn', digits(17, (company, service) => `8018/${checked(company + service)}`)],
  ['gsrnp', digits(17, (company, service) => `8017/${checked(company + service)}`)],
  ['gsin', digits(16, (company, shipper) => `402/${checked(company + shipper)}`)],
  ['giai', (company, asset, rest) => `8004/${company}${encoded(joined(asset, rest))}`],
  ['ginc', (company, consignment, rest) => `401/${company}${encoded(joined(consignment, rest))}`],
  ['cpi', (company, part, serial) => `8010/${company}${encoded(part)}/8011/${serial}`],
  [
    'itip',
    digits(13, (company, item, rest) => {
      const [piece = '', total = '', ...serial] = rest.split('.');
      return `8006/${indicatorFirst(company, item)}${piece}${total}/21/${encoded(serial.join('.'))}`;
    }),
  ],
]);

/** Of keys that are one text behind the company's prefix, dots belong to the text. */
const joined = (first: string, rest: string): string => (rest === '' ? first : `${first}.${rest}`);

const EPC_URI = /^urn:epc:(id|class|idpat):([a-z]+):(\d{6,12})\.([^.]*)(?:\.(.+))?$/u;
/** What a pattern of all serials leaves behind: the key without its qualifier, or without its serial. */
const ANY_SERIAL = /(?:\/(?:10|21|235|8011)\/)?(?:%2A|\*)$/u;

const fromUrn = (uri: string): string | undefined => {
  const parts = EPC_URI.exec(uri);
  if (!parts) return undefined;
  const [, kind, scheme, company, reference, serial = ''] = parts;
  const key = SCHEMES.get(scheme!)?.(company!, reference!, serial);
  if (key === undefined) return undefined;
  return kind === 'idpat' ? key.replace(ANY_SERIAL, '') : key;
};

/** Each primary key: the form its value has, and its qualifiers, the finest first. */
const KEYS = new Map<string, { readonly value: RegExp; readonly qualifiers: readonly string[] }>([
  ['00', { value: /^\d{18}$/u, qualifiers: [] }],
  ['01', { value: /^\d{14}$/u, qualifiers: ['235', '21', '10'] }],
  ['253', { value: /^\d{13}[^/]{0,50}$/u, qualifiers: [] }],
  ['255', { value: /^\d{13,25}$/u, qualifiers: [] }],
  ['401', { value: /^[^/]{1,90}$/u, qualifiers: [] }],
  ['402', { value: /^\d{17}$/u, qualifiers: [] }],
  ['414', { value: /^\d{13}$/u, qualifiers: ['254'] }],
  ['417', { value: /^\d{13}$/u, qualifiers: [] }],
  ['8003', { value: /^\d{14}[^/]{0,50}$/u, qualifiers: [] }],
  ['8004', { value: /^[^/]{1,90}$/u, qualifiers: [] }],
  ['8006', { value: /^\d{18}$/u, qualifiers: ['21', '10'] }],
  ['8010', { value: /^[^/]{1,90}$/u, qualifiers: ['8011'] }],
  ['8017', { value: /^\d{18}$/u, qualifiers: [] }],
  ['8018', { value: /^\d{18}$/u, qualifiers: [] }],
]);
const SHORT_NAMES = new Map([
  ['sscc', '00'],
  ['gtin', '01'],
  ['gdti', '253'],
  ['gcn', '255'],
  ['ginc', '401'],
  ['gsin', '402'],
  ['gln', '414'],
  ['party', '417'],
  ['grai', '8003'],
  ['giai', '8004'],
  ['itip', '8006'],
  ['cpid', '8010'],
  ['gsrnp', '8017'],
  ['gsrn', '8018'],
  ['lot', '10'],
  ['ser', '21'],
]);
const identifierOf = (segment: string): string => SHORT_NAMES.get(segment) ?? segment;

const fromLink = (uri: string): string | undefined => {
  const path = /^https?:\/\/[^/?#]+\/([^?#]*)/u.exec(uri)?.[1];
  if (path === undefined) return undefined;
  const segments = path.split('/');
  for (let i = 0; i + 1 < segments.length; i++) {
    const identifier = identifierOf(segments[i]!);
    const key = KEYS.get(identifier);
    const value = identifier === '01' ? gtin14(segments[i + 1]!) : segments[i + 1]!;
    if (!key || !/^\d{4}/u.test(value) || !key.value.test(value)) continue;
    const given = new Map<string, string>();
    for (let j = i + 2; j + 1 < segments.length; j += 2)
      given.set(identifierOf(segments[j]!), segments[j + 1]!);
    const finest = key.qualifiers.find((qualifier) => given.has(qualifier));
    const behind = finest === undefined ? '' : `/${finest}/${given.get(finest)!}`;
    return `${identifier}/${value}${behind}`;
  }
  return undefined;
};

const gtin14 = (gtin: string): string =>
  /^(?:\d{8}|\d{12,13})$/u.test(gtin) ? gtin.padStart(14, '0') : gtin;

/** The key that a URI stands for, as `<application identifier>/<value>[/<qualifier>/<value>]`; or undefined. */
export const gs1KeyOf = (uri: string): string | undefined =>
  uri.startsWith('urn:epc:') ? fromUrn(uri) : fromLink(uri);

/** How many digits of a key's value the last is a check digit of. The others have none, or none of this kind. */
const CHECKED_DIGITS = new Map([
  ['00', 18],
  ['01', 14],
  ['253', 13],
  ['255', 13],
  ['402', 17],
  ['414', 13],
  ['417', 13],
  ['8003', 14],
  ['8006', 14],
  ['8017', 18],
  ['8018', 18],
]);

/**
 * The check digit that the key of a Digital Link should have, where it has another. A URN has none: it is reckoned.
 */
export function wrongCheckDigit(uri: string): number | undefined {
  const [identifier = '', value = ''] = gs1KeyOf(uri)?.split('/') ?? [];
  const length = CHECKED_DIGITS.get(identifier);
  if (length === undefined) return undefined;
  const should = checkDigit(value.slice(0, length - 1));
  return value[length - 1] === should ? undefined : Number(should);
}

/** A URI in canonical form where it stands for a GS1 key; as it is otherwise. */
export const canonicalUri = (uri: string): string => {
  const key = gs1KeyOf(uri);
  return key === undefined ? uri : `https://id.gs1.org/${key}`;
};
