/** Which shipments are asked for, as MongoDB is asked for them: each filter a word of `Listing`, so each has an index. Pure. */
import type { ExceptionType, ShipmentStatus } from '#contracts/shipments.js';
import { type ListedShipment, WORDS } from './listing.js';

export const ORDERS = ['id', '-id', 'updated', '-updated', 'eta', '-eta'] as const;
export type Order = (typeof ORDERS)[number];

/** What is asked for; all that is given must hold. */
export interface ShipmentFilter {
  readonly deal?: string | undefined;
  readonly mineral?: string | undefined;
  readonly status?: ShipmentStatus | undefined;
  readonly place?: string | undefined;
  readonly origin?: string | undefined;
  readonly destination?: string | undefined;
  readonly party?: string | undefined;
  readonly vessel?: string | undefined;
  readonly container?: string | undefined;
  readonly exception?: ExceptionType | undefined;
  readonly etaFrom?: string | undefined;
  readonly etaTo?: string | undefined;
  readonly q?: string | undefined;
}

/** A shipment's place in a list: its id, behind what the list is sorted by. */
export interface Position {
  readonly at?: Date;
  readonly id: string;
}

type Condition = Readonly<Record<string, unknown>>;

/** Up to the last text that begins so. */
const beginsWith = (word: string): Condition => ({ $elemMatch: { $gte: word, $lt: `${word}\u{10FFFF}` } });

/** Either, as one look into the index: what is a letter or a digit means itself in an expression. */
const eitherBeginsWith = (...words: string[]): Condition => ({
  $in: words.map((word) => new RegExp(`^${word}`)),
});

/** Those that tell shipments apart best come first: MongoDB looks one of them up, and holds what it finds to the others. */
const CONDITIONS: {
  readonly [F in Exclude<keyof ShipmentFilter, 'etaFrom' | 'etaTo'>]-?: (
    value: NonNullable<ShipmentFilter[F]>,
  ) => readonly Condition[];
} = {
  container: (value) => [
    { about: WORDS.name(value) },
    { references: { $elemMatch: { type: 'container', value } } },
  ],
  deal: (value) => [{ about: WORDS.deal(value) }],
  q: (value) => [{ about: eitherBeginsWith(WORDS.name(value), WORDS.part(value)) }],
  party: (value) => [{ about: beginsWith(WORDS.party(value)) }],
  vessel: (value) => [{ now: WORDS.vessel(value) }],
  exception: (value) => [{ now: WORDS.exception(value) }],
  place: (value) => [{ now: WORDS.place(value) }],
  status: (value) => [{ now: WORDS.status(value) }],
  origin: (value) => [{ about: WORDS.origin(value) }],
  destination: (value) => [{ about: WORDS.destination(value) }],
  mineral: (value) => [{ about: WORDS.mineral(value) }],
};

/** By order without its sign, the field; ids need none beside themselves. */
const FIELDS = { id: undefined, updated: 'updatedAt', eta: 'etaAt' } as const;

const partsOf = (order: Order): { field: 'updatedAt' | 'etaAt' | undefined; direction: 1 | -1 } => ({
  field: FIELDS[order.replace('-', '') as keyof typeof FIELDS],
  direction: order.startsWith('-') ? -1 : 1,
});

/** @param after where the page before ended */
export function findOf(
  filter: ShipmentFilter,
  order: Order,
  after: Position | undefined,
): { readonly filter: { readonly $and?: Condition[] }; readonly sort: Record<string, 1 | -1> } {
  const { etaFrom, etaTo } = filter;
  const { field, direction } = partsOf(order);
  const asked = (Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[]).flatMap((name) =>
    filter[name] === undefined ? [] : CONDITIONS[name](filter[name] as never),
  );
  const window = {
    ...(etaFrom !== undefined && { $gte: new Date(etaFrom) }),
    ...(etaTo !== undefined && { $lt: new Date(etaTo) }),
  };
  const conditions = [
    ...asked,
    ...(Object.keys(window).length > 0 ? [{ etaAt: window }] : []),
    ...(field === 'etaAt' ? [{ etaAt: { $exists: true } }] : []),
    ...(after ? behind(after, field, direction) : []),
  ];
  return {
    filter: conditions.length > 0 ? { $and: conditions } : {},
    sort: { ...(field && { [field]: direction }), _id: direction },
  };
}

/** One range of the index, of which those at the same moment are passed over that come before. */
function behind({ at, id }: Position, field: string | undefined, direction: 1 | -1): Condition[] {
  const [beyond, notBefore] = direction === 1 ? ['$gt', '$gte'] : ['$lt', '$lte'];
  if (!field) return [{ _id: { [beyond]: id } }];
  return [
    { [field]: { [notBefore]: at } },
    { $or: [{ [field]: { [beyond]: at } }, { _id: { [beyond]: id } }] },
  ];
}

export function positionText(
  order: Order,
  shipment: Pick<ListedShipment, 'etaAt' | 'updatedAt'> & { readonly _id: string },
): string {
  const { field } = partsOf(order);
  return [order, ...(field ? [shipment[field]!.toISOString()] : []), shipment._id].join(' ');
}

const POSITION = /^(-?[a-z]+) (?:(\S+) )?(\S{1,128})$/u;

/** @returns undefined where it is not of a list in this order */
export function readPosition(order: Order, text: string): Position | undefined {
  const [, said, moment, id] = POSITION.exec(text) ?? [];
  const { field } = partsOf(order);
  if (said !== order || id === undefined || (field === undefined) !== (moment === undefined))
    return undefined;
  if (moment === undefined) return { id };
  const at = new Date(moment);
  return Number.isNaN(at.getTime()) ? undefined : { at, id };
}
