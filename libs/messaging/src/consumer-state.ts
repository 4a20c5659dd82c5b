/**
 * What a consumer knows of itself: whether it polls, what it waits for, how far behind it is. Liveness and readiness
 * are read from here and never from a second connection, which would say nothing of the first.
 */
export interface Waiting {
  readonly since: Date;
  readonly on: string;
}

export interface Lag {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  readonly end: number;
}

/** A partition, as what is told of it names it. */
export const nameOf = ({ topic, partition }: Pick<Lag, 'topic' | 'partition'>): string =>
  `${topic}/${partition}`;

/** A partition as a field of a document: MongoDB reads a dot as a path. */
export const originOf = ({ topic, partition }: Pick<Lag, 'topic' | 'partition'>): string =>
  `${topic.replaceAll('.', '/')}/${partition}`;

/** Silent for longer than this, while Kafka answers others, a consumer is taken for dead. */
export const SILENT_AFTER_MS = 45_000;
/** Kafka, asked every few seconds, that has not answered for this long was away. */
const AWAY_AFTER_MS = 10_000;
/** Behind, and not advancing for this long, a partition is stalled. */
export const STALLED_AFTER_MS = 30_000;

export class ConsumerState {
  private lastSign: number;
  private kafkaAnsweredAt = 0;
  private kafkaBackAt = 0;
  private readonly waits = new Map<string, Waiting>();
  private readonly done = new Map<string, number>();
  private readonly lags = new Map<string, Lag & { advancedAt: number }>();
  private alone: string | undefined;
  private letters = 0;
  private lastLetterAt: Date | undefined;
  private assigned: ReadonlyMap<string, readonly number[]> = new Map();

  constructor(private readonly now: () => number = Date.now) {
    this.lastSign = now();
  }

  /** The consumer polled, or got on with a batch. */
  signOfLife(): void {
    this.lastSign = this.now();
  }

  kafkaAnswered(): void {
    const now = this.now();
    if (now - this.kafkaAnsweredAt > AWAY_AFTER_MS) this.kafkaBackAt = now;
    this.kafkaAnsweredAt = now;
  }

  joined(assignment: ReadonlyMap<string, readonly number[]>): void {
    this.assigned = assignment;
    this.signOfLife();
  }

  /** A partition waits for a dependency that is away; it goes on when that is back. The last failure says for which. */
  awaits(partition: string, on: string): void {
    const since = this.waits.get(partition)?.since ?? new Date(this.now());
    this.waits.set(partition, { since, on });
    this.signOfLife();
  }

  goesOn(partition: string): void {
    this.waits.delete(partition);
  }

  /** Of this partition a backlog is taken through, and the others have their turn when it is done. */
  takesAlone(partition: string): void {
    this.alone = partition;
  }

  /** The backlog of this partition is done, or put down. */
  letsOthersOn(partition: string): void {
    if (this.alone === partition) this.alone = undefined;
  }

  /** A part of what is in hand of a partition is done, however much is left until that can be committed. */
  gotOn(partition: string): void {
    this.signOfLife();
    for (const [key, lag] of this.lags)
      if (key === partition || partition === this.alone) lag.advancedAt = this.now();
  }

  deadLettered(count: number): void {
    this.letters += count;
    this.lastLetterAt = new Date(this.now());
  }

  /** All before the offset is done of a partition: what it brings forth is published. */
  committed(partition: Pick<Lag, 'topic' | 'partition'>, offset: number): void {
    const origin = originOf(partition);
    this.done.set(origin, Math.max(offset, this.done.get(origin) ?? 0));
  }

  measured(lags: readonly Lag[]): void {
    const known = new Map(this.lags);
    this.lags.clear();
    for (const lag of lags) {
      this.committed(lag, lag.committed);
      const key = nameOf(lag);
      const before = known.get(key);
      const advanced = !before || lag.committed > before.committed || lag.committed >= lag.end;
      this.lags.set(key, { ...lag, advancedAt: advanced ? this.now() : before.advancedAt });
    }
  }

  /** By origin, the offset before which all is done, by whichever instance: as far as is known here. */
  get publishedUpTo(): ReadonlyMap<string, number> {
    return this.done;
  }

  get waiting(): Waiting | undefined {
    return [...this.waits.values()].sort((a, b) => a.since.getTime() - b.since.getTime())[0];
  }

  /** Events refused since the start, and when the last one was. */
  get deadLetters(): { readonly count: number; readonly last: Date | undefined } {
    return { count: this.letters, last: this.lastLetterAt };
  }

  get assignment(): ReadonlyMap<string, readonly number[]> {
    return this.assigned;
  }

  get lag(): readonly Lag[] {
    return [...this.lags.values()];
  }

  /** Partitions that are behind and for 30 s have neither got on nor waited for their turn. */
  get stalled(): readonly string[] {
    const before = this.now() - STALLED_AFTER_MS;
    return [...this.lags]
      .filter(([, lag]) => lag.committed < lag.end && lag.advancedAt < before)
      .map(([key]) => key);
  }

  /**
   * Whether the consumer has silently stopped: no poll and no batch for 45 s in which Kafka answered all along, and
   * nothing is being waited for. While Kafka is away it is silent with good reason, and has 45 s to come back after.
   */
  get silent(): boolean {
    const quietSince = Math.max(this.lastSign, this.kafkaBackAt);
    return this.waits.size === 0 && this.kafkaAnsweredAt - quietSince > SILENT_AFTER_MS;
  }
}
