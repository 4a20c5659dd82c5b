import { DEALS_DELIVERIES, DEALS_EVENTS, DEALS_INBOUND } from './deals.js';
import { SHIPMENTS_CAPTURES } from './epcis.js';
import { MARKET_NEWS_EVENTS, MARKET_NEWS_INBOUND } from './market-news.js';
import {
  SHIPMENTS_ARRIVALS,
  SHIPMENTS_CORRELATION,
  SHIPMENTS_EVENTS,
  SHIPMENTS_INBOUND,
} from './shipments.js';
import type { Topic } from './topic.js';

/** Every topic whose events have contracts. (Dead letters are whatever was refused, so they have none.) */
export const TOPICS: readonly Topic[] = [
  SHIPMENTS_INBOUND,
  SHIPMENTS_CORRELATION,
  SHIPMENTS_EVENTS,
  SHIPMENTS_ARRIVALS,
  SHIPMENTS_CAPTURES,
  DEALS_INBOUND,
  DEALS_DELIVERIES,
  DEALS_EVENTS,
  MARKET_NEWS_INBOUND,
  MARKET_NEWS_EVENTS,
];
