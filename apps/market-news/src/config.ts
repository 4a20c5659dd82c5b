import { Flag, Integer, ServiceConfig } from '#service/config.js';

export class MarketNewsConfig extends ServiceConfig {
  readonly service = 'market-news';
  @Integer(0, 65_535) readonly port: number = 3003;
  /** Fewer than elsewhere: one event here may come to a link for every deal and shipment that it touches. */
  @Integer(1, 5_000) override readonly batchSize: number = 100;
  /** How long after a poll a feed is polled again, a tenth more or less. */
  @Integer(1, 86_400) readonly feedsIntervalSeconds: number = 900;
  /** How many feeds may be registered, and how many of them on one host: each is a request every so often, for ever. */
  @Integer(1, 100_000) readonly feedsMost: number = 1_000;
  @Integer(1, 100_000) readonly feedsMostPerHost: number = 50;
  /**
   * Whether feeds may be fetched from private addresses and any port. For a demo or tests on one machine: anywhere
   * else it lets whoever registers a feed read what only this service can reach.
   */
  @Flag() readonly feedsAllowPrivateAddresses: boolean = false;
}
