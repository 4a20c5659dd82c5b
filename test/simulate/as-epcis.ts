/**
 * A shipment's life as EPCIS 2.0 events, which tell what has happened, never what is to. docs/mappings.md has the steps
 * that are milestones. Pure.
 */
import { uuidsV5 } from '#messaging/uuid-v5.js';
import { type Fact, isWithdrawal, type Message, type ReportedFact, type Writer } from './message.js';
import { type Report, type Shipment } from './voyage.js';
import { localTime, zoneOf } from './world.js';

type Fields = Readonly<Record<string, unknown>>;

const uuid = uuidsV5('0d6bd1e8-7d0e-5c38-9c0b-6f5a2f8a1b11');
const TRANSACTIONS = 'urn:epcglobal:cbv:bt:9521321000018';
export const CONTEXT = [
  'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
  { ore: 'https://ore.example/epcis/' },
];

const TERMINAL = { 'ore:facilityTypeCode': 'POTE' };
const CONFORMANT = { persistentDisposition: { set: ['conformant'] } };

/** The words for each milestone; of a transshipment the lifecycle is told nothing, for EPCIS has no step for it. */
const STEPS: Readonly<Record<string, Fields>> = {
  'gate-in': { bizStep: 'arriving' },
  loaded: { bizStep: 'loading' },
  departed: { bizStep: 'departing', disposition: 'in_transit' },
  transshipped: { bizStep: 'transporting', disposition: 'in_transit' },
  arrived: { bizStep: 'arriving', disposition: 'in_progress' },
  discharged: { bizStep: 'unloading' },
  'customs-held': { bizStep: 'holding' },
  'customs-released': { bizStep: 'accepting' },
  'gate-out': { bizStep: 'departing' },
  delivered: { bizStep: 'receiving' },
  assayed: { bizStep: 'sampling', ...CONFORMANT },
  accepted: {
    bizStep: 'accepting',
    destinationList: [{ type: 'owning_party', destination: 'urn:epc:id:pgln:9521321.00003' }],
  },
};
const AT_GATES = ['gate-in', 'gate-out'];

/** An event of the shipment, as it is captured. */
function eventOf(shipment: Shipment, report: Report): Fields {
  const { key, at, port, milestone, vessel } = report;
  const epcs = report.containers.map((number) => `urn:epc:id:bic:${number}`);
  const transactions = [
    { type: 'bol', bizTransaction: `${TRANSACTIONS}:${shipment.transportDocument}` },
    { bizTransaction: `urn:orebound:booking:${shipment.booking}` },
  ];
  const moment = {
    // Some have ids, and others go by the hash of what they say.
    ...(report.said % 2 === 0 && { eventID: `urn:uuid:${uuid(`${shipment.id} ${key}`)}` }),
    eventTime: localTime(at, port),
    eventTimeZoneOffset: zoneOf(port),
  };
  if (milestone === 'booked') {
    const ordered = { type: 'po', bizTransaction: `${TRANSACTIONS}:${shipment.purchaseOrder}` };
    const bizTransactionList = [ordered, ...transactions];
    return { type: 'TransactionEvent', ...moment, action: 'ADD', bizTransactionList, epcList: [] };
  }
  const readPoint = {
    id: `https://vocabulary.uncefact.org/unlocode#${port}`,
    ...(AT_GATES.includes(milestone ?? '') && TERMINAL),
  };
  if (milestone === undefined) {
    return {
      type: 'AggregationEvent',
      ...moment,
      action: 'ADD',
      parentID: epcs[0],
      childEPCs: shipment.lots.map(({ lot }) => `urn:orebound:epc:${shipment.id}-${lot}`),
      bizStep: 'packing',
      readPoint,
      bizTransactionList: transactions,
      sensorElementList: [{ sensorReport: [{ type: 'Temperature', value: 26.5, uom: 'CEL' }] }],
    };
  }
  return {
    type: 'ObjectEvent',
    ...moment,
    action: 'OBSERVE',
    epcList: vessel ? [...epcs, `urn:epc:id:imovn:${vessel.imo}`] : epcs,
    readPoint,
    bizTransactionList: transactions,
    ...STEPS[milestone],
  };
}

const factOf = ({
  key,
  milestone,
  classifier,
  at,
  said,
  port,
  containers,
}: Report): ReportedFact | undefined =>
  milestone === undefined || milestone === 'transshipped'
    ? undefined
    : {
        kind: 'reported',
        key,
        milestone,
        classifier,
        at,
        said,
        // A booking says neither where it was made nor of which containers it is.
        ...(milestone !== 'booked' && { port, containers }),
      };

export const asEpcis: Writer = (shipment, told) => {
  const message = (event: Fields, fact: Fact | undefined): Message[] => [
    { shipment: shipment.id, format: 'epcis', event, ...(fact && { fact }) },
  ];
  if (isWithdrawal(told)) {
    const { withdraws, said } = told;
    const declarationTime = localTime(said, withdraws.port);
    const errorDeclaration = { declarationTime, reason: 'did_not_occur' };
    return message(
      { ...eventOf(shipment, withdraws), errorDeclaration },
      { kind: 'withdrawn', key: withdraws.key },
    );
  }
  return told.classifier === 'ACT' ? message(eventOf(shipment, told), factOf(told)) : [];
};

/** Events in a document, as they are captured together. */
export const documentOf = (eventList: readonly Fields[]): Fields => ({
  '@context': CONTEXT,
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-01-01T00:00:00Z',
  epcisBody: { eventList },
});
