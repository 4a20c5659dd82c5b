import fc from 'fast-check';
import {
  EventRetracted,
  MILESTONES,
  type Milestone,
  MilestoneReported,
  ObservationReported,
} from '#contracts/shipments.js';
import { life } from '../shipment.arbitrary.js';
import {
  arrived,
  CONTAINERS,
  departed,
  estimated,
  KARACHI,
  observed,
  planned,
  registered,
  reported,
  retracted,
  SAINT_LOUIS,
  shipmentAfter,
} from '../shipment.story.js';
import { type Accepted, type Claimant } from '../shipment.js';
import { timelineOf } from '../shipment-view.js';
import { eventFaults } from './check-event.js';
import { ALL_KINDS, arriving, CONTEXT as CAPTURED_CONTEXT, json, withdrawn } from './epcis.story.js';
import { CONTEXT, epcisEventsOf, type ExportedEvent } from './export-events.js';
import { EPCIS_SOURCE, identityOf, translateEvent } from './translate-event.js';
import type { EpcisEvent, Json } from './epcis-event.js';

const exported = (...history: readonly Accepted[]): ExportedEvent[] => {
  const shipment = shipmentAfter(history);
  const { events } = timelineOf({ _id: 'SHP-1', ...shipment }, history);
  return epcisEventsOf({ id: 'SHP-1', references: shipment.references, events });
};

/** What is captured comes to, as it is accepted once its shipment is found. */
const captured = (event: unknown, context: unknown = CONTEXT): Accepted[] => {
  const translation = translateEvent(json(event), json(context));
  if ('faults' in translation) throw new Error(JSON.stringify(translation.faults));
  return translation.events.map((each) => ({
    event: { ...each, subject: 'SHP-1', extensions: {} } as Accepted['event'],
    receivedAt: new Date('2025-11-01T00:00:00Z'),
  }));
};

const CONFORMANT = { disposition: 'conformant' };

