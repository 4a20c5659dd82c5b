/** The test of the test: each planted bug has to be caught, and for the reason that it is one. */
import { type LocalCluster, startLocalCluster } from '#local-stack/local-cluster.js';
import { run } from '../run.js';
import type { PlantedBug } from './bugs.js';

export interface Caught {
  readonly bug: PlantedBug;
  /** What the suite said of it; undefined where it was not caught. */
  readonly by: string | undefined;
  readonly violations: readonly string[];
  readonly logs: string;
}

const EVENTS = 6_000;
const GIVEN_UP_AFTER_MS = 25_000;

/** Those that need the same servers share them, one after the other. */
export async function tryBugs(
  bugs: readonly PlantedBug[],
  options: { seed: number; logs: string; say: (line: string) => void },
): Promise<Caught[]> {
  const { seed, logs, say } = options;
  const caught: Caught[] = [];
  for (const servers of [1, 3] as const) {
    const these = bugs.filter((bug) => bug.servers === servers);
    if (these.length === 0) continue;
    const cluster: LocalCluster = await startLocalCluster({ servers, log: say });
    try {
      for (const bug of these) {
        say(`${bug.name}: ${bug.what}`);
        const { violations, logs: where } = await run({
          seed,
          schedule: bug.faults,
          events: EVENTS,
          cluster,
          namespace: bug.name,
          logs,
          say,
          planted: bug.name,
          givenUpAfterMs: GIVEN_UP_AFTER_MS,
        });
        const by = violations.find((violation) => bug.shows.test(violation));
        say(by === undefined ? '   NOT CAUGHT' : `   caught: ${by}`);
        caught.push({ bug, by, violations, logs: where });
      }
    } finally {
      await cluster.stop();
    }
  }
  return caught;
}
