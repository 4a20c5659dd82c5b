/** What is sent to the doors with some of it wrong: documents of the traffic, mutated. For the specs. */
import fc from 'fast-check';
import { jsonEvent } from '#contracts/cloudevent.js';
import { anyMutation, type Change, mistakes } from '../../libs/contracts/testing/any-data.js';
import { asDcsaBeta, type V3Event } from './as-dcsa-beta.js';
import { documentOf } from './as-epcis.js';
import { FORMATS, type Message } from './message.js';
import { messagesOf } from './traffic.js';

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9:_-]{0,20}$/),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '$where',
    'a.b',
    'length',
    'eventID',
    'isRetracted',
    '@context',
  ),
);

const nested = (levels: number): unknown => {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

/** What would take careless code long, or much memory. */
const excess: fc.Arbitrary<Change> = fc
  .constantFrom<unknown>(
    'a'.repeat(100_000),
    ' '.repeat(50_000),
    '01/'.repeat(30_000),
    `https://${'a'.repeat(50_000)}<`,
    `0.${'0'.repeat(50_000)}1`,
    '9'.repeat(5_000),
    Array(2_000).fill({ type: 'EQ', reference: 'a' }),
    nested(200),
    1e308,
    '9999-12-31T23:59:59.999999999Z',
    '0000-01-01T00:00:00+14:00',
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  )
  .map((value) => () => value);

const change = fc.oneof({ weight: 9, arbitrary: mistakes(name) }, { weight: 2, arbitrary: excess });

/** The beta too, which the traffic is not sent in: it is made of that in 3.0.0. */
export const HOSTILE_FORMATS = [...FORMATS, 'dcsa-3.0.0-beta'] as const;
export type HostileFormat = (typeof HOSTILE_FORMATS)[number];

export interface Sent {
  readonly format: HostileFormat;
  readonly shipment: string;
  /** As it is parsed from what came. */
  readonly body: unknown;
}

const bodyOf = (format: HostileFormat, messages: readonly Message[]): unknown => {
  const events = messages.map(({ event }) => event);
  switch (format) {
    case 'cloudevents':
      return messages.map(({ event }) => jsonEvent(event as never));
    case 'epcis':
      return documentOf(events as never);
    case 'dcsa-2.2':
      return events;
    case 'dcsa-3.0.0':
      return { events };
    case 'dcsa-3.0.0-beta':
      return events.map((event) => asDcsaBeta(event as unknown as V3Event));
    default:
      return format satisfies never;
  }
};

/** Some messages of one shipment, with what is sent of them to the format's door. */
export function soundBody(
  format: HostileFormat,
  { nth, from, many }: { nth: number; from: number; many: number },
): Sent {
  const written = format === 'dcsa-3.0.0-beta' ? 'dcsa-3.0.0' : format;
  const all = messagesOf(9, nth, written).filter((message) => message.format === written);
  const some = all.slice(from % all.length).slice(0, many);
  return { format, shipment: some[0]!.shipment, body: bodyOf(format, some) };
}

/** Such a body with one to three places of it wrong. */
export const anySent = (format: HostileFormat): fc.Arbitrary<Sent> =>
  fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.integer({ min: 1, max: 3 })).chain(([nth, from, many]) => {
    const { shipment, body } = soundBody(format, { nth, from, many });
    // A list is put into an object, for what is outermost is never mutated.
    return anyMutation(fc.constant({ body }), change).map((sent) => ({
      format,
      shipment,
      body: (sent as { body?: unknown }).body ?? null,
    }));
  });
