import { interleaved } from './figures.js';
import type { Figures, Subject, Tell } from './row.js';

const TELL_EVERY_MS = 5_000;

/** What a measurement has come to. */
export interface Outcome {
  readonly figures: readonly Figures[];
  /** What could not be measured, and why. */
  readonly failed: readonly { readonly names: string; readonly reason: string }[];
}

/** Keeps every figure of every row while it is measured. */
export class Ledger {
  private readonly runs = new Map<string, number[]>();

  add(figures: Readonly<Record<string, number>>): void {
    for (const [name, figure] of Object.entries(figures)) this.runs.set(name, [...this.of(name), figure]);
  }

  of(name: string): readonly number[] {
    return this.runs.get(name) ?? [];
  }
}

/**
 * Measures subjects together, interleaved, so many rounds of them. One that fails is told of and left out of the rest;
 * the others go on.
 * @param settle run before each run, so that none pays for what the one before has left behind
 */
export async function measured(
  subjects: readonly Subject[],
  rounds: number,
  ledger: Ledger,
  log: (line: string) => void,
  settle: () => Promise<void>,
): Promise<Outcome> {
  const failed = new Map<Subject, string>();
  const attempt = async (subject: Subject, what: string, work: (tell: Tell) => Promise<string>) => {
    if (failed.has(subject)) return;
    const begun = performance.now();
    const seconds = (): string => ((performance.now() - begun) / 1000).toFixed(0);
    log(`${what} …`);
    const tell = seldom((done, all) =>
      log(`  ${done.toLocaleString('en')} of ${all.toLocaleString('en')}, ${seconds()} s`),
    );
    try {
      log(`  ${await work(tell)}(${seconds()} s)`);
    } catch (error) {
      failed.set(subject, error instanceof Error ? error.message : String(error));
      log(`  not to be had: ${failed.get(subject)}`);
    }
  };

  try {
    for (const subject of subjects) {
      if (!subject.prepare) continue;
      await attempt(subject, `making ready: ${namesOf(subject)}`, async (tell) => {
        await subject.prepare!(tell);
        return '';
      });
    }
    for (const [round, order] of interleaved(subjects, rounds).entries()) {
      for (const subject of order) {
        await attempt(subject, `round ${round + 1} of ${rounds}: ${namesOf(subject)}`, async (tell) => {
          await settle();
          const figures = await subject.run(tell);
          ledger.add(figures);
          return subject.rows.map(({ name, unit }) => `${rounded(figures[name]!)} ${unit} `).join('· ');
        });
      }
    }
  } finally {
    for (const subject of subjects) await subject.close?.().catch((error: unknown) => log(String(error)));
  }
  return {
    figures: subjects
      .flatMap(({ rows }) => rows.map((row) => ({ ...row, runs: ledger.of(row.name) })))
      .filter(({ runs }) => runs.length > 0),
    failed: [...failed].map(([subject, reason]) => ({ names: namesOf(subject), reason })),
  };
}

const namesOf = ({ rows }: Subject): string => rows[0]!.name;

export const rounded = (figure: number): string =>
  figure.toLocaleString('en', { maximumFractionDigits: Math.abs(figure) < 100 ? 1 : 0 });

/** Passes on one call in some seconds. */
function seldom(tell: Tell): Tell {
  let toldAt = performance.now();
  return (done, all) => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    tell(done, all);
  };
}
