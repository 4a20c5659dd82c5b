/**
 * What shipments are found and sorted by: words and moments that follow from the state, stored beside it for the indexes.
 * Two lists of words, for what a shipment is hardly changes and may be long, and where it stands changes with most events. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ExceptionType, ShipmentStatus } from '#contracts/shipments.js';
import { overdueAtOf } from './expectations.js';
import type { Shipment } from './shipment.js';

export interface Listing {
  /** What it is: its deal, minerals, origin, destination, parties, and by what it is named. */
  readonly about: readonly string[];
  /** Where it stands: its status, the place, its vessels, the exceptions that are open. */
  readonly now: readonly string[];
  /** Its ETA, as an instant. */
  readonly etaAt?: Date | undefined;
  /** When what is expected of it next will be overdue; absent where nothing is expected, or it is overdue already. */
  readonly overdueAt?: Date | undefined;
  /** When we last learnt something of it. */
  readonly updatedAt: Date;
}

export type ListedShipment = Shipment & Listing;

const LONGEST = 300;

/** A text as it is compared: `msku 0000006`, `MSKU-000000-6` and `MSKU0000006` are one. Letters and digits alone. */
export function comparable(text: string): string {
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  return plain.length <= LONGEST ? plain : [...plain].slice(0, LONGEST).join('');
}

/** The last of its words, from which on what a name says is found: an EPC begins with what says nothing. */
const MOST_PARTS = 8;

/**
 * What of a name one may know who does not know how it begins: all from the second of its words on, from the third, ….
 * Words end where there is neither letter nor digit, and in a container's number behind its owner's four letters.
 */
export function partsOf(value: string, type?: string): string[] {
  const words = value
    .normalize('NFKC')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const tails = words.map((_, nth) => words.slice(nth).join('')).slice(1);
  if (type === 'container') tails.unshift(words.join('').slice(4));
  const whole = comparable(value);
  return [...new Set(tails.slice(-MOST_PARTS).map(comparable))].filter(
    (part) => part !== '' && part !== whole,
  );
}

/** The words of `about`, and of `now`. */
export const WORDS = {
  deal: (id: string) => `deal:${id}`,
  mineral: (mineral: string) => `mineral:${mineral}`,
  origin: (unlocode: string) => `origin:${unlocode}`,
  destination: (unlocode: string) => `destination:${unlocode}`,
  party: (name: string) => `party:${comparable(name)}`,
  /** Whatever names it: a reference, its deal's id, its own. */
  name: (value: string) => `name:${comparable(value)}`,
  /** What a name goes on with, from one of its words on. Apart from names: what is named so exactly is not to be found by these. */
  part: (part: string) => `part:${comparable(part)}`,
  status: (status: ShipmentStatus) => `status:${status}`,
  place: (unlocode: string) => `place:${unlocode}`,
  vessel: (imo: string) => `vessel:${imo}`,
  exception: (type: ExceptionType) => `exception:${type}`,
} as const;

/**
 * What a shipment is listed by once an event was taken.
 * @param held what it was listed by before; what is as before is the same object, so that it is not written again
 */
export function listingOf(
  held: ListedShipment | undefined,
  shipment: Shipment,
  id: string,
  receivedAt: Date,
): Listing {
  // A registration may name thousands of containers: nothing is made of them where they are the same.
  const isTheSame =
    held && held.registration === shipment.registration && held.references === shipment.references;
  const etaAt = shipment.eta === undefined ? undefined : new Date(shipment.eta);
  return {
    about: isTheSame ? held.about : asHeld(held?.about, aboutOf(shipment, id)),
    now: asHeld(held?.now, nowOf(shipment)),
    etaAt: asHeld(held?.etaAt, etaAt),
    overdueAt: asHeld(held?.overdueAt, overdueAtOf(shipment)),
    updatedAt: held && held.updatedAt > receivedAt ? held.updatedAt : receivedAt,
  };
}

const asHeld = <T>(held: T | undefined, now: T): T =>
  held !== undefined && isDeepStrictEqual(held, now) ? held : now;

function aboutOf({ registration, references = [] }: Shipment, id: string): string[] {
  const { dealId, route, cargo = [], parties = [] } = registration?.data ?? {};
  const about = [
    ...(dealId === undefined ? [] : [WORDS.deal(dealId), ...namesOf(dealId)]),
    ...(route ? [WORDS.origin(route.origin.unlocode), WORDS.destination(route.destination.unlocode)] : []),
    ...cargo.map(({ mineral }) => WORDS.mineral(mineral)),
    ...parties.map(({ name }) => WORDS.party(name)),
    ...namesOf(id),
    ...references.flatMap(({ value, type }) => namesOf(value, type)),
  ];
  return [...new Set(about)];
}

const namesOf = (value: string, type?: string): string[] => [
  WORDS.name(value),
  ...partsOf(value, type).map(WORDS.part),
];

function nowOf({ status, position, itinerary, milestones, exceptions = [] }: Shipment): string[] {
  const legs = itinerary?.legs ?? [];
  const vessels = [
    ...legs.map(({ transport }) => transport.vesselImo),
    ...milestones.map((m) => m.vesselImo),
  ];
  const now = [
    WORDS.status(status),
    ...(position ? [WORDS.place(position.unlocode)] : []),
    ...vessels.filter((imo) => imo !== undefined).map(WORDS.vessel),
    ...exceptions.filter(({ acknowledged }) => !acknowledged).map(({ type }) => WORDS.exception(type)),
  ];
  return [...new Set(now)];
}
