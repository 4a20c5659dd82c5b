import { within } from './within.js';

/** Whether one thing that a service needs answers, and since when it does or does not. */
export interface DependencyStatus {
  readonly name: string;
  readonly up: boolean;
  readonly since: Date;
  /** Whether it has ever answered since the start. */
  readonly known: boolean;
  readonly error?: string;
}

const EVERY_MS = 2_000;
const EVERY_MS_IN_DOUBT = 250;
const WITHIN_MS = 2_000;

/**
 * Asks every dependency, every two seconds, whether it answers. One that has been up is down when it has failed twice
 * in a row: a single late answer, on a machine that is busy, is no outage.
 */
export class Dependencies {
  private readonly statuses = new Map<string, DependencyStatus>();
  private readonly failingSince = new Map<string, Date>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly checks: Readonly<Record<string, () => Promise<unknown>>>,
    private readonly onAnswer: (name: string) => void = () => undefined,
  ) {
    for (const name of Object.keys(checks)) {
      this.statuses.set(name, { name, up: false, since: new Date(), known: false, error: 'not asked yet' });
    }
  }

  start(): void {
    const askAll = (): void => {
      void Promise.all(Object.keys(this.checks).map((name) => this.ask(name))).then(() => {
        const inDoubt = this.all.some(({ name, up, known }) => !known || (up && this.failingSince.has(name)));
        if (this.timer) this.timer = setTimeout(askAll, inDoubt ? EVERY_MS_IN_DOUBT : EVERY_MS);
      });
    };
    this.timer = setTimeout(askAll, 0);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  get all(): readonly DependencyStatus[] {
    return [...this.statuses.values()];
  }

  private async ask(name: string): Promise<void> {
    const before = this.statuses.get(name)!;
    try {
      await within(WITHIN_MS, this.checks[name]!());
      this.onAnswer(name);
      this.failingSince.delete(name);
      if (!before.up) this.statuses.set(name, { name, up: true, since: new Date(), known: true });
    } catch (error) {
      const first = this.failingSince.get(name);
      this.failingSince.set(name, first ?? new Date());
      if (before.up && !first) return;
      const since = before.up ? first! : before.since;
      this.statuses.set(name, {
        name,
        up: false,
        since,
        known: before.known,
        error: (error as Error).message,
      });
    }
  }
}
