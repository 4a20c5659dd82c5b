import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { DealBalanceChanged } from '#contracts/deals.js';
import { until } from '#messaging/testing/until.js';
import { type RunningService, untilReady } from '#service/testing/running-service.js';
import { arrivalMessage, commitment, lot } from './deal.story.js';
import { overHttp } from './testing/over-http.js';
import { DEALS_TOPICS, runDeals } from './testing/run-deals.js';

describe('a deal that is counted again', () => {
  let deals: RunningService;

  beforeAll(async () => {
    // Small batches, so that a recount has others before it, behind it and on their way.
    deals = await runDeals({ BATCH_SIZE: '10' });
    await untilReady(deals, DEALS_TOPICS);
  }, 60_000);
  afterAll(() => deals?.stop());

  const { deal, register } = overHttp(() => deals);
  const recount = async (id: string): Promise<void> => {
    const { status } = await deals.post(`/deals/${id}/recount`, { reason: 'a record was lost' });
    expect(status).toBe(202);
  };
  /** What a lost record leaves behind: totals without it, though later ones are counted. */
  const lose = (id: string, kilograms: string): Promise<unknown> =>
    deals.database.collection('deals').updateOne({ _id: id as never }, [
      {
        $set: {
          version: { $add: ['$version', 1] },
          deliveries: { $subtract: ['$deliveries', 1] },
          delivered: {
            $map: {
              input: '$delivered',
              in: {
                mineral: '$$this.mineral',
                basis: '$$this.basis',
                kilograms: {
                  $subtract: ['$$this.kilograms', mongoose.mongo.Decimal128.fromString(kilograms)],
                },
              },
            },
          },
        },
      },
    ]);

  it('has what it has lost, and says so', async () => {
    const id = await register();
    await deals.produce('shipments.arrivals', [
      arrivalMessage(`${id}-A`, 1, { dealId: id }),
      arrivalMessage(`${id}-B`, 1, { dealId: id }),
    ]);
    await until('both are counted', async () => (await deal(id)).deliveries === 2);
    await lose(id, '20000');
    expect((await deal(id)).commitments[0]?.delivered).toBe('20');
    await recount(id);
    await until('it has both again', async () => (await deal(id)).commitments[0]?.delivered === '40');
    expect((await deal(id)).deliveries).toBe(2);
    const { value } = await deals.read(
      'deals.events',
      ({ key, headers }) => key === id && headers['ce_type'] === DealBalanceChanged.type,
    );
    expect(value).toMatchObject({ balance: [{ delivered: '40', remaining: '60' }] });
  });

  it('is exact to the last kilogram while its deliveries come, change, are taken back and change deal', async () => {
    const [id, other] = [await register(), await register()];
    const shipments = 60;
    const quantity = (shipment: number, sequence: number): string =>
      `0.${String(shipment * 10 + sequence).padStart(6, '0')}`;
    const send = (sequence: number, told: (shipment: number) => { dealId: string; retracted?: boolean }) =>
      deals.produce(
        'shipments.arrivals',
        Array.from({ length: shipments }, (_, shipment) =>
          arrivalMessage(`${id}-${shipment}`, sequence, {
            cargo: [lot({ quantity: quantity(shipment, sequence) })],
            ...told(shipment),
          }),
        ),
      );
    await send(1, () => ({ dealId: id }));
    await until('some are counted', async () => (await deal(id)).deliveries > 0);
    await lose(id, '1234.5');
    const steps = [
      () => send(2, () => ({ dealId: id })),
      () => send(3, (shipment) => ({ dealId: shipment % 3 === 0 ? other : id })),
      () =>
        send(4, (shipment) => ({ dealId: shipment % 3 === 0 ? other : id, retracted: shipment % 3 === 1 })),
      () => send(5, (shipment) => ({ dealId: shipment % 2 === 0 ? id : other })),
    ];
    for (const step of steps) await Promise.all([step(), recount(id), recount(other), recount(id)]);

    const sumOf = (of: (shipment: number) => boolean): string => {
      const millionths = Array.from({ length: shipments }, (_, shipment) => shipment)
        .filter(of)
        .reduce((sum, shipment) => sum + shipment * 10 + 5, 0);
      return `0.${String(millionths).padStart(6, '0')}`.replace(/0+$/, '');
    };
    for (const [of, expected] of [
      [id, sumOf((shipment) => shipment % 2 === 0)],
      [other, sumOf((shipment) => shipment % 2 === 1)],
    ] as const) {
      await until(`${of} has ${expected}`, async () => {
        const { deliveries, commitments } = await deal(of);
        return deliveries === shipments / 2 && commitments[0]?.delivered === expected;
      });
    }
  });

  it('finds what came of a mineral before it was committed to, where more came than have totals', async () => {
    const id = await register();
    const minerals = Array.from({ length: 150 }, (_, index) => `m${String(index).padStart(3, '0')}`);
    await deals.produce(
      'shipments.arrivals',
      minerals.map((mineral) =>
        arrivalMessage(`${id}-${mineral}`, 1, { dealId: id, cargo: [lot({ mineral })] }),
      ),
    );
    await until('all are counted', async () => (await deal(id)).deliveries === 150);
    const { uncommitted } = await deal(id);
    expect([uncommitted.length, uncommitted.at(-1)]).toEqual([
      101,
      { basis: 'wet', quantity: '1000000', unit: 'KGM' },
    ]);
    // In whatever order they came, one of the last has no total of its own.
    const named = new Set(uncommitted.map(({ mineral }) => mineral));
    const mineral = minerals.find((one) => !named.has(one))!;
    await deals.post(`/deals/${id}/amendments`, {
      reason: 'more was meant',
      commitments: [commitment({ mineral, quantity: '20' })],
    });
    await until('it is counted', async () => (await deal(id)).commitments[1]?.delivered === '20');
    const after = await deal(id);
    expect(after.recounting).toBeUndefined();
    expect(after.uncommitted.at(-1)).toMatchObject({ quantity: '980000' });
  });

  it('is none, where nobody has heard of it', async () => {
    const [id, known] = [`DEAL-${randomUUID()}`, await register()];
    await recount(id);
    await recount(known);
    await deals.produce('shipments.arrivals', [arrivalMessage(`${known}-A`, 1, { dealId: known })]);
    await until('the next is counted', async () => (await deal(known)).deliveries === 1);
    expect((await deals.get(`/deals/${id}`)).status).toBe(404);
  });
});
