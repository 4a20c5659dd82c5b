/**
 * A shipment's life as DCSA Track & Trace events, of 2.2 and of 3.0.0: what happens to equipment is told of each
 * container, what a vessel does of all that it carries, documents of the whole. docs/mappings.md has the codes. Pure.
 */
import { uuidsV5 } from '#messaging/uuid-v5.js';
import {
  type Fact,
  isWithdrawal,
  type Format,
  type Message,
  type ReportedFact,
  type Writer,
} from './message.js';
import { BETWEEN_CONTAINERS, type Report, type Shipment } from './voyage.js';
import { localTime } from './world.js';

type Fields = Readonly<Record<string, unknown>>;
type Version = Extract<Format, `dcsa-${string}`>;

const uuid = uuidsV5('7c1f0f7e-52f8-5f0a-8f43-0f7c8f8d3a10');
const PARTY = { partyCode: 'OREB', codeListProvider: 'SMDG', codeListName: 'LCL' };

interface Code {
  readonly type: 'SHIPMENT' | 'TRANSPORT' | 'EQUIPMENT';
  readonly code: string;
  /** The document that it is about, of a SHIPMENT event: in 2.2, and in 3.0.0. */
  readonly document?: readonly [string, string];
  readonly movement?: 'EXPORT' | 'IMPORT' | 'TRANSSHIPMENT';
  readonly location?: 'PDE';
}

const CODES: Readonly<Record<string, Code>> = {
  booked: { type: 'SHIPMENT', code: 'CONF', document: ['BKG', 'BKG'] },
  stuffed: { type: 'EQUIPMENT', code: 'STUF', movement: 'EXPORT' },
  'gate-in': { type: 'EQUIPMENT', code: 'GTIN', movement: 'EXPORT' },
  loaded: { type: 'EQUIPMENT', code: 'LOAD', movement: 'EXPORT' },
  departed: { type: 'TRANSPORT', code: 'DEPA' },
  transshipped: { type: 'EQUIPMENT', code: 'LOAD', movement: 'TRANSSHIPMENT' },
  arrived: { type: 'TRANSPORT', code: 'ARRI' },
  discharged: { type: 'EQUIPMENT', code: 'DISC', movement: 'IMPORT' },
  'customs-held': { type: 'SHIPMENT', code: 'HOLD', document: ['CUS', 'CUC'] },
  'customs-released': { type: 'SHIPMENT', code: 'RELS', document: ['CUS', 'CUC'] },
  'gate-out': { type: 'EQUIPMENT', code: 'GTOT', movement: 'IMPORT' },
  delivered: { type: 'EQUIPMENT', code: 'GTOT', movement: 'IMPORT', location: 'PDE' },
};

/** A report of one thing: of one container where it is of equipment. */
interface Single {
  readonly report: Report;
  readonly code: Code;
  /** What names the event. */
  readonly key: string;
  readonly at: number;
  readonly containers: readonly string[];
}

function singlesOf(report: Report, version: Version): Single[] {
  const code = CODES[report.milestone ?? 'stuffed'];
  // A carrier knows nothing of assays; and 2.2 does not tell a transshipment from a loading.
  if (!code || (report.isTransshipment && version === 'dcsa-2.2')) return [];
  // 3.0.0 says the same event anew, where 2.2 has another one.
  const key = version === 'dcsa-2.2' ? `${report.key}-${report.said}` : report.key;
  const { at, containers } = report;
  if (code.type !== 'EQUIPMENT') return [{ report, code, key, at, containers }];
  return containers.map((container, nth) => ({
    report,
    code,
    key: `${key}-${container}`,
    at: at + nth * BETWEEN_CONTAINERS,
    containers: [container],
  }));
}

const vesselOf = ({ vessel }: Report): Fields | undefined =>
  vessel && { vesselIMONumber: vessel.imo, vesselName: vessel.name };

