/** DCSA events for the specs: of a made-up carrier, on the way from Karachi to Norfolk by Salalah. */
import type { DcsaVersion } from '#contracts/dcsa.js';

export type Json = Record<string, unknown>;

const VESSEL = { vesselIMONumber: '9176187', vesselName: 'Indus Star', vesselFlag: 'PK' };

const V2 = { eventCreatedDateTime: '2025-09-10T08:00:00Z', eventClassifierCode: 'ACT', eventID: 'v2-1' };
const V2_REFERENCES = {
  documentReferences: [
    { documentReferenceType: 'BKG', documentReferenceValue: 'BKG-77' },
    { documentReferenceType: 'TRD', documentReferenceValue: 'BOL-88' },
    { documentReferenceType: 'ARN', documentReferenceValue: 'ARN-99' },
  ],
  references: [
    { referenceType: 'EQ', referenceValue: 'CSQU3054383' },
    { referenceType: 'FF', referenceValue: 'OUR-1' },
    { referenceType: 'PO', referenceValue: 'PO-5' },
  ],
};

export const V2_CALL = {
  transportCallID: 'call-1',
  exportVoyageNumber: '2103S',
  importVoyageNumber: '2103N',
  UNLocationCode: 'USORF',
  facilityCode: 'NIT',
  facilityCodeListProvider: 'SMDG',
  modeOfTransport: 'VESSEL',
  vessel: VESSEL,
};

export const v2Transport = (more: Json = {}): Json => ({
  ...V2,
  ...V2_REFERENCES,
  eventType: 'TRANSPORT',
  transportEventTypeCode: 'ARRI',
  eventDateTime: '2025-10-02T09:40:00-04:00',
  transportCall: V2_CALL,
  ...more,
});

export const v2Equipment = (more: Json = {}): Json => ({
  ...V2,
  ...V2_REFERENCES,
  eventType: 'EQUIPMENT',
  equipmentEventTypeCode: 'LOAD',
  eventDateTime: '2025-09-11T22:10:00+05:00',
  equipmentReference: 'GYOU4047990',
  emptyIndicatorCode: 'LADEN',
  eventLocation: { locationName: 'Karachi', UNLocationCode: 'PKKHI', address: { city: 'Karachi' } },
  seals: [{ sealNumber: 'SEAL-1', sealSource: 'SHI' }],
  ...more,
});

export const v2Shipment = (more: Json = {}): Json => ({
  ...V2,
  eventType: 'SHIPMENT',
  shipmentEventTypeCode: 'CONF',
  documentTypeCode: 'BKG',
  documentID: 'BKG-77',
  eventDateTime: '2025-09-01T12:00:00+05:00',
  references: V2_REFERENCES.references,
  ...more,
});

const PARTY = { partyCode: 'INDX', codeListProvider: 'SMDG', codeListName: 'LCL', partyFunction: 'CA' };

/** 3.0.0 as its first text has it, in codes. */
export const v3 = (classification: Json = {}, more: Json = {}): Json => ({
  eventRouting: { originatingParty: PARTY },
  eventID: 'v3-1',
  eventDateTime: '2025-10-02T09:40:00-04:00',
  eventUpdatedDateTime: '2025-10-02T14:00:00.25Z',
  eventClassification: {
    eventTypeCode: 'EQUIPMENT',
    eventClassifierCode: 'ACT',
    equipmentEventTypeCode: 'DISC',
    ...classification,
  },
  eventLocation: { locationName: 'Norfolk', UNLocationCode: 'USORF', facility: { facilityCode: 'NIT' } },
  shipmentDetails: {
    documentReference: { typeCode: 'BKG', reference: 'BKG-77' },
    additionalDocumentReferences: [{ typeCode: 'TRD', reference: 'BOL-88' }],
    shipmentReferences: [{ typeCode: 'PO', reference: 'PO-5' }],
  },
  transportDetails: {
    transportCall: {
      modeOfTransport: 'VESSEL',
      importVoyageNumberOrReference: { carrierVoyageNumber: '2103N' },
      exportVoyageNumberOrReference: { universalVoyageReference: '2501S' },
      vesselTransport: VESSEL,
    },
  },
  equipmentDetails: {
    equipmentReference: 'CSQU3054383',
    emptyIndicatorCode: 'LADEN',
    movementType: 'IMPORT',
    seals: [{ number: 'SEAL-1' }],
  },
  ...more,
});

