import type { Accepted } from './shipment.js';
import {
  acknowledged,
  ANTIMONY,
  arrived,
  closedOut,
  CONTAINERS,
  departed,
  estimated,
  IN_FIVE,
  itinerary,
  KARACHI,
  observed,
  planned,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  SALALAH,
  shipmentAfter,
} from './shipment.story.js';

const exceptionsAfter = (...events: Accepted[]) => shipmentAfter(events).exceptions ?? [];
const openAfter = (...events: Accepted[]) =>
  exceptionsAfter(...events).flatMap(({ type, acknowledged: seen }) => (seen ? [] : [type]));
/** Type, and the event that shows it. */
const shownBy = (...events: Accepted[]) => exceptionsAfter(...events).map(({ type, id }) => [type, id]);

describe('a shipment is delayed', () => {
  const due = registered({ deadline: '2025-10-01T00:00:00Z' });

  it('while it is expected behind its deadline', () => {
    const late = estimated('2025-10-01T00:00:01Z', { said: '2025-09-20T00:00:00Z', id: 'late' });
    expect(exceptionsAfter(due, late)).toEqual([
      {
        type: 'delayed',
        severity: 'warning',
        since: '2025-09-20T00:00:00.000Z',
        detail: 'expected 2025-10-01T00:00:01Z, due 2025-10-01T00:00:00Z',
        source: '/carrier',
        id: 'late',
      },
    ]);
    expect(openAfter(due, estimated('2025-10-01T00:00:00Z'))).toEqual([]);
    expect(openAfter(due, late, retracted(late))).toEqual([]);
  });

  it('by more than a day behind the plan, where there is no deadline', () => {
    const plan = planned('2025-10-01T00:00:00Z');
    expect(openAfter(registered(), plan, estimated('2025-10-02T00:00:00Z'))).toEqual([]);
    expect(openAfter(registered(), plan, estimated('2025-10-02T00:00:01Z'))).toEqual(['delayed']);
  });

  it('until it arrives, or ends otherwise; a part of it is not enough', () => {
    const late = estimated('2025-10-05T00:00:00Z');
    expect(openAfter(due, late, arrived())).toEqual([]);
    expect(openAfter(due, late, closedOut('lost'))).toEqual([]);
    const inFive = registered({ deadline: '2025-10-01T00:00:00Z', cargo: IN_FIVE });
    expect(openAfter(inFive, late, arrived({ containers: [CONTAINERS[0]] }))).toEqual(['delayed']);
  });
});

describe('a shipment is misdirected', () => {
  const direct = itinerary([KARACHI, SAINT_LOUIS]);

  it('while it is at a port that neither its route nor its itinerary has', () => {
    const call = arrived({ place: SALALAH, at: '2025-09-20T00:00:00Z', id: 'astray' });
    expect(shownBy(registered(), direct, call)).toEqual([['misdirected', 'astray']]);
    expect(openAfter(registered(), direct, call, arrived())).toEqual([]);
    expect(openAfter(registered(), call, itinerary([KARACHI, SALALAH, SAINT_LOUIS]))).toEqual([]);
  });

  it('never where no itinerary says by which ports it goes', () => {
    expect(openAfter(registered(), arrived({ place: SALALAH }))).toEqual([]);
  });
});

