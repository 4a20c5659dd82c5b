/** A deal as it is shown over HTTP. */
import { IsBoolean } from 'class-validator';
import { CommitmentBalance } from '#contracts/deals.js';
import {
  Currency,
  Day,
  Decimal,
  Id,
  Mineral,
  Nested,
  OneOf,
  Optional,
  Text,
  Timestamp,
} from '#contracts/fields.js';
import {
  BASES,
  type Basis,
  CargoLot,
  INCOTERMS,
  Money,
  Party,
  Place,
  Price,
  type Unit,
  UNITS,
} from '#contracts/trade.js';
import { Count, ExactDecimal, ManyOf } from '#service/view-fields.js';
import { balanceOf, committedIn, type Deal, isCounted } from './deal.js';
import { DELIVERY_STATUSES, type Delivery, type DeliveryStatus } from './delivery.js';
import { Exact, kilograms, lineOf, valueOf } from './weight.js';

class Worth {
  @ExactDecimal() readonly amount!: string;
  @Currency() readonly currency!: string;
}

export class CommitmentView extends CommitmentBalance {
  /** Share delivered, in percent, rounded down to two digits for reading; the weights are exact. */
  @Decimal() readonly percent!: string;
  @Optional() @Day() readonly from?: string;
  @Optional() @Day() readonly until?: string;
  @Optional() @Nested(() => Price) readonly price?: Price;
  /** What has been delivered is worth, by the commitment's price. */
  @Optional() @Nested(() => Worth) readonly deliveredValue?: Worth;
}

/** Without a mineral, the rest of a basis: of more minerals than have totals of their own. */
class UncommittedView {
  @Optional() @Mineral() readonly mineral?: string;
  @OneOf(BASES) readonly basis!: Basis;
  @ExactDecimal() readonly quantity!: string;
  @OneOf(UNITS) readonly unit!: Unit;
}

export class DealView {
  @Id() readonly id!: string;
  @Optional() @Text(300) readonly title?: string;
  @IsBoolean() readonly registered!: boolean;
  @IsBoolean() readonly fulfilled!: boolean;
  @ManyOf(() => Party) readonly parties!: readonly Party[];
  @Optional() @Day() readonly signedOn?: string;
  @Optional() @Nested(() => Money) readonly value?: Money;
  @Optional() @OneOf(INCOTERMS) readonly incoterm?: (typeof INCOTERMS)[number];
  @Optional() @Text(2000) readonly remarks?: string;
  /** When the registration happened, and the last amendment that counts. */
  @Optional() @Timestamp() readonly termsAt?: string;
  @ManyOf(() => CommitmentView) readonly commitments!: readonly CommitmentView[];
  /** There while what came of a new commitment, before it was one, is still being counted: its balance is not known. */
  @Optional() @IsBoolean() readonly recounting?: true;
  /** What has been delivered without a commitment of its mineral and basis; `GET /deals/:id/deliveries` has it all. */
  @ManyOf(() => UncommittedView) readonly uncommitted!: readonly UncommittedView[];
  /** How many shipments count. */
  @Count() readonly deliveries!: number;
}

export class DeliveryView {
  @Id() readonly shipmentId!: string;
  @OneOf(DELIVERY_STATUSES) readonly status!: DeliveryStatus;
  /** When it arrived, or was said to have. */
  @Timestamp() readonly at!: string;
  @Optional() @Nested(() => Place) readonly place?: Place;
  @ManyOf(() => CargoLot) readonly cargo!: readonly CargoLot[];
}

export function dealOf(deal: Deal & { readonly _id: string }): DealView {
  const { terms } = deal;
  return {
    id: deal._id,
    registered: terms !== undefined,
    fulfilled: deal.fulfilled,
    ...(terms && {
      title: terms.title,
      ...(terms.signedOn !== undefined && { signedOn: terms.signedOn }),
      ...(terms.value && { value: terms.value }),
      ...(terms.incoterm !== undefined && { incoterm: terms.incoterm }),
      ...(terms.remarks !== undefined && { remarks: terms.remarks }),
    }),
    parties: terms?.parties ?? [],
    ...(deal.termsAt !== undefined && { termsAt: deal.termsAt }),
    commitments: commitmentsOf(deal),
    ...(!isCounted(deal) && { recounting: true }),
    uncommitted: uncommittedOf(deal),
    deliveries: deal.deliveries,
  };
}

function uncommittedOf(deal: Deal): DealView['uncommitted'] {
  const committed = committedIn(deal);
  return [...deal.delivered.filter((total) => !committed.has(lineOf(total))), ...(deal.others ?? [])].map(
    ({ kilograms: quantity, ...line }) => ({ ...line, quantity, unit: 'KGM' }),
  );
}

function commitmentsOf(deal: Deal): CommitmentView[] {
  return balanceOf(deal).map((balance, index) => {
    const { from, until, price } = deal.terms!.commitments[index]!;
    return {
      ...balance,
      percent: new Exact(balance.delivered)
        .dividedBy(balance.committed)
        .times(100)
        .toFixed(2, Exact.ROUND_DOWN),
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
      ...(price && {
        price,
        deliveredValue: {
          amount: valueOf(kilograms(balance.delivered, balance.unit), price),
          currency: price.currency,
        },
      }),
    };
  });
}

export const deliveryOf = ({
  _id,
  status,
  at,
  place,
  cargo,
}: Delivery & { readonly _id: string }): DeliveryView => ({
  shipmentId: _id,
  status,
  at,
  cargo,
  ...(place && { place }),
});
