import { type DynamicModule, Module } from '@nestjs/common';
import { DEALS_DELIVERIES, DEALS_EVENTS, DEALS_INBOUND } from '#contracts/deals.js';
import { SHIPMENTS_ARRIVALS } from '#contracts/shipments.js';
import type { ServiceConfig } from '#service/config.js';
import { ServiceModule } from '#service/service.module.js';
import { DealsCollection } from './deals.collection.js';
import { DealsConsumer } from './deals.consumer.js';
import { DealsController } from './deals.controller.js';
import { DeliveriesCollection } from './deliveries.collection.js';

/** What the deals service is made of. */
@Module({})
export class DealsModule {
  static for(config: ServiceConfig): DynamicModule {
    return {
      module: DealsModule,
      imports: [
        ServiceModule.for(config, [DEALS_INBOUND, SHIPMENTS_ARRIVALS, DEALS_DELIVERIES, DEALS_EVENTS]),
      ],
      controllers: [DealsConsumer, DealsController],
      providers: [DealsCollection, DeliveriesCollection],
    };
  }
}