describe('a shipment is rerouted', () => {
  const HOUSTON = { unlocode: 'USHOU' };
  const JEDDAH = { unlocode: 'SAJED' };
  const left = departed({ at: '2025-09-12T00:00:00Z', place: KARACHI });
  const plan = (id: string, said: string, ...places: (typeof KARACHI)[]) => itinerary(places, { id, said });
  const first = plan('first', '2025-09-01T00:00:00Z', KARACHI, SALALAH, SAINT_LOUIS);
  const second = plan('second', '2025-09-15T00:00:00Z', KARACHI, JEDDAH, SAINT_LOUIS);

  it('while it is planned to go where it was not asked to', () => {
    const away = plan('away', '2025-09-02T00:00:00Z', KARACHI, SALALAH, HOUSTON);
    expect(exceptionsAfter(registered(), first, away)).toMatchObject([
      { type: 'rerouted', severity: 'warning', since: '2025-09-02T00:00:00.000Z', id: 'away' },
    ]);
    expect(openAfter(registered(), away, plan('back', '2025-09-03T00:00:00Z', KARACHI, SAINT_LOUIS))).toEqual(
      [],
    );
    expect(openAfter(registered({ to: HOUSTON }), away)).toEqual([]);
    expect(openAfter(away)).toEqual([]);
  });

  it('by other ports than were planned when it left, whatever order that comes in', () => {
    expect(shownBy(registered(), second, left, first)).toEqual([['rerouted', 'second']]);
    expect(exceptionsAfter(registered(), first, left, second)[0]!.detail).toBe(
      'planned by PKKHI, SAJED, USSTL, when it left by PKKHI, OMSLL, USSTL',
    );
    const again = plan('again', '2025-09-20T00:00:00Z', KARACHI, SALALAH, SAINT_LOUIS);
    expect(openAfter(registered(), first, left, second, again)).toEqual([]);
    expect(openAfter(registered(), first, left, second, retracted(second))).toEqual([]);
  });

  it('on the same evidence, however often the way is told again with other times', () => {
    const seen = acknowledged('rerouted', second);
    const told = plan('told', '2025-09-18T00:00:00Z', KARACHI, JEDDAH, SAINT_LOUIS);
    expect(openAfter(registered(), first, left, second, seen, told)).toEqual([]);
    const other = plan('other', '2025-09-19T00:00:00Z', KARACHI, SAINT_LOUIS);
    expect(shownBy(registered(), first, left, second, seen, other)).toEqual([['rerouted', 'other']]);
  });

  it('not by a plan of before it left, nor by the rest of the way that it is on', () => {
    expect(openAfter(registered(), first, second)).toEqual([]);
    const late = departed({ at: '2025-09-16T00:00:00Z', place: KARACHI });
    expect(openAfter(registered(), first, second, late)).toEqual([]);
    expect(openAfter(registered(), left, second)).toEqual([]);
    const rest = plan('rest', '2025-09-20T00:00:00Z', SALALAH, SAINT_LOUIS);
    expect(openAfter(registered(), first, left, rest)).toEqual([]);
  });

  it('until it is seen at the port, or has arrived whole', () => {
    const call = arrived({ place: JEDDAH, at: '2025-09-20T00:00:00Z' });
    const direct = plan('direct', '2025-08-30T00:00:00Z', KARACHI, SAINT_LOUIS);
    expect(openAfter(registered(), direct, left, second, call)).toEqual([]);
    expect(openAfter(registered(), first, left, second, arrived())).toEqual([]);
  });
});

describe('a shipment is held', () => {
  const held = reported('customs-held', { place: SAINT_LOUIS, at: '2025-10-03T00:00:00Z' });

  it('until customs release it, at the same place', () => {
    expect(openAfter(registered(), held)).toEqual(['held']);
    const release = (place?: typeof SALALAH, at = '2025-10-04T00:00:00Z') =>
      reported('customs-released', { place, at });
    expect(openAfter(registered(), held, release(SAINT_LOUIS))).toEqual([]);
    expect(openAfter(registered(), held, release())).toEqual([]);
    expect(openAfter(registered(), held, release(SALALAH))).toEqual(['held']);
    expect(openAfter(registered(), held, release(SAINT_LOUIS, '2025-10-02T00:00:00Z'))).toEqual(['held']);
  });

  const [first, second] = CONTAINERS;
  const inTwo = registered({ cargo: [{ ...ANTIMONY, containers: [first, second] }] });
  const customs = (word: 'held' | 'released', day: number, ...containers: string[]) =>
    reported(`customs-${word}`, {
      place: SAINT_LOUIS,
      at: `2025-10-0${day}T00:00:00Z`,
      id: `${word} ${day}`,
      ...(containers.length > 0 && { containers }),
    });

  it('while any of its containers is', () => {
    const each = [inTwo, customs('held', 3, first), customs('held', 4, second)];
    expect(exceptionsAfter(...each, customs('released', 5, second))).toMatchObject([
      { type: 'held', id: 'held 3', detail: `held by customs at USSTL: ${first}` },
    ]);
    expect(openAfter(...each, customs('released', 5, second), customs('released', 6, first))).toEqual([]);
    expect(openAfter(...each, customs('released', 5))).toEqual([]);
    expect(openAfter(...each, customs('released', 5, first, second), customs('held', 6, first))).toEqual([
      'held',
    ]);
  });

  it('as a whole until each container is released, where it is known which there are', () => {
    const whole = [inTwo, customs('held', 3)];
    expect(exceptionsAfter(...whole, customs('released', 4, second))).toMatchObject([
      { type: 'held', detail: `held by customs at USSTL: ${first}` },
    ]);
    expect(openAfter(...whole, customs('released', 4, second), customs('released', 5, first))).toEqual([]);
    expect(openAfter(registered(), customs('held', 3), customs('released', 4, second))).toEqual([]);
  });
});