describe('what has happened goes out as EPCIS', () => {
  it('a departure, with its moment, place, containers and vessel', () => {
    const transport = { mode: 'vessel' as const, vesselImo: '9176187' };
    const containers = [CONTAINERS[0]];
    expect(exported(registered(), departed({ id: 'd', transport, containers }))).toEqual([
      {
        type: 'ObjectEvent',
        eventID: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5/),
        eventTime: '2025-09-12T06:00:00+05:00',
        eventTimeZoneOffset: '+05:00',
        recordTime: '2025-11-01T00:00:00.000Z',
        action: 'OBSERVE',
        bizStep: 'departing',
        disposition: 'in_transit',
        epcList: ['urn:epc:id:bic:CSQU3054383', 'urn:epc:id:imovn:9176187'],
        readPoint: { id: 'https://vocabulary.uncefact.org/unlocode#PKKHI' },
        bizTransactionList: [{ bizTransaction: 'urn:orebound:shipment:SHP-1' }],
        'orebound:milestone': 'departed',
      },
    ]);
  });

  it('nothing that is planned or estimated, by whatever format it came', () => {
    const dcsa = (eventClassifierCode: string): Accepted => {
      const seal = observed('RSEA');
      const extensions = { dcsa: { eventClassification: { eventClassifierCode } } };
      return { ...seal, event: { ...seal.event, data: { ...seal.event.data, extensions } } as Claimant };
    };
    const plans = [
      planned('2025-10-01T00:00:00Z'),
      estimated('2025-10-02T00:00:00Z'),
      dcsa('PLN'),
      dcsa('EST'),
    ];
    expect(exported(registered(), ...plans)).toEqual([]);
    expect(exported(dcsa('ACT'))).toHaveLength(1);
  });

  it('a booking with the orders that it is of', () => {
    const references = [{ type: 'purchase-order' as const, value: 'PO 77/ä' }];
    expect(exported(registered({ references }), reported('booked'))).toMatchObject([
      {
        type: 'TransactionEvent',
        bizTransactionList: [
          { type: 'po', bizTransaction: 'urn:orebound:purchase-order:PO%2077%2F%C3%A4' },
          { bizTransaction: 'urn:orebound:shipment:SHP-1' },
        ],
      },
    ]);
  });

  it('what was taken back as an error declaration', () => {
    const wrong = arrived();
    expect(exported(wrong, retracted(wrong, { said: '2025-10-03T00:00:00z' }))).toMatchObject([
      { bizStep: 'arriving', errorDeclaration: { declarationTime: '2025-10-03T00:00:00Z' } },
    ]);
  });

  it.each([
    ['damaged', { persistentDisposition: { set: ['damaged'] } }],
    ['needs_replacement', { disposition: 'needs_replacement' }],
    ['inspecting', { bizStep: 'inspecting' }],
    ['https://ore.example/steps/crushing', { bizStep: 'https://ore.example/steps/crushing' }],
    ['STUF', { 'orebound:kind': 'STUF' }],
    ['urn:epcglobal:cbv:bizstep:packing', { 'orebound:kind': 'urn:epcglobal:cbv:bizstep:packing' }],
    // It would come back as a milestone, which it was not.
    ['loading', { 'orebound:kind': 'loading' }],
  ])('an observation of %s', (kind, words) => {
    const [event] = exported(observed(kind));
    const { bizStep, disposition, persistentDisposition, ...told } = json(event) as Record<string, unknown>;
    const { 'orebound:kind': own } = told;
    const said = { bizStep, disposition, persistentDisposition, 'orebound:kind': own };
    expect(JSON.parse(JSON.stringify(said))).toEqual(words);
  });

  it('measurements, exactly as they were read', () => {
    const measurements = [
      { type: 'temperature' as const, value: '26.5', unit: 'CEL', at: '2025-09-20T00:00:00Z' },
      { type: 'shock' as const, name: 'Acceleration maxValue z', value: '9.25', unit: 'MSK' },
      { type: 'other' as const, name: 'the door', value: '1', device: 'not a URI' },
    ];
    expect(exported(observed('sensor_reporting', { measurements }))[0]!.sensorElementList).toEqual([
      {
        sensorReport: [
          { type: 'Temperature', value: 26.5, uom: 'CEL', time: '2025-09-20T00:00:00Z' },
          { type: 'Acceleration', maxValue: 9.25, component: 'z', uom: 'MSK' },
          { type: 'urn:orebound:measurement:other', value: 1, 'orebound:name': 'the door' },
        ],
      },
    ]);
  });

  it('in UTC where its offset is none that EPCIS has', () => {
    const [event] = exported(departed({ at: '2025-09-12t06:00:00.25+15:00' }));
    expect([event!.eventTime, event!.eventTimeZoneOffset]).toEqual([
      '2025-09-12T06:00:00.25+15:00',
      '+00:00',
    ]);
  });
});

describe('what came as EPCIS goes out', () => {
  it.each(ALL_KINDS.map((event) => [event['type'] as string, event['eventID'] as string | undefined, event]))(
    'a %s %s under the identity that it had, with its words',
    (_, __, event) => {
      const { errorDeclaration: ___, ...original } = event;
      const [out, ...more] = exported(...captured(original, CAPTURED_CONTEXT));
      const identity = identityOf(original as unknown as EpcisEvent, json(CAPTURED_CONTEXT));
      expect(more).toEqual([]);
      expect(out!.eventID).toBe(identity);
      expect(Date.parse(out!.eventTime)).toBe(Date.parse(original['eventTime'] as string));
      expect(out!.bizStep).toBe(original['type'] === 'TransactionEvent' ? undefined : original['bizStep']);
      expect(out!.disposition).toBe(original['disposition']);
      expect(out!.readPoint?.id).toBe((original['readPoint'] as { id?: string } | undefined)?.id);
    },
  );

  it('with what its sensors read, though that is an observation of its own', () => {
    const [event] = ALL_KINDS;
    const [milestone, sensors] = captured(event, CAPTURED_CONTEXT);
    const again = captured(exported(milestone!, sensors!)[0]);
    expect(again.map(({ event: { id } }) => id)).toEqual([milestone!.event.id, sensors!.event.id]);
    const measured = (one: Accepted): unknown => (one.event.data as { measurements: unknown }).measurements;
    expect(measured(again[1]!)).toEqual(measured(sensors!));
  });

  it('withdrawn, where it was', () => {
    const event = arriving({ eventID: 'urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8' });
    const [out] = exported(...captured(event), ...captured(withdrawn(event)));
    expect(out).toMatchObject({
      eventID: event['eventID'],
      errorDeclaration: { declarationTime: '2025-10-03T08:00:00-05:00', reason: 'did_not_occur' },
    });
  });
});

