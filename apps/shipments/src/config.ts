import { Integer, ServiceConfig } from '#service/config.js';

export class ShipmentsConfig extends ServiceConfig {
  readonly service = 'shipments';
  @Integer(0, 65_535) readonly port: number = 3001;
  /**
   * How long an event that names no shipment we know waits for one before it goes to the dead letters: 90 days. Shorter,
   * and what a forwarder registers late has lost its past.
   */
  @Integer(1, 315_360_000) readonly unmatchedExpireAfterSeconds: number = 7_776_000;
  /** How long `GET /epcis/capture/:id` tells how a capture ended: 90 days. Its events are kept, however long ago. */
  @Integer(1, 315_360_000) readonly capturesExpireAfterSeconds: number = 7_776_000;
  /** How often to look for shipments whose next event is overdue, at most; 0 for never. */
  @Integer(0, 86_400) readonly overdueIntervalSeconds: number = 60;
}
