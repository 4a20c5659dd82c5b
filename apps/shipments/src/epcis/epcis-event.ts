/** An EPCIS 2.0 event in its JSON binding, as `checkEvent` lets it through. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export const EVENT_TYPES = [
  'ObjectEvent',
  'AggregationEvent',
  'TransactionEvent',
  'TransformationEvent',
  'AssociationEvent',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface Located {
  readonly id: string;
  readonly [extension: string]: Json;
}

export interface SensorReport {
  readonly type: string;
  readonly [property: string]: Json;
}

export interface EpcisEvent {
  readonly type: EventType;
  readonly eventTime: string;
  readonly eventTimeZoneOffset: string;
  readonly eventID?: string;
  readonly action?: 'ADD' | 'OBSERVE' | 'DELETE';
  readonly bizStep?: string;
  readonly disposition?: string;
  readonly persistentDisposition?: { readonly set?: readonly string[]; readonly unset?: readonly string[] };
  readonly readPoint?: Located;
  readonly bizLocation?: Located;
  readonly parentID?: string;
  readonly epcList?: readonly string[];
  readonly childEPCs?: readonly string[];
  readonly inputEPCList?: readonly string[];
  readonly outputEPCList?: readonly string[];
  readonly quantityList?: readonly { readonly epcClass: string }[];
  readonly childQuantityList?: readonly { readonly epcClass: string }[];
  readonly inputQuantityList?: readonly { readonly epcClass: string }[];
  readonly outputQuantityList?: readonly { readonly epcClass: string }[];
  readonly bizTransactionList?: readonly { readonly type?: string; readonly bizTransaction: string }[];
  readonly destinationList?: readonly { readonly type: string; readonly destination: string }[];
  readonly sensorElementList?: readonly {
    readonly sensorMetadata?: Readonly<Record<string, Json>>;
    readonly sensorReport: readonly SensorReport[];
  }[];
  readonly errorDeclaration?: {
    readonly declarationTime: string;
    readonly reason?: string;
    readonly correctiveEventIDs?: readonly string[];
  };
}

export const isObject = (value: unknown): value is Readonly<Record<string, Json>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
