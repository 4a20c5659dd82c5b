/**
 * What upstream systems send of many shipments, in one format each: planned, estimated and actual, delayed, taken back,
 * twice, late. The same for the same seed, byte for byte. Pure.
 */
import { asCloudEvents, cancellationOf, registrationOf } from './as-cloudevents.js';
import { asDcsaV2, asDcsaV3 } from './as-dcsa.js';
import { asEpcis } from './as-epcis.js';
import { type Format, isWithdrawal, type Message, type Writer } from './message.js';
import { type Disorder, disturbed, interleaved, random } from './mixing.js';
import { type Report, shipment, type Withdrawal } from './voyage.js';

const WRITERS: Readonly<Record<Format, Writer>> = {
  cloudevents: asCloudEvents,
  epcis: asEpcis,
  'dcsa-2.2': asDcsaV2,
  'dcsa-3.0.0': asDcsaV3,
};

const DISORDER: Disorder = { repeated: 0.05, late: 0.1, most: 200 };
/** Shipments under way at once. */
const UNDER_WAY = 200;

/** All that is sent of the nth shipment of a seed, in the order in which it is said. */
export function messagesOf(seed: number, nth: number, format: Format): Message[] {
  const about = shipment(seed, nth);
  const write = WRITERS[format];
  return [
    ...registrationOf(about),
    ...sayable(about.told, format).flatMap((told) => write(about, told)),
    ...cancellationOf(about),
  ];
}

/** 2.2 has no words to take anything back, so a mistake that would be is not made. */
function sayable(told: readonly (Report | Withdrawal)[], format: Format): readonly (Report | Withdrawal)[] {
  if (format !== 'dcsa-2.2') return told;
  const mistakes = new Set(told.filter(isWithdrawal).map(({ withdraws }) => withdraws));
  return told.filter((one) => !isWithdrawal(one) && !mistakes.has(one));
}

export interface Asked {
  readonly seed: number;
  readonly formats: readonly Format[];
  /** How many shipments there are; without end where it is not said. */
  readonly shipments?: number | undefined;
  /** How many messages, of shipments that may then be under way still. */
  readonly events?: number | undefined;
  /** Whether no more is to be begun; what was held back still comes. */
  readonly isOver?: () => boolean;
}

export function traffic({
  seed,
  formats,
  shipments,
  events,
  isOver = () => false,
}: Asked): Generator<Message> {
  const next = random(seed);
  let begun = 0;
  const begin = (): Message[] | undefined => {
    if (begun === shipments) return undefined;
    const nth = begun++;
    return messagesOf(seed, nth, formats[nth % formats.length]!);
  };
  return disturbed(
    interleaved(begin, UNDER_WAY, next),
    DISORDER,
    next,
    (sent, held) => isOver() || (events !== undefined && sent + held >= events),
  );
}
