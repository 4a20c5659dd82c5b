/** Which milestone a DCSA event is about. No standard defines this; docs/mappings.md has it as a table. */
import type { Milestone } from '#contracts/shipments.js';
import { CUSTOMS_DOCUMENTS } from './codes.js';
import type { DcsaReport } from './dcsa-event.js';

/** The milestone, or undefined where the event is none: then it is an observation. */
export function milestoneOf(event: DcsaReport): Milestone | undefined {
  switch (event.eventType) {
    case 'SHIPMENT':
      return ofDocument(event);
    case 'TRANSPORT':
      return ofTransport(event);
    case 'EQUIPMENT':
      // An empty container is on its way to the cargo, or back from it.
      return event.isEmpty ? undefined : ofEquipment(event);
    case 'IOT':
    case 'REEFER':
      return undefined;
    default:
      return event.eventType satisfies never;
  }
}

function ofDocument({ code, documentType }: DcsaReport): Milestone | undefined {
  if (code === 'CONF' && documentType === 'BKG') return 'booked';
  // A booking that is on hold, or a survey, holds no cargo at customs.
  if (!CUSTOMS_DOCUMENTS.includes(documentType)) return undefined;
  if (code === 'HOLD') return 'customs-held';
  return code === 'RELS' ? 'customs-released' : undefined;
}

function ofTransport({ code, place }: DcsaReport): Milestone | undefined {
  if (code === 'DEPA') return 'departed';
  // An arrival draws a deal down, and without a place any call on the way would be taken for the last.
  return code === 'ARRI' && place ? 'arrived' : undefined;
}

function ofEquipment({ code, phase, locationType }: DcsaReport): Milestone | undefined {
  const isTransshipment = phase === 'TRANSSHIPMENT';
  switch (code) {
    case 'GTIN':
      return isTransshipment || phase === 'IMPORT' ? undefined : 'gate-in';
    case 'LOAD':
      return isTransshipment ? 'transshipped' : 'loaded';
    case 'DISC':
      return isTransshipment ? undefined : 'discharged';
    case 'GTOT':
      if (isTransshipment || phase === 'EXPORT') return undefined;
      return locationType === 'PDE' ? 'delivered' : 'gate-out';
    case 'DROP':
      // A full container is dropped off at the terminal too, on its way out.
      return isTransshipment || phase === 'EXPORT' || locationType === 'FCD' ? undefined : 'delivered';
    case 'CUSS':
    case 'CUSI':
      return 'customs-held';
    case 'CUSR':
      return 'customs-released';
    default:
      return undefined;
  }
}
