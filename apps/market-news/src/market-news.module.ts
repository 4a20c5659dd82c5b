import { type DynamicModule, Module } from '@nestjs/common';
import { DEALS_EVENTS } from '#contracts/deals.js';
import { MARKET_NEWS_EVENTS, MARKET_NEWS_INBOUND } from '#contracts/market-news.js';
import { SHIPMENTS_EVENTS } from '#contracts/shipments.js';
import { Database } from '#service/database.js';
import { ServiceModule } from '#service/service.module.js';
import type { MarketNewsConfig } from './config.js';
import { FeedsCollection } from './feeds.collection.js';
import { FeedsController } from './feeds.controller.js';
import { FeedsPoller } from './feeds.poller.js';
import { ItemsCollection } from './items.collection.js';
import { ItemsController } from './items.controller.js';
import { Linker } from './linker.js';
import { LinksCollection } from './links.collection.js';
import { MarketNewsConsumer } from './market-news.consumer.js';
import { SubjectsCollection } from './subjects.collection.js';
import { REFERENCE } from './tagging/reference.js';

/** What the market-news service is made of. */
@Module({})
export class MarketNewsModule {
  static for(config: MarketNewsConfig): DynamicModule {
    return {
      module: MarketNewsModule,
      imports: [
        ServiceModule.for(config, [MARKET_NEWS_INBOUND, MARKET_NEWS_EVENTS, DEALS_EVENTS, SHIPMENTS_EVENTS]),
      ],
      controllers: [MarketNewsConsumer, ItemsController, FeedsController],
      providers: [
        ItemsCollection,
        SubjectsCollection,
        LinksCollection,
        FeedsCollection,
        FeedsPoller,
        {
          provide: Linker,
          inject: [Database, ItemsCollection, SubjectsCollection, LinksCollection],
          useFactory: (
            database: Database,
            items: ItemsCollection,
            subjects: SubjectsCollection,
            links: LinksCollection,
          ) => new Linker(database, items, subjects, links, REFERENCE),
        },
      ],
    };
  }
}
