import { deliveredTo, type Logged, poisonsIn, scaled, shipmentsIn } from './model.js';

let offset = 0;
const logged = (id: string, type: string, time: string, data: object, key = 'SHP-1'): Logged => ({
  topic: 'shipments.inbound',
  partition: 0,
  offset: offset++,
  key,
  value: JSON.stringify(data),
  headers: { ce_id: id, ce_source: '/upstream', ce_type: `orebound.shipment.${type}.v1`, ce_time: time },
});

const registered = logged('r', 'registered', '2025-09-01T00:00:00Z', {
  dealId: 'DEAL-1',
  cargo: [{ mineral: 'antimony', quantity: '14.25' }],
});
const milestone = (id: string, name: string, at: string, classifier = 'ACT'): Logged =>
  logged(id, 'milestone-reported', at, { milestone: name, classifier, at });
const departed = milestone('d', 'departed', '2025-09-10T00:00:00Z');
const arrived = milestone('a', 'arrived', '2025-10-02T00:00:00Z');
const notArrived = logged('n', 'event-retracted', '2025-10-03T00:00:00Z', { eventId: 'a' });

it('takes each event once and tells what each changed, in the order of the log', () => {
  const [shipment] = shipmentsIn([registered, departed, departed, arrived]);
  expect(shipment).toMatchObject({ status: 'arrived', arrivedAt: '2025-10-02T00:00:00Z', dealId: 'DEAL-1' });
  expect(shipment!.published.map(({ type, cause }) => `${type.split('.')[2]} of ${cause}`)).toEqual([
    'registered of r',
    'status-changed of r',
    'status-changed of d',
    'status-changed of a',
    'arrived of a',
  ]);
});

it('comes to the same state in whatever order, and tells of an arrival once it is registered', () => {
  const [shipment] = shipmentsIn([
    { ...arrived, offset: 100 },
    { ...departed, offset: 101 },
    { ...registered, offset: 102 },
  ]);
  expect(shipment).toMatchObject({ status: 'arrived', arrivedAt: '2025-10-02T00:00:00Z' });
  expect(shipment!.published.map(({ type }) => type.split('.')[2])).toEqual([
    'status-changed',
    'registered',
    'arrived',
  ]);
});

it('takes an arrival back, and never takes one that was taken back before it came', () => {
  expect(shipmentsIn([registered, departed, arrived, notArrived])[0]).toMatchObject({
    status: 'departed',
    arrivedAt: undefined,
  });
  const [early] = shipmentsIn([
    registered,
    departed,
    { ...notArrived, offset: 200 },
    { ...arrived, offset: 201 },
  ]);
  expect(early).toMatchObject({ status: 'departed', arrivedAt: undefined });
  expect(early!.published.filter(({ type }) => type.includes('arriv'))).toEqual([]);
});

it('sums what has arrived, exactly', () => {
  const shipments = shipmentsIn([
    registered,
    arrived,
    ...['SHP-2', 'SHP-3'].flatMap((key) => [
      { ...registered, key },
      ...(key === 'SHP-2' ? [{ ...arrived, key }] : []),
    ]),
  ]);
  expect(deliveredTo(shipments).get('DEAL-1')!.get('antimony')).toBe(28_500_000n);
});

it('knows poison by its header, and its place', () => {
  const poison = { ...departed, offset: 7, headers: { poison: '0' } };
  expect([...poisonsIn([registered, poison]).keys()]).toEqual(['shipments.inbound/0/7']);
  expect(shipmentsIn([poison])).toEqual([]);
});

it.each([
  ['12.5', 3, 12_500n],
  ['0', 3, 0n],
  ['1250.500', 3, 1_250_500n],
  ['7', 0, 7n],
])('%s with %i digits is %s', (text, digits, whole) => {
  expect(scaled(text, digits)).toBe(whole);
});

it('refuses a digit too many rather than to round', () => {
  expect(() => scaled('0.0001', 3)).toThrow('more than 3 digits');
});
