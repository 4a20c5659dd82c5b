import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkData } from './check-data.js';
import { type ContractClass, type Openness } from './contract.js';
import { DealRegistered } from './deals.js';
import { FAULT_CODES, REFUSAL_CODES, RefusedEvent } from './fault.js';
import { EventRetracted, MilestoneReported, ShipmentArrived, ShipmentRegistered } from './shipments.js';
import { checkEvent } from './topic.js';
import { SHIPMENTS_INBOUND } from './shipments.js';

const refusal = (contract: ContractClass, data: unknown, openness: Openness = 'closed'): RefusedEvent => {
  try {
    checkData(contract, openness, data);
  } catch (error) {
    if (error instanceof RefusedEvent) return error;
    throw error;
  }
  throw new Error('it was taken');
};
const told = (contract: ContractClass, data: unknown, openness?: Openness): string[] =>
  refusal(contract, data, openness).faults.map(
    ({ pointer, code, message }) => `${pointer} ${code}: ${message}`,
  );

const lot = { lot: 'lot-1', mineral: 'antimony', quantity: '12.5', unit: 'TNE', basis: 'wet' };
const registered = {
  route: { origin: { unlocode: 'PKKHI' }, destination: { unlocode: 'USSTL' } },
  cargo: [lot],
};
const milestone = { milestone: 'arrived', classifier: 'ACT', at: '2025-10-02T09:40:00-05:00' };

describe('each fault is told where it is and in words that help', () => {
  it.each<[string, ContractClass, unknown, string[]]>([
    [
      'a valid one without its place',
      ShipmentArrived,
      { at: milestone.at, cargo: [lot] },
      ['/data/place required: must be given: an object'],
    ],
    ['no data', EventRetracted, null, ['/data malformed: must be an object']],
    [
      'a value that is not of the list',
      MilestoneReported,
      { ...milestone, classifier: 'EXP' },
      ['/data/classifier not-allowed: must be planned, estimated or actual: PLN, EST or ACT'],
    ],
    [
      'a value of another type, once',
      MilestoneReported,
      { ...milestone, classifier: 5 },
      ['/data/classifier not-allowed: must be planned, estimated or actual: PLN, EST or ACT'],
    ],
    [
      'a time without its offset',
      MilestoneReported,
      { ...milestone, at: '2025-10-02T09:40:00' },
      ['/data/at malformed: must be an RFC 3339 date-time with its offset'],
    ],
    ['an empty text', EventRetracted, { eventId: '' }, ['/data/eventId malformed: must not be empty']],
    [
      'a text too long',
      EventRetracted,
      { eventId: 'x'.repeat(1025) },
      ['/data/eventId too-long: must be at most 1024 characters'],
    ],
    [
      'a control character',
      EventRetracted,
      { eventId: 'a\u0000' },
      ['/data/eventId malformed: must be text of 1 to 1024 characters, without control characters'],
    ],
    [
      'an empty list',
      ShipmentRegistered,
      { ...registered, cargo: [] },
      ['/data/cargo too-few: must have at least 1 item'],
    ],
    [
      'a list too long',
      ShipmentRegistered,
      { ...registered, cargo: Array(101).fill(lot) },
      ['/data/cargo too-many: must have at most 100 items'],
    ],
    [
      'no list',
      ShipmentRegistered,
      { ...registered, cargo: lot },
      ['/data/cargo malformed: must be a list of 1 to 100 objects'],
    ],
    [
      'items that are no objects',
      ShipmentRegistered,
      { ...registered, cargo: [null, [lot], 'lot'] },
      [0, 1, 2].map((index) => `/data/cargo/${index} malformed: must be an object`),
    ],
    [
      'an item of a list of texts',
      MilestoneReported,
      { ...milestone, containers: ['CSQU3054383', 'csqu3054383', 7] },
      [1, 2].map(
        (index) => `/data/containers/${index} malformed: must be a container number in the form of ISO 6346`,
      ),
    ],
    [
      'a property nobody knows',
      MilestoneReported,
      { ...milestone, 'a/b~': 1 },
      ['/data/a~1b~0 unknown-property: is not part of the contract; what you want kept goes into extensions'],
    ],
    [
      'a property nobody knows, where there are no extensions',
      EventRetracted,
      { eventId: 'a', why: 'x' },
      ['/data/why unknown-property: is not part of the contract'],
    ],
    [
      'a quantity as a number',
      DealRegistered,
      {
        title: 'x',
        parties: [
          { role: 'seller', name: 'FWO', country: 'PK' },
          { role: 'buyer', name: 'USSM', country: 'US' },
        ],
        commitments: [{ mineral: 'antimony', quantity: 5, unit: 'TNE', basis: 'dry' }],
      },
      [
        '/data/commitments/0/quantity malformed: must be a positive decimal number as a string: up to 12 digits, and up to 6 behind the point',
      ],
    ],
  ])('%s', (_, contract, data, expected) => {
    expect(told(contract, data)).toEqual(expected);
  });

  it('tells one fault a place and code, and 50 at most', () => {
    const faults = refusal(ShipmentRegistered, { ...registered, cargo: Array(5000).fill('x') }).faults;
    expect(faults).toHaveLength(50);
    expect(new Set(faults.map(({ pointer, code }) => pointer + code)).size).toBe(50);
  });

  it('points at the nearest place that a pointer can tell, where a sender’s names are endless', () => {
    const nested = { a: { ['x'.repeat(5000)]: 1 } };
    const [fault, ...others] = refusal(MilestoneReported, { ...milestone, extensions: nested }).faults;
    expect(others).toEqual([]);
    expect(fault!.pointer).toBe('/data/extensions/a');
  });
});

