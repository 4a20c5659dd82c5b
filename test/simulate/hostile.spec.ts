/**
 * Whatever is wrong with what is sent, each door's pure path says so; and what it takes can be folded, announced, listed,
 * shown and exported. Neither throws what is not a refusal. Text without end, depth and width are among it: what would
 * take time by the square of the size would not end within the limit of a test.
 */
import fc from 'fast-check';
import type { CloudEvent } from '#contracts/cloudevent.js';
import { DcsaV2Message, DcsaV3Message } from '#contracts/dcsa.js';
import { EpcisMessage } from '#contracts/epcis.js';
import { faultsOf, RefusedEvent } from '#contracts/fault.js';
import { readHttp } from '#contracts/http-binding.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { checkEvent } from '#contracts/topic.js';
import { announcementsOf } from '../../apps/shipments/src/announcements.js';
import { auditOf } from '../../apps/shipments/src/audit.js';
import { isForeign, translate } from '../../apps/shipments/src/correlation/translate.js';
import { allSound, readRequest, reportedEvent } from '../../apps/shipments/src/dcsa/read-request.js';
import { capturedEvent, takenOf } from '../../apps/shipments/src/epcis/capture.js';
import { epcisEventsOf } from '../../apps/shipments/src/epcis/export-events.js';
import { readDocument } from '../../apps/shipments/src/epcis/read-document.js';
import {
  type ForeignMessageEvent,
  type Unpacked,
  unpacked,
} from '../../apps/shipments/src/foreign-message.js';
import { listingOf } from '../../apps/shipments/src/listing.js';
import {
  type Accepted,
  foldOf,
  type Shipment,
  type ShipmentEvent,
  take,
  UNKNOWN,
} from '../../apps/shipments/src/shipment.js';
import { shipmentOf, summaryOf, timelineOf } from '../../apps/shipments/src/shipment-view.js';
import { csvOf, rowOf } from '../../apps/shipments/src/shipments-csv.js';
import { featureOf } from '../../apps/shipments/src/shipments-geojson.js';
import { anySent, HOSTILE_FORMATS, type Sent } from './hostile.js';
import { messagesOf } from './traffic.js';

const RUNS = 1_500;
const receivedAt = new Date('2026-01-01T00:00:00Z');

/** What a door puts on Kafka. @throws RefusedEvent */
function acceptedBy({ format, body }: Sent): CloudEvent[] {
  switch (format) {
    case 'cloudevents': {
      const headers = { 'content-type': 'application/cloudevents-batch+json' };
      const { events } = readHttp({ headers, body: Buffer.from(JSON.stringify(body)) });
      return events.map((event) => checkEvent(SHIPMENTS_INBOUND, event));
    }
    case 'epcis': {
      const { items, context } = takenOf(readDocument(body), 'rollback');
      return items.map((item) => capturedEvent(item, context));
    }
    case 'dcsa-2.2':
    case 'dcsa-3.0.0':
    case 'dcsa-3.0.0-beta': {
      const items = allSound(readRequest(body, format === 'dcsa-2.2' ? 'v2' : 'v3', 'OREB'));
      return items.map((item) => reportedEvent(item, 'OREB'));
    }
    default:
      return format satisfies never;
  }
}

/** What the consumer folds, of what lies on Kafka. @throws RefusedEvent where it goes to the dead letters */
const foldedOf = (event: CloudEvent, shipment: string): ShipmentEvent[] => {
  const checked = checkEvent(SHIPMENTS_INBOUND, event);
  const own = isForeign(checked) ? translate(checked).events : [checked];
  return own.map((each) => ({ extensions: {}, ...each, subject: shipment }) as unknown as ShipmentEvent);
};

const registrationIn = (shipment: string): ShipmentEvent =>
  messagesOf(9, Number(shipment.split('-')[2]), 'epcis')[0]!.event as unknown as ShipmentEvent;

/** All that is made of a shipment with these events, one after the other, and at last shown. */
function lived(id: string, events: readonly ShipmentEvent[]): unknown {
  const history: Accepted[] = [];
  let shipment: Shipment = UNKNOWN;
  const announced: unknown[] = [];
  for (const event of events) {
    const before = shipment;
    shipment = take(before, event, receivedAt, history);
    history.push({ event, receivedAt });
    announced.push(announcementsOf(before, shipment, receivedAt.toISOString()));
  }
  expect(foldOf(history).status).toBe(shipment.status);
  const identified = { ...shipment, _id: id, updatedAt: receivedAt };
  const timeline = timelineOf(identified, history);
  const summary = summaryOf(identified);
  return [
    announced,
    listingOf(undefined, shipment, id, receivedAt),
    shipmentOf(identified, history, receivedAt),
    timeline,
    auditOf(id, history),
    epcisEventsOf({ id, references: shipment.references, events: timeline.events }),
    csvOf([rowOf(summary)]),
    featureOf(summary),
  ];
}

describe.each(HOSTILE_FORMATS)('a mutated document of %s', (format) => {
  it('is refused with what is wrong, or can be lived with', () => {
    const verdicts = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(anySent(format), (sent) => {
        let events: ShipmentEvent[];
        try {
          events = acceptedBy(sent).flatMap((event) => foldedOf(event, sent.shipment));
        } catch (error) {
          if (!(error instanceof RefusedEvent)) throw error;
          verdicts.refused++;
          expect(JSON.stringify(error.faults).length).toBeLessThan(300_000);
          return;
        }
        verdicts.taken++;
        expect(JSON.stringify(lived(sent.shipment, [registrationIn(sent.shipment), ...events]))).toMatch(
          /^\[/,
        );
      }),
      { numRuns: RUNS },
    );
    expect(verdicts.taken).toBeGreaterThan(RUNS / 20);
    expect(verdicts.refused).toBeGreaterThan(RUNS / 10);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

const MESSAGES = {
  epcis: EpcisMessage,
  'dcsa-2.2': DcsaV2Message,
  'dcsa-3.0.0': DcsaV3Message,
  'dcsa-3.0.0-beta': DcsaV3Message,
} as const;

describe.each(Object.keys(MESSAGES) as (keyof typeof MESSAGES)[])(
  'a mutated message of %s on Kafka',
  (format) => {
    it('is refused with what is wrong, or comes to events that the topic takes and that can be translated', () => {
      const verdicts = { taken: 0, refused: 0 };
      fc.assert(
        fc.property(anySent(format), ({ body }) => {
          let come: Unpacked;
          try {
            come = unpacked({
              type: MESSAGES[format].type,
              data: { document: body, headers: { party: 'OREB' } },
            } as unknown as ForeignMessageEvent);
          } catch (error) {
            if (!(error instanceof RefusedEvent)) throw error;
            come = { events: [], refusal: error };
          }
          verdicts.taken += come.events.length;
          for (const event of come.events) expect(foldedOf(event, 'SHP-1').length).toBeGreaterThan(0);
          if (!come.refusal) return;
          verdicts.refused++;
          expect(JSON.stringify(faultsOf(come.refusal)).length).toBeLessThan(300_000);
        }),
        { numRuns: RUNS },
      );
      expect(verdicts.taken).toBeGreaterThan(RUNS / 20);
      expect(verdicts.refused).toBeGreaterThan(RUNS / 10);
    });
  },
);
