/** DCSA Track & Trace 3.0.0-Beta-1: `metadata` and `payload`. What was published is taken back by `retractedEventID`. */
import { CLASSIFIERS } from '#contracts/shipments.js';
import { codeOf } from './codes.js';
import type { DcsaReport, DcsaWithdrawal } from './dcsa-event.js';
import { publisherIn, sourceOf } from './identity.js';
import type { Part } from './part.js';
import {
  LONGEST_EVENT_ID,
  MOST_IN_A_LIST,
  placeIn,
  References,
  remarksIn,
  sealsIn,
  transportIn,
  voyageOf,
} from './read-parts.js';

const TYPES = ['SHIPMENT', 'TRANSPORT', 'EQUIPMENT'] as const;
const CODE_NAMES = {
  SHIPMENT: 'shipmentEventTypeCode',
  TRANSPORT: 'transportEventTypeCode',
  EQUIPMENT: 'equipmentEventTypeCode',
} as const;

export function readBeta(event: Part, party: string | undefined): DcsaReport | DcsaWithdrawal | undefined {
  const metadata = event.part('metadata');
  const source = sourceOf(publisherIn(metadata.part('publisher')) ?? party);
  const id = metadata.name('eventID', LONGEST_EVENT_ID);
  metadata.require('eventID', 'what identifies the event at its publisher');
  const said = metadata.timestamp('eventCreatedDateTime');
  const payload = event.part('payload');
  const retracted = metadata.name('retractedEventID', LONGEST_EVENT_ID);
  const references = referencesIn(payload);
  if (retracted !== undefined) {
    if (event.notes.faults.length > 0) return undefined;
    const withdrawal = { source, name: retracted, id: id!, said, upTo: undefined };
    return { ...withdrawal, isWithdrawal: true, references: references.list() };
  }

  const eventType = metadata.oneOf('eventType', TYPES);
  metadata.require('eventType', TYPES.join(', '));
  event.require('payload', 'what the event says');
  const at = payload.timestamp('eventDateTime');
  const classifier = payload.oneOf('eventClassifierCode', CLASSIFIERS);
  if (payload.isGiven()) {
    payload.require('eventDateTime', 'when it happens or happened');
    payload.require('eventClassifierCode', 'ACT, PLN or EST');
  }
  if (!eventType || !payload.isGiven()) return undefined;
  const codeName = CODE_NAMES[eventType];
  const code = codeOf(payload.name(codeName, 100) ?? '');
  payload.require(codeName, 'what happens');
  const documentType = payload.name('documentTypeCode', 100);

  const call = payload.part('transportCall');
  const voyage = voyageOf(code, {
    out: call.words('carrierExportVoyageNumber', 100) ?? call.words('universalExportVoyageReference', 100),
    into: call.words('carrierImportVoyageNumber', 100) ?? call.words('universalImportVoyageReference', 100),
  });
  const transport = transportIn(call, { vessel: call.part('vessel'), voyage });
  const place = placeIn(payload.part('location'), payload.part('eventLocation'), call.part('location'));
  const isTransshipment = payload.flag('isTransshipmentMove');
  if (event.notes.faults.length > 0) return undefined;
  return {
    source,
    name: id!,
    said,
    isRevisable: false,
    eventType,
    code,
    classifier: classifier!,
    at: at!,
    documentType,
    containers: references.containers(),
    seals: sealsIn(payload.parts('seals', MOST_IN_A_LIST), 'number', payload),
    isEmpty: payload.words('emptyIndicatorCode', 10) === 'EMPTY',
    phase: isTransshipment ? 'TRANSSHIPMENT' : undefined,
    locationType: undefined,
    place,
    transport,
    measurements: [],
    remarks: remarksIn(
      payload.words('reason', 1000),
      payload.words('changeRemark', 500),
      payload.words('delayReasonCode', 20),
    ),
    references: references.list(),
  };
}

const referencesIn = (payload: Part): References =>
  new References()
    .add(payload, 'documentTypeCode', 'documentReference')
    .container(payload, 'equipmentReference')
    .addAll(payload.parts('relatedDocumentReferences', MOST_IN_A_LIST), 'type', 'value')
    .addAll(payload.parts('references', MOST_IN_A_LIST), 'type', 'value')
    .seals(payload.parts('seals', MOST_IN_A_LIST), 'number');
