import { startService } from '#service/start.js';
import { ShipmentsConfig } from './config.js';
import { ShipmentsModule } from './shipments.module.js';

await startService(ShipmentsConfig, (config) => ShipmentsModule.for(config), {
  title: 'Orebound shipments',
  description: 'Takes in what upstream systems report of shipments, and says where each shipment is.',
});
