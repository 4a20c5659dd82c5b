/** Whether what the instances say of themselves is true, asked all the while. */
import type { Dependency, Instance, Span } from './instance.js';

const EVERY_MS = 500;
const WITHIN_MS = 2_000;
/**
 * A service asks its dependencies every two seconds, gives each two seconds, and believes a second failure: so long
 * may an outage go untold, and a little for a busy machine.
 */
const KNOWN_AFTER_MS = 9_000;
/** Kubernetes restarts what has failed three times in a row, ten seconds apart, unless told otherwise. */
const DEAD_FOR_MS = 5_000;

/** A time in which an instance could not reach a dependency at all. */
export interface Outage extends Span {
  readonly instance: Instance;
  readonly dependency: Dependency;
}

interface Said {
  readonly at: number;
  readonly instance: Instance;
  readonly alive: boolean;
  readonly status: string;
  /** Dependencies said to be away, and what is waited for. */
  readonly awayOf: readonly string[];
}

interface Ready {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly dependencies: readonly { name: string; status: string }[];
  readonly consumer: { readonly waiting?: { on: string } };
}

export class Watch {
  readonly outages: Outage[] = [];
  private readonly said: Said[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly instances: readonly Instance[]) {
    this.timer = setInterval(
      () => void Promise.all(instances.map((instance) => this.ask(instance))),
      EVERY_MS,
    );
  }

  /** What each instance says now; undefined where it does not answer. */
  static async readinessOf(instance: Instance): Promise<Ready | undefined> {
    try {
      const response = await fetch(`${instance.url}/health/ready`, {
        signal: AbortSignal.timeout(WITHIN_MS),
      });
      return (await response.json()) as Ready;
    } catch {
      return undefined;
    }
  }

  begins(instance: Instance, dependency: Dependency): Outage {
    const outage: Outage = { instance, dependency, from: performance.now() };
    this.outages.push(outage);
    return outage;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** What was said that was not so, or not said that was. */
  untruths(): string[] {
    return [...this.instances.flatMap((instance) => this.deadOf(instance)), ...this.untold()];
  }

  /** How many outages were long enough for the instance to have to know. */
  get judged(): number {
    return this.outages.filter((outage) => this.saidDuring(outage).length > 0).length;
  }

  private untold(): string[] {
    return this.outages.flatMap((outage) => {
      const wrong = this.saidDuring(outage).filter(
        ({ status, awayOf }) => status === 'ok' || !awayOf.includes(outage.dependency),
      );
      if (wrong.length === 0) return [];
      const { at, status, awayOf } = wrong[0]!;
      const after = ((at - outage.from) / 1000).toFixed(1);
      return [
        `${outage.instance.name} had no ${outage.dependency} for ${after} s and said: ${status}, away: ${awayOf.join() || 'nothing'}`,
      ];
    });
  }

  /** What an instance said while it had to know of an outage: it ran, and had had the time to notice. */
  private saidDuring({ instance, from, until = Infinity }: Outage): Said[] {
    return this.said.filter(
      ({ instance: by, at }) =>
        by === instance &&
        at > from + KNOWN_AFTER_MS &&
        at < until - EVERY_MS &&
        !instance.absences.some(
          (absence) => absence.from < at && (absence.until ?? Infinity) > at - KNOWN_AFTER_MS,
        ),
    );
  }

  private deadOf(instance: Instance): string[] {
    const of = this.said.filter(({ instance: by }) => by === instance);
    let since: number | undefined;
    for (const { at, alive } of of) {
      if (alive) since = undefined;
      else since ??= at;
      if (since !== undefined && at - since > DEAD_FOR_MS)
        return [`${instance.name} called itself dead for ${((at - since) / 1000).toFixed(1)} s and more`];
    }
    return [];
  }

  private async ask(instance: Instance): Promise<void> {
    const at = performance.now();
    const [ready, alive] = await Promise.all([
      Watch.readinessOf(instance),
      fetch(`${instance.url}/health/live`, { signal: AbortSignal.timeout(WITHIN_MS) }).then(
        ({ status }) => status === 200,
        () => undefined,
      ),
    ]);
    if (!ready || alive === undefined) return;
    instance.isBack();
    const waiting = ready.consumer.waiting?.on;
    this.said.push({
      at,
      instance,
      alive,
      status: ready.status,
      awayOf: [
        ...ready.dependencies.filter(({ status }) => status === 'down').map(({ name }) => name),
        ...(waiting === undefined ? [] : [waiting]),
      ],
    });
  }
}
