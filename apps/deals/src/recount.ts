/** How far a deal has been drawn down, counted again from what each shipment has delivered. */
import { committedIn, type Deal, type Drawdown } from './deal.js';
import { MOST_TOLD, type Told } from './delivery.js';
import { type Counted, isCountedAt } from './position.js';
import { type Change, Tally } from './tally.js';

/**
 * What a deal's deliveries come to up to where the deal has counted them: what is behind that is still on its way to
 * it, and will be counted. So it does not matter which deliveries change meanwhile.
 * @param deal as it was before the deliveries were asked for: then all that it has counted is among them
 * @param deliveries what each shipment that has ever delivered to the deal has told
 */
export async function drawdownOf(
  dealId: string,
  deal: Pick<Deal, 'counted' | 'terms'>,
  deliveries: AsyncIterable<readonly Told[]> | Iterable<readonly Told[]>,
): Promise<Drawdown> {
  const tally = new Tally({ delivered: [] }, committedIn(deal));
  let shipments = 0;
  for await (const told of deliveries) {
    const changes = [...countedOf(told, dealId, deal.counted)];
    tally.add(changes);
    for (const { sign } of changes) shipments += sign;
  }
  return { ...tally.totals, deliveries: shipments, counted: deal.counted };
}

/**
 * What a deal has counted of a shipment: each thing that it was told up to `counted`, less what that replaced. One by
 * one, and not the last of them alone, for a foreign producer may have one shipment's arrivals in several partitions.
 */
function* countedOf(told: readonly Told[], dealId: string, counted: Counted): Generator<Change> {
  const isOfDeal = (one: Told | undefined): one is Told => one?.dealId === dealId && one.delivered.length > 0;
  for (const [index, is] of told.entries()) {
    const standsForOlder = index === MOST_TOLD - 1;
    if (!isCountedAt(counted, is.position) && !standsForOlder) continue;
    const was = told[index + 1];
    if (isOfDeal(is)) yield { delivered: is.delivered, sign: 1 };
    if (isOfDeal(was)) yield { delivered: was.delivered, sign: -1 };
  }
}
