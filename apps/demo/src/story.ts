/**
 * The story that the demo plays: a memorandum of September 2025 between Frontier Works Organization (Pakistan) and US
 * Strategic Metals (Missouri), and its first shipment. What was reported of it stands as reported. Ports, vessel,
 * quantities, prices, ids and the second deal were made up, and every event that carries them says so in `extensions`.
 */
import type { CloudEvent } from '#contracts/cloudevent.js';
import type { DealRegistered } from '#contracts/deals.js';
import {
  EventRetracted,
  type Milestone,
  MilestoneReported,
  ShipmentRegistered,
} from '#contracts/shipments.js';
import type { Place } from '#contracts/trade.js';

const MADE_UP = { madeUp: 'ports, vessel, quantities and prices were made up for the demo' };

export const DEAL = 'FWO-USSM-2025';
export const OTHER_DEAL = 'LCM-USAR-2025';
export const SHIPMENT = 'FWO-USSM-2025-S1';

export const DEALS: readonly ({ id: string } & DealRegistered)[] = [
  {
    id: DEAL,
    title: 'Memorandum on critical minerals and a poly-metallic refinery: FWO and US Strategic Metals',
    signedOn: '2025-09-08',
    value: { amount: '500000000', currency: 'USD' },
    parties: [
      { role: 'seller', name: 'Frontier Works Organization', country: 'PK' },
      { role: 'buyer', name: 'US Strategic Metals', country: 'US' },
    ],
    commitments: [
      {
        mineral: 'antimony',
        basis: 'wet',
        quantity: '2400',
        unit: 'TNE',
        price: { amount: '21500.50', currency: 'USD', per: 'TNE' },
      },
      {
        mineral: 'copper',
        basis: 'wet',
        quantity: '18000',
        unit: 'TNE',
        price: { amount: '2310.75', currency: 'USD', per: 'TNE' },
      },
      {
        mineral: 'neodymium',
        basis: 'contained',
        quantity: '96',
        unit: 'TNE',
        price: { amount: '88.40', currency: 'USD', per: 'KGM' },
      },
      {
        mineral: 'praseodymium',
        basis: 'contained',
        quantity: '32',
        unit: 'TNE',
        price: { amount: '90.15', currency: 'USD', per: 'KGM' },
      },
    ],
    remarks: 'Supply first, then a refinery in Pakistan, in phases.',
    extensions: MADE_UP,
  },
  {
    id: OTHER_DEAL,
    title: 'Magnet alloys for Oklahoma',
    parties: [
      { role: 'seller', name: 'Less Common Metals', country: 'GB' },
      { role: 'buyer', name: 'USA Rare Earth', country: 'US' },
    ],
    commitments: [{ mineral: 'neodymium', basis: 'contained', quantity: '12.5', unit: 'TNE' }],
    extensions: { madeUp: 'that there is such a deal, and all of it' },
  },
];

const KARACHI: Place = { unlocode: 'PKKHI', name: 'Karachi' };
const NORFOLK: Place = { unlocode: 'USORF', name: 'Norfolk, Virginia' };
const SAINT_LOUIS: Place = {
  unlocode: 'USSTL',
  name: 'Saint Louis, Missouri',
  facility: 'Municipal River Terminal',
};

const MINE = '/upstream/fwo';
const CARRIER = '/upstream/carrier';
const RAILWAY = '/upstream/railway';
const LABORATORY = '/upstream/assay-laboratory';

const event = (id: string, source: string, type: string, time: string, data: object): CloudEvent => ({
  id,
  source,
  type,
  subject: SHIPMENT,
  time,
  data,
  extensions: { correlationid: 'first-shipment' },
});

