/** The CloudEvents project's own SDK for JavaScript, version 10, and we read each other in each mode. */
import { CloudEvent as SdkEvent, HTTP, Kafka, type KafkaMessage } from 'cloudevents';
import { type CloudEvent, jsonEvent } from './cloudevent.js';
import { readHttp } from './http-binding.js';
import { readKafka, writeKafka } from './kafka-binding.js';

const DATA = { milestone: 'arrived', remarks: 'Gwādar → Saint Louis' };
const attributes = {
  id: 'a1',
  source: 'https://carrier.example/track',
  type: 'orebound.shipment.milestone-reported.v1',
  subject: 'shipment-1',
  time: '2025-10-02T14:40:00.123Z',
  datacontenttype: 'application/json',
};
const theirs = new SdkEvent({ specversion: '1.0', ...attributes, traceparent: '00-1-2-01', data: DATA });
const ours: CloudEvent = { ...attributes, data: DATA, extensions: { traceparent: '00-1-2-01' } };

/** What a Kafka client hands to the reader of what a producer sent: bytes, and null for what was undefined. */
const overKafka = ({ headers, value }: { headers: object; value: unknown }) => ({
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [
      name,
      text === undefined ? null : Buffer.from(String(text)),
    ]),
  ),
  value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});

const overHttp = ({ headers, body }: { headers: object; body: unknown }) => ({
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name.toLowerCase(), String(text)]),
  ),
  body: Buffer.from(String(body)),
});

/** What the SDK has read, as we would have it. It lists what is absent as undefined. */
const read = (event: unknown): CloudEvent => {
  const present = Object.entries((event as SdkEvent).toJSON()).filter(([, value]) => value !== undefined);
  const { specversion: _, traceparent, ...rest } = Object.fromEntries(present);
  return { ...rest, extensions: { traceparent } } as unknown as CloudEvent;
};

describe('an event of the SDK is read by us', () => {
  it('over Kafka, binary', () => {
    const { headers, value } = Kafka.binary(theirs) as KafkaMessage;
    expect(readKafka(overKafka({ headers, value }))).toEqual(ours);
  });

  it('over Kafka, structured', () => {
    const { headers, value } = Kafka.structured(theirs) as KafkaMessage;
    expect(readKafka(overKafka({ headers, value }))).toEqual(ours);
  });

  it('over HTTP, binary', () => {
    expect(readHttp(overHttp(HTTP.binary(theirs) as never)).events).toEqual([ours]);
  });

  it('over HTTP, structured', () => {
    expect(readHttp(overHttp(HTTP.structured(theirs) as never)).events).toEqual([ours]);
  });
});

describe('an event of ours is read by the SDK', () => {
  it('over Kafka, binary', () => {
    const { key, value, headers } = writeKafka(ours);
    // Its Kafka binding wants text where Kafka clients have buffers, and has the data as it finds it in `value`.
    const event = Kafka.toEvent({ key, value: JSON.parse(value!), headers } as never);
    expect(read(event)).toEqual({ ...ours, partitionkey: 'shipment-1' });
  });

  it('over Kafka, structured', () => {
    const value = JSON.stringify(jsonEvent(ours));
    const headers = { 'content-type': 'application/cloudevents+json' };
    // The SDK takes the message's key for the attribute partitionkey.
    const event = Kafka.toEvent({ key: 'shipment-1', value, headers } as never);
    expect(read(event)).toEqual({ ...ours, partitionkey: 'shipment-1' });
  });

  it('over HTTP, structured, and as an item of a batch', () => {
    const headers = { 'content-type': 'application/cloudevents+json' };
    expect(read(HTTP.toEvent({ headers, body: JSON.stringify(jsonEvent(ours)) }))).toEqual(ours);
    const batch = { 'content-type': 'application/cloudevents-batch+json' };
    const events = HTTP.toEvent({ headers: batch, body: JSON.stringify([jsonEvent(ours), jsonEvent(ours)]) });
    expect((events as SdkEvent[]).map(read)).toEqual([ours, ours]);
  });
});
