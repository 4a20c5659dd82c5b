/** Events of deals, and of shipments as deals hears of them. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import { DealRegistered } from '#contracts/deals.js';
import { ShipmentArrived } from '#contracts/shipments.js';
import { MINERALS } from '../simulate/world.js';

const AT = '2025-10-02T09:40:00-05:00';

/** A deal of every mineral that lifecycles carry, so large that nothing fulfils it. */
export function dealRegistered(deal: string): CloudEvent {
  const data: DealRegistered = {
    title: 'Supply of critical minerals',
    parties: [
      { role: 'seller', name: 'Frontier Works Organization', country: 'PK' },
      { role: 'buyer', name: 'US Strategic Metals', country: 'US' },
    ],
    commitments: MINERALS.map((mineral) => ({
      mineral,
      quantity: '1000000000.000',
      unit: 'TNE',
      basis: 'wet',
    })),
  };
  return event(deal, '/desk', DealRegistered.type, data);
}

/** The arrival of a shipment that is one lot of a deal. */
export function shipmentArrived(shipment: string, dealId: string): CloudEvent {
  const data: ShipmentArrived = {
    dealId,
    at: AT,
    place: { unlocode: 'USSTL' },
    cargo: [
      { lot: 'L1', mineral: MINERALS[0]!, quantity: '14.250', unit: 'TNE', basis: 'wet', hsCode: '261710' },
    ],
  };
  return event(shipment, '/shipments', ShipmentArrived.type, data, { sequence: '000000000001' });
}

const event = (
  subject: string,
  source: string,
  type: string,
  data: object,
  extensions: Record<string, string> = {},
): CloudEvent => ({ id: `${subject}-1`, source, type, subject, time: AT, data, extensions });