/** The same as its last text has it, in words. */
export const v3InWords = (): Json =>
  v3(
    {},
    {
      eventRouting: { originatingParties: [PARTY] },
      eventClassification: {
        eventType: 'EQUIPMENT',
        eventClassifier: 'ACTUAL',
        equipmentEventType: 'DISCHARGED',
      },
      shipmentDetails: {
        documentReference: { type: 'BOOKING', reference: 'BKG-77' },
        additionalDocumentReferences: [{ type: 'TRANSPORT_DOCUMENT', reference: 'BOL-88' }],
        shipmentReferences: [{ type: 'PURCHASE_ORDER_REFERENCE', reference: 'PO-5' }],
      },
      equipmentDetails: {
        equipmentReference: 'CSQU3054383',
        emptyIndicator: 'LADEN',
        transportPhase: 'IMPORT',
        seals: [{ number: 'SEAL-1' }],
      },
    },
  );

export const reefer = (): Json =>
  v3(
    { eventTypeCode: 'REEFER', reeferEventTypeCode: 'MEAS' },
    {
      reeferDetails: {
        temperatureUnit: 'CEL',
        internalSetpointTemperature: -20,
        ambientMeasuredTemperature: 18.5,
        temperatureProbeMeasurements: [{ USDAProbeNumber: 1, measuredTemperatureValue: -19.8 }],
        measuredParameters: { humidityPercentage: 84.2, o2Percentage: 20.6 },
      },
    },
  );

const BETA_METADATA = {
  eventID: 'beta-1',
  eventCreatedDateTime: '2025-09-20T09:25:00+04:00',
  eventType: 'EQUIPMENT',
  publisher: { partyName: 'Indus Lines', carrierCode: 'INDX', carrierCodeListProvider: 'SMDG' },
  publisherRole: 'CA',
};

export const beta = (payload: Json = {}, metadata: Json = {}): Json => ({
  metadata: { ...BETA_METADATA, ...metadata },
  payload: {
    eventClassifierCode: 'ACT',
    eventDateTime: '2025-09-20T07:41:00+04:00',
    equipmentEventTypeCode: 'LOAD',
    equipmentReference: 'CSQU3054383',
    emptyIndicatorCode: 'LADEN',
    isTransshipmentMove: true,
    transportCall: {
      modeOfTransport: 'VESSEL',
      location: { locationType: 'UNLO', locationName: 'Salalah', UNLocationCode: 'OMSLL' },
      carrierExportVoyageNumber: '2104S',
      vessel: { vesselIMONumber: '9176187', name: 'Indus Star' },
    },
    relatedDocumentReferences: [{ type: 'BKG', value: 'BKG-77' }],
    references: [{ type: 'EQ', value: 'CSQU3054383' }],
    seals: [{ number: 'SEAL-1' }],
    ...payload,
  },
});

export const betaRetraction = (): Json => ({
  metadata: { ...BETA_METADATA, eventID: 'beta-2', retractedEventID: 'beta-1' },
});

/** One of each kind, each taken. */
export const VALID: readonly (readonly [DcsaVersion, Json])[] = [
  ['2.2', v2Transport()],
  ['2.2', v2Equipment()],
  ['2.2', v2Shipment()],
  ['3.0.0', v3()],
  ['3.0.0', v3InWords()],
  ['3.0.0', reefer()],
  ['3.0.0', { ...v3(), isRetracted: true }],
  ['3.0.0-beta', beta()],
  ['3.0.0-beta', betaRetraction()],
];
