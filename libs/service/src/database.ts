import mongoose, { type Connection, type Model, type mongo, type Schema } from 'mongoose';
import { atMost, pause } from '#messaging/backoff.js';
import type { Log } from '#messaging/log.js';
import { failWhatIsUnsent } from './unsent.js';

// A command while MongoDB is away fails, so that its caller knows, and is not kept in memory until it is back.
mongoose.set({ bufferCommands: false, autoCreate: false, autoIndex: false });
failWhatIsUnsent();

const AGAIN_AFTER_MS = 1_000;
/** mongoose waits for a connection that is being made, to end it, and who makes it waits for MongoDB. */
const CLOSE_WITHIN_MS = 1_000;

/**
 * A service's own database. Opened in the background and for ever: while MongoDB is away its operations fail at once
 * or within seconds, and whoever called tries again.
 */
export class Database {
  private readonly connection: Connection;
  private readonly indexers: (() => Promise<void>)[] = [];
  private readonly closing = new AbortController();

  constructor(
    private readonly config: { mongodbUri: string; mongodbDatabase: string; service: string },
    private readonly log: Log,
  ) {
    this.connection = mongoose.createConnection();
    // `Dependencies` asks and tells; an 'error' that nobody hears would end the process.
    this.connection.on('error', () => undefined);
  }

  /** A model over one collection, for its indexes and for queries. Writes go through a `Projection`. */
  model<T>(name: string, schema: Schema<T>): Model<T> {
    const model = this.connection.model<T>(name, schema, name);
    this.indexers.push(() => model.createIndexes());
    return model;
  }

  /** The driver's own collection, for writes whose every operator matters. */
  collection<T extends mongo.Document>(name: string): mongo.Collection<T> {
    return this.connection.collection(name) as unknown as mongo.Collection<T>;
  }

  /**
   * A session whose majority reads see whatever was written or read in it before, and all that was written anywhere
   * before that, whoever is primary by then (causal consistency). One operation at a time; its holder ends it.
   */
  session(): Promise<mongo.ClientSession> {
    return this.connection.startSession({ causalConsistency: true });
  }

  open(): void {
    void this.connect();
  }

  /** Resolves once MongoDB has been reached for the first time, or at once when `signal` is aborted. */
  async opened(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.connection.once('connected', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (!signal.aborted && this.connection.readyState !== mongoose.ConnectionStates.connected) await promise;
    this.connection.off('connected', resolve);
  }

  private async connect(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        await this.connection.openUri(this.config.mongodbUri, {
          dbName: this.config.mongodbDatabase || this.config.service,
          appName: `orebound-${this.config.service}`,
          serverSelectionTimeoutMS: 3_000,
          socketTimeoutMS: 30_000,
          // Whoever writes tries again itself, and a write that was done says so by its version. MongoDB's own
          // bookkeeping of retries would be one more write for each.
          retryWrites: false,
          // What was written is read again at once: no secondary may answer, whatever the URI says.
          readPreference: 'primary',
        });
        // Outside the path of events: an index that is being built holds nobody up.
        for (const createIndexes of this.indexers) await createIndexes();
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.log.warn({ error: (error as Error).message }, 'MongoDB cannot be reached; trying again');
        await pause(AGAIN_AFTER_MS, signal);
      }
    }
  }

  /** @throws when MongoDB does not answer. */
  async ping(): Promise<void> {
    const { db } = this.connection;
    if (!db) throw new Error('not connected yet');
    await db.admin().ping();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await atMost(
      CLOSE_WITHIN_MS,
      this.connection.close().catch(() => undefined),
    );
  }
}
