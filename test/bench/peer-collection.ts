import type { mongo } from 'mongoose';
import { until } from '#messaging/testing/until.js';
import { type Look, rateOf, watched } from './clock.js';
import { type Amount, EVENTS_A_SHIPMENT } from './lifecycles.js';
import type { Tell } from './row.js';
import { type Setting, uniqueName } from './setting.js';

const COLLECTION = 'shipments';
const WHOLE_WITHIN_MS = 10_000;
/** What identifies a shipment in an event, and so the business key of the document that holds its last one. */
export const BUSINESS_KEY = 'subject';

interface Top {
  readonly totals: Readonly<Record<string, { readonly update?: { readonly count: number } }>>;
}

/**
 * Where the peers write: one document a shipment, replaced by each of its events, with a unique index on the business
 * key and no other. The services' own collections have three more.
 *
 * What they have written is counted by MongoDB itself, update by update, so that no peer has to tell of itself.
 */
export class PeerCollection {
  readonly database = uniqueName('peer');
  readonly collection = COLLECTION;

  private constructor(private readonly setting: Setting) {}

  static async create(setting: Setting): Promise<PeerCollection> {
    const peer = new PeerCollection(setting);
    await peer.documents.createIndex({ [BUSINESS_KEY]: 1 }, { unique: true });
    return peer;
  }

  /**
   * As durable as Orebound's own writes. Without the driver's retries, as Orebound is too: they cost one more write
   * each, and the peers are not to have a cost that Orebound has not.
   */
  get uri(): string {
    const [servers, options] = this.setting.stack.mongodbUri.split('?');
    const ours = 'w=majority&journal=true&retryWrites=false';
    return `${servers!.replace(/([^/])$/, '$1/')}?${options ? `${options}&` : ''}${ours}`;
  }

  /** The updates so far. */
  private async look(): Promise<Look> {
    const { totals } = (await this.setting.mongo.db('admin').command({ top: 1 })) as unknown as Top;
    return { count: totals[`${this.database}.${COLLECTION}`]?.update?.count ?? 0 };
  }

  /**
   * Watches a peer write all of the events.
   * @param alive throws when the peer is not
   * @returns events a second
   * @throws Error when what was written is not one document a shipment
   */
  async rate({ warmUp, events }: Amount, alive: () => void | Promise<void>, tell: Tell): Promise<number> {
    const look = async (): Promise<Look> => {
      await alive();
      return this.look();
    };
    const seen = await watched(look, { from: warmUp, to: warmUp + events }, tell);
    const shipments = (warmUp + events) / EVENTS_A_SHIPMENT;
    // A peer that took some events twice, joining its group, has been counted before it has written the last.
    const isWhole = async (): Promise<boolean> => (await this.documents.countDocuments()) === shipments;
    await until(`one document is written for each of ${shipments} shipments`, isWhole, WHOLE_WITHIN_MS);
    return rateOf(seen);
  }

  drop(): Promise<boolean> {
    return this.setting.mongo.db(this.database).dropDatabase();
  }

  private get documents(): mongo.Collection {
    return this.setting.mongo.db(this.database).collection(COLLECTION);
  }
}
