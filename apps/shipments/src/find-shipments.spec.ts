import fc from 'fast-check';
import { findOf, ORDERS, positionText, readPosition } from './find-shipments.js';

const instant = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31T23:59:59Z') });
const shipment = fc.record({
  _id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/),
  etaAt: instant,
  updatedAt: instant,
});

describe('a place in a list', () => {
  it('is read as it was written, in its own order alone', () => {
    fc.assert(
      fc.property(shipment, fc.constantFrom(...ORDERS), fc.constantFrom(...ORDERS), (one, order, other) => {
        const position = readPosition(other, positionText(order, one));
        const at = order.includes('updated') ? one.updatedAt : one.etaAt;
        const expected = order.endsWith('id') ? { id: one._id } : { at, id: one._id };
        expect(position).toEqual(order === other ? expected : undefined);
      }),
    );
  });

  it.each([
    '',
    'id',
    'id ',
    'updated SHP-1',
    'updated yesterday SHP-1',
    'id 2025-10-01T00:00:00Z SHP-1',
    ' ',
  ])('is none: "%s"', (text) => {
    for (const order of ORDERS) expect(readPosition(order, text)).toBeUndefined();
  });
});

describe('a query', () => {
  it('without a filter is of all', () => {
    expect(findOf({}, 'id', undefined)).toEqual({ filter: {}, sort: { _id: 1 } });
  });

  it('looks up first what tells shipments apart best', () => {
    expect(
      findOf({ mineral: 'antimony', status: 'arrived', deal: 'DEAL-1' }, 'id', undefined).filter,
    ).toEqual({
      $and: [{ about: 'deal:DEAL-1' }, { now: 'status:arrived' }, { about: 'mineral:antimony' }],
    });
  });

  it('of a name is of what begins so, whatever the name', () => {
    expect(findOf({ q: '$where .*', party: 'a' }, 'id', undefined).filter).toEqual({
      $and: [
        { about: { $in: [/^name:WHERE/, /^part:WHERE/] } },
        { about: { $elemMatch: { $gte: 'party:A', $lt: 'party:A\u{10FFFF}' } } },
      ],
    });
  });
});
