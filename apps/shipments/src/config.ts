import { Integer, ServiceConfig } from '#service/config.js';

export class ShipmentsConfig extends ServiceConfig {
  readonly service = 'shipments';
  @Integer(0, 65_535) readonly port: number = 3001;
}