describe('damage', () => {
  it('is shown by the first observation of it', () => {
    const first = observed('damaged', { at: '2025-09-20T00:00:00Z', said: '2025-09-20T00:00:00Z', id: 'a' });
    const second = observed('damaged', { at: '2025-09-21T00:00:00Z', said: '2025-09-21T00:00:00Z', id: 'b' });
    expect(shownBy(second, first)).toEqual([['damaged', 'a']]);
    expect(shownBy(second, first, retracted(first))).toEqual([['damaged', 'b']]);
    expect(openAfter(observed('inspecting'))).toEqual([]);
  });

  it('is told of each container', () => {
    const damaged = (id: string, ...containers: string[]) =>
      observed('damaged', { said: `2025-09-2${id}T00:00:00Z`, id, containers });
    const [first, second] = CONTAINERS;
    const [one, both] = [damaged('1', first), damaged('2', first, second)];
    expect(exceptionsAfter(both, one)).toMatchObject([
      { id: '1', detail: `damage to ${first} was observed` },
    ]);
    expect(exceptionsAfter(both, one, acknowledged('damaged', one))).toMatchObject([
      { id: '2', detail: `damage to ${first}, ${second} was observed` },
    ]);
  });

  it('is told again when a container is seen damaged after what is acknowledged', () => {
    const damaged = (id: string) =>
      observed('damaged', { said: `2025-09-2${id}T00:00:00Z`, id, containers: [CONTAINERS[0]] });
    const [one, two, three] = [damaged('1'), damaged('2'), damaged('3')];
    const seen = [acknowledged('damaged', one), acknowledged('damaged', two)];
    expect(openAfter(one, two, ...seen)).toEqual([]);
    expect(openAfter(one, two, three, ...seen)).toEqual(['damaged']);
    expect(shownBy(three, one, two, ...seen)).toEqual([['damaged', '3']]);
    expect(openAfter(one, two, three, ...seen, acknowledged('damaged', three))).toEqual([]);
  });
});

describe('seals', () => {
  const sealed = (number: string, at: string, container: string = CONTAINERS[0]) =>
    reported('gate-in', { at, seals: [{ number, container }], id: `${number} ${at}` });

  it('do not match where a container is seen with other numbers than at first', () => {
    const [first, other] = [sealed('A', '2025-09-10T00:00:00Z'), sealed('B', '2025-10-01T00:00:00Z')];
    expect(shownBy(other, first)).toEqual([['seal-mismatch', other.event.id]]);
    expect(openAfter(first, sealed('A', '2025-10-01T00:00:00Z'))).toEqual([]);
    expect(openAfter(first, sealed('B', '2025-10-01T00:00:00Z', CONTAINERS[1]))).toEqual([]);
  });

  it('match where one is added, and not where one of them is gone', () => {
    const two = reported('gate-in', {
      at: '2025-09-12T00:00:00Z',
      seals: ['A', 'B'].map((number) => ({ number, container: CONTAINERS[0] })),
    });
    expect(openAfter(sealed('A', '2025-09-10T00:00:00Z'), two)).toEqual([]);
    const gone = sealed('B', '2025-09-20T00:00:00Z');
    expect(shownBy(sealed('A', '2025-09-10T00:00:00Z'), two, gone)).toEqual([
      ['seal-mismatch', gone.event.id],
    ]);
    expect(shownBy(two, gone)).toEqual([['seal-mismatch', gone.event.id]]);
  });

  it('are those of observations too', () => {
    const opened = observed('RSEA', {
      said: '2025-09-20T00:00:00Z',
      seals: [{ number: 'C', container: CONTAINERS[0] }],
      id: 'resealed',
    });
    expect(shownBy(sealed('A', '2025-09-10T00:00:00Z'), opened)).toEqual([['seal-mismatch', 'resealed']]);
  });

  it('that name no container are those of the only one', () => {
    const unnamed = reported('gate-in', { at: '2025-09-10T00:00:00Z', seals: [{ number: 'A' }] });
    const other = sealed('B', '2025-09-20T00:00:00Z');
    const inOne = registered({ cargo: [{ ...ANTIMONY, containers: [CONTAINERS[0]] }] });
    expect(openAfter(inOne, unnamed, sealed('A', '2025-09-20T00:00:00Z'))).toEqual([]);
    expect(shownBy(other, unnamed, inOne)).toEqual([['seal-mismatch', other.event.id]]);
    expect(openAfter(registered({ cargo: IN_FIVE }), unnamed, other)).toEqual([]);
  });

  it('match in whatever order they are listed', () => {
    const two = (at: string, ...numbers: string[]) =>
      reported('gate-in', { at, seals: numbers.map((number) => ({ number })) });
    expect(openAfter(two('2025-09-10T00:00:00Z', 'A', 'B'), two('2025-09-12T00:00:00Z', 'B', 'A'))).toEqual(
      [],
    );
  });

  it.each(['', '-'])('are told in whole characters, at most a thousand of them', (shift) => {
    const numbers = Array.from({ length: 20 }, (_, nth) => ({ number: `${shift}${nth}${'😀'.repeat(90)}` }));
    const other = reported('gate-in', { at: '2025-10-01T00:00:00Z', seals: numbers });
    const [{ detail } = { detail: '' }] =
      shipmentAfter([reported('gate-in', { seals: [{ number: 'A' }] }), other]).exceptions ?? [];
    expect([...detail]).toHaveLength(1000);
    expect(detail.isWellFormed()).toBe(true);
  });
});

