/** One shipment from its booking to its acceptance: what happens to it, and who says so when. Pure. */
import type { Classifier, Milestone } from '#contracts/shipments.js';
import { below, type Chance, pick, random } from './mixing.js';
import { container, MINERALS, passage, sailing, type Vessel } from './world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2025, 0, 6);
/** Shipments begin within so many days. */
const WITHIN_DAYS = 180;
/** One container after the other goes through a gate. */
export const BETWEEN_CONTAINERS = 7 * MINUTE;

const MOST_LOTS = 2;
const MOST_CONTAINERS_A_LOT = 3;
const MOST_CONTAINERS = MOST_LOTS * MOST_CONTAINERS_A_LOT;
const SHIPMENTS_A_DEAL = 20;
const DELAYED = 0.3;
const ROLLED = 0.2;
const HELD = 0.15;
const MISTAKEN = 0.1;
const CANCELLED = 0.03;

export interface Lot {
  readonly lot: string;
  readonly mineral: string;
  /** Tonnes. */
  readonly quantity: string;
  readonly containers: readonly string[];
}

/** Something that is said of a shipment. */
export interface Report {
  /** Tells the reports of one shipment apart; what is said anew has the same. */
  readonly key: string;
  /** None where it is no milestone: the containers are stuffed. */
  readonly milestone: Milestone | undefined;
  readonly classifier: Classifier;
  readonly at: number;
  readonly said: number;
  readonly port: string;
  readonly vessel: Vessel | undefined;
  readonly voyage: string | undefined;
  readonly containers: readonly string[];
  /** Whether these are all that the shipment has. */
  readonly isWhole: boolean;
  /** From one vessel to the next. */
  readonly isTransshipment: boolean;
}

/** That a report was wrong. */
export interface Withdrawal {
  readonly withdraws: Report;
  readonly said: number;
}

export interface Shipment {
  readonly id: string;
  readonly dealId: string;
  readonly booking: string;
  readonly transportDocument: string;
  readonly purchaseOrder: string;
  readonly ports: readonly string[];
  readonly vessels: readonly Vessel[];
  readonly lots: readonly Lot[];
  readonly registered: number;
  readonly cancelled: number | undefined;
  readonly departures: readonly number[];
  readonly arrivals: readonly number[];
  /** In the order in which they are said. */
  readonly told: readonly (Report | Withdrawal)[];
}

export const containersOf = ({ lots }: Pick<Shipment, 'lots'>): string[] =>
  lots.flatMap(({ containers }) => containers);

export const dealOf = (seed: number, nth: number): string =>
  `SIM-${seed}-D${Math.floor(nth / SHIPMENTS_A_DEAL)}`;

/** The nth shipment of a seed, whatever others there are. */
export function shipment(seed: number, nth: number): Shipment {
  const next = random(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(nth + 1, 0x85ebca6b));
  const { ports, vessels } = passage(next);
  const registered = START + below(next, WITHIN_DAYS * 24 * 60) * MINUTE;
  const lots = lotsOf(next, (each) => container(seed, nth * MOST_CONTAINERS + each));
  const plan = planOf(next, ports, registered);
  const about = { ports, vessels, registered, lots };
  const isCancelled = next() < CANCELLED;
  const told = toldOf(next, { ...about, plan }).sort((a, b) => a.said - b.said);
  const cancelled = registered + 3 * DAY;
  const name = `S${seed}-${nth}`;
  return {
    ...about,
    id: `SIM-${seed}-${nth}`,
    dealId: dealOf(seed, nth),
    booking: `BKG-${name}`,
    transportDocument: `BOL-${name}`,
    purchaseOrder: `PO-${name}`,
    cancelled: isCancelled ? cancelled : undefined,
    departures: plan.departures,
    arrivals: plan.arrivals,
    told: isCancelled ? told.filter(({ said }) => said < cancelled) : told,
  };
}

function lotsOf(next: Chance, containerOf: (nth: number) => string): Lot[] {
  return Array.from({ length: 1 + below(next, MOST_LOTS) }, (_, nth) => {
    const containers = Array.from({ length: 1 + below(next, MOST_CONTAINERS_A_LOT) }, (__, each) =>
      containerOf(nth * MOST_CONTAINERS_A_LOT + each),
    );
    const quantity = (containers.length * (18 + next() * 6)).toFixed(3);
    return { lot: `L${nth + 1}`, mineral: pick(next, MINERALS), quantity, containers };
  });
}

/** When it is to leave each port, and to arrive at each. */
interface Plan {
  readonly departures: readonly number[];
  readonly arrivals: readonly number[];
}

function planOf(next: Chance, ports: readonly string[], registered: number): Plan {
  const departures: number[] = [];
  const arrivals: number[] = [];
  let at = registered + (8 + below(next, 5)) * DAY;
  for (const [nth, port] of ports.slice(0, -1).entries()) {
    departures.push(at);
    at += sailing(port, ports[nth + 1]!);
    arrivals.push(at);
    at += (2 + below(next, 3)) * DAY;
  }
  return { departures, arrivals };
}

