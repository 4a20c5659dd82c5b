import { Integer, ServiceConfig } from '#service/config.js';

export class ShipmentsConfig extends ServiceConfig {
  readonly service = 'shipments';
  @Integer(0, 65_535) readonly port: number = 3001;
  /** How often to look for shipments whose next event is overdue, at most; 0 for never. */
  @Integer(0, 86_400) readonly overdueIntervalSeconds: number = 60;
}
