import { Injectable } from '@nestjs/common';
import { type Model, Schema } from 'mongoose';
import type { EventOf } from '#contracts/contract.js';
import type { EpcisCaptureFinished } from '#contracts/epcis.js';
import type { Effects, EventBatch, Received } from '#messaging/effects.js';
import { type Evolution, Projection, type Stored } from '#messaging/projection.js';
import { Database } from '#service/database.js';
import type { Capture } from './epcis/capture-view.js';

type Finished = EventOf<typeof EpcisCaptureFinished>;
/** As text: what stands in pointers and messages is the sender's. */
type StoredCapture = Stored<{ readonly finishedAt: string; readonly outcome: string }>;

const schema = new Schema<StoredCapture>({ _id: String }, { strict: false, versionKey: false });

/** One document a capture of EPCIS events: how it ended. */
@Injectable()
export class CapturesCollection {
  private readonly model: Model<StoredCapture>;
  private readonly projection: Projection<{ finishedAt: string; outcome: string }, Finished>;

  constructor(database: Database) {
    this.model = database.model<StoredCapture>('captures', schema);
    this.projection = new Projection({
      collection: database.collection<StoredCapture>('captures'),
      source: '/shipments/captures',
      evolve,
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
  state: { finishedAt: string; outcome: string } | undefined,
  { event, receivedAt }: Received<Finished>,
): Evolution<{ finishedAt: string; outcome: string }> {
  if (state) return 'repeated';
  const finishedAt = event.time ?? receivedAt.toISOString();
  return { state: { finishedAt, outcome: JSON.stringify(event.data) }, announcements: [] };
}
