/** Which seals were seen, and what sensors read at the lowest and the highest; told when it is read. Pure. */
import {
  Container,
  Nested,
  OneOf,
  Optional,
  SignedDecimal,
  Text,
  Timestamp,
  UnitCode,
} from '#contracts/fields.js';
import { type ConditionLimit, LIMITED } from '#contracts/trade.js';
import { Described, ManyOf } from '#service/view-fields.js';
import { inOrderOfClaims } from './claim.js';
import { Exact, inBaseUnit, type Limited, type Reading } from './evidence.js';
import type { Shipment } from './shipment.js';

export class SealsView {
  /** Absent where they are the whole shipment's, or of its only container. */
  @Optional() @Container() readonly container?: string;
  @Described({ type: 'array', items: { type: 'string' } }) readonly numbers!: readonly string[];
  /** The first time that the container had these. */
  @Timestamp() readonly at!: string;
  @Text(1024) readonly source!: string;
  @Text(1024) readonly id!: string;
}

class ReadingView {
  @SignedDecimal() readonly value!: string;
  @Timestamp() readonly at!: string;
  @Text(1024) readonly source!: string;
  @Text(1024) readonly id!: string;
}

class LimitView {
  @Optional() @SignedDecimal() readonly min?: string;
  @Optional() @SignedDecimal() readonly max?: string;
}

/** All that was read of one thing, in one unit, whatever the units that it was sent in. Each reading is in the timeline. */
export class ConditionView {
  @OneOf(LIMITED) readonly type!: Limited;
  /** Degrees Celsius (CEL), percent (P1), metres per second squared (MSK). */
  @UnitCode() readonly unit!: string;
  @Nested(() => ReadingView) readonly lowest!: ReadingView;
  @Nested(() => ReadingView) readonly highest!: ReadingView;
  /** Within what it must be kept, where that was registered, in the same unit. */
  @ManyOf(() => LimitView) readonly limits!: readonly LimitView[];
}

const UNITS: Readonly<Record<Limited, string>> = { temperature: 'CEL', humidity: 'P1', shock: 'MSK' };

/** In the order in which they were first seen. */
export const sealsOf = ({ evidence }: Shipment): readonly SealsView[] =>
  (evidence?.seals ?? []).toSorted(inOrderOfClaims).map(({ container, numbers, at, source, id }) => ({
    ...(container !== '' && { container }),
    numbers: numbers.split(', '),
    at,
    source,
    id,
  }));

/** Thirds of a degree have no end. */
const shown = (value: string): string => new Exact(value).toDecimalPlaces(12).toString();

const readingOf = ({ value, at, source, id }: Reading): ReadingView => ({
  value: shown(value),
  at,
  source,
  id,
});

const limitOf = ({ type, min, max, unit }: ConditionLimit): LimitView => {
  const [least, most] = [min, max].map((bound) => bound && inBaseUnit(type, bound, unit));
  return {
    ...(least !== undefined && { min: shown(least) }),
    ...(most !== undefined && { max: shown(most) }),
  };
};

export const conditionsOf = ({ evidence, registration }: Shipment): readonly ConditionView[] =>
  LIMITED.flatMap((type) => {
    const range = evidence?.ranges?.find(({ of }) => of === type);
    if (!range) return [];
    return [
      {
        type,
        unit: UNITS[type],
        lowest: readingOf(range.low),
        highest: readingOf(range.high),
        limits: (registration?.data.limits ?? []).filter((limit) => limit.type === type).map(limitOf),
      },
    ];
  });
