import { Inject, Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Gauge, Registry } from 'prom-client';
import type { EventOf } from '#contracts/contract.js';
import { MatchExpired, SHIPMENTS_CORRELATION } from '#contracts/shipments.js';
import { Database } from '#service/database.js';
import { Intake } from '#service/intake.js';
import { Poller } from '#service/poller.js';
import { CONFIG } from '#service/service.module.js';
import type { ShipmentsConfig } from '../config.js';
import { UnmatchedCollection } from './unmatched.collection.js';

const EVERY_MS = 15_000;
const EXPIRED_AT_ONCE = 500;

/**
 * Looks at the waiting room every so often: says of what has waited too long that it has, and measures the rest. Each
 * instance does: an event expires by the fold of its document, which takes the first word and passes the others over.
 */
@Injectable()
export class UnmatchedPoller extends Poller {
  private readonly waiting: Gauge<'reason'>;
  private readonly oldest: Gauge;

  constructor(
    private readonly database: Database,
    private readonly unmatched: UnmatchedCollection,
    private readonly intake: Intake,
    @Inject(CONFIG) private readonly config: ShipmentsConfig,
    private readonly log: PinoLogger,
    registry: Registry,
  ) {
    super();
    this.waiting = new Gauge({
      name: 'orebound_unmatched_events',
      help: 'Events that wait for the shipment that they name, by reason: no-match, ambiguous.',
      labelNames: ['reason'],
      registers: [registry],
    });
    this.oldest = new Gauge({
      name: 'orebound_unmatched_oldest_seconds',
      help: 'For how long the one that waits longest has waited; 0 where none does.',
      registers: [registry],
    });
  }

  protected async run(): Promise<void> {
    const everyMs = Math.min(EVERY_MS, (this.config.unmatchedExpireAfterSeconds * 1_000) / 2);
    await this.database.opened(this.signal);
    while (!this.signal.aborted) {
      await this.look(new Date()).catch((error: unknown) => {
        this.log.warn({ error: String(error) }, 'the waiting room cannot be looked at; trying again');
      });
      await this.pauseAtMost(everyMs);
    }
  }

  private async look(now: Date): Promise<void> {
    for (const [reason, count] of await this.unmatched.counts()) this.waiting.set({ reason }, count);
    const [longest] = await this.unmatched.since(now, 1);
    this.oldest.set(longest ? Math.max(0, now.getTime() - longest.since.getTime()) / 1_000 : 0);

    const before = new Date(now.getTime() - this.config.unmatchedExpireAfterSeconds * 1_000);
    const events = (await this.unmatched.since(before, EXPIRED_AT_ONCE)).map(expiry);
    if (events.length > 0) await this.intake.accept(SHIPMENTS_CORRELATION, { batch: true, events }, {});
  }
}

/** That a wait is over: the same wait has the same event, whoever says so. */
function expiry({ _id, since }: { _id: string; since: Date }): EventOf<typeof MatchExpired> {
  const from = since.toISOString();
  return {
    id: `${_id} ${from}`,
    source: '/shipments/unmatched/expiry',
    type: MatchExpired.type,
    subject: _id,
    data: { since: from },
    extensions: {},
  };
}
