import { startService } from '#service/start.js';
import { DealsConfig } from './config.js';
import { DealsModule } from './deals.module.js';

await startService(DealsConfig, (config) => DealsModule.for(config), {
  title: 'Orebound deals',
  description: 'Keeps deals and their amendments, and how far deliveries have drawn them down.',
});
