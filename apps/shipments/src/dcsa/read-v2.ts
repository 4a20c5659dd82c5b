/** DCSA Track & Trace 2.2: one flat event. Enumerations are closed, and what must be given is said. */
import { CLASSIFIERS } from '#contracts/shipments.js';
import { EQUIPMENT_CODES, SHIPMENT_CODES, TRANSPORT_CODES } from './codes.js';
import type { DcsaReport, EventType } from './dcsa-event.js';
import { nameByContent, sourceOf } from './identity.js';
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

const CODES: Readonly<Record<'SHIPMENT' | 'TRANSPORT' | 'EQUIPMENT', readonly [string, readonly string[]]>> =
  {
    SHIPMENT: ['shipmentEventTypeCode', SHIPMENT_CODES],
    TRANSPORT: ['transportEventTypeCode', TRANSPORT_CODES],
    EQUIPMENT: ['equipmentEventTypeCode', EQUIPMENT_CODES],
  };
const TYPES = ['SHIPMENT', 'TRANSPORT', 'EQUIPMENT'] as const satisfies readonly EventType[];
/** What each type must have besides its code. */
const REQUIRED: Readonly<Record<(typeof TYPES)[number], readonly (readonly [string, string])[]>> = {
  SHIPMENT: [
    ['documentTypeCode', 'the type of document that the event is about'],
    ['documentID', 'the document that the event is about'],
  ],
  TRANSPORT: [['transportCall', 'where the transport calls']],
  EQUIPMENT: [['emptyIndicatorCode', 'whether the equipment is EMPTY or LADEN']],
};

/** @param party who says so: an event of 2.2 does not name its publisher */
export function readV2(event: Part, sent: unknown, party: string | undefined): DcsaReport | undefined {
  const at = event.timestamp('eventDateTime');
  const said = event.timestamp('eventCreatedDateTime');
  const classifier = event.oneOf('eventClassifierCode', CLASSIFIERS);
  const eventType = event.oneOf('eventType', TYPES);
  event.require('eventCreatedDateTime', 'when the event was created');
  event.require('eventDateTime', 'when it happens or happened');
  event.require('eventClassifierCode', 'ACT, PLN or EST');
  event.require('eventType', TYPES.join(', '));
  const name = event.name('eventID', LONGEST_EVENT_ID);
  if (!eventType) return undefined;

  const [codeName, codes] = CODES[eventType];
  const code = event.oneOf(codeName, codes);
  event.require(codeName, codes.join(', '));
  for (const [required, what] of REQUIRED[eventType]) event.require(required, what);
  const isEmpty = event.oneOf('emptyIndicatorCode', ['EMPTY', 'LADEN']) === 'EMPTY';
  const documentType = event.name('documentTypeCode', 100);

  const call = event.part('transportCall');
  const sealed = event.parts('seals', MOST_IN_A_LIST);
  const references = new References()
    .add(event, 'documentTypeCode', 'documentID')
    .container(event, 'equipmentReference')
    .addAll(
      event.parts('documentReferences', MOST_IN_A_LIST),
      'documentReferenceType',
      'documentReferenceValue',
    )
    .addAll(event.parts('references', MOST_IN_A_LIST), 'referenceType', 'referenceValue')
    .seals(sealed, 'sealNumber');
  const voyage = voyageOf(code ?? '', {
    out: call.words('exportVoyageNumber', 100) ?? call.words('carrierVoyageNumber', 100),
    into: call.words('importVoyageNumber', 100),
  });
  const place = placeIn(event.part('eventLocation'), call.part('location'), call);
  const transport = transportIn(call, { vessel: call.part('vessel'), voyage });
  if (event.notes.faults.length > 0) return undefined;
  return {
    source: sourceOf(party),
    name: name ?? nameByContent(sent),
    said: said!,
    isRevisable: false,
    eventType,
    code: code!,
    classifier: classifier!,
    at: at!,
    documentType,
    containers: references.containers(),
    seals: sealsIn(sealed, 'sealNumber', event),
    isEmpty,
    phase: undefined,
    locationType: undefined,
    place,
    transport,
    measurements: [],
    remarks: remarksIn(
      event.words('reason', 1000),
      event.words('changeRemark', 500),
      event.words('delayReasonCode', 20),
    ),
    references: references.list(),
  };
}
