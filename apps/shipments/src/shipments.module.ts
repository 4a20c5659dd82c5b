import { type DynamicModule, Module } from '@nestjs/common';
import { SHIPMENTS_CAPTURES } from '#contracts/epcis.js';
import {
  SHIPMENTS_ARRIVALS,
  SHIPMENTS_CORRELATION,
  SHIPMENTS_EVENTS,
  SHIPMENTS_INBOUND,
} from '#contracts/shipments.js';
import { Database } from '#service/database.js';
import { ServiceModule } from '#service/service.module.js';
import { CapturesCollection } from './captures.collection.js';
import type { ShipmentsConfig } from './config.js';
import { Correlator } from './correlation/correlator.js';
import { UnmatchedCollection } from './correlation/unmatched.collection.js';
import { UnmatchedController } from './correlation/unmatched.controller.js';
import { UnmatchedPoller } from './correlation/unmatched.poller.js';
import { DcsaController } from './dcsa.controller.js';
import { EpcisController } from './epcis.controller.js';
import { EpcisEventsController } from './epcis-events.controller.js';
import { ExceptionsController } from './exceptions.controller.js';
import { IntakeController } from './intake.controller.js';
import { ListController } from './list.controller.js';
import { OverduePoller } from './overdue.poller.js';
import { ShipmentsCollection } from './shipments.collection.js';
import { ShipmentsConsumer } from './shipments.consumer.js';
import { ShipmentsController } from './shipments.controller.js';
import { Trial } from './trial.js';

/** What the shipments service is made of. */
@Module({})
export class ShipmentsModule {
  static for(config: ShipmentsConfig): DynamicModule {
    return {
      module: ShipmentsModule,
      imports: [
        ServiceModule.for(config, [
          SHIPMENTS_INBOUND,
          SHIPMENTS_CAPTURES,
          SHIPMENTS_CORRELATION,
          SHIPMENTS_EVENTS,
          SHIPMENTS_ARRIVALS,
        ]),
      ],
      controllers: [
        ShipmentsConsumer,
        IntakeController,
        EpcisController,
        DcsaController,
        EpcisEventsController,
        ExceptionsController,
        ListController,
        ShipmentsController,
        UnmatchedController,
      ],
      providers: [
        ShipmentsCollection,
        CapturesCollection,
        UnmatchedCollection,
        UnmatchedPoller,
        OverduePoller,
        {
          provide: Correlator,
          inject: [Database, ShipmentsCollection, UnmatchedCollection],
          useFactory: (
            database: Database,
            shipments: ShipmentsCollection,
            unmatched: UnmatchedCollection,
          ): Correlator => new Correlator(database, shipments, unmatched),
        },
        {
          provide: Trial,
          inject: [Correlator],
          useFactory: (correlator: Correlator): Trial => new Trial(correlator),
        },
      ],
    };
  }
}