describe('weights', () => {
  const weighed = (quantity: string, unit: 'TNE' | 'KGM' = 'TNE', kind: 'wet' | 'gross' = 'wet') =>
    reported('discharged', { weights: [{ kind, quantity, unit, lot: 'L1' }], id: `${quantity} ${unit}` });

  it('do not match beyond half a percent of what was declared', () => {
    const registration = registered({ cargo: [{ ...ANTIMONY, quantity: '20' }] });
    expect(openAfter(registration, weighed('20.1'))).toEqual([]);
    expect(openAfter(registration, weighed('19.9'))).toEqual([]);
    expect(openAfter(registration, weighed('19900', 'KGM'))).toEqual([]);
    expect(shownBy(registration, weighed('20.2'))).toEqual([['cargo-mismatch', '20.2 TNE']]);
    expect(openAfter(registration, weighed('19899', 'KGM'))).toEqual(['cargo-mismatch']);
  });

  it('of lots of one name are held against their sum', () => {
    const registration = registered({ cargo: [ANTIMONY, { ...ANTIMONY, mineral: 'copper' }] });
    expect(openAfter(registration, weighed('41'))).toEqual([]);
    expect(openAfter(registration, weighed('20.5'))).toEqual(['cargo-mismatch']);
  });

  it('of the whole shipment are held against the sum of its lots, where these are declared alike', () => {
    const whole = reported('discharged', {
      weights: [{ kind: 'wet', quantity: '40', unit: 'TNE' }],
      id: 'draft survey',
    });
    const copper = { ...ANTIMONY, lot: 'CU', quantity: '20500', unit: 'KGM' as const };
    expect(shownBy(registered({ cargo: [ANTIMONY, copper] }), whole)).toEqual([
      ['cargo-mismatch', 'draft survey'],
    ]);
    expect(openAfter(registered({ cargo: [ANTIMONY, { ...copper, quantity: '19500' }] }), whole)).toEqual([]);
    expect(openAfter(registered({ cargo: [ANTIMONY, { ...copper, basis: 'dry' }] }), whole)).toEqual([]);
  });

  it('are held against each other where nothing of the kind was declared', () => {
    expect(openAfter(registered(), weighed('25', 'TNE', 'gross'))).toEqual([]);
    expect(openAfter(weighed('25', 'TNE', 'gross'), weighed('25.2', 'TNE', 'gross'))).toEqual([
      'cargo-mismatch',
    ]);
  });
});

describe('an order of events is impossible', () => {
  it('where a shipment has left its port of discharge before it came there', () => {
    const left = reported('gate-out', { place: SAINT_LOUIS, at: '2025-10-01T00:00:00Z', id: 'left' });
    expect(shownBy(registered(), left, arrived())).toEqual([['impossible-order', 'left']]);
    expect(openAfter(registered(), left)).toEqual([]);
    const after = reported('gate-out', { place: SAINT_LOUIS, at: '2025-10-05T00:00:00Z' });
    expect(openAfter(registered(), after, arrived())).toEqual([]);
  });

  it('and not where it left another place, or containers arrive one by one', () => {
    const left = reported('gate-out', { place: KARACHI, at: '2025-09-01T00:00:00Z' });
    expect(openAfter(registered(), left, departed(), arrived())).toEqual([]);
    const [first, second] = CONTAINERS;
    expect(
      openAfter(
        registered({ cargo: IN_FIVE }),
        arrived({ at: '2025-10-01T00:00:00Z', containers: [first] }),
        reported('gate-out', { place: SAINT_LOUIS, at: '2025-10-02T00:00:00Z', containers: [first] }),
        arrived({ at: '2025-10-03T00:00:00Z', containers: [second] }),
      ),
    ).toEqual([]);
  });
});

