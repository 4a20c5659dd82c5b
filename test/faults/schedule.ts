/** What fails when: a pure function of the seed. */
import { random } from '../simulate/mixing.js';

/**
 * Faults of one lane come one after the other, so that no two strike the same process or link; those of different lanes
 * come as it happens, together or not.
 */
export const LANES = ['services', 'servers', 'links'] as const;
export type Lane = (typeof LANES)[number];

const SERVICE_FAULTS = [
  'kill-service',
  'freeze-service',
  'stop-service',
  'rebalance-storm',
  'step-clock',
] as const;
const SERVER_FAULTS_OF_ONE = [
  'kill-broker',
  'freeze-broker',
  'kill-mongod',
  'freeze-mongod',
  'refuse-dead-letters',
  'fill-disk',
] as const;
const SERVER_FAULTS_OF_THREE = [
  'kill-broker',
  'freeze-broker',
  'isolate-broker',
  'lose-leader',
  'freeze-mongod',
  'step-down',
  'kill-primary',
  'lose-primary',
  'refuse-dead-letters',
] as const;
const LINK_FAULTS = [
  'cut-kafka',
  'hang-kafka',
  'slow-kafka',
  'drop-replies-kafka',
  'cut-mongodb',
  'hang-mongodb',
  'slow-mongodb',
  'drop-replies-mongodb',
] as const;

export type FaultKind =
  | (typeof SERVICE_FAULTS)[number]
  | (typeof SERVER_FAULTS_OF_ONE)[number]
  | (typeof SERVER_FAULTS_OF_THREE)[number]
  | (typeof LINK_FAULTS)[number];

export interface Fault {
  readonly lane: Lane;
  readonly kind: FaultKind;
  /** How long after the one before it in its lane is over. */
  readonly afterMs: number;
  readonly forMs: number;
  /** 0 to 1: which of those that it can strike. */
  readonly which: number;
  /** 0 to 1: how hard, in the words of its kind. */
  readonly degree: number;
}

export interface ScheduleOptions {
  readonly servers: 1 | 3;
  readonly faults: number;
  /** Whether the disk under mongod can be filled here; it is killed instead where not, and all else stays the same. */
  readonly fillsDisk: boolean;
}

/** How long each lasts, from and to, in milliseconds. What is frozen longer than a session (6 s) loses its partitions. */
const LASTS: Readonly<Record<FaultKind, readonly [number, number]>> = {
  'kill-service': [200, 3_000],
  'freeze-service': [8_000, 11_000],
  'stop-service': [200, 2_000],
  'rebalance-storm': [6_000, 9_000],
  'step-clock': [4_000, 9_000],
  'kill-broker': [500, 5_000],
  'freeze-broker': [4_000, 9_000],
  'isolate-broker': [5_000, 12_000],
  'lose-leader': [500, 2_000],
  'kill-mongod': [500, 6_000],
  'freeze-mongod': [3_000, 9_000],
  'refuse-dead-letters': [4_000, 8_000],
  'fill-disk': [2_000, 4_000],
  'step-down': [2_000, 4_000],
  'kill-primary': [500, 5_000],
  'lose-primary': [500, 1_500],
  'cut-kafka': [2_000, 11_000],
  'hang-kafka': [2_000, 11_000],
  'slow-kafka': [4_000, 9_000],
  'drop-replies-kafka': [4_000, 8_000],
  'cut-mongodb': [2_000, 11_000],
  'hang-mongodb': [2_000, 11_000],
  'slow-mongodb': [4_000, 9_000],
  'drop-replies-mongodb': [4_000, 8_000],
};
const LONGEST_PAUSE_MS = 3_000;

/** Every kind of a lane comes before one comes again. */
export function scheduleOf(seed: number, { servers, faults, fillsDisk }: ScheduleOptions): Fault[] {
  const next = random(seed);
  const kindsOf: Readonly<Record<Lane, readonly FaultKind[]>> = {
    services: SERVICE_FAULTS,
    servers: servers === 3 ? SERVER_FAULTS_OF_THREE : SERVER_FAULTS_OF_ONE,
    links: LINK_FAULTS,
  };
  const left: Record<Lane, FaultKind[]> = { services: [], servers: [], links: [] };
  return Array.from({ length: faults }, (_, nth) => {
    const lane = LANES[nth % LANES.length]!;
    if (left[lane].length === 0) left[lane] = shuffled(kindsOf[lane], next);
    const fault = faultOf(lane, left[lane].pop()!, next);
    return fault.kind === 'fill-disk' && !fillsDisk ? { ...fault, kind: 'kill-mongod' } : fault;
  });
}

/** One of a kind, with the rest drawn. */
function faultOf(lane: Lane, kind: FaultKind, next: () => number): Fault {
  const [from, to] = LASTS[kind];
  return {
    lane,
    kind,
    afterMs: Math.round(next() * LONGEST_PAUSE_MS),
    forMs: Math.round(from + next() * (to - from)),
    which: next(),
    degree: next(),
  };
}

/** How long a schedule lasts at least. */
export const lengthOf = (schedule: readonly Fault[]): number =>
  Math.max(
    ...LANES.map((lane) =>
      schedule
        .filter((fault) => fault.lane === lane)
        .reduce((sum, { afterMs, forMs }) => sum + afterMs + forMs, 0),
    ),
  );

/** Fisher and Yates's. */
function shuffled<T>(list: readonly T[], next: () => number): T[] {
  const result = [...list];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(next() * (index + 1));
    [result[index], result[other]] = [result[other]!, result[index]!];
  }
  return result;
}
