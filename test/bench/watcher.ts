import type { mongo } from 'mongoose';
import { reached } from './lifecycles.js';

const SHIPMENTS = 'shipments';
const PROBES = 'probes';
/** One shipment in ten: to be told of all would take as much of MongoDB as the service does. */
const SAMPLE = /0$/;

interface Change {
  readonly ns: { readonly coll: string };
  readonly documentKey: { readonly _id: string };
  readonly status?: string;
  readonly eta?: string;
}

export const isSampled = (shipment: string): boolean => SAMPLE.test(shipment);

/**
 * Tells when events have become readable: a change stream over the service's database, cut down by MongoDB to one shipment
 * in ten, and to the two fields that say how far it is. It asks the service for nothing, and reads no document.
 *
 * A change is streamed when a majority has it, which is when a majority read sees it; so it is late by the way of the
 * stream. How late is measured with probes: documents of our own, by when their writer has heard that a majority has
 * them, and when the stream tells of them.
 */
export class Watcher {
  private readonly stream: mongo.ChangeStream;
  private readonly probes = new Map<string, { acknowledgedAt?: number; toldAt?: number }>();
  private failure: Error | undefined;

  /** @param onReached called with a shipment, how far its lifecycle is, and when that was told */
  constructor(
    private readonly database: mongo.Db,
    onReached: (shipment: string, nth: number, at: number) => void,
  ) {
    this.stream = database.watch([
      { $match: { 'ns.coll': { $in: [SHIPMENTS, PROBES] }, 'documentKey._id': SAMPLE } },
      {
        $project: {
          'ns.coll': 1,
          documentKey: 1,
          status: { $ifNull: ['$updateDescription.updatedFields.status', '$fullDocument.status'] },
          eta: { $ifNull: ['$updateDescription.updatedFields.eta', '$fullDocument.eta'] },
        },
      },
    ]);
    this.stream.on('error', (error: Error) => (this.failure = error));
    this.stream.on('change', (told) => {
      const at = performance.now();
      const { ns, documentKey, ...fields } = told as unknown as Change;
      if (ns.coll === PROBES) this.probe(documentKey._id).toldAt = at;
      else onReached(documentKey._id, reached(fields), at);
    });
  }

  /** Resolves when the stream tells of what is written. */
  async begun(until: (holds: () => boolean) => Promise<void>): Promise<void> {
    await until(() => {
      void this.writeProbe();
      return this.lateness().length > 0;
    });
    this.probes.clear();
  }

  async writeProbe(): Promise<void> {
    const _id = `probe-${this.probes.size}0`;
    const probe = this.probe(_id);
    await this.database
      .collection<{ _id: string }>(PROBES)
      .replaceOne({ _id }, {}, { upsert: true, writeConcern: { w: 'majority', j: true } });
    probe.acknowledgedAt = performance.now();
  }

  /** By how much the stream was later than the writer's acknowledgement, in milliseconds, probe by probe. */
  lateness(): number[] {
    if (this.failure) throw this.failure;
    return [...this.probes.values()]
      .filter(({ acknowledgedAt, toldAt }) => acknowledgedAt !== undefined && toldAt !== undefined)
      .map(({ acknowledgedAt, toldAt }) => toldAt! - acknowledgedAt!);
  }

  close(): Promise<void> {
    return this.stream.close();
  }

  private probe(id: string): { acknowledgedAt?: number; toldAt?: number } {
    const known = this.probes.get(id);
    if (known) return known;
    const probe = {};
    this.probes.set(id, probe);
    return probe;
  }
}