interface About {
  readonly ports: readonly string[];
  readonly vessels: readonly Vessel[];
  readonly lots: readonly Lot[];
  readonly registered: number;
  readonly plan: Plan;
}

function toldOf(next: Chance, about: About): (Report | Withdrawal)[] {
  const { ports, registered, plan, vessels } = about;
  const all = containersOf(about);
  const told: (Report | Withdrawal)[] = [];
  let names = 0;

  const report = (
    milestone: Milestone | undefined,
    classifier: Classifier,
    at: number,
    { leg, ...more }: { leg: number; port: string } & Partial<Report>,
  ): Report => {
    const lag = 5 * MINUTE + below(next, 170) * MINUTE;
    const made: Report = {
      key: `${milestone ?? 'stuffed'}-${names++}`,
      milestone,
      classifier,
      at,
      // After the last container of it.
      said: at + all.length * BETWEEN_CONTAINERS + lag,
      vessel: vessels[leg],
      voyage: `${100 + ((leg * 7 + registered / MINUTE) % 900)}W`,
      containers: all,
      isWhole: true,
      isTransshipment: false,
      ...more,
    };
    told.push(made);
    return made;
  };

  const destination = ports.at(-1)!;
  const origin = { leg: 0, port: ports[0]! };
  const last = ports.length - 2;
  const due = plan.arrivals.at(-1)!;
  const ashore = { leg: -1 };
  const expect = (classifier: 'PLN' | 'EST', at: number, said: number): unknown =>
    report('arrived', classifier, at, {
      leg: last,
      port: destination,
      key: `expected-${classifier}`,
      said,
    });

  report('booked', 'ACT', registered + (6 + below(next, 30)) * HOUR, { ...origin, ...ashore });
  expect('PLN', due, registered + 40 * HOUR);
  report(undefined, 'ACT', registered + 4 * DAY, { ...origin, ...ashore });
  report('gate-in', 'ACT', registered + (5 * 24 + below(next, 24)) * HOUR, { ...origin, ...ashore });
  expect('EST', due + below(next, 12) * HOUR, registered + 6 * DAY + 12 * HOUR);
  report('loaded', 'ACT', plan.departures[0]! - (12 + below(next, 8)) * HOUR, origin);

  // From here on containers may go on different vessels, those that were left behind some days later.
  let delay = 0;
  const groups = groupsOf(next, all, ports.length > 2);
  for (const [nth, departure] of plan.departures.entries()) {
    if (next() < DELAYED) delay += (12 + below(next, 132)) * HOUR;
    const from = ports[nth]!;
    for (const [behind, containers] of groups.entries()) {
      const isWhole = groups.length === 1 || nth === 0;
      if (nth === 0 && behind > 0) continue;
      const group = { containers: nth === 0 ? all : containers, isWhole };
      const later = delay + behind * (4 * DAY + 6 * HOUR);
      if (nth > 0)
        report('transshipped', 'ACT', departure + later - 10 * HOUR, {
          ...group,
          leg: nth,
          port: from,
          isTransshipment: true,
        });
      const left = report('departed', 'ACT', departure + later, { ...group, leg: nth, port: from });
      expect('EST', due + later, left.said + HOUR + behind * MINUTE);
      report('arrived', 'ACT', plan.arrivals[nth]! + later, { ...group, leg: nth, port: ports[nth + 1]! });
    }
  }

  const arrived = told.filter(
    (one): one is Report =>
      'milestone' in one &&
      one.milestone === 'arrived' &&
      one.classifier === 'ACT' &&
      one.port === destination,
  );
  for (const { at, containers, isWhole } of arrived)
    report('discharged', 'ACT', at + (8 + below(next, 10)) * HOUR, {
      leg: last,
      port: destination,
      containers,
      isWhole,
    });
  if (next() < MISTAKEN) {
    const wrong = report('arrived', 'ACT', arrived[0]!.at - 30 * HOUR, { leg: last, port: destination });
    told.push({ withdraws: wrong, said: wrong.said + (2 + below(next, 8)) * HOUR });
  }

  let at = Math.max(...arrived.map((one) => one.at)) + 30 * HOUR;
  const after = (milestone: Milestone, hours: number): void => {
    at += hours * HOUR;
    report(milestone, 'ACT', at, { ...ashore, port: destination });
  };
  if (next() < HELD) after('customs-held', 6);
  after('customs-released', 6 + below(next, 60));
  after('gate-out', 8 + below(next, 60));
  after('delivered', 5 + below(next, 70));
  after('assayed', 24 + below(next, 90));
  after('accepted', 12 + below(next, 60));
  return told;
}

/** All together; or where vessels change, sometimes the last container behind the others. */
const groupsOf = (next: Chance, containers: readonly string[], isPossible: boolean): (readonly string[])[] =>
  next() < ROLLED && isPossible && containers.length > 1
    ? [containers.slice(0, -1), containers.slice(-1)]
    : [containers];
