import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Counter, Registry } from 'prom-client';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { pause } from '#messaging/backoff.js';
import { Intake } from '#service/intake.js';
import { CONFIG } from '#service/service.module.js';
import type { ShipmentsConfig } from './config.js';
import { ShipmentsCollection } from './shipments.collection.js';
import { timePassed } from './time-passed.js';

const MOST_AT_ONCE = 500;

/**
 * The clock of overdue shipments. Every instance looks, and all say the same: that time has passed is an event whose id
 * follows from the shipment and its due time, so that the fold takes it once, whoever says it and how often.
 */
@Injectable()
export class OverduePoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly polls: Counter<'outcome'>;
  private readonly said: Counter;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly shipments: ShipmentsCollection,
    private readonly intake: Intake,
    @Inject(CONFIG) private readonly config: ShipmentsConfig,
    private readonly log: PinoLogger,
    registry: Registry,
  ) {
    this.polls = new Counter({
      name: 'orebound_overdue_polls_total',
      help: 'Looks for overdue shipments, by outcome: done, failed.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    this.said = new Counter({
      name: 'orebound_overdue_said_total',
      help: 'Times that a shipment was said to be overdue; several instances may say the same.',
      registers: [registry],
    });
  }

  onApplicationBootstrap(): void {
    if (this.config.overdueIntervalSeconds > 0) this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      // Not all instances at the same time.
      await pause(this.config.overdueIntervalSeconds * 1_000 * (0.5 + Math.random() / 2), signal);
      if (signal.aborted) return;
      try {
        await this.poll();
        this.polls.inc({ outcome: 'done' });
      } catch (error) {
        this.polls.inc({ outcome: 'failed' });
        this.log.warn({ error: String(error) }, 'overdue shipments cannot be looked for; trying again');
      }
    }
  }

  /** What is left over, or not folded yet, is found the next time. */
  private async poll(): Promise<void> {
    const found = await this.shipments.overdue(new Date(), MOST_AT_ONCE);
    const events = found.flatMap(({ _id, overdueAt }) => (overdueAt ? [timePassed(_id, overdueAt)] : []));
    if (events.length === 0) return;
    await this.intake.accept(SHIPMENTS_INBOUND, { batch: true, events }, {});
    this.said.inc(events.length);
  }
}
