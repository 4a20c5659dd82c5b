/**
 * DCSA Track & Trace 3.0.0, with the codes of its first text and the words of its last: `eventTypeCode: 'EQUIPMENT'`,
 * `equipmentEventTypeCode: 'GTIN'`; `eventType: 'EQUIPMENT'`, `equipmentEventType: 'GATED_IN'`.
 */
import { type Classifier, CLASSIFIERS } from '#contracts/shipments.js';
import { CLASSIFIER_OF, CLASSIFIER_WORDS, codeOf } from './codes.js';
import { type DcsaReport, type DcsaWithdrawal, EVENT_TYPES, type EventType } from './dcsa-event.js';
import { originIn, revisionId, sourceOf } from './identity.js';
import { measurementsIn } from './measurements.js';
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

const MOST_REASONS = 5;
const SUBTYPES: Readonly<Record<EventType, string>> = {
  SHIPMENT: 'shipmentEventType',
  TRANSPORT: 'transportEventType',
  EQUIPMENT: 'equipmentEventType',
  IOT: 'iotEventType',
  REEFER: 'reeferEventType',
};

export function readV3(event: Part, party: string | undefined): DcsaReport | DcsaWithdrawal | undefined {
  const source = sourceOf(originIn(event.part('eventRouting')) ?? party);
  const name = event.name('eventID', LONGEST_EVENT_ID);
  event.require('eventID', 'what identifies the event at its producer');
  const said = event.timestamp('eventUpdatedDateTime');
  if (event.flag('isRetracted')) {
    if (event.notes.faults.length > 0) return undefined;
    const id = `${said === undefined ? name : revisionId(name!, said)}/retraction`;
    // Whatever else a withdrawal has in it is irrelevant, by the standard; but it may say which shipment it is of.
    const references = referencesIn(event.apart()).list();
    return { source, name: name!, isWithdrawal: true, id, said, upTo: said, references };
  }

  const at = event.timestamp('eventDateTime');
  event.require('eventDateTime', 'when it happens or happened');
  event.require('eventClassification', 'what happens, and whether it is planned, estimated or actual');
  const classification = event.part('eventClassification');
  const { eventType, code, classifier } = classificationIn(classification);
  const references = referencesIn(event);

  const equipment = event.part('equipmentDetails');
  const shipment = event.part('shipmentDetails');
  const transportDetails = event.part('transportDetails');
  const call = transportDetails.part('transportCall');
  const voyage = voyageOf(code, {
    out: voyageIn(call.part('exportVoyageNumberOrReference')) ?? call.words('exportVoyageNumber', 100),
    into: voyageIn(call.part('importVoyageNumberOrReference')) ?? call.words('importVoyageNumber', 100),
  });
  const vessel = call.part(call.has('vesselTransport') ? 'vesselTransport' : 'vessel');
  const transport = transportIn(call, { vessel, voyage });
  const place = placeIn(event.part('eventLocation'), call);
  const measurements = measurementsIn(event.part('reeferDetails'));
  const documentType = typeIn(shipment.part('documentReference'));
  if (event.notes.faults.length > 0) return undefined;
  return {
    source,
    name: name!,
    said,
    isRevisable: true,
    eventType: eventType!,
    code,
    classifier: classifier!,
    at: at!,
    documentType: documentType && codeOf(documentType),
    containers: references.containers(),
    seals: sealsIn(equipment.parts('seals', MOST_IN_A_LIST), 'number', equipment),
    isEmpty: (equipment.words('emptyIndicator', 10) ?? equipment.words('emptyIndicatorCode', 10)) === 'EMPTY',
    phase: equipment.words('transportPhase', 20) ?? equipment.words('movementType', 20),
    locationType: codeOf(shipment.words('shipmentLocationType', 100) ?? ''),
    place,
    transport,
    measurements,
    remarks: remarksIn(
      event.words('reason', 1000),
      shipment.words('reason', 500),
      transportDetails.words('changeRemark', 400),
      ...transportDetails.wordList('delayReasonCodes', MOST_REASONS, 20),
    ),
    references: references.list(),
  };
}

function classificationIn(part: Part): {
  eventType: EventType | undefined;
  code: string;
  classifier: Classifier | undefined;
} {
  const isInWords = part.has('eventType');
  const eventType = part.oneOf(isInWords ? 'eventType' : 'eventTypeCode', EVENT_TYPES);
  const subtype = eventType && SUBTYPES[eventType];
  const subtypeName = subtype && (part.has(subtype) ? subtype : `${subtype}Code`);
  const code = subtypeName === undefined ? undefined : part.name(subtypeName, 100);
  const word = part.oneOf('eventClassifier', CLASSIFIER_WORDS);
  const classifier = word ? CLASSIFIER_OF[word] : part.oneOf('eventClassifierCode', CLASSIFIERS);
  if (part.isGiven()) {
    if (!isInWords) part.require('eventTypeCode', EVENT_TYPES.join(', '));
    if (!part.has('eventClassifier')) part.require('eventClassifierCode', 'ACT, PLN or EST');
    if (subtypeName !== undefined) part.require(subtypeName, 'what happens');
  }
  return { eventType, code: codeOf(code ?? ''), classifier };
}

const typeIn = (part: Part): string | undefined => part.name(part.has('type') ? 'type' : 'typeCode', 100);

const voyageIn = (part: Part): string | undefined =>
  part.words('carrierVoyageNumber', 100) ?? part.words('universalVoyageReference', 100);

function referencesIn(event: Part): References {
  const shipment = event.part('shipmentDetails');
  const equipment = event.part('equipmentDetails');
  const references = new References();
  for (const reference of [
    shipment.part('documentReference'),
    ...shipment.parts('additionalDocumentReferences', MOST_IN_A_LIST),
    ...shipment.parts('shipmentReferences', MOST_IN_A_LIST),
  ])
    references.add(reference, reference.has('type') ? 'type' : 'typeCode', 'reference');
  return references
    .container(equipment, 'equipmentReference')
    .seals(equipment.parts('seals', MOST_IN_A_LIST), 'number');
}
