/** The world that traffic is of: ports, vessels, containers, minerals. Pure. */
import { containerCheckDigit, imoCheckDigit } from '#contracts/identifiers.js';
import { PORTS } from '../../apps/shipments/src/ports.js';
import { below, type Chance, pick, random } from './mixing.js';

export const MINERALS = ['antimony', 'copper', 'neodymium', 'praseodymium', 'lithium', 'cerium'];

/** Where ore is loaded, where cargo changes vessels, and where it is wanted; each in the list of ports. */
const ORIGINS =
  'PKKHI PKBQM CNSHA AUFRE CLANF CLIQQ PECLL ZADUR TZDAR MZBEW CDMAT AOLOB NAWVB NCNOU IDSUB PHMNL';
const HUBS = 'SGSIN LKCMB OMSLL AEJEA ESALG PAONX MYPKG';
const DESTINATIONS = 'USNYC USHOU USBAL USORF USLAX NLRTM BEANR DEHAM ESBIO KRPUS KRKAN JPYOK CAVAN INMUN';

const HOUR = 3_600_000;
const KILOMETRES_AN_HOUR = 26; // 14 knots
/** Round capes and through straits. */
const DETOUR = 1.3;

export interface Vessel {
  readonly name: string;
  readonly imo: string;
}

export interface Passage {
  readonly ports: readonly string[];
  readonly vessels: readonly Vessel[];
}

const NAMES = [
  'Indus',
  'Atacama',
  'Katanga',
  'Pilbara',
  'Zambezi',
  'Salween',
  'Hudson',
  'Schelde',
  'Naktong',
];
const KINDS = ['Star', 'Trader', 'Express', 'Pioneer', 'Bridge', 'Venture', 'Horizon', 'Carrier'];
export const FLEET_SIZE = NAMES.length * KINDS.length;

/** The nth vessel of the fleet. Its number has the check digit that it must have. */
export function vessel(nth: number): Vessel {
  const six = String(910_000 + nth * 137);
  return {
    name: `${NAMES[nth % NAMES.length]!} ${KINDS[Math.floor(nth / NAMES.length) % KINDS.length]!}`,
    imo: `${six}${imoCheckDigit(six)}`,
  };
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const NUMBERS = 1_000_000;

/**
 * The nth container of a seed, with the check digit that it must have. No other of the seed is the same: an event that
 * comes before its shipment is registered would be taken for that of another which has the container.
 */
export function container(seed: number, nth: number): string {
  const owner = random(seed * 31 + Math.floor(nth / NUMBERS));
  const letters = [0, 1, 2].map(() => LETTERS[below(owner, LETTERS.length)]!).join('');
  // A step that shares no factor with a million comes to each number once.
  const ten = `${letters}U${String((nth * 7_919 + seed) % NUMBERS).padStart(6, '0')}`;
  return `${ten}${containerCheckDigit(ten)}`;
}

/** From a mine's port to who wants it, directly or by a hub or two. */
export function passage(next: Chance): Passage {
  const hubs = HUBS.split(' ');
  const first = below(next, hubs.length);
  const number = pick(next, [0, 1, 1, 2]);
  const ports = [
    pick(next, ORIGINS.split(' ')),
    ...Array.from({ length: number }, (_, nth) => hubs[(first + nth) % hubs.length]!),
    pick(next, DESTINATIONS.split(' ')),
  ];
  const leading = below(next, FLEET_SIZE);
  return { ports, vessels: ports.slice(1).map((_, nth) => vessel((leading + nth * 11) % FLEET_SIZE)) };
}

/** How long it takes from port to port, in milliseconds. */
export function sailing(from: string, to: string): number {
  const [[longitude, latitude], [otherLongitude, otherLatitude]] = [PORTS.get(from)!, PORTS.get(to)!];
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const cosine =
    Math.sin(radians(latitude)) * Math.sin(radians(otherLatitude)) +
    Math.cos(radians(latitude)) *
      Math.cos(radians(otherLatitude)) *
      Math.cos(radians(longitude - otherLongitude));
  const kilometres = 6371 * Math.acos(Math.min(1, cosine)) * DETOUR;
  return (12 + Math.round(kilometres / KILOMETRES_AN_HOUR)) * HOUR;
}

/** The offset of a port's clocks from UTC, in hours: by the sun. */
const offsetOf = (port: string): number => Math.round(PORTS.get(port)![0] / 15);

/** `-05:00` */
export function zoneOf(port: string): string {
  const hours = offsetOf(port);
  return `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
}

/** A moment as it is written at a port. */
export const localTime = (at: number, port: string): string =>
  new Date(at + offsetOf(port) * HOUR).toISOString().replace('Z', zoneOf(port));
