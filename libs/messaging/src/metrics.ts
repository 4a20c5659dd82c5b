import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the transport measures. Names follow Prometheus: base units, a `_total` where it counts. */
export class TransportMetrics {
  readonly events: Counter<'topic' | 'outcome'>;
  readonly published: Counter<'topic'>;
  readonly deadLetters: Counter<'topic' | 'reason'>;
  readonly retries: Counter<'topic' | 'waiting_on'>;
  readonly batchSeconds: Histogram<'topic'>;
  readonly batchEvents: Histogram<'topic'>;
  readonly lag: Gauge<'topic' | 'partition'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.events = new Counter({
      name: 'orebound_events_total',
      help: 'Events consumed, by outcome: applied, repeated, refused or ignored.',
      labelNames: ['topic', 'outcome'],
      registers,
    });
    this.published = new Counter({
      name: 'orebound_events_published_total',
      help: 'Events published.',
      labelNames: ['topic'],
      registers,
    });
    this.deadLetters = new Counter({
      name: 'orebound_dead_letters_total',
      help: 'Events refused to the dead letters, by reason.',
      labelNames: ['topic', 'reason'],
      registers,
    });
    this.retries = new Counter({
      name: 'orebound_batch_retries_total',
      help: 'Times a batch was tried again because a dependency was away.',
      labelNames: ['topic', 'waiting_on'],
      registers,
    });
    this.batchSeconds = new Histogram({
      name: 'orebound_batch_seconds',
      help: 'Time from a batch in hand to its offset committed.',
      labelNames: ['topic'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
      registers,
    });
    this.batchEvents = new Histogram({
      name: 'orebound_batch_events',
      help: 'Events a batch.',
      labelNames: ['topic'],
      buckets: [1, 5, 10, 50, 100, 500, 1_000, 5_000, 20_000, 50_000],
      registers,
    });
    this.lag = new Gauge({
      name: 'orebound_consumer_lag',
      help: 'Events not yet taken, a partition, asked of the broker.',
      labelNames: ['topic', 'partition'],
      registers,
    });
  }
}
