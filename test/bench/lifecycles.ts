/** Realistic shipment lifecycles, seeded: the traffic that the benchmarks and the faults are run with. */
import type { CloudEvent } from '#contracts/cloudevent.js';
import { type Milestone, MilestoneReported, ShipmentRegistered } from '#contracts/shipments.js';
import { interleaved, random } from '../simulate/mixing.js';
import { MINERALS } from '../simulate/world.js';

const ORIGINS = ['PKKHI', 'PKBQM', 'CNSHA', 'AUFRE', 'CLANF', 'ZADUR'];
const DESTINATIONS = ['USSTL', 'USHOU', 'USNYC', 'USBAL'];
const PASSED: readonly Milestone[] = [
  'booked',
  'gate-in',
  'loaded',
  'departed',
  'arrived',
  'discharged',
  'customs-released',
  'delivered',
];
/** How many a lifecycle has. */
export const EVENTS_A_SHIPMENT = 10;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2025, 8, 1);

/** The events of one shipment in the order of happening: registration, an estimate, eight milestones passed. */
export function lifecycle(shipment: string, seed: number, dealId = `DEAL-${seed % 50}`): CloudEvent[] {
  const next = random(seed);
  const pick = (list: readonly string[]): string => list[Math.floor(next() * list.length)]!;
  const origin = pick(ORIGINS);
  const destination = pick(DESTINATIONS);
  const begin = START + Math.floor(next() * 30 * 24) * HOUR;
  const stamp = (hours: number): string =>
    new Date(begin + hours * HOUR).toISOString().replace('Z', '+00:00');
  const event = (nth: number, source: string, type: string, hours: number, data: object): CloudEvent => ({
    id: `${shipment}-${nth}`,
    source,
    type,
    subject: shipment,
    time: stamp(hours),
    data,
    extensions: {
      correlationid: `corr-${shipment}`,
      traceparent: `00-${hex(seed, 32)}-${hex(nth + 1, 16)}-01`,
    },
  });
  const registered: ShipmentRegistered = {
    dealId,
    route: { origin: { unlocode: origin }, destination: { unlocode: destination }, deadline: stamp(45 * 24) },
    cargo: [
      {
        lot: 'L1',
        mineral: pick(MINERALS),
        quantity: (10 + next() * 500).toFixed(3),
        unit: 'TNE',
        basis: 'wet',
        hsCode: '261710',
      },
    ],
    parties: [
      { role: 'shipper', name: 'Frontier Works Organization', country: 'PK' },
      { role: 'consignee', name: 'US Strategic Metals', country: 'US' },
    ],
  };
  const milestone = (name: Milestone, classifier: 'ACT' | 'EST', hours: number): MilestoneReported => ({
    milestone: name,
    classifier,
    at: stamp(hours),
    place: { unlocode: PASSED.indexOf(name) < 4 ? origin : destination, facility: 'Terminal 2' },
    transport: { mode: 'vessel', vesselName: 'MV Orebound', vesselImo: '9176187', voyage: 'OB042W' },
    remarks: 'as reported by the terminal operating system, not yet checked against the manifest',
  });
  return [
    event(0, '/upstream/forwarder', ShipmentRegistered.type, 0, registered),
    event(
      1,
      '/upstream/carrier',
      MilestoneReported.type,
      1,
      milestone('arrived', 'EST', 30 * 24 + next() * 48),
    ),
    ...PASSED.map((name, index) => {
      const hours = 4 + index * 72 + Math.floor(next() * 24);
      return event(
        index + 2,
        '/upstream/carrier',
        MilestoneReported.type,
        hours,
        milestone(name, 'ACT', hours),
      );
    }),
  ];
}

/** How far a lifecycle is, by what a write of its shipment has set: the place of its last event in `lifecycle`. */
export const reached = ({ status, eta }: { status?: string; eta?: string }): number =>
  status === undefined || status === 'registered'
    ? Number(eta !== undefined)
    : PASSED.indexOf(status as Milestone) + 2;

/** The nth new estimate of when a shipment will arrive, behind the one that its lifecycle has. */
export function estimate(shipment: string, seed: number, nth: number): CloudEvent {
  const first = lifecycle(shipment, seed)[1] as CloudEvent<string, MilestoneReported>;
  const later = (time: string): string =>
    new Date(Date.parse(time) + (nth + 1) * MINUTE).toISOString().replace('Z', '+00:00');
  return {
    ...first,
    id: `${shipment}-estimate-${nth}`,
    time: later(first.time!),
    data: { ...first.data, at: later(first.data.at) },
  };
}

const hex = (value: number, length: number): string => (value + 1).toString(16).padStart(length, '0');

/** The events of many shipments, interleaved as they would come: each shipment's in order, the shipments mixed. */
export function traffic(shipments: number, seed: number): Generator<CloudEvent> {
  let begun = 0;
  const begin = (): CloudEvent[] | undefined => {
    if (begun === shipments) return undefined;
    const nth = begun++;
    return lifecycle(`SHP-${seed}-${nth}`, seed + nth);
  };
  return interleaved(begin, shipments, random(seed));
}

/** At least so many events, in whole lifecycles. */
export const wholeLifecycles = (events: number): number =>
  Math.ceil(events / EVENTS_A_SHIPMENT) * EVENTS_A_SHIPMENT;

/** How many events a run has, in whole lifecycles. */
export interface Amount {
  /** How many go before those that count. */
  readonly warmUp: number;
  /** How many count. */
  readonly events: number;
}

/** The events of a run: first those that warm up, then those that count, which are of other shipments. */
export function* warmedTraffic({ warmUp, events }: Amount): Generator<CloudEvent> {
  yield* traffic(warmUp / EVENTS_A_SHIPMENT, 1);
  yield* traffic(events / EVENTS_A_SHIPMENT, 2);
}
