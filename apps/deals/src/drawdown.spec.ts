import fc from 'fast-check';
import { checkData } from '#contracts/check-data.js';
import { DealDrawnDown, DEALS_DELIVERIES, DeliveryRecorded } from '#contracts/deals.js';
import { ArrivalRetracted, ShipmentArrived } from '#contracts/shipments.js';
import { UNITS } from '#contracts/trade.js';
import { announcementsOf, balanceOf, type Deal, drawDown, recounted, UNKNOWN, withTerms } from './deal.js';
import {
  after,
  amended,
  arrivalEvent,
  Arrivals,
  commitment,
  dealWith,
  lot,
  registered,
} from './deal.story.js';
import { inKilograms, positiveDecimal, scaled, sum, text } from './decimal.oracle.js';
import { drawdownOf } from './recount.js';

describe('the drawdown of a deal', () => {
  const SHIPMENTS = ['S0', 'S1', 'S2', 'S3', 'S4', 'S5'];
  const PARTITIONS = 3;
  const partitionOf = (shipment: string): number => Number(shipment.slice(1)) % PARTITIONS;

  const cargo = fc.array(
    fc
      .record({
        mineral: fc.constantFrom('antimony', 'copper'),
        quantity: positiveDecimal,
        unit: fc.constantFrom(...UNITS),
        basis: fc.constantFrom('wet' as const, 'dry' as const),
      })
      .map((told) => lot(told)),
    { minLength: 1, maxLength: 3 },
  );
  const word = fc.record({
    shipment: fc.constantFrom(...SHIPMENTS),
    sequence: fc.integer({ min: 1, max: 8 }),
    dealId: fc.constantFrom('DEAL-1', 'DEAL-2', undefined),
    cargo: fc.option(cargo, { nil: undefined, freq: 3 }),
  });

  /** What the deliveries tell deals: in the order of each partition of arrivals, the partitions mixed as they come. */
  const recordsOf = (words: readonly (typeof word extends fc.Arbitrary<infer W> ? W : never)[]) => {
    const arrivals = new Arrivals();
    const records = words.flatMap(({ shipment, sequence, dealId, cargo: carried }) => {
      const deal = dealId === undefined ? {} : { dealId };
      const at = '2025-10-02T09:40:00-05:00';
      const event = carried
        ? arrivalEvent(
            ShipmentArrived.type,
            { at, place: { unlocode: 'USSTL' }, cargo: carried, ...deal },
            sequence,
          )
        : arrivalEvent(ArrivalRetracted.type, { at, ...deal }, sequence);
      return arrivals.take(shipment, event, partitionOf(shipment));
    });
    return { records, now: arrivals.now };
  };

  /** Records of one deal as Kafka may hand them over: each partition's in order, from any point once more. */
  const handedOver = (records: ReturnType<typeof recordsOf>['records']) =>
    fc
      .tuple(
        fc.array(fc.nat({ max: PARTITIONS - 1 }), { minLength: records.length, maxLength: records.length }),
        fc.array(fc.tuple(fc.nat({ max: PARTITIONS - 1 }), fc.nat(), fc.nat()), { maxLength: 4 }),
      )
      .map(([mix, replays]) => {
        const lanes = Array.from({ length: PARTITIONS }, (_, partition) => {
          const lane = records.filter(({ data }) => Number(data.position.split('/')[0]) === partition);
          for (const [, end, length] of replays.filter(([of]) => of === partition)) {
            if (lane.length === 0) continue;
            const until = 1 + (end % lane.length);
            const from = until - 1 - (length % until);
            lane.splice(until, 0, ...lane.slice(from, until));
          }
          return lane;
        });
        const order: typeof records = [];
        for (const choice of [...mix, ...mix]) {
          const next = lanes[choice]!.shift();
          if (next) order.push(next);
        }
        return [...order, ...lanes.flat()];
      });

  const expectedOf = (
    now: readonly { dealId?: string | undefined; cargo: readonly ReturnType<typeof lot>[] }[],
  ) => {
    const parts = new Map<string, string[]>();
    for (const one of now.filter(({ dealId }) => dealId === 'DEAL-1').flatMap((delivery) => delivery.cargo)) {
      const key = `${one.mineral} ${one.basis}`;
      parts.set(key, [...(parts.get(key) ?? []), inKilograms(one.quantity, one.unit)]);
    }
    return [...parts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, weights]) => [key, sum(weights)] as [string, string]);
  };

  const story = fc.array(word, { maxLength: 25 }).chain((words) => {
    const { records, now } = recordsOf(words);
    const ofDeal = records.filter(({ subject }) => subject === 'DEAL-1');
    return fc.tuple(fc.constant(now), handedOver(ofDeal), fc.constant(records));
  });

  it('is the sum over its deliveries, to the last digit, whatever comes again and from wherever', () => {
    fc.assert(
      fc.property(story, ([now, handed]) => {
        const deal = after(UNKNOWN, handed);
        expect(deal.delivered.map((total) => [`${total.mineral} ${total.basis}`, total.kilograms])).toEqual(
          expectedOf(now),
        );
        expect(deal.deliveries).toBe(
          now.filter((one) => one.dealId === 'DEAL-1' && one.cargo.length > 0).length,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same whether the terms come before, between or after the deliveries', () => {
    const terms = [registered(), amended({ commitments: [commitment({ mineral: 'copper', unit: 'KGM' })] })];
    fc.assert(
      fc.property(story, fc.nat(), ([, handed], seed) => {
        const place = seed % (handed.length + 1);
        const before = withTerms(after(UNKNOWN, handed.slice(0, place)), terms);
        expect(after(before, handed.slice(place))).toEqual(withTerms(after(UNKNOWN, handed), terms));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same when it is counted again, wherever the deal stands and however far its deliveries have gone on', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.nat(), async ([now, handed], seed) => {
        const deal = after(UNKNOWN, handed.slice(0, seed % (handed.length + 1)));
        const told = now.map((delivery) => delivery.told);
        expect(await drawdownOf('DEAL-1', deal, told)).toEqual({
          delivered: deal.delivered,
          deliveries: deal.deliveries,
          counted: deal.counted,
        });
        expect(recounted(deal, await drawdownOf('DEAL-1', deal, told))).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('is what it would have been, once it is counted again, where records were lost on the way', async () => {
    const terms = [registered({ commitments: [commitment(), commitment({ mineral: 'copper' })] })];
    await fc.assert(
      fc.asyncProperty(story, fc.array(fc.boolean(), { minLength: 1 }), async ([now, handed], lost) => {
        const all = withTerms(after(UNKNOWN, handed), terms);
        const some = withTerms(
          after(
            UNKNOWN,
            handed.filter((_, index) => !lost[index % lost.length]),
          ),
          terms,
        );
        // Behind the last that each partition lost, another is counted: before that, it may still be on its way.
        const deal = { ...some, counted: all.counted };
        const recount = await drawdownOf(
          'DEAL-1',
          deal,
          now.map(({ told }) => told),
        );
        expect(recounted(deal, recount) ?? deal).toEqual(all);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not taken from a count that the deal has counted beyond', async () => {
    const arrivals = new Arrivals();
    const first = after(UNKNOWN, arrivals.arrived('S1', { sequence: 1 }));
    const recount = await drawdownOf('DEAL-1', first, []);
    expect(recounted(first, recount)).toMatchObject({ delivered: [], deliveries: 0 });
    expect(recounted(after(first, arrivals.arrived('S2', { sequence: 1 })), recount)).toBeUndefined();
  });

  it('is told in words that hold to their contracts, and whose balance adds up', () => {
    const commitments = [
      commitment({ quantity: '0.000001' }),
      commitment({ basis: 'dry', unit: 'KGM' }),
      commitment({ mineral: 'copper', quantity: '999999999999.999999' }),
    ];
    fc.assert(
      fc.property(story, ([, handed, records]) => {
        for (const { data } of records) checkData(DeliveryRecorded, 'open', data);
        let deal: Deal = dealWith(registered({ commitments }));
        for (const event of handed) {
          const next = drawDown(deal, event);
          if (!next) continue;
          const [said] = announcementsOf(deal, next, event.data);
          checkData(DealDrawnDown, 'open', said!.data);
          for (const { committed, delivered, remaining, excess } of balanceOf(next)) {
            expect(text(scaled(committed) - scaled(delivered))).toBe(
              text(scaled(remaining) - scaled(excess)),
            );
          }
          deal = next;
        }
        expect(DEALS_DELIVERIES.contracts).toContain(DeliveryRecorded);
      }),
      { numRuns: 1_000 },
    );
  });
});
