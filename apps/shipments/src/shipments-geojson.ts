/** Shipments as GeoJSON (RFC 7946): a feature each, at the port where it was last known to be. Pure. */
import { definitionsOf } from '#contracts/contract.js';
import { type Coordinates, PORTS } from './ports.js';
import { ShipmentSummary } from './shipment-view.js';

interface Feature {
  readonly type: 'Feature';
  readonly id: string;
  /** Null where it is not known where it is, or where its port lies (RFC 7946, 3.2). */
  readonly geometry: { readonly type: 'Point'; readonly coordinates: Coordinates } | null;
  readonly properties: ShipmentSummary;
}

export interface FeatureCollection {
  readonly type: 'FeatureCollection';
  readonly features: readonly Feature[];
}

export function featureOf(shipment: ShipmentSummary): Feature {
  const coordinates = shipment.position && PORTS.get(shipment.position.unlocode);
  return {
    type: 'Feature',
    id: shipment.id,
    geometry: coordinates ? { type: 'Point', coordinates } : null,
    properties: shipment,
  };
}

export const COLLECTION_SCHEMA = {
  type: 'object',
  required: ['type', 'features'],
  properties: {
    type: { const: 'FeatureCollection' },
    features: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'id', 'geometry', 'properties'],
        properties: {
          type: { const: 'Feature' },
          id: { type: 'string', description: 'the shipment’s' },
          geometry: {
            type: ['object', 'null'],
            description:
              'where it was last known to be; null where that, or where the port lies, is not known',
            required: ['type', 'coordinates'],
            properties: {
              type: { const: 'Point' },
              coordinates: {
                type: 'array',
                description: 'longitude and latitude, in degrees',
                items: { type: 'number' },
                minItems: 2,
                maxItems: 2,
              },
            },
          },
          properties: { $ref: `#/$defs/${ShipmentSummary.name}` },
        },
      },
    },
  },
  $defs: definitionsOf(ShipmentSummary),
};
