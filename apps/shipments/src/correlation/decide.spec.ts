import fc from 'fast-check';
import type { DatedReference, Reference } from '#contracts/trade.js';
import { booking, container, deal } from './correlation.story.js';
import {
  ambiguous,
  decide,
  type Decision,
  MOST_SHARING,
  type NamedShipment,
  soughtBy,
  valuesOf,
} from './decide.js';

const AT = new Date('2025-10-01T00:00:00Z');
const C1 = container('CSQU3054383');
const B1 = booking('B-1');

const shipment = (id: string, references: readonly DatedReference[], dealId?: string): NamedShipment => ({
  id,
  references,
  dealId,
});
const of = (...references: Reference[]) => ({
  among: (...shipments: NamedShipment[]): Decision => decide({ references, at: AT }, shipments),
});
const NO_MATCH: Decision = { reason: 'no-match' };

describe('an event is of', () => {
  it('the one shipment that one of its references names', () => {
    expect(of(C1).among(shipment('A', [C1]), shipment('B', [B1]))).toEqual({ shipments: ['A'] });
    expect(of(C1, booking('other')).among(shipment('A', [C1]))).toEqual({ shipments: ['A'] });
  });

  it('none, where no shipment has any of them', () => {
    expect(of(C1).among()).toEqual(NO_MATCH);
    expect(of(C1).among(shipment('A', [booking(C1.value)]))).toEqual(NO_MATCH);
  });

  it('the shipment that had the container then, of several over the years', () => {
    const before = { ...C1, from: '2024-01-01T00:00:00Z', to: '2024-06-30T00:00:00Z' };
    const then = { ...C1, from: '2025-09-01T00:00:00Z', to: '2025-10-01T00:00:00Z' };
    const after = { ...C1, from: '2025-10-01T00:00:01Z' };
    expect(of(C1).among(shipment('A', [before]), shipment('B', [then]), shipment('C', [after]))).toEqual({
      shipments: ['B'],
    });
    expect(of(C1).among(shipment('A', [before]))).toEqual(NO_MATCH);
  });

  it('the shipment that has more of its references, and all that another has', () => {
    expect(of(C1, B1).among(shipment('A', [C1, B1]), shipment('B', [C1]), shipment('C', [B1]))).toEqual({
      shipments: ['A'],
    });
  });

  it('the shipment of the deal that it names, where the container alone does not tell', () => {
    const both = [shipment('A', [C1], 'DEAL-1'), shipment('B', [C1], 'DEAL-2')];
    expect(of(C1).among(...both)).toEqual(ambiguous(['A', 'B']));
    expect(of(C1, deal('DEAL-2')).among(...both)).toEqual({ shipments: ['B'] });
  });

  it('no shipment by its deal alone: the next one of that deal may come any day', () => {
    expect(of(deal('DEAL-1')).among(shipment('A', [C1], 'DEAL-1'))).toEqual(NO_MATCH);
  });

  it('the shipment whose id it has, whatever else it says', () => {
    const own: Reference = { type: 'shipment', value: 'SHP-9' };
    expect(of(own, C1).among(shipment('A', [C1]))).toEqual({ shipments: ['SHP-9'] });
    expect(of(own, { ...own, value: 'SHP-8' }).among()).toEqual(ambiguous(['SHP-8', 'SHP-9']));
    expect(valuesOf({ references: [own, C1] })).toEqual([]);
  });

  it('the one that its container names, where what is said to be our id cannot be', () => {
    const foreign: Reference = { type: 'shipment', value: 'Their No. 12/b' };
    expect(of(foreign, C1).among(shipment('A', [C1]))).toEqual({ shipments: ['A'] });
  });
});

describe('it is not guessed', () => {
  it('which of several in one container is meant', () => {
    expect(of(C1).among(shipment('B', [C1]), shipment('A', [C1]))).toEqual(ambiguous(['A', 'B']));
  });

  it('whether the container or the booking is right, where they name different shipments', () => {
    expect(of(C1, B1).among(shipment('A', [C1]), shipment('B', [B1]))).toEqual(ambiguous(['A', 'B']));
  });

  it('that more references outweigh one that another has alone', () => {
    const seal: Reference = { type: 'seal', value: 'S-1' };
    expect(of(C1, seal, B1).among(shipment('A', [C1, seal]), shipment('B', [B1]))).toEqual(
      ambiguous(['A', 'B']),
    );
  });
});

