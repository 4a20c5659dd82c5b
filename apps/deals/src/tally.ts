/** What has been delivered to a deal, summed up: to the last digit, in room that does not grow with what comes. */
import type { Decimal } from 'decimal.js';
import type { Basis } from '#contracts/trade.js';
import { Exact, type Line, lineOf, listed, type Total } from './weight.js';

/** Totals of minerals that nobody has committed to; those of commitments come on top, at most a hundred. */
const MOST_UNCOMMITTED = 100;

export interface Totals {
  /**
   * By line, and in the order of lines: each commitment's, be it zero, and of what nobody committed to what comes to
   * something. All that was ever delivered of a line is in its total, or nothing of it is.
   */
  readonly delivered: readonly Total[];
  /**
   * By basis, the weight of every line that has no total of its own. Only of minerals so many that none but a mistake
   * or an attack brings them; absent otherwise.
   */
  readonly others?: readonly Pick<Total, 'basis' | 'kilograms'>[] | undefined;
}

/** What is added to totals, or taken away from them again. */
export interface Change {
  readonly delivered: readonly Total[];
  readonly sign: 1 | -1;
}

/** Whether there is more on a basis than the totals tell apart. */
export const hasOthers = ({ others }: Totals, basis: Basis): boolean =>
  others?.some((other) => other.basis === basis) ?? false;

/**
 * Adds to totals and takes away. A line without a total gets one as long as nothing of its basis is among the others:
 * then nothing of the line can be there. So what is taken away is taken from where it was added, and the sums hold in
 * whatever order it comes; only which lines have totals, where there are too many, may depend on the order.
 */
export class Tally {
  private readonly sums: Map<Line, Decimal>;
  private readonly others: Map<Basis, Decimal>;

  /** @param committed lines whose total is kept whatever else comes, where it is known */
  constructor(
    { delivered, others }: Totals,
    private readonly committed: ReadonlySet<Line>,
  ) {
    this.sums = new Map(delivered.map((total) => [lineOf(total), new Exact(total.kilograms)]));
    this.others = new Map(others?.map(({ basis, kilograms }) => [basis, new Exact(kilograms)]));
    this.settle();
  }

  /** Takes all of them as one: what comes to nothing together leaves nothing. */
  add(changes: Iterable<Change>): this {
    for (const { delivered, sign } of changes) for (const total of delivered) this.addTotal(total, sign);
    this.settle();
    return this;
  }

  private addTotal({ mineral, basis, kilograms }: Total, sign: 1 | -1): void {
    const line = lineOf({ mineral, basis });
    const weight = new Exact(kilograms).times(sign);
    if (this.sums.has(line) || !this.others.has(basis))
      this.sums.set(line, weight.plus(this.sums.get(line) ?? 0));
    else this.addOther(basis, weight);
  }

  private addOther(basis: Basis, weight: Decimal): void {
    const sum = weight.plus(this.others.get(basis) ?? 0);
    if (sum.isZero()) this.others.delete(basis);
    else this.others.set(basis, sum);
  }

  private settle(): void {
    for (const line of this.committed) {
      if (!this.sums.has(line) && !this.others.has(basisOf(line))) this.sums.set(line, new Exact(0));
    }
    const uncommitted: Line[] = [];
    for (const [line, weight] of this.sums) {
      if (this.committed.has(line)) continue;
      if (weight.isZero()) this.sums.delete(line);
      else uncommitted.push(line);
    }
    if (uncommitted.length <= MOST_UNCOMMITTED) return;
    for (const line of uncommitted.sort().slice(MOST_UNCOMMITTED)) {
      this.addOther(basisOf(line), this.sums.get(line)!);
      this.sums.delete(line);
    }
  }

  get totals(): Totals {
    const others = [...this.others].map(([basis, weight]) => ({ basis, kilograms: weight.toString() }));
    return {
      delivered: listed(this.sums),
      others: others.length > 0 ? others.sort((a, b) => (a.basis < b.basis ? -1 : 1)) : undefined,
    };
  }
}

const basisOf = (line: Line): Basis => line.slice(line.indexOf(' ') + 1) as Basis;