export const REGISTERED = event('fwo-0001', MINE, ShipmentRegistered.type, '2025-09-06T11:20:00+05:00', {
  dealId: DEAL,
  route: { origin: KARACHI, destination: SAINT_LOUIS, deadline: '2025-10-10T00:00:00-05:00' },
  cargo: [
    {
      lot: 'SB',
      mineral: 'antimony',
      quantity: '14.250',
      unit: 'TNE',
      basis: 'wet',
      hsCode: '261710',
      containers: ['CSQU3054383'],
    },
    {
      lot: 'CU',
      mineral: 'copper',
      quantity: '22.800',
      unit: 'TNE',
      basis: 'wet',
      hsCode: '260300',
      description: 'copper concentrate',
    },
    { lot: 'ND', mineral: 'neodymium', quantity: '412.5', unit: 'KGM', basis: 'contained', hsCode: '284690' },
    {
      lot: 'PR',
      mineral: 'praseodymium',
      quantity: '138.75',
      unit: 'KGM',
      basis: 'contained',
      hsCode: '284690',
    },
  ],
  parties: [
    { role: 'shipper', name: 'Frontier Works Organization', country: 'PK' },
    { role: 'consignee', name: 'US Strategic Metals', country: 'US' },
  ],
  extensions: MADE_UP,
} satisfies ShipmentRegistered);

const milestone = (
  id: string,
  source: string,
  name: Milestone,
  classifier: 'PLN' | 'EST' | 'ACT',
  at: string,
  place: Place,
  said = at,
): CloudEvent =>
  event(id, source, MilestoneReported.type, said, {
    milestone: name,
    classifier,
    at,
    place,
    ...(source === CARRIER && {
      transport: { mode: 'vessel', vesselName: 'MV Attock Star', vesselImo: '9176187', voyage: 'AS025W' },
    }),
    ...(source === RAILWAY && { transport: { mode: 'rail' } }),
    extensions: MADE_UP,
  });

export const BOOKED = milestone('car-0001', CARRIER, 'booked', 'ACT', '2025-09-06T14:00:00+05:00', KARACHI);
export const PLANNED = milestone(
  'car-0002',
  CARRIER,
  'arrived',
  'PLN',
  '2025-10-04T08:00:00-05:00',
  SAINT_LOUIS,
  '2025-09-06T14:05:00+05:00',
);
export const GATE_IN = milestone('car-0003', CARRIER, 'gate-in', 'ACT', '2025-09-08T07:30:00+05:00', KARACHI);
export const LOADED = milestone('car-0004', CARRIER, 'loaded', 'ACT', '2025-09-09T02:10:00+05:00', KARACHI);
export const DEPARTED = milestone(
  'car-0005',
  CARRIER,
  'departed',
  'ACT',
  '2025-09-09T16:45:00+05:00',
  KARACHI,
);
export const ESTIMATED = milestone(
  'car-0006',
  CARRIER,
  'arrived',
  'EST',
  '2025-10-02T10:00:00-05:00',
  SAINT_LOUIS,
  '2025-09-24T09:00:00+00:00',
);
export const CALLED = milestone('car-0007', CARRIER, 'arrived', 'ACT', '2025-09-29T05:55:00-04:00', NORFOLK);
export const TRANSSHIPPED = milestone(
  'rail-0001',
  RAILWAY,
  'transshipped',
  'ACT',
  '2025-09-29T21:00:00-04:00',
  NORFOLK,
);
export const ARRIVED_TOO_SOON = milestone(
  'rail-0002',
  RAILWAY,
  'arrived',
  'ACT',
  '2025-10-01T18:00:00-05:00',
  SAINT_LOUIS,
);
export const NOT_ARRIVED_YET = event('rail-0003', RAILWAY, EventRetracted.type, '2025-10-01T20:15:00-05:00', {
  eventId: ARRIVED_TOO_SOON.id,
  reason: 'the wagon stood in the yard at Centralia; the arrival was keyed too soon',
} satisfies EventRetracted);
/** A Thursday. */
export const ARRIVED = milestone(
  'rail-0004',
  RAILWAY,
  'arrived',
  'ACT',
  '2025-10-02T09:40:00-05:00',
  SAINT_LOUIS,
);
export const DISCHARGED = milestone(
  'rail-0005',
  RAILWAY,
  'discharged',
  'ACT',
  '2025-10-02T11:05:00-05:00',
  SAINT_LOUIS,
);
export const RELEASED = milestone(
  'rail-0006',
  RAILWAY,
  'customs-released',
  'ACT',
  '2025-10-02T15:30:00-05:00',
  SAINT_LOUIS,
);
export const DELIVERED = milestone(
  'rail-0007',
  RAILWAY,
  'delivered',
  'ACT',
  '2025-10-03T10:20:00-05:00',
  SAINT_LOUIS,
);
export const ASSAYED = milestone(
  'lab-0001',
  LABORATORY,
  'assayed',
  'ACT',
  '2025-10-06T16:00:00-05:00',
  SAINT_LOUIS,
);

