/** The events of deals: what is registered and amended, and what the deals service publishes. */
import {
  Day,
  Decimal,
  Extensions,
  Id,
  ListOf,
  LogPosition,
  Mineral,
  Nested,
  OneOf,
  Optional,
  PositiveDecimal,
  Text,
  Timestamp,
} from './fields.js';
import { inbound, published } from './topic.js';
import { BASES, type Basis, CargoLot, INCOTERMS, Money, Party, Price, UNITS, type Unit } from './trade.js';

/** One line of a deal: so much of one mineral. Deliveries of the same mineral and basis draw it down. */
export class Commitment {
  @Mineral() mineral!: string;
  @PositiveDecimal() quantity!: string;
  @OneOf(UNITS) unit!: Unit;
  @OneOf(BASES) basis!: Basis;
  @Optional() @Nested(() => Price) price?: Price;
  /** The window in which it is to be delivered: first and last day. */
  @Optional() @Day() from?: string;
  @Optional() @Day() until?: string;
}

export class DealRegistered {
  static readonly type = 'orebound.deal.registered.v1';
  static readonly description =
    'A deal is known: who sells what to whom. One commitment a mineral and basis.';
  @Text(300) title!: string;
  @ListOf(() => Party, { min: 2, max: 20 }) parties!: Party[];
  @ListOf(() => Commitment, { min: 1, max: 100 }) commitments!: Commitment[];
  @Optional() @Day() signedOn?: string;
  /** What the deal as a whole is worth, where the parties have said so. */
  @Optional() @Nested(() => Money) value?: Money;
  @Optional() @OneOf(INCOTERMS) incoterm?: (typeof INCOTERMS)[number];
  @Optional() @Text(2000) remarks?: string;
  @Optional() @Extensions() extensions?: Record<string, unknown>;
}

export class DealAmended {
  static readonly type = 'orebound.deal.amended.v1';
  static readonly description =
    'A deal was changed: what is given replaces what was; a commitment replaces the one of its mineral and basis, or adds one.';
  @Text(2000) reason!: string;
  @Optional() @Text(300) title?: string;
  @Optional() @ListOf(() => Party, { min: 2, max: 20 }) parties?: Party[];
  @Optional() @ListOf(() => Commitment, { min: 1, max: 100 }) commitments?: Commitment[];
  @Optional() @Nested(() => Money) value?: Money;
  @Optional() @Extensions() extensions?: Record<string, unknown>;
}

/**
 * What one shipment has delivered to one deal, keyed by the deal, so that one owner sees all of a deal's deliveries
 * in order. `was` is what counted before, so that a delivery replaces and never adds twice.
 */
export class DeliveryRecorded {
  static readonly type = 'orebound.delivery.recorded.v1';
  static readonly description =
    'What a shipment has delivered to a deal is now this much, and no longer what it was.';
  @Id() shipmentId!: string;
  @Optional() @ListOf(() => CargoLot, { min: 1, max: 100 }) is?: CargoLot[];
  @Optional() @ListOf(() => CargoLot, { min: 1, max: 100 }) was?: CargoLot[];
  /** When the shipment arrived, or was said to have. */
  @Timestamp() at!: string;
  /** Where in `shipments.arrivals` it comes from: `<partition>/<offset>`. Rises for one deal and partition. */
  @LogPosition() position!: string;
}

export class RecountRequested {
  static readonly type = 'orebound.deal.recount-requested.v1';
  static readonly description =
    "A deal's totals are to be counted again, from what each shipment has delivered.";
  @Text(2000) reason!: string;
}

/** How far one commitment has been drawn down. `remaining` and `excess` are never both above zero. */
export class CommitmentBalance {
  @Mineral() mineral!: string;
  @OneOf(BASES) basis!: Basis;
  @OneOf(UNITS) unit!: Unit;
  @Decimal() committed!: string;
  @Decimal() delivered!: string;
  @Decimal() remaining!: string;
  @Decimal() excess!: string;
}

export class DealDrawnDown {
  static readonly type = 'orebound.deal.drawn-down.v1';
  static readonly description =
    "What has been delivered to a deal has changed by one shipment's delivery: the deal's balance after it.";
  @Id() shipmentId!: string;
  @Timestamp() at!: string;
  @ListOf(() => CommitmentBalance, { min: 0, max: 100 }) balance!: CommitmentBalance[];
}

export class DealBalanceChanged {
  static readonly type = 'orebound.deal.balance-changed.v1';
  static readonly description =
    "The balance of a deal has changed without a shipment's delivery: by its registration, an amendment or a recount.";
  @Timestamp() at!: string;
  @ListOf(() => CommitmentBalance, { min: 0, max: 100 }) balance!: CommitmentBalance[];
}

export class DealFulfilled {
  static readonly type = 'orebound.deal.fulfilled.v1';
  static readonly description = 'Every commitment of a deal has been delivered.';
  @Timestamp() at!: string;
}

export class DealReopened {
  static readonly type = 'orebound.deal.reopened.v1';
  static readonly description =
    'A deal that was fulfilled no longer is: an arrival was taken back, or a commitment was raised or added.';
  @Timestamp() at!: string;
}

export const DEALS_INBOUND = inbound('deals.inbound', 'deal', [DealRegistered, DealAmended]);
export const DEALS_DELIVERIES = published('deals.deliveries', 'deal', [DeliveryRecorded, RecountRequested]);
export const DEALS_EVENTS = published('deals.events', 'deal', [
  DealRegistered,
  DealDrawnDown,
  DealBalanceChanged,
  DealFulfilled,
  DealReopened,
]);
