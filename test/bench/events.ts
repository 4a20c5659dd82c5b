import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { type Backlog, backlog } from './backlog.js';
import { type Amount, warmedTraffic, wholeLifecycles } from './lifecycles.js';
import type { Setting } from './setting.js';

/** A tenth of the events is enough for who takes a thousand a second; in whole lifecycles. */
export const tenthOf = ({ warmUp, events }: Amount): Amount => ({
  warmUp: wholeLifecycles(warmUp / 10),
  events: wholeLifecycles(events / 10),
});

/**
 * The events of the throughput rows, put on Kafka once: every row and every run takes the same, in the same order, on
 * the same partitions.
 */
export class Events {
  private readonly made = new Map<string, Promise<Backlog>>();

  constructor(private readonly setting: Setting) {}

  /** As the service takes them. */
  binary(): Promise<Backlog> {
    return this.once('binary', this.setting);
  }

  /** As the peers take them: the same attributes and data, all in the value. */
  structured(amount: Amount = this.setting): Promise<Backlog> {
    return this.once('structured', amount);
  }

  private once(mode: 'binary' | 'structured', amount: Amount): Promise<Backlog> {
    const key = `${mode} ${amount.events}`;
    const made = this.made.get(key);
    if (made) return made;
    this.setting.log(`putting ${amount.warmUp + amount.events} events on Kafka, ${mode}`);
    const filled = backlog(
      this.setting,
      'shipments',
      [{ topic: SHIPMENTS_INBOUND, events: warmedTraffic(amount) }],
      { mode },
    );
    this.made.set(key, filled);
    return filled;
  }
}
