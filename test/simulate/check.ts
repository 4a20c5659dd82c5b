/** Asks the services whether the world is as it must be. */
import { setTimeout as sleep } from 'node:timers/promises';
import { differences, differencesOfDeal, type ShownDeal, type ShownShipment } from './differences.js';
import type { Doors } from './doors.js';
import type { ExpectedDeal, ExpectedShipment, Expectation } from './expectation.js';

const ASK_EVERY_MS = 250;

type Asking = Pick<Doors, 'shipments' | 'deals'>;

/**
 * Asks until all is as it must be, or the time is over.
 * @returns what is otherwise; nothing where nothing is
 */
export async function check(expectation: Expectation, doors: Asking, withinMs: number): Promise<string[]> {
  const deadline = performance.now() + withinMs;
  const shipments = Map.groupBy(expectation.shipments(), ({ dealId }) => dealId);
  let open = expectation.deals();
  for (;;) {
    const found: string[] = [];
    const stillOpen: ExpectedDeal[] = [];
    for (const deal of open) {
      const differ = await differencesIn(deal, shipments.get(deal.id) ?? [], doors);
      if (differ.length > 0) stillOpen.push(deal);
      found.push(...differ);
    }
    if (found.length === 0 || performance.now() > deadline) return found;
    open = stillOpen;
    await sleep(ASK_EVERY_MS);
  }
}

async function differencesIn(
  deal: ExpectedDeal,
  expected: readonly ExpectedShipment[],
  doors: Asking,
): Promise<string[]> {
  const shown = new Map((await shipmentsOf(deal.id, doors)).map((each) => [each.id, each]));
  const { status, body } = await doors.deals(`/deals/${deal.id}`);
  return [
    ...expected.flatMap((each) => differences(each, shown.get(each.id))),
    ...differencesOfDeal(deal, status === 200 ? (body as ShownDeal) : undefined),
  ];
}

async function shipmentsOf(deal: string, doors: Asking): Promise<(ShownShipment & { id: string })[]> {
  const all: (ShownShipment & { id: string })[] = [];
  for (let cursor = ''; ;) {
    const { status, body } = await doors.shipments(`/shipments?deal=${deal}&limit=200${cursor}`);
    if (status !== 200) throw new Error(`GET /shipments is answered ${status}: ${JSON.stringify(body)}`);
    const { items, next } = body as { items: (ShownShipment & { id: string })[]; next?: string };
    all.push(...items);
    if (next === undefined) return all;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}
