import { type DynamicModule, Module } from '@nestjs/common';
import { SHIPMENTS_ARRIVALS, SHIPMENTS_EVENTS, SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { ServiceConfig } from '#service/config.js';
import { ServiceModule } from '#service/service.module.js';
import { DcsaController } from './dcsa.controller.js';
import { IntakeController } from './intake.controller.js';
import { ShipmentsCollection } from './shipments.collection.js';
import { ShipmentsConsumer } from './shipments.consumer.js';
import { ShipmentsController } from './shipments.controller.js';

/** What the shipments service is made of. */
@Module({})
export class ShipmentsModule {
  static for(config: ServiceConfig): DynamicModule {
    return {
      module: ShipmentsModule,
      imports: [ServiceModule.for(config, [SHIPMENTS_INBOUND, SHIPMENTS_EVENTS, SHIPMENTS_ARRIVALS])],
      controllers: [ShipmentsConsumer, IntakeController, DcsaController, ShipmentsController],
      providers: [ShipmentsCollection],
    };
  }
}
