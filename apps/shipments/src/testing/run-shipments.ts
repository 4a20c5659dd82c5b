import { type RunningService, runService } from '#service/testing/running-service.js';
import { ShipmentsConfig } from '../config.js';
import { ShipmentsModule } from '../shipments.module.js';

export const SHIPMENTS_TOPICS = 3;

/** The service as a whole, on the servers of the run. */
export const runShipments = (environment?: Record<string, string>): Promise<RunningService> =>
  runService(ShipmentsConfig, (config) => ShipmentsModule.for(config), undefined, environment);