describe('names that would do harm', () => {
  const traps = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '$where',
    'a.b',
    '',
    ' ',
    '1a',
  ];
  const withName = (name: string, text: string): unknown =>
    JSON.parse(`{${JSON.stringify(name)}:1,${text.slice(1)}`);

  it.each(traps)('do not get into an inbound event: %j', (name) => {
    expect(told(MilestoneReported, withName(name, JSON.stringify(milestone)))).toHaveLength(1);
    const nested = { ...milestone, place: withName(name, '{"unlocode":"USSTL"}') };
    expect(told(MilestoneReported, nested)).toHaveLength(1);
  });

  it.each(traps)('do not get into extensions, at any depth: %j', (name) => {
    for (const extensions of [withName(name, '{"a":1}'), { a: [{ b: withName(name, '{"a":1}') }] }])
      expect(refusal(MilestoneReported, { ...milestone, extensions }).faults).toHaveLength(1);
  });

  it.each(traps)('do not get into a published event, though it may have properties to come: %j', (name) => {
    const arrived = { at: milestone.at, place: { unlocode: 'USSTL' }, cargo: [lot] };
    expect(() => checkData(ShipmentArrived, 'open', { ...arrived, berth: { dock: ['7'] } })).not.toThrow();
    expect(refusal(ShipmentArrived, withName(name, JSON.stringify(arrived)), 'open').faults).toHaveLength(1);
    const nested = { ...arrived, berth: { dock: [withName(name, '{"a":1}')] } };
    expect(refusal(ShipmentArrived, nested, 'open').faults).toHaveLength(1);
  });

  it('nor does what is nested without end', () => {
    const deep = JSON.parse('{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)) as unknown;
    expect(refusal(MilestoneReported, { ...milestone, extensions: deep }).faults).toHaveLength(1);
    expect(
      refusal(ShipmentArrived, { at: milestone.at, place: { unlocode: 'USSTL' }, cargo: [lot], deep }, 'open')
        .faults,
    ).toHaveLength(1);
  });

  it('and extensions of five levels do', () => {
    const five = { a: { b: [[{ c: 1, d: null, e: 'x', f: true }]] } };
    expect(() => checkData(MilestoneReported, 'closed', { ...milestone, extensions: five })).not.toThrow();
    const six = { a: { b: [[{ c: [] }]] } };
    expect(told(MilestoneReported, { ...milestone, extensions: six })).toEqual([
      '/data/extensions/a/b/0/0/c malformed: must be a value: nothing is nested deeper than 5 levels',
    ]);
  });
});

describe('a topic', () => {
  const event = { id: 'a', source: '/a', subject: 's', data: milestone, extensions: {} };

  it('takes the types of its contracts', () => {
    const reported = { ...event, type: MilestoneReported.type };
    expect(checkEvent(SHIPMENTS_INBOUND, reported)).toBe(reported);
  });

  it('refuses others, naming those it takes', () => {
    const refused = (): unknown => checkEvent(SHIPMENTS_INBOUND, { ...event, type: 'constructor' });
    expect(refused).toThrow('shipments.inbound takes orebound.shipment.registered.v1');
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'unknown-type',
        faults: [expect.objectContaining({ pointer: '/type' })],
      }),
    );
  });
});

describe('docs/errors.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/errors.md'), 'utf8');
  const codesUnder = (heading: string): string[] => {
    const section = page.split(/^## /mu).find((it) => it.startsWith(heading))!;
    return [...section.matchAll(/^\| `([a-z-]+)` \|/gmu)].map(([, code]) => code!);
  };

  it('says of every refusal code, and of no other, what to do about it', () => {
    expect(codesUnder('Refusal codes').sort()).toEqual([...REFUSAL_CODES].sort());
  });

  it('says of every fault code, and of no other, what to do about it', () => {
    expect(codesUnder('Fault codes').sort()).toEqual([...FAULT_CODES].sort());
  });
});
