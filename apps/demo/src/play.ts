import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { Doors } from './doors.js';
import { untilEqual } from './end-states.js';
import * as story from './story.js';
import type { Teller } from './teller.js';

interface ShipmentAnswer {
  readonly status: string;
  readonly eta?: string;
  readonly position?: { readonly name?: string };
}

interface DealAnswer {
  readonly deliveries: number;
  readonly commitments: readonly {
    mineral: string;
    delivered: string;
    unit: string;
    committed: string;
    percent: string;
    remaining: string;
  }[];
}

interface NewsAnswer {
  readonly id: string;
  readonly title: string;
  readonly links?: readonly { id: string; reasons: readonly { term: string }[] }[];
}

/** Plays the story through the public doors, and tells it. Every step waits for what it must bring about. */
export async function play(doors: Doors, tell: Teller, feedUrl: string): Promise<void> {
  const shipment = async (): Promise<ShipmentAnswer> =>
    (await doors.get('shipments', `/shipments/${story.SHIPMENT}`)).body as ShipmentAnswer;
  const deal = async (): Promise<DealAnswer> =>
    (await doors.get('deals', `/deals/${story.DEAL}`)).body as DealAnswer;
  const untilStatus = (status: string): Promise<unknown> =>
    untilEqual(async () => (await shipment()).status, status);
  const untilDeliveries = (count: number): Promise<unknown> =>
    untilEqual(async () => (await deal()).deliveries, count);

  await tell.chapter(
    'A memorandum',
    'September 2025. Frontier Works Organization of Pakistan and US Strategic Metals of Missouri sign a memorandum worth USD 500 million: minerals first, then a refinery. (Quantities, prices, ports and the vessel are made up, here and below.)',
  );
  for (const terms of story.DEALS) {
    await doors.post('deals', '/deals', terms);
    await tell.does('deal desk', `POST /deals  ${terms.id}: ${terms.title}`);
  }
  await untilEqual(async () => (await doors.get('deals', `/deals/${story.DEAL}`)).status, 200);
  for (const { mineral, committed, unit } of (await deal()).commitments)
    await tell.sees(`${committed} ${unit} of ${mineral} committed`);

  await tell.chapter(
    'The news of those weeks',
    'Washington lengthens its list of critical minerals, a share rises tenfold on a find, a magnet maker buys a metal maker.',
  );
  for (const item of story.NEWS) {
    await doors.post('market-news', '/items', item);
    await tell.does('news desk', `POST /items  ${item.title}`);
  }

  await tell.chapter(
    'From Karachi',
    'The first shipment: antimony, copper concentrate, neodymium and praseodymium. The mine registers it over HTTP; the carrier speaks Kafka, says one thing twice, and another late.',
  );
  await doors.send(story.REGISTERED);
  await tell.does('mine', `POST /events (structured)  ${story.SHIPMENT} registered`);
  await doors.produce(SHIPMENTS_INBOUND, [story.BOOKED, story.PLANNED]);
  await tell.does('carrier', 'Kafka  booked; planned to arrive on 4 October');
  await doors.produce(SHIPMENTS_INBOUND, [story.DEPARTED, story.LOADED, story.DEPARTED]);
  await tell.does('carrier', 'Kafka  departed, loaded, and departed once more: out of order, and twice');
  await untilStatus('departed');
  await doors.sendBinary(story.GATE_IN);
  await tell.does('carrier', 'POST /events (binary)  gate-in at Karachi, a day late');
  await tell.sees(`status ${(await shipment()).status}: order of happening, not of hearing`);

  await tell.chapter(
    'Something broken',
    'Somebody reports that it sank, on the 31st of September. Over HTTP the sender is told at once; from Kafka it goes to the dead letters, and holds nobody up.',
  );
  const refused = await doors.send(story.BROKEN);
  const faults = (refused.body as { errors: { pointer: string; message: string }[] }).errors;
  await tell.does('somebody', `POST /events  milestone "sunk" → ${refused.status}`);
  for (const { pointer, message } of faults) await tell.sees(shortened(`${pointer} ${message}`));
  await doors.produce(SHIPMENTS_INBOUND, [story.BROKEN]);
  await tell.does('somebody', 'Kafka  the same again → shipments.dead-letters');

  await tell.chapter('Across the ocean', 'A new estimate, a call at Norfolk, and on by rail.');
  await doors.sendBatch([story.ESTIMATED, story.CALLED, story.TRANSSHIPPED]);
  await tell.does(
    'carrier',
    'POST /events (batch)  estimated for 2 October; at Norfolk; transshipped to rail',
  );
  await untilStatus('transshipped');
  const underway = await shipment();
  await tell.sees(`${underway.status}, at ${underway.position?.name}, expected ${underway.eta}`);

  await tell.chapter(
    'An arrival that was none',
    'The railway reports the arrival a day too soon, the deal is drawn down; then the railway takes it back.',
  );
  await doors.produce(SHIPMENTS_INBOUND, [story.ARRIVED_TOO_SOON]);
  await tell.does('railway', 'Kafka  arrived at Saint Louis, on Wednesday');
  await untilDeliveries(1);
  await tell.sees('the deal is drawn down by one delivery');
  await doors.produce(SHIPMENTS_INBOUND, [story.NOT_ARRIVED_YET]);
  await tell.does('railway', 'Kafka  that was wrong: it stood in the yard at Centralia');
  await untilDeliveries(0);
  await tell.sees('nothing has been delivered');

  await tell.chapter('To Missouri', 'Thursday, 2 October 2025.');
  await doors.produce(SHIPMENTS_INBOUND, [story.ARRIVED, story.ARRIVED]);
  await tell.does('railway', 'Kafka  arrived at Saint Louis, and once more to be sure');
  await untilDeliveries(1);
  for (const { mineral, delivered, committed, unit, percent } of (await deal()).commitments) {
    await tell.sees(`${mineral}: ${delivered} of ${committed} ${unit} delivered (${percent} %)`);
  }
  await doors.sendBatch([story.DISCHARGED, story.RELEASED, story.DELIVERED, story.ASSAYED]);
  await tell.does(
    'railway, lab',
    'POST /events (batch)  discharged, released by customs, delivered, assayed',
  );
  await untilStatus('assayed');

  await tell.chapter(
    'More news',
    'A feed brings what came after, and one item that is known already. First the news or first the deal: it makes no difference.',
  );
  await doors.post('market-news', '/feeds', { url: feedUrl, publisher: 'Demo feed' });
  await tell.does('news desk', `POST /feeds  ${feedUrl}`);
  const touching = async (): Promise<NewsAnswer[]> =>
    ((await doors.get('market-news', `/items?deal=${story.DEAL}`)).body as { items: NewsAnswer[] }).items;
  await untilEqual(async () => (await touching()).length, story.NEWS_OF_THE_DEAL);
  for (const { id, title } of await touching()) {
    const { links } = (await doors.get('market-news', `/items/${id}`)).body as Required<NewsAnswer>;
    const reasons = links.find((link) => link.id === story.DEAL)?.reasons ?? [];
    await tell.sees(
      `touches ${story.DEAL} by ${[...new Set(reasons.map(({ term }) => term))].join(', ')}: ${title}`,
    );
  }
}

const LINE = 100;
const shortened = (text: string): string =>
  text.length > LINE ? `${text.slice(0, LINE).trimEnd()} …` : text;
