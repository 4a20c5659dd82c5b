/** Events of deals and shipments as their services publish them, with good defaults. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import { type Commitment, DealRegistered } from '#contracts/deals.js';
import { ShipmentRegistered } from '#contracts/shipments.js';

const envelope = (subject: string, type: string, revision: number, data: object): CloudEvent => ({
  id: `${subject}-${revision}`,
  source: type === DealRegistered.type ? '/deals' : '/shipments',
  type,
  subject,
  time: '2025-09-08T10:00:00Z',
  data,
  extensions: { sequence: String(revision).padStart(12, '0'), correlationid: 'test' },
});

export const commitment = (mineral: string, more: Partial<Commitment> = {}): Commitment => ({
  mineral,
  quantity: '10',
  unit: 'TNE',
  basis: 'wet',
  ...more,
});

export const dealRegistered = (
  id: string,
  revision: number,
  minerals: readonly (string | Commitment)[],
  more: Partial<DealRegistered> = {},
): CloudEvent =>
  envelope(id, DealRegistered.type, revision, {
    title: 'A deal',
    parties: [
      { role: 'seller', name: `Seller of ${id}`, country: 'PK' },
      { role: 'buyer', name: `Buyer of ${id}`, country: 'US' },
    ],
    commitments: minerals.map((mineral) => (typeof mineral === 'string' ? commitment(mineral) : mineral)),
    ...more,
  } satisfies DealRegistered);

export const shipmentRegistered = (id: string, revision: number, minerals: readonly string[]): CloudEvent =>
  envelope(id, ShipmentRegistered.type, revision, {
    route: { origin: { unlocode: 'PKKHI' }, destination: { unlocode: 'USSTL' } },
    cargo: minerals.map((mineral) => ({
      lot: mineral,
      mineral,
      quantity: '1',
      unit: 'TNE' as const,
      basis: 'wet' as const,
    })),
  } satisfies ShipmentRegistered);
