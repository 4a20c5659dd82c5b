/** What the contracts of deals, shipments and news share: the nouns of the trade. */
import {
  Container,
  Containers,
  Country,
  Currency,
  Decimal,
  Flag,
  HsCode,
  Id,
  ImoNumber,
  Mineral,
  Nested,
  OneOf,
  Optional,
  PositiveDecimal,
  SignedDecimal,
  Text,
  Timestamp,
  UnitCode,
  Unlocode,
} from './fields.js';

/** Tonnes and kilograms, by their UN/ECE Recommendation 20 codes. */
export const UNITS = ['TNE', 'KGM'] as const;
export type Unit = (typeof UNITS)[number];

/** What is weighed: the wet goods, the dry goods, or the metal contained in them. */
export const BASES = ['wet', 'dry', 'contained'] as const;
export type Basis = (typeof BASES)[number];

/** Incoterms 2020. */
export const INCOTERMS = [
  'EXW',
  'FCA',
  'CPT',
  'CIP',
  'DAP',
  'DPU',
  'DDP',
  'FAS',
  'FOB',
  'CFR',
  'CIF',
] as const;

export const PARTY_ROLES = [
  'seller',
  'buyer',
  'shipper',
  'consignee',
  'carrier',
  'forwarder',
  'financier',
] as const;

export const TRANSPORT_MODES = ['vessel', 'barge', 'rail', 'truck', 'air'] as const;

export class Place {
  @Unlocode() unlocode!: string;
  @Optional() @Text(200) name?: string;
  @Optional() @Text(200) facility?: string;
}

export class Party {
  @OneOf(PARTY_ROLES) role!: (typeof PARTY_ROLES)[number];
  @Text(200) name!: string;
  @Optional() @Country() country?: string;
}

/** A part of a shipment's cargo: one mineral, weighed one way. */
export class CargoLot {
  /** Tells the lots of one shipment apart. */
  @Id() lot!: string;
  @Mineral() mineral!: string;
  @PositiveDecimal() quantity!: string;
  @OneOf(UNITS) unit!: Unit;
  @OneOf(BASES) basis!: Basis;
  @Optional() @Text(500) description?: string;
  @Optional() @HsCode() hsCode?: string;
  @Optional() @Containers(500) containers?: string[];
}

export class Transport {
  @OneOf(TRANSPORT_MODES) mode!: (typeof TRANSPORT_MODES)[number];
  @Optional() @Text(200) vesselName?: string;
  @Optional() @ImoNumber() vesselImo?: string;
  @Optional() @Text(100) voyage?: string;
}

export class Money {
  @PositiveDecimal() amount!: string;
  @Currency() currency!: string;
}

/** A price for one unit of weight, on the commitment's basis. */
export class Price {
  @PositiveDecimal() amount!: string;
  @Currency() currency!: string;
  @OneOf(UNITS) per!: Unit;
}

/** A weight of one mineral, weighed one way, that may be nothing. */
export class Weight {
  @Mineral() mineral!: string;
  @Decimal() quantity!: string;
  @OneOf(UNITS) unit!: Unit;
  @OneOf(BASES) basis!: Basis;
}

/**
 * By what a shipment is named by those who do not know our id of it. `consignment` is a GS1 GINC, `consignor-shipment`
 * a GS1 GSIN, `epc` any other EPC or GS1 Digital Link URI.
 */
export const REFERENCE_TYPES = [
  'shipment',
  'booking',
  'transport-document',
  'container',
  'seal',
  'purchase-order',
  'consignment',
  'consignor-shipment',
  'epc',
  'deal',
] as const;

export class Reference {
  @OneOf(REFERENCE_TYPES) type!: (typeof REFERENCE_TYPES)[number];
  @Text(300) value!: string;
}

/**
 * A reference, and when it names its shipment: `from` and `to` are the first and the last moment. Where one is absent it
 * is open; but a container or a seal serves one shipment after the other, so theirs then follow from the shipment's life.
 */
export class DatedReference {
  @OneOf(REFERENCE_TYPES) type!: (typeof REFERENCE_TYPES)[number];
  @Text(300) value!: string;
  @Optional() @Timestamp() from?: string;
  @Optional() @Timestamp() to?: string;
  /** It names other shipments too, in the same time: what is said of it is said of each of them. */
  @Optional() @Flag() shared?: boolean;
}

/** What a sensor tells. */
export const MEASURED = ['temperature', 'humidity', 'shock', 'other'] as const;

export class Measurement {
  @OneOf(MEASURED) type!: (typeof MEASURED)[number];
  /** What was measured, in the sender's words: of type `other` it is all there is. */
  @Optional() @Text(300) name?: string;
  @SignedDecimal() value!: string;
  @Optional() @UnitCode() unit?: string;
  @Optional() @Timestamp() at?: string;
  @Optional() @Text(300) device?: string;
}

/** What goods may be kept in: the limits of one thing that a sensor tells. */
export const LIMITED = ['temperature', 'humidity', 'shock'] as const;

export class ConditionLimit {
  @OneOf(LIMITED) type!: (typeof LIMITED)[number];
  @Optional() @SignedDecimal() min?: string;
  @Optional() @SignedDecimal() max?: string;
  /** Of temperature CEL, FAH or KEL; of humidity P1 (percent); of shock MSK or K40 (times gravity). */
  @UnitCode() unit!: string;
}

export class Seal {
  @Text(100) number!: string;
  /** The container that it is on; the shipment's only one, or the whole, where it is absent. */
  @Optional() @Container() container?: string;
}

/** Goods wet and dry; packed net and gross. */
export const WEIGHED = ['wet', 'dry', 'net', 'gross'] as const;

/** What was weighed at one point of the way: a lot, a container, or the whole shipment where neither is named. */
export class Weighing {
  @OneOf(WEIGHED) kind!: (typeof WEIGHED)[number];
  @PositiveDecimal() quantity!: string;
  @OneOf(UNITS) unit!: Unit;
  @Optional() @Id() lot?: string;
  @Optional() @Container() container?: string;
}

/** A part of the way: on one vessel, train or truck, from one place to the next. */
export class Leg {
  @Nested(() => Transport) transport!: Transport;
  @Nested(() => Place) from!: Place;
  @Nested(() => Place) to!: Place;
  @Optional() @Timestamp() departure?: string;
  @Optional() @Timestamp() arrival?: string;
}

/** An event, by what identifies it. */
export class EventReference {
  @Text(1024) source!: string;
  @Text(1024) id!: string;
}
