/**
 * DCSA's codes. 2.2, the beta and the first text of 3.0.0 have codes of four letters (`GTIN`), the last text of 3.0.0 has
 * words (`GATED_IN`); both are taken for 3.0.0, and what has a code becomes it: the same has one name in all of them.
 */
import type { Classifier } from '#contracts/shipments.js';
import type { Reference, Transport } from '#contracts/trade.js';

/** What 2.2 enumerates. From 3.0 on the lists are open: a code that is not known is an observation. */
export const SHIPMENT_CODES = [
  'RECE',
  'DRFT',
  'PENA',
  'PENU',
  'REJE',
  'APPR',
  'ISSU',
  'SURR',
  'SUBM',
  'VOID',
  'CONF',
  'REQS',
  'CMPL',
  'HOLD',
  'RELS',
] as const;
export const TRANSPORT_CODES = ['ARRI', 'DEPA'] as const;
export const EQUIPMENT_CODES = [
  'LOAD',
  'DISC',
  'GTIN',
  'GTOT',
  'STUF',
  'STRP',
  'PICK',
  'DROP',
  'INSP',
  'RSEA',
  'RMVD',
] as const;

const WORDS = new Map<string, string>([
  ['RECEIVED', 'RECE'],
  ['DRAFTED', 'DRFT'],
  ['PENDING_APPROVAL', 'PENA'],
  ['PENDING_UPDATE', 'PENU'],
  ['REJECTED', 'REJE'],
  ['APPROVED', 'APPR'],
  ['ISSUED', 'ISSU'],
  ['SURRENDERED', 'SURR'],
  ['SUBMITTED', 'SUBM'],
  ['VOIDED', 'VOID'],
  ['CONFIRMED', 'CONF'],
  ['REQUESTED', 'REQS'],
  ['COMPLETED', 'CMPL'],
  ['ON_HOLD', 'HOLD'],
  ['RELEASED', 'RELS'],
  ['ARRIVED', 'ARRI'],
  ['DEPARTED', 'DEPA'],
  ['LOADED', 'LOAD'],
  ['DISCHARGED', 'DISC'],
  ['GATED_IN', 'GTIN'],
  ['GATED_OUT', 'GTOT'],
  ['STUFFED', 'STUF'],
  ['STRIPPED', 'STRP'],
  ['PICKED_UP', 'PICK'],
  ['DROPPED_OFF', 'DROP'],
  ['INSPECTED', 'INSP'],
  ['RESEALED', 'RSEA'],
  ['REMOVED', 'RMVD'],
  ['MEASURED', 'MEAS'],
  ['ADJUSTED', 'ADJU'],
  ['CUSTOMS_SELECTED_FOR_SCAN', 'CUSS'],
  ['CUSTOMS_SELECTED_FOR_INSPECTION', 'CUSI'],
  ['CUSTOMS_RELEASED', 'CUSR'],
  ['BOOKING', 'BKG'],
  ['TRANSPORT_DOCUMENT', 'TRD'],
  ['SHIPPING_INSTRUCTIONS', 'SHI'],
  ['CUSTOMS_CLEARANCE', 'CUC'],
  ['EQUIPMENT_REFERENCE', 'EQ'],
  ['PURCHASE_ORDER_REFERENCE', 'PO'],
  ['PLACE_OF_DELIVERY', 'PDE'],
  ['FULL_CONTAINER_DROP_OFF', 'FCD'],
]);

/** A code of its letters or its word. */
export const codeOf = (word: string): string => WORDS.get(word) ?? word;

export const CLASSIFIER_WORDS = ['ACTUAL', 'ESTIMATED', 'PLANNED'] as const;
export const CLASSIFIER_OF: Readonly<Record<(typeof CLASSIFIER_WORDS)[number], Classifier>> = {
  ACTUAL: 'ACT',
  ESTIMATED: 'EST',
  PLANNED: 'PLN',
};

/** What DCSA's references are among ours. A type that is not here names no shipment to us, and stays in the extensions. */
export const REFERENCE_OF = new Map<string, Reference['type']>([
  ['BKG', 'booking'],
  ['TRD', 'transport-document'],
  ['SHI', 'transport-document'],
  ['EQ', 'container'],
  ['PO', 'purchase-order'],
]);

export const MODES = new Map<string, Transport['mode']>([
  ['VESSEL', 'vessel'],
  ['BARGE', 'barge'],
  ['RAIL', 'rail'],
  ['TRUCK', 'truck'],
]);

/** The documents of customs: a hold or a release that is of another one is no matter of customs. */
export const CUSTOMS_DOCUMENTS: readonly (string | undefined)[] = ['CUS', 'CUC'];
