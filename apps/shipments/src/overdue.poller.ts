import { Inject, Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Counter, Registry } from 'prom-client';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { Intake } from '#service/intake.js';
import { Poller } from '#service/poller.js';
import { CONFIG } from '#service/service.module.js';
import type { ShipmentsConfig } from './config.js';
import { type Overdue, ShipmentsCollection } from './shipments.collection.js';
import { timePassed } from './time-passed.js';

const MOST_AT_ONCE = 500;

/**
 * The clock of overdue shipments. Every instance looks, and all say the same: that time has passed is an event whose id
 * follows from the shipment and its due time, so that the fold takes it once, whoever says it and how often.
 */
@Injectable()
export class OverduePoller extends Poller {
  private readonly polls: Counter<'outcome'>;
  private readonly said: Counter;
  /** The last that was said to be overdue, where more are. */
  private after: Overdue | undefined;

  constructor(
    private readonly shipments: ShipmentsCollection,
    private readonly intake: Intake,
    @Inject(CONFIG) private readonly config: ShipmentsConfig,
    private readonly log: PinoLogger,
    registry: Registry,
  ) {
    super();
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

  protected async run(): Promise<void> {
    const everyMs = this.config.overdueIntervalSeconds * 1_000;
    if (everyMs === 0) return;
    for (;;) {
      await this.pauseAtMost(everyMs);
      if (this.signal.aborted) return;
      try {
        await this.poll();
        this.polls.inc({ outcome: 'done' });
      } catch (error) {
        this.polls.inc({ outcome: 'failed' });
        this.log.warn({ error: String(error) }, 'overdue shipments cannot be looked for; trying again');
      }
    }
  }

  /** What is left over is found the next time, and what is not folded yet once all others were said: it holds none up. */
  private async poll(): Promise<void> {
    const found = await this.shipments.overdue(new Date(), MOST_AT_ONCE, this.after);
    this.after = found.length === MOST_AT_ONCE ? found.at(-1) : undefined;
    if (found.length === 0) return;
    const events = found.map(({ _id, overdueAt }) => timePassed(_id, overdueAt));
    await this.intake.accept(SHIPMENTS_INBOUND, { batch: true, events }, {});
    this.said.inc(events.length);
  }
}
