import { Integer, ServiceConfig } from '#service/config.js';

export class DealsConfig extends ServiceConfig {
  readonly service = 'deals';
  @Integer(0, 65_535) readonly port: number = 3002;
}
