/** A DCSA event of 3.0.0, as the traffic has it (as-dcsa.ts), in the words of 3.0.0-Beta-1. Pure. */

interface Reference {
  readonly typeCode: string;
  readonly reference: string;
}

/** What of a 3.0.0 event the beta has too. */
export interface V3Event {
  readonly eventID: string;
  readonly isRetracted?: boolean;
  readonly eventDateTime: string;
  readonly eventUpdatedDateTime: string;
  readonly eventClassification: Readonly<Record<string, string>>;
  readonly eventLocation: { readonly UNLocationCode: string };
  readonly shipmentDetails: {
    readonly documentReference: Reference;
    readonly additionalDocumentReferences: readonly Reference[];
    readonly shipmentReferences?: readonly Reference[];
  };
  readonly transportDetails?: {
    readonly transportCall: {
      readonly modeOfTransport: string;
      readonly exportVoyageNumberOrReference: { readonly carrierVoyageNumber: string };
      readonly vesselTransport: Readonly<Record<string, string>>;
    };
  };
  readonly equipmentDetails?: {
    readonly equipmentReference: string;
    readonly emptyIndicatorCode: string;
    readonly movementType?: string;
  };
}

const inBeta = ({ typeCode, reference }: Reference): object => ({ type: typeCode, value: reference });

export function asDcsaBeta(event: V3Event): object {
  const { eventTypeCode: eventType = '', eventClassifierCode } = event.eventClassification;
  const codeName = `${eventType.toLowerCase()}EventTypeCode`;
  const metadata = {
    eventID: event.isRetracted ? `${event.eventID}-retraction` : event.eventID,
    eventCreatedDateTime: event.eventUpdatedDateTime,
    eventType,
    ...(event.isRetracted && { retractedEventID: event.eventID }),
    publisher: { partyName: 'Oreb', carrierCode: 'OREB', carrierCodeListProvider: 'SMDG' },
    publisherRole: 'CA',
  };
  if (event.isRetracted) return { metadata };

  const { documentReference, additionalDocumentReferences, shipmentReferences = [] } = event.shipmentDetails;
  const call = event.transportDetails?.transportCall;
  const equipment = event.equipmentDetails;
  const payload = {
    eventClassifierCode,
    eventDateTime: event.eventDateTime,
    [codeName]: event.eventClassification[codeName],
    ...(eventType === 'SHIPMENT' && {
      documentTypeCode: documentReference.typeCode,
      documentReference: documentReference.reference,
    }),
    location: event.eventLocation,
    ...(call && {
      transportCall: {
        modeOfTransport: call.modeOfTransport,
        location: event.eventLocation,
        carrierExportVoyageNumber: call.exportVoyageNumberOrReference.carrierVoyageNumber,
        vessel: {
          vesselIMONumber: call.vesselTransport['vesselIMONumber'],
          name: call.vesselTransport['vesselName'],
        },
      },
    }),
    ...(equipment && {
      equipmentReference: equipment.equipmentReference,
      emptyIndicatorCode: equipment.emptyIndicatorCode,
      isTransshipmentMove: equipment.movementType === 'TRANSSHIPMENT',
      seals: [{ number: `S-${equipment.equipmentReference}` }],
    }),
    relatedDocumentReferences: [documentReference, ...additionalDocumentReferences].map(inBeta),
    references: shipmentReferences.map(inBeta),
  };
  return { metadata, payload };
}
