/** A deal as it is shown over HTTP. */
import type { CommitmentBalance, DealRegistered } from '#contracts/deals.js';
import type { Price, Unit } from '#contracts/trade.js';
import { balanceOf, type Deal } from './deal.js';
import type { Delivery } from './delivery.js';
import { Exact, kilograms, valueOf } from './weight.js';

export interface CommitmentView extends CommitmentBalance {
  /** Share delivered, in percent, rounded down to two digits for reading; the weights are exact. */
  readonly percent: string;
  readonly from?: string;
  readonly until?: string;
  readonly price?: Price;
  /** What has been delivered is worth, by the commitment's price. */
  readonly deliveredValue?: { readonly amount: string; readonly currency: string };
}

export interface DealView {
  readonly id: string;
  readonly title?: string;
  readonly registered: boolean;
  readonly fulfilled: boolean;
  readonly parties: DealRegistered['parties'];
  readonly signedOn?: string;
  readonly value?: DealRegistered['value'];
  readonly incoterm?: string;
  readonly remarks?: string;
  readonly termsAt?: string;
  readonly commitments: readonly CommitmentView[];
  /** What has been delivered without a commitment of its mineral and basis. */
  readonly uncommitted: readonly {
    readonly mineral: string;
    readonly basis: string;
    readonly quantity: string;
    readonly unit: Unit;
  }[];
  /** How many shipments count. */
  readonly deliveries: number;
}

export interface DeliveryView extends Pick<Delivery, 'status' | 'at' | 'place' | 'cargo'> {
  readonly shipmentId: string;
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
    uncommitted: deal.delivered
      .filter(
        ({ mineral, basis }) =>
          !terms?.commitments.some((line) => line.mineral === mineral && line.basis === basis),
      )
      .map(({ mineral, basis, kilograms: weight }) => ({ mineral, basis, quantity: weight, unit: 'KGM' })),
    deliveries: deal.deliveries,
  };
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
