import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { atMost, pause } from '#messaging/backoff.js';

/** What it asks a MongoDB that hangs is answered, or not, in 30 s; whatever it does may be cut short. */
const ENDS_WITHIN_MS = 3_000;

/** What an instance does over and over in the background: from when it has started until it stops, which waits a little for it. */
export abstract class Poller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  /** Ends soon once `signal` is aborted; never throws. */
  protected abstract run(): Promise<unknown>;

  /** Aborted once the instance stops. */
  protected get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Half of it at least, so that not all instances look at the same time; less where it stops. */
  protected pauseAtMost(ms: number): Promise<void> {
    return pause(ms * (0.5 + Math.random() / 2), this.signal);
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await atMost(ENDS_WITHIN_MS, this.running);
  }
}
