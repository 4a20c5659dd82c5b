/** Sends traffic at a rate, and counts what became of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Doors, Refusal } from './doors.js';
import { type Format, FORMATS, type Message } from './message.js';

const TICK_MS = 20;
const REQUESTS_AT_ONCE = 8;

export interface Outcome {
  accepted: number;
  refused: number;
  requests: number;
}

export class Tally {
  readonly formats: Readonly<Record<Format, Outcome>> = {
    cloudevents: { accepted: 0, refused: 0, requests: 0 },
    epcis: { accepted: 0, refused: 0, requests: 0 },
    'dcsa-2.2': { accepted: 0, refused: 0, requests: 0 },
    'dcsa-3.0.0': { accepted: 0, refused: 0, requests: 0 },
  };
  /** How many were refused, and of the first of them why, by code. */
  readonly refusals = new Map<string, { count: number; readonly detail: string }>();

  count(format: Format, messages: number, refusal: Refusal | undefined): void {
    const outcome = this.formats[format];
    outcome.requests++;
    if (!refusal) {
      outcome.accepted += messages;
      return;
    }
    outcome.refused += messages;
    const held = this.refusals.get(refusal.code) ?? { count: 0, detail: refusal.detail };
    held.count += messages;
    this.refusals.set(refusal.code, held);
  }

  sum(of: keyof Outcome): number {
    return FORMATS.reduce((sum, format) => sum + this.formats[format][of], 0);
  }
}

export interface Sending {
  readonly doors: Pick<Doors, 'send' | 'register'>;
  /** Events a second; Infinity for as fast as it goes. */
  readonly rate: number;
  readonly batch: number;
  readonly tally: Tally;
  /** Is told of each message that was accepted. */
  readonly onAccepted: (message: Message) => void;
  readonly signal?: AbortSignal;
}

/**
 * Ends when all is sent and answered, or at once when it is aborted. A deal is registered before the first of its
 * shipments is.
 * @throws Unreachable where nothing takes it
 */
export async function send(messages: Iterable<Message>, sending: Sending): Promise<void> {
  const { doors, rate, batch, tally, onAccepted, signal } = sending;
  const inFlight = new Set<Promise<void>>();
  const registered = new Set<string>();
  let failure: Error | undefined;

  const launch = async (work: () => Promise<void>): Promise<void> => {
    while (inFlight.size >= REQUESTS_AT_ONCE) await Promise.race(inFlight);
    const running: Promise<void> = work()
      .catch((error: unknown) => void (failure ??= error as Error))
      .finally(() => inFlight.delete(running));
    inFlight.add(running);
  };
  const post = async (format: Format, some: readonly Message[]): Promise<void> => {
    const refusal = await doors.send(format, some);
    tally.count(format, some.length, refusal);
    if (!refusal) some.forEach(onAccepted);
  };
  const registerDeals = async (some: readonly Message[]): Promise<void> => {
    for (const { fact } of some) {
      if (fact?.kind !== 'registered' || registered.has(fact.dealId)) continue;
      registered.add(fact.dealId);
      const refusal = await doors.register(fact.dealId);
      if (refusal) throw new Error(`deal ${fact.dealId} was refused: ${refusal.code}, ${refusal.detail}`);
    }
  };

  const source = messages[Symbol.iterator]();
  const began = performance.now();
  let taken = 0;
  for (let isDone = false; !isDone && failure === undefined && !signal?.aborted;) {
    const due =
      rate === Infinity ? batch * FORMATS.length : ((performance.now() - began) / 1000) * rate - taken;
    const some: Message[] = [];
    while (some.length + 1 <= due && some.length < batch * FORMATS.length) {
      const { value, done } = source.next() as IteratorResult<Message, undefined>;
      if (done) {
        isDone = true;
        break;
      }
      some.push(value);
    }
    taken += some.length;
    await registerDeals(some);
    for (const [format, ofIt] of Map.groupBy(some, (message) => message.format))
      for (let from = 0; from < ofIt.length; from += batch)
        await launch(() => post(format, ofIt.slice(from, from + batch)));
    if (rate !== Infinity && !isDone) await sleep(TICK_MS);
  }
  await Promise.all(inFlight);
  if (failure !== undefined) throw failure;
}
