import type { CloudEvent } from '#contracts/cloudevent.js';
import { faultsOf, RefusedEvent } from '#contracts/fault.js';
import { type Warning, warningsOf } from '#contracts/identifiers.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { messageOf } from '#service/intake.js';
import { ProblemError } from '#service/problem.js';
import { Late, within } from '#service/within.js';
import type { Correlator } from './correlation/correlator.js';
import type { Decision } from './correlation/decide.js';
import { type ForeignEvent, isForeign, translate } from './correlation/translate.js';
import type { Translated } from './translation.js';
import { reachedBy, type RefusedOne, type Tried } from './tried-view.js';

/** An event as it would be put on Kafka, and where it stands in what was sent. */
interface ToTry {
  readonly pointer: string;
  readonly event: CloudEvent;
  /** Where a door has translated it already: its warnings point into what was sent. */
  readonly translation?: Translated;
}

/** A MongoDB that hangs is not waited for. */
const WITHIN_MS = 5_000;

/** Tries what is sent to a door: what would be taken of it, what that comes to, and which shipments it would reach. */
export class Trial {
  constructor(private readonly correlator: Pick<Correlator, 'whereTo'>) {}

  /**
   * Reads, and stores nothing.
   * @param refused what the door has refused itself
   * @throws ProblemError 503 while MongoDB is away
   */
  async of(sent: readonly ToTry[], refused: readonly RefusedOne[]): Promise<Tried> {
    const outcomes = sent.map(outcomeOf);
    const sound = outcomes.filter((outcome) => 'event' in outcome);
    const whereTo = await this.whereTo(sound.flatMap(({ translation }) => translation ?? []));
    return {
      accepted: sound.map(({ pointer, event, translation, warnings }) => ({
        pointer,
        becomes: translation?.events ?? [ownOf(event)],
        references: translation?.references ?? [],
        reaches: reachedBy(translation ? whereTo.shift()! : { shipments: [event.subject] }),
        warnings,
      })),
      refused: [...refused, ...outcomes.filter((outcome) => 'faults' in outcome)],
    };
  }

  private async whereTo(translated: readonly Translated[]): Promise<Decision[]> {
    try {
      return await within(WITHIN_MS, this.correlator.whereTo(translated, new Date()));
    } catch (error) {
      if (!(error instanceof Late)) throw error;
      throw new ProblemError('database-away', 'the database does not answer; try again later');
    }
  }
}

interface Sound {
  readonly pointer: string;
  readonly event: CloudEvent;
  /** None where it is an event of ours, with its shipment's id. */
  readonly translation: Translated | undefined;
  readonly warnings: readonly Warning[];
}

function outcomeOf({ pointer, event, translation }: ToTry): Sound | RefusedOne {
  try {
    messageOf(SHIPMENTS_INBOUND, event);
    if (translation) return { pointer, event, translation, warnings: translation.warnings ?? [] };
    const translated = isForeign(event) ? translate(event as ForeignEvent) : undefined;
    const foreign = (translated?.warnings ?? []).map((one) => ({ ...one, pointer: pointer + one.pointer }));
    return {
      pointer,
      event,
      translation: translated,
      warnings: [...warningsOf(event.data, `${pointer}/data`), ...foreign],
    };
  } catch (error) {
    if (!(error instanceof RefusedEvent)) throw error;
    // What a door has made of it is not what was sent.
    if (translation) return { pointer, faults: [{ pointer, code: error.code, message: error.message }] };
    return {
      pointer,
      faults: faultsOf(error).map((fault) => ({ ...fault, pointer: pointer + fault.pointer })),
    };
  }
}

const ownOf = ({
  id,
  source,
  type,
  time,
  data,
}: CloudEvent): Tried['accepted'][number]['becomes'][number] => ({
  id,
  source,
  type,
  ...(time !== undefined && { time }),
  data: data as object,
});
