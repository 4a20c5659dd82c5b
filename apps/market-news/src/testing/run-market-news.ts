import { type RunningService, runService } from '#service/testing/running-service.js';
import { MarketNewsConfig } from '../config.js';
import { MarketNewsModule } from '../market-news.module.js';

export const MARKET_NEWS_TOPICS = 3;

/** The service as a whole, which polls its feeds every second. */
export const runMarketNews = (environment: Record<string, string> = {}): Promise<RunningService> =>
  runService(MarketNewsConfig, (config) => MarketNewsModule.for(config), undefined, {
    FEEDS_INTERVAL_SECONDS: '1',
    ...environment,
  });

export type Body = Record<string, unknown>;
