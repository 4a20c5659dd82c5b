import { PORTS } from './ports.js';
import { summaryOf } from './shipment-view.js';
import { arrived, departed, registered, shipmentAfter } from './shipment.story.js';
import { featureOf } from './shipments-geojson.js';

describe('a shipment on the map', () => {
  const geometryOf = (...history: Parameters<typeof shipmentAfter>[0]) =>
    featureOf(summaryOf({ _id: 'SHP-1', ...shipmentAfter(history) })).geometry;

  it('is a point where it was last known to be, east before north', () => {
    expect(geometryOf(registered(), departed())).toEqual({ type: 'Point', coordinates: [67, 24.85] });
    expect(geometryOf(departed(), arrived())).toEqual({ type: 'Point', coordinates: [-90.1833, 38.6167] });
  });

  it('is nowhere while it is not known where it is, or where that port lies', () => {
    expect(geometryOf(registered())).toBeNull();
    expect(geometryOf(departed({ place: { unlocode: 'ZZZZZ' } }))).toBeNull();
  });
});

it('every port is on the earth, and known once', () => {
  expect(PORTS.size).toBe(147);
  for (const [unlocode, [longitude, latitude]] of PORTS) {
    expect([unlocode, Math.abs(longitude) <= 180, Math.abs(latitude) <= 90]).toEqual([unlocode, true, true]);
  }
});
