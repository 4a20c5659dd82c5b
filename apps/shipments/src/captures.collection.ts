import { Inject, Injectable } from '@nestjs/common';
import { type Model, Schema } from 'mongoose';
import type { EventOf } from '#contracts/contract.js';
import type { EpcisCaptureFinished } from '#contracts/epcis.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import type { Evolution, Stored } from '#messaging/planner.js';
import { Projection } from '#messaging/projection.js';
import { CONFIG } from '#service/service.module.js';
import { Database } from '#service/database.js';
import type { ShipmentsConfig } from './config.js';
import type { Capture } from './epcis/capture-view.js';

type Finished = EventOf<typeof EpcisCaptureFinished>;
/** As text: what stands in pointers and messages is the sender's. */
interface KeptCapture {
  readonly finishedAt: string;
  readonly outcome: string;
  readonly expiresAt: Date;
}
type StoredCapture = Stored<KeptCapture>;

const schema = new Schema<StoredCapture>({ _id: String }, { strict: false, versionKey: false }).index(
  { expiresAt: 1 },
  { expireAfterSeconds: 0 },
);

/** One document a capture of EPCIS events: how it ended. MongoDB removes it when its time is over. */
@Injectable()
export class CapturesCollection {
  private readonly model: Model<StoredCapture>;
  private readonly projection: Projection<KeptCapture, Finished>;

  constructor(database: Database, @Inject(CONFIG) config: ShipmentsConfig) {
    this.model = database.model<StoredCapture>('captures', schema);
    this.projection = new Projection({
      collection: database.collection<StoredCapture>('captures'),
      source: '/shipments/captures',
      evolve: (state, received) => evolve(state, received, config.capturesExpireAfterSeconds),
    });
  }

  apply(batch: EventBatch<Finished>): Promise<Effects> {
    return this.projection.apply(batch);
  }

  async find(id: string): Promise<Capture | undefined> {
    const found = await this.model.findOne({ _id: id }).lean<StoredCapture>();
    return found
      ? { finishedAt: found.finishedAt, outcome: JSON.parse(found.outcome) as EpcisCaptureFinished }
      : undefined;
  }
}

function evolve(
  state: KeptCapture | undefined,
  { event, receivedAt }: Received<Finished>,
  expireAfterSeconds: number,
): Evolution<KeptCapture> {
  if (state) return 'repeated';
  const finishedAt = event.time ?? receivedAt.toISOString();
  const expiresAt = new Date(receivedAt.getTime() + expireAfterSeconds * 1000);
  return { state: { finishedAt, outcome: JSON.stringify(event.data), expiresAt }, announcements: [] };
}