describe('shipments that share a container', () => {
  const shared = { ...C1, shared: true };
  it('are all meant, by an event that names it alone', () => {
    expect(of(C1).among(shipment('B', [shared]), shipment('A', [shared]))).toEqual({ shipments: ['A', 'B'] });
  });
  it('are told apart by what else the event names', () => {
    expect(of(C1, B1).among(shipment('A', [shared]), shipment('B', [shared, B1]))).toEqual({
      shipments: ['B'],
    });
  });
  it('are ambiguous with one that does not say that it shares it', () => {
    expect(of(C1).among(shipment('A', [shared]), shipment('B', [C1]))).toEqual(ambiguous(['A', 'B']));
  });
  it('are ambiguous, where they are more than one event goes on to', () => {
    const sharing = Array.from({ length: MOST_SHARING + 1 }, (_, nth) => shipment(`S-${nth}`, [shared]));
    expect(of(C1).among(...sharing)).toMatchObject({ reason: 'ambiguous' });
    expect(of(C1).among(...sharing.slice(1))).toMatchObject({ shipments: { length: MOST_SHARING } });
  });
});

const CANDIDATES = Array.from({ length: 30 }, (_, nth) => `S-${nth}`);
it('of many candidates some are shown', () => {
  const decision = of(C1).among(...CANDIDATES.map((id) => shipment(id, [C1])));
  expect(decision).toMatchObject({ reason: 'ambiguous', candidates: { length: 20 } });
});

it('an event asks for each of its references once, however a container is written', () => {
  expect(soughtBy([C1, container('csqu 305438-3'), B1, booking(' B-1 ')])).toEqual([C1, B1]);
});

it('an event asks for no reference that is blank', () => {
  expect(soughtBy([booking(' '), C1, container(' - ')])).toEqual([C1]);
});

describe('whatever the references and shipments', () => {
  const reference = fc.constantFrom(C1, B1, container('MSCU1234566'), booking('B-2'), deal('DEAL-1'));
  const held = fc.record(
    {
      nth: fc.constantFrom(C1, B1, container('MSCU1234566'), booking('B-2')),
      shared: fc.boolean(),
      from: fc.constantFrom('2025-09-01T00:00:00Z', '2025-10-02T00:00:00Z'),
    },
    { requiredKeys: ['nth'] },
  );
  const shipments = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('A', 'B', 'C', 'D'),
      dealId: fc.constantFrom('DEAL-1', undefined),
      references: fc.array(held.map(({ nth, ...rest }) => ({ ...nth, ...rest }))),
    }),
    { selector: ({ id }) => id },
  );
  const references = fc.uniqueArray(reference, { selector: ({ value }) => value });

  it('their order does not matter', () => {
    fc.assert(
      fc.property(
        references.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        shipments.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([some, shuffled], [known, inAnyOrder]) => {
          expect(of(...shuffled).among(...inAnyOrder)).toEqual(of(...some).among(...known));
        },
      ),
    );
  });

  it('an event goes to several only where each of them shares, and never where another has what they lack', () => {
    fc.assert(
      fc.property(references, shipments, (some, known) => {
        const decision = of(...some).among(...known);
        if (!('shipments' in decision)) return;
        const others = known.filter(({ id }) => !decision.shipments.includes(id));
        const alone = decision.shipments.map((id) => known.find((each) => each.id === id)!);
        expect(of(...some).among(...alone)).toEqual(decision);
        if (decision.shipments.length > 1)
          expect(alone.every((each) => each.references.some(({ shared }) => shared))).toBe(true);
        for (const other of others) {
          const lacks = some.filter(
            ({ value }) =>
              !alone[0]!.references.some((has) => has.value === value && has.from !== '2025-10-02T00:00:00Z'),
          );
          const named = lacks.filter(({ type }) => type !== 'deal');
          expect(of(...named).among(other)).toEqual(NO_MATCH);
        }
      }),
    );
  });
});