describe('conditions', () => {
  const read = (value: string, unit: string, at = '2025-09-20T00:00:00Z') =>
    observed('sensor', { at, measurements: [{ type: 'temperature', value, unit }], id: `${value} ${unit}` });
  const cool = registered({ limits: [{ type: 'temperature', min: '2', max: '8', unit: 'CEL' }] });

  it('are out of their limits by the furthest reading, in whatever unit', () => {
    expect(openAfter(cool, read('8', 'CEL'), read('46.4', 'FAH'), read('281.15', 'KEL'))).toEqual([]);
    expect(shownBy(cool, read('8.1', 'CEL'), read('282', 'KEL'))).toEqual([
      ['conditions-exceeded', '282 KEL'],
    ]);
    expect(shownBy(cool, read('1.9', 'CEL'))).toEqual([['conditions-exceeded', '1.9 CEL']]);
  });

  it('are judged by the limits that are registered afterwards, and not without any, nor in a unit of something else', () => {
    expect(openAfter(read('9', 'CEL'), cool)).toEqual(['conditions-exceeded']);
    expect(openAfter(read('9', 'CEL'), registered())).toEqual([]);
    expect(openAfter(read('9', 'MSK'), cool)).toEqual([]);
  });
});

describe('an exception that an operator acknowledges', () => {
  const due = registered({ deadline: '2025-10-01T00:00:00Z' });
  const late = estimated('2025-10-05T00:00:00Z', { said: '2025-09-20T00:00:00Z' });

  it('is no longer open, and says who has seen it and why', () => {
    const [seen] = exceptionsAfter(
      due,
      late,
      acknowledged('delayed', late, { said: '2025-09-21T00:00:00Z' }),
    );
    expect(seen).toMatchObject({
      type: 'delayed',
      acknowledged: { at: '2025-09-21T00:00:00.000Z', reason: 'the consignee agrees', by: 'operator' },
    });
  });

  it('is open again by other evidence', () => {
    const later = estimated('2025-10-06T00:00:00Z', { said: '2025-09-21T00:00:00Z' });
    expect(openAfter(due, late, acknowledged('delayed', late), later)).toEqual(['delayed']);
  });

  it('leaves open what shows the same of another container, or anew of the same one', () => {
    const sealed = (nth: number, number: string, day: number) =>
      reported('gate-in', {
        at: `2025-09-1${day}T00:00:00Z`,
        seals: [{ number, container: CONTAINERS[nth]! }],
        id: `${nth} ${number}`,
      });
    const [first, second] = [sealed(0, 'B', 2), sealed(1, 'B', 3)];
    const all = [sealed(0, 'A', 1), first, sealed(1, 'A', 1), second];
    expect(shownBy(...all)).toEqual([['seal-mismatch', '0 B']]);
    expect(shownBy(...all, acknowledged('seal-mismatch', first))).toEqual([['seal-mismatch', '1 B']]);
    const seen = [first, second].map((one) => acknowledged('seal-mismatch', one));
    expect(openAfter(...all, ...seen)).toEqual([]);
    expect(shownBy(...all, ...seen, sealed(0, 'C', 4))).toEqual([['seal-mismatch', '0 C']]);
    expect(exceptionsAfter(...all, ...seen)).toMatchObject([{ id: '0 B', acknowledged: {} }]);
  });

  it('leaves open what is beyond the other limit, or too light where it was too heavy', () => {
    const read = (value: string, day: number) =>
      observed('sensor', {
        said: `2025-09-1${day}T00:00:00Z`,
        measurements: [{ type: 'temperature', value, unit: 'CEL' }],
      });
    const cool = registered({ limits: [{ type: 'temperature', min: '2', max: '8', unit: 'CEL' }] });
    const [warm, cold] = [read('9', 1), read('1', 2)];
    expect(openAfter(cool, warm, acknowledged('conditions-exceeded', warm))).toEqual([]);
    expect(openAfter(cool, warm, acknowledged('conditions-exceeded', warm), cold)).toEqual([
      'conditions-exceeded',
    ]);
    const scale = (quantity: string) =>
      reported('discharged', { weights: [{ kind: 'wet', quantity, unit: 'TNE', lot: 'L1' }] });
    const [light, heavy] = [scale('15'), scale('25')];
    const seen = acknowledged('cargo-mismatch', light);
    expect(openAfter(registered(), light, seen)).toEqual([]);
    expect(openAfter(registered(), light, seen, heavy)).toEqual(['cargo-mismatch']);
  });

  it('may be acknowledged before its evidence comes, and that be taken back', () => {
    const seen = acknowledged('delayed', late);
    expect(openAfter(due, seen, late)).toEqual([]);
    expect(openAfter(due, seen, late, retracted(seen))).toEqual(['delayed']);
  });
});
