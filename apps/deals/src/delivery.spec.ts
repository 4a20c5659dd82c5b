import { checkData } from '#contracts/check-data.js';
import { DeliveryRecorded } from '#contracts/deals.js';
import { ArrivalRetracted, ShipmentArrived } from '#contracts/shipments.js';
import { RefusedEvent } from '#contracts/fault.js';
import { MOST_BYTES_AN_EVENT } from '#messaging/read-batch.js';
import { arrivalEvent, lot } from './deal.story.js';
import { deliver, type Delivery, recordedFor } from './delivery.js';

const place = { unlocode: 'USSTL' };
const at = '2025-10-02T09:40:00-05:00';
const arrived = (sequence: number, told: { dealId?: string; quantity?: string } = {}) =>
  arrivalEvent(
    ShipmentArrived.type,
    { at, place, cargo: [lot({ quantity: told.quantity ?? '20' })], dealId: told.dealId ?? 'DEAL-1' },
    sequence,
  );
const taken = (sequence: number) => arrivalEvent(ArrivalRetracted.type, { at, dealId: 'DEAL-1' }, sequence);

const deliveryAfter = (...events: ReturnType<typeof arrived>[]): Delivery =>
  events.reduce<Delivery | undefined>((before, event, offset) => {
    const next = deliver(before, event, `0/${offset}`);
    if (next instanceof RefusedEvent) throw next;
    return next ?? before;
  }, undefined)!;

const recordsOf = (before: Delivery | undefined, next: Delivery) =>
  recordedFor('SHP-1', before, next).map(({ subject, data }) => ({ deal: subject, ...data }));

describe('a delivery', () => {
  it('is what arrived, provisionally, by the declared cargo', () => {
    expect(deliveryAfter(arrived(1))).toEqual({
      arrivalSequence: '000000000001',
      status: 'provisional',
      at,
      place,
      cargo: [lot()],
      dealId: 'DEAL-1',
      told: [
        {
          position: '0/0',
          dealId: 'DEAL-1',
          delivered: [{ mineral: 'antimony', basis: 'wet', kilograms: '20000' }],
        },
      ],
    });
  });

  it('is replaced by a newer arrival of the same shipment', () => {
    expect(deliveryAfter(arrived(1), arrived(2, { quantity: '21' })).cargo).toEqual([
      lot({ quantity: '21' }),
    ]);
  });

  it('grows as lots arrive, each time to all that has arrived, and never adds twice', () => {
    const [copper, antimony] = [lot({ lot: 'CU', mineral: 'copper' }), lot({ lot: 'SB' })];
    const of = (sequence: number, ...cargo: ReturnType<typeof lot>[]) =>
      arrivalEvent(ShipmentArrived.type, { at, place, cargo, dealId: 'DEAL-1', partial: true }, sequence);
    const first = deliveryAfter(of(1, copper));
    const both = deliveryAfter(of(1, copper), of(2, copper, antimony));
    expect(both.cargo).toEqual([copper, antimony]);
    expect(recordsOf(first, both)).toEqual([
      expect.objectContaining({ is: [copper, antimony], was: [copper] }),
    ]);
  });

  it('is not changed by an older arrival, nor by the same one again', () => {
    const newest = deliveryAfter(arrived(2));
    expect(deliver(newest, arrived(1, { quantity: '99' }), '0/9')).toBeUndefined();
    expect(deliver(newest, arrived(2, { quantity: '99' }), '0/9')).toBeUndefined();
  });

  it('is nothing once the arrival is retracted, and something again when it arrives after all', () => {
    expect(deliveryAfter(arrived(1), taken(2))).toMatchObject({ status: 'retracted', cargo: [] });
    expect(deliveryAfter(arrived(1), taken(2), arrived(3))).toMatchObject({ status: 'provisional' });
  });

  it('keeps what it has told, the newest first, and a hundred of it', () => {
    const told = deliveryAfter(arrived(1), arrived(2, { dealId: 'DEAL-2' }), taken(3)).told;
    expect(told.map(({ position, dealId, delivered }) => [position, dealId, delivered.length])).toEqual([
      ['0/2', 'DEAL-1', 0],
      ['0/1', 'DEAL-2', 1],
      ['0/0', 'DEAL-1', 1],
    ]);
    const often = deliveryAfter(...Array.from({ length: 150 }, (_, index) => arrived(index + 1)));
    expect([often.told.length, often.told[0]?.position]).toEqual([100, '0/149']);
  });

  it('is of the newest word by sequence, as a number: 10 is after 9', () => {
    const nine = { ...arrived(1), extensions: { sequence: '9' } };
    const ten = { ...arrived(1, { quantity: '21' }), extensions: { sequence: '10' } };
    expect(deliveryAfter(nine, ten).cargo).toEqual([lot({ quantity: '21' })]);
  });

  it.each([undefined, '', 'x', '-1', '1.5', '1'.repeat(21)])(
    'is refused where the sequence is %p: nobody could order it',
    (sequence) => {
      const event = { ...arrived(1), extensions: sequence === undefined ? {} : { sequence } };
      const refused = deliver(undefined, event as never, '0/0') as RefusedEvent;
      expect(refused).toBeInstanceOf(RefusedEvent);
      expect(refused.faults).toEqual([expect.objectContaining({ pointer: '/sequence' })]);
    },
  );
});