function asV2(shipment: Shipment, { report, code, key, at, containers }: Single): Fields {
  const { port, said, voyage } = report;
  const vessel = vesselOf(report);
  const transportCall = {
    transportCallID: uuid(`${shipment.id} ${key} call`),
    UNLocationCode: port,
    modeOfTransport: vessel ? 'VESSEL' : 'TRUCK',
    ...(vessel && { vessel, exportVoyageNumber: voyage, importVoyageNumber: voyage }),
  };
  const [documentTypeCode] = code.document ?? [];
  const references = containers.map((referenceValue) => ({ referenceType: 'EQ', referenceValue }));
  return {
    eventID: uuid(`${shipment.id} ${key}`),
    eventType: code.type,
    eventCreatedDateTime: localTime(said, port),
    eventClassifierCode: report.classifier,
    eventDateTime: localTime(at, port),
    [`${code.type.toLowerCase()}EventTypeCode`]: code.code,
    documentReferences: [
      { documentReferenceType: 'BKG', documentReferenceValue: shipment.booking },
      { documentReferenceType: 'TRD', documentReferenceValue: shipment.transportDocument },
    ],
    ...(code.type === 'SHIPMENT' && {
      documentTypeCode,
      documentID: documentTypeCode === 'BKG' ? shipment.booking : `CUS-${shipment.id}`,
    }),
    ...(code.type === 'TRANSPORT' && { transportCall, references }),
    ...(code.type === 'EQUIPMENT' && {
      equipmentReference: containers[0],
      emptyIndicatorCode: 'LADEN',
      eventLocation: { UNLocationCode: port },
      transportCall,
      // On its truck to the place of delivery it only goes through a gate; there it is set down.
      ...(code.location && { equipmentEventTypeCode: 'DROP' }),
    }),
  };
}

const identityOf = (shipment: Shipment, key: string): Fields => ({
  eventRouting: { originatingParty: PARTY },
  eventID: `${shipment.id}-${key}`,
});

function asV3(shipment: Shipment, { report, code, key, at, containers }: Single): Fields {
  const { port, said, voyage } = report;
  const vessel = vesselOf(report);
  const [, typeCode] = code.document ?? [];
  const booking = { typeCode: 'BKG', reference: shipment.booking };
  const transportDocument = { typeCode: 'TRD', reference: shipment.transportDocument };
  const isOfCustoms = typeCode === 'CUC';
  return {
    ...identityOf(shipment, key),
    eventDateTime: localTime(at, port),
    eventUpdatedDateTime: localTime(said, port),
    eventClassification: {
      eventTypeCode: code.type,
      eventClassifierCode: report.classifier,
      [`${code.type.toLowerCase()}EventTypeCode`]: code.code,
    },
    eventLocation: { UNLocationCode: port },
    shipmentDetails: {
      documentReference: isOfCustoms ? { typeCode, reference: `CUC-${shipment.id}` } : booking,
      additionalDocumentReferences: isOfCustoms ? [booking, transportDocument] : [transportDocument],
      ...(code.location && { shipmentLocationType: code.location }),
      ...(code.type === 'TRANSPORT' && {
        shipmentReferences: containers.map((reference) => ({ typeCode: 'EQ', reference })),
      }),
    },
    ...(vessel && {
      transportDetails: {
        transportCall: {
          modeOfTransport: 'VESSEL',
          exportVoyageNumberOrReference: { carrierVoyageNumber: voyage },
          importVoyageNumberOrReference: { carrierVoyageNumber: voyage },
          vesselTransport: vessel,
        },
      },
    }),
    ...(code.type === 'EQUIPMENT' && {
      equipmentDetails: {
        equipmentReference: containers[0],
        emptyIndicatorCode: 'LADEN',
        movementType: code.movement,
      },
    }),
  };
}

/** Documents of 2.2 say nothing of a place. */
function factOf({ report, code, key, at, containers }: Single, version: Version): ReportedFact | undefined {
  const { milestone, classifier, said, port } = report;
  if (milestone === undefined) return undefined;
  return {
    kind: 'reported',
    key,
    milestone,
    classifier,
    at,
    said,
    ...((code.type !== 'SHIPMENT' || version === 'dcsa-3.0.0') && { port }),
    ...(code.type !== 'SHIPMENT' && { containers }),
  };
}

const asDcsa =
  (version: Version): Writer =>
  (shipment, told) => {
    const message = (event: Fields, fact: Fact | undefined): Message => ({
      shipment: shipment.id,
      format: version,
      event,
      ...(fact && { fact }),
    });
    if (isWithdrawal(told)) {
      const { withdraws, said } = told;
      return singlesOf(withdraws, version).map((single) =>
        message(
          {
            ...asV3(shipment, single),
            isRetracted: true,
            eventUpdatedDateTime: localTime(said, withdraws.port),
          },
          { kind: 'withdrawn', key: single.key },
        ),
      );
    }
    const write = version === 'dcsa-2.2' ? asV2 : asV3;
    return singlesOf(told, version).map((single) =>
      message(write(shipment, single), factOf(single, version)),
    );
  };

/** In 2.2 nothing can be taken back: what is sent must be without mistakes (traffic.ts). */
export const asDcsaV2 = asDcsa('dcsa-2.2');
export const asDcsaV3 = asDcsa('dcsa-3.0.0');
