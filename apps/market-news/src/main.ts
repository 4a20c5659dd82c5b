import { startService } from '#service/start.js';
import { MarketNewsConfig } from './config.js';
import { MarketNewsModule } from './market-news.module.js';

await startService(MarketNewsConfig, (config) => MarketNewsModule.for(config), {
  title: 'Orebound market news',
  description: 'Takes in news of critical minerals, and ties it to the deals and shipments that it touches.',
});
