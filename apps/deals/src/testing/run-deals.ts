import { type RunningService, runService } from '#service/testing/running-service.js';
import { DealsConfig } from '../config.js';
import { DealsModule } from '../deals.module.js';

export const DEALS_TOPICS = 3;

/** The service as a whole, on the servers of the run. */
export const runDeals = (environment?: Record<string, string>): Promise<RunningService> =>
  runService(DealsConfig, (config) => DealsModule.for(config), undefined, environment);
