/** A counters service as a process of its own, which a test can kill, freeze and hold. See `counter-child.ts`. */
import type { Step } from '../batch-in-hand.js';
import { type CounterPlace, CounterService, type CounterSettings } from './counter-service.js';
import type { Readiness } from '#service/health.js';

/** What is to happen the `nth` time that a step is reached. */
export interface Fault {
  readonly step: Step;
  readonly nth: number;
  readonly how: 'kill' | 'throw' | 'hold';
}

export interface Start {
  readonly place: CounterPlace;
  readonly settings: CounterSettings;
  readonly fault?: Fault;
}

export interface Report {
  readonly silent: boolean;
  readonly readiness: Readiness;
  readonly assignment: Readonly<Record<string, readonly number[]>>;
  readonly joins: number;
  readonly deadLetters: number;
}

export type ToChild = { start: Start } | { clockAheadMs: number } | 'release' | 'report' | 'stop';
export type FromChild = 'started' | 'stopped' | { at: Step } | { report: Report; logged: readonly string[] };

const tell = (message: FromChild): void => void process.send?.(message);

let service: CounterService | undefined;
let release = (): void => undefined;
let reachedTimes = 0;

async function reached(fault: Fault | undefined, step: Step): Promise<void> {
  if (step !== fault?.step || ++reachedTimes !== fault.nth) return;
  if (fault.how === 'kill') process.kill(process.pid, 'SIGKILL');
  if (fault.how === 'throw') throw new Error(`a fault of the test, at ${step}`);
  const released = new Promise<void>((resolve) => (release = resolve));
  tell({ at: step });
  await released;
}

const report = (): FromChild => {
  const { state, readiness, logged } = service!;
  return {
    report: {
      silent: state.silent,
      readiness,
      assignment: Object.fromEntries(state.assignment),
      joins: logged.filter((line) => line.includes('joined the group')).length,
      deadLetters: state.deadLetters.count,
    },
    logged,
  };
};

async function obey(message: ToChild): Promise<void> {
  if (message === 'release') return release();
  if (message === 'report') return tell(report());
  if (message === 'stop') {
    await service?.stop();
    tell('stopped');
    process.disconnect();
    return;
  }
  if ('clockAheadMs' in message) {
    const realNow = Date.now;
    Date.now = () => realNow() + message.clockAheadMs;
    return;
  }
  const { place, settings, fault } = message.start;
  service = await CounterService.start(place, settings, { reached: (step) => reached(fault, step) });
  tell('started');
}

process.on('message', (message: ToChild) => void obey(message));
process.once('disconnect', () => setTimeout(() => process.exit(0), 5_000).unref());