/** Whatever a sender may have made of the words that we keep. */
const words = fc.option(
  fc.record(
    {
      type: fc.oneof(fc.constantFrom('ObjectEvent', 'AggregationEvent'), fc.string()),
      action: fc.constantFrom('ADD', 'OBSERVE', 'DELETE', 'add'),
      bizStep: fc.constantFrom('accepting', 'arriving', 'loading', 'sinking', 'https://ore.example/x', ''),
      disposition: fc.constantFrom('in_progress', 'in_transit', 'conformant', 'damaged', 'happy'),
      persistentDisposition: fc.constantFrom(
        { set: ['damaged'] },
        { unset: ['damaged'] },
        { set: 'damaged' },
        null,
      ),
      readPoint: fc.constantFrom(
        'urn:epc:id:sgln:9521321.00001.0',
        'no URI',
        '',
        'urn:orebound:unlocode:OMSLL',
      ),
      bizLocation: fc.constantFrom('urn:epc:id:sgln:9521321.00002.0', '{}'),
      added: fc.oneof(
        fc.array(
          fc.record({
            name: fc.constantFrom(
              'ore:x',
              'https://ore.example/x',
              'https://ore.example/facilityTypeCode',
              '__proto__',
            ),
            value: fc.constantFrom('1', '"cut', '{"a":[1]}'),
          }),
          { maxLength: 3 },
        ),
        fc.string(),
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  { nil: undefined },
);
const claims = fc
  .record({
    milestone: fc.option(fc.constantFrom(...MILESTONES), { nil: undefined }),
    kind: fc.oneof(
      fc.constantFrom('loading', 'packing', 'damaged', 'arriving', 'https://x.example/y'),
      fc.string(),
    ),
    source: fc.constantFrom(EPCIS_SOURCE, '/carrier'),
    id: fc.oneof(
      fc.webUrl(),
      fc.uuid().map((uuid) => `urn:uuid:${uuid}`),
      fc.string({ unit: 'binary' }),
    ),
    at: fc.constantFrom(
      '2025-10-01T00:00:00Z',
      '2025-10-01t05:00:00.123456789+05:45',
      '2025-10-01T00:00:00-23:00',
    ),
    place: fc.constantFrom(undefined, KARACHI, SAINT_LOUIS),
    containers: fc.option(fc.subarray([...CONTAINERS], { minLength: 1 }), { nil: undefined }),
    epcis: words,
  })
  .map(({ milestone, kind, epcis, ...told }): Accepted => {
    const { place, containers, ...said } = told;
    const claim = milestone ? reported(milestone, told) : observed(kind === '' ? 'x' : kind, said);
    const about = { ...(place && { place }), ...(containers && { containers }) };
    const data = { ...claim.event.data, ...about, ...(epcis && { extensions: { epcis } }) };
    return { ...claim, event: { ...claim.event, data } as Claimant };
  });

const isDamage = ({ event }: Accepted): boolean =>
  event.type === ObservationReported.type && event.data.kind === 'damaged';

const milestoneIn = ({ event }: Accepted): Milestone | undefined =>
  event.type === MilestoneReported.type ? event.data.milestone : undefined;

describe('whatever has happened', () => {
  const happened = fc.uniqueArray(claims, { maxLength: 4, selector: ({ event }) => event.id });

  it('goes out as valid EPCIS 2.0, each event once', () => {
    let count = 0;
    fc.assert(
      fc.property(fc.oneof(life, happened), (history) => {
        const events = exported(...history);
        count += events.length;
        for (const event of events) expect([event, eventFaults(json(event))]).toEqual([event, []]);
        expect(new Set(events.map(({ eventID }) => eventID)).size).toBe(events.length);
      }),
      { numRuns: 1_000 },
    );
    expect(count).toBeGreaterThan(1_000);
  });

  it('is the event that it was when it is captured again, and never another milestone', () => {
    let same = 0;
    fc.assert(
      fc.property(claims, (claim) => {
        const [out] = exported(claim);
        const again = captured(out);
        expect(again[0]!.event.id).toBe(out!.eventID);
        if (milestoneIn(again[0]!) !== undefined) {
          expect(milestoneIn(again[0]!)).toBe(milestoneIn(claim));
          same++;
        }
        const { at, place, containers } = claim.event.data as MilestoneReported;
        const { data } = again[0]!.event as { data: MilestoneReported };
        expect([Date.parse(data.at), data.containers]).toEqual([Date.parse(at), containers]);
        expect(data.place?.unlocode).toBe(place?.unlocode);
        // And so for ever.
        const [onceMore] = exported(...again);
        expect(onceMore!.eventID).toBe(out!.eventID);
        expect(milestoneIn(captured(onceMore)[0]!)).toBe(milestoneIn(again[0]!));
      }),
      { numRuns: 1_000 },
    );
    expect(same).toBeGreaterThan(100);
  });

  it('tells of damage when it is captured again if it did, and only then', () => {
    let damaged = 0;
    fc.assert(
      fc.property(claims, fc.boolean(), (claim, beside) => {
        const damage = {
          ...observed('damaged', { id: `${claim.event.id}#damaged` }).event,
          source: claim.event.source,
        };
        const history = beside ? [claim, { ...claim, event: damage as Claimant }] : [claim];
        const told = exported(...history).flatMap((event) => captured(event));
        expect(told.some(isDamage)).toBe(history.some(isDamage));
        if (beside) damaged++;
      }),
      { numRuns: 1_000 },
    );
    expect(damaged).toBeGreaterThan(300);
  });

  it('and was taken back comes to the retraction of that event', () => {
    fc.assert(
      fc.property(claims, (claim) => {
        const [out] = exported(claim, retracted(claim));
        const again = captured(out);
        expect(again[0]!.event).toMatchObject({ type: EventRetracted.type, data: { eventId: out!.eventID } });
      }),
      { numRuns: 300 },
    );
  });

  it.each(MILESTONES)('comes back as the milestone %s, where EPCIS has words for it', (milestone) => {
    const references = [{ type: 'purchase-order' as const, value: 'PO-1' }];
    const [out] = exported(registered({ references }), reported(milestone, { place: SAINT_LOUIS }));
    // docs/mappings.md says why not: a terminal, a call, a verdict are not known.
    const lost: Milestone[] = ['gate-in', 'gate-out', 'transshipped', 'assayed'];
    expect(milestoneIn(captured(out)[0]!)).toBe(lost.includes(milestone) ? undefined : milestone);
  });
});

it('a verdict that came with an assay goes out with it', () => {
  const assay = { ...ALL_KINDS[0], bizStep: 'sampling', ...CONFORMANT };
  const [out] = exported(...captured(assay, CAPTURED_CONTEXT as unknown as Json));
  expect(out).toMatchObject({ bizStep: 'sampling', ...CONFORMANT });
});