describe('what a deal is told of a delivery', () => {
  it('is what counts now', () => {
    expect(recordsOf(undefined, deliveryAfter(arrived(1)))).toEqual([
      { deal: 'DEAL-1', shipmentId: 'SHP-1', at, position: '0/0', is: [lot()] },
    ]);
  });

  it('is what counts now and what counted before, so that it replaces and never adds twice', () => {
    const before = deliveryAfter(arrived(1));
    expect(recordsOf(before, deliveryAfter(arrived(1), arrived(2, { quantity: '21' })))).toEqual([
      expect.objectContaining({ is: [lot({ quantity: '21' })], was: [lot()] }),
    ]);
  });

  it('is only what counted before, when the arrival is retracted', () => {
    const [record, ...others] = recordsOf(deliveryAfter(arrived(1)), deliveryAfter(arrived(1), taken(2)));
    expect(record).toMatchObject({ deal: 'DEAL-1', was: [lot()] });
    expect(record).not.toHaveProperty('is');
    expect(others).toEqual([]);
  });

  it('is what counts alone, so that it fits into an event whatever else arrivals say of their lots', () => {
    const containers = Array.from({ length: 500 }, (_, index) => `CSQU${String(index).padStart(7, '0')}`);
    const cargo = Array.from({ length: 100 }, (_, index) =>
      lot({
        lot: `L${index}`.padEnd(128, 'x'),
        mineral: `${'x'.repeat(30)}${`-${'y'.repeat(30)}`.repeat(5)}`,
        quantity: '999999999999.999999',
        description: 'd'.repeat(500),
        containers,
      }),
    );
    const before = { ...deliveryAfter(arrived(1)), cargo };
    const [record] = recordedFor('SHP-1', before, { ...before, arrivalSequence: '2' });
    expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThan(MOST_BYTES_AN_EVENT / 2);
    checkData(DeliveryRecorded, 'closed', record!.data);
  });

  it('goes to both deals when the shipment changes deal', () => {
    const [left, joined] = recordsOf(
      deliveryAfter(arrived(1)),
      deliveryAfter(arrived(2, { dealId: 'DEAL-2' })),
    );
    expect(left).toMatchObject({ deal: 'DEAL-1', was: [lot()] });
    expect(left).not.toHaveProperty('is');
    expect(joined).toMatchObject({ deal: 'DEAL-2', is: [lot()] });
    expect(joined).not.toHaveProperty('was');
  });

  it('is nothing where the shipment is of no deal, or what was never delivered is retracted', () => {
    const ofNone = { ...deliveryAfter(arrived(1)), dealId: undefined };
    expect(recordsOf(undefined, ofNone)).toEqual([]);
    expect(recordsOf(undefined, deliveryAfter(taken(1)))).toEqual([]);
  });
});