/** Sent to Kafka as it stands: a milestone that there is not, at a time that the calendar has not. */
export const BROKEN: CloudEvent = {
  ...milestone('car-0099', CARRIER, 'departed', 'ACT', '2025-09-30T00:00:00+05:00', KARACHI),
  data: { milestone: 'sunk', classifier: 'ACT', at: '2025-09-31T00:00:00+05:00' },
};

export interface NewsItem {
  readonly title: string;
  readonly summary: string;
  readonly url: string;
  readonly publishedAt: string;
  readonly publisher: string;
}

const news = (path: string, publishedAt: string, title: string, summary: string): NewsItem => ({
  title,
  summary,
  url: `https://news.example/${path}`,
  publishedAt,
  publisher: 'Demo wire',
});

export const NEWS: readonly NewsItem[] = [
  news(
    'us-draft-list-2025',
    '2025-08-26T12:00:00-04:00',
    'US draft list of critical minerals adds six',
    'The US Interior Department proposes to add copper, silver, silicon, potash, rhenium and lead to the list of critical minerals.',
  ),
  news(
    'energy-department-billion',
    '2025-08-13T10:00:00-04:00',
    'Nearly USD 1 billion for critical-mineral projects',
    'The US Energy Department offers nearly USD 1 billion to advance the mining, processing and making of critical minerals.',
  ),
  news(
    'lithium-corporation-find',
    '2025-09-18T16:00:00-04:00',
    'Lithium Corporation up some 900 % after rare-earth find',
    'Shares of Lithium Corporation, a company worth some USD 5 million, rise about 900 % to USD 0.44 after rare earths are found on its fluorspar property in British Columbia.',
  ),
  news(
    'usa-rare-earth-buys-lcm',
    '2025-09-29T08:00:00-04:00',
    'USA Rare Earth buys Less Common Metals',
    'USA Rare Earth, which builds a magnet plant in Oklahoma, buys Less Common Metals to go from mine to magnet.',
  ),
  news(
    'pakistan-reserves',
    '2025-10-01T09:00:00+05:00',
    'Pakistan puts its mineral reserves at about USD 6 trillion',
    'Pakistan counts antimony, copper concentrate and rare earths such as neodymium and praseodymium among reserves that it puts at about USD 6 trillion, and looks to the United States for refining.',
  ),
];

/** Comes by the feed, after the shipment: what was first, the news or the deal, makes no difference. */
export const FEED_NEWS: readonly NewsItem[] = [
  news(
    'bastnasite-monazite',
    '2025-10-03T07:00:00+00:00',
    'What bastnasite and monazite carry',
    'Two ores, bastnasite and monazite, carry cerium, lanthanum and neodymium; whoever refines them decides who makes magnets.',
  ),
  NEWS[4]!, // the same item again, by another way
];

/** How many of all these touch the first deal: all but the one that names neither a mineral nor a party of it. */
export const NEWS_OF_THE_DEAL = 5;
