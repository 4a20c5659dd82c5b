import type { DcsaVersion } from '#contracts/dcsa.js';
import type { EventRetracted, MilestoneReported, ObservationReported } from '#contracts/shipments.js';
import type { UnaddressedEvent } from '../translation.js';
import {
  beta,
  betaRetraction,
  type Json,
  reefer,
  v2Equipment,
  V2_CALL,
  v2Shipment,
  v2Transport,
  v3,
  v3InWords,
} from './dcsa.story.js';
import { translateDcsa } from './translate-dcsa.js';

const translated = (version: DcsaVersion, event: unknown, party?: string) => {
  const translation = translateDcsa({ version, event, party });
  if ('faults' in translation) throw new Error(JSON.stringify(translation.faults));
  return translation;
};
const eventOf = (version: DcsaVersion, event: unknown, party?: string): UnaddressedEvent =>
  translated(version, event, party).events[0]!;
/** The milestone that an event is, or what was observed. */
const comesTo = (version: DcsaVersion, event: Json): string => {
  const data = eventOf(version, event).data as Partial<MilestoneReported & ObservationReported>;
  return data.milestone ?? `observed ${data.kind}`;
};
const faultsOf = (version: DcsaVersion, event: unknown): string[] => {
  const translation = translateDcsa({ version, event });
  return 'faults' in translation ? translation.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
};
const withoutExtensions = ({ data, ...envelope }: UnaddressedEvent) => {
  const { extensions: _, ...rest } = data as MilestoneReported;
  return { ...envelope, data: rest };
};

describe('an event of 2.2', () => {
  it('on transport passes a milestone at a port, with a vessel, as its party says', () => {
    expect(withoutExtensions(eventOf('2.2', v2Transport(), 'SMDG:INDX'))).toEqual({
      source: '/dcsa/SMDG:INDX',
      id: 'v2-1',
      type: 'orebound.shipment.milestone-reported.v1',
      time: '2025-09-10T08:00:00Z',
      data: {
        milestone: 'arrived',
        classifier: 'ACT',
        at: '2025-10-02T09:40:00-04:00',
        place: { unlocode: 'USORF', facility: 'SMDG:NIT' },
        containers: ['CSQU3054383'],
        transport: { mode: 'vessel', vesselName: 'Indus Star', vesselImo: '9176187', voyage: '2103N' },
      },
    });
  });

  it('names its shipment by booking, transport document, purchase order, containers and seals', () => {
    expect(translated('2.2', v2Equipment()).references).toEqual([
      { type: 'container', value: 'GYOU4047990' },
      { type: 'booking', value: 'BKG-77' },
      { type: 'transport-document', value: 'BOL-88' },
      { type: 'container', value: 'CSQU3054383' },
      { type: 'purchase-order', value: 'PO-5' },
      { type: 'seal', value: 'SEAL-1' },
    ]);
  });

  it('tells the seals that were found on its container, whether it passes a milestone or not', () => {
    const seals = [{ number: 'SEAL-1', container: 'GYOU4047990' }];
    expect(translated('2.2', v2Equipment()).events[0]!.data).toMatchObject({ milestone: 'loaded', seals });
    const stuffed = v2Equipment({ equipmentEventTypeCode: 'STUF' });
    expect(translated('2.2', stuffed).events[0]!.data).toMatchObject({ kind: 'STUF', seals });
    const chassis = v2Equipment({ equipmentReference: 'CHASSIS-1' });
    expect(translated('2.2', chassis).events[0]!.data).toMatchObject({ seals: [{ number: 'SEAL-1' }] });
  });

  it.each([
    ['of an empty container', { emptyIndicatorCode: 'EMPTY' }],
    ['that are only expected', { eventClassifierCode: 'EST' }],
    ['that are no seal number', { seals: [{ sealNumber: 'S'.repeat(101) }] }],
  ])('tells none %s', (_, more) => {
    expect(translated('2.2', v2Equipment(more)).events[0]!.data).not.toHaveProperty('seals');
  });

  it('on a document is of the whole shipment, whichever containers it names', () => {
    const { events, references } = translated('2.2', v2Shipment());
    expect(events[0]!.data).not.toHaveProperty('containers');
    expect(references).toContainEqual({ type: 'container', value: 'CSQU3054383' });
  });

  it('is kept whole in the extensions', () => {
    const event = { ...v2Equipment(), carrierOwn: { lane: [1, { two: null }] } };
    expect((eventOf('2.2', event).data as MilestoneReported).extensions).toEqual({ dcsa: event });
  });

  it('is kept as text where extensions do not take it', () => {
    const event = v2Equipment({ a: { b: { c: { d: { e: 1 } } } }, odd: { $where: 1 } });
    expect((eventOf('2.2', event).data as MilestoneReported).extensions).toEqual({
      dcsa: { ...event, a: { b: { c: { d: '{"e":1}' } } }, odd: '{"$where":1}' },
    });
  });

  it('without an eventID is known by what it says, in whatever order it says it', () => {
    const { eventID: _, ...event } = v2Transport();
    const turned = Object.fromEntries(Object.entries(event).reverse());
    expect(eventOf('2.2', event).id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(eventOf('2.2', turned).id).toBe(eventOf('2.2', event).id);
    expect(eventOf('2.2', { ...event, eventID: null, changeRemark: 'x' }).id).not.toBe(
      eventOf('2.2', event).id,
    );
  });

  it('of nobody in particular is of somebody', () => {
    expect(eventOf('2.2', v2Transport()).source).toBe('/dcsa');
  });
});

describe('an event of 3.0.0', () => {
  it('is a word that its party may say anew', () => {
    expect(withoutExtensions(eventOf('3.0.0', v3()))).toEqual({
      source: '/dcsa/SMDG:LCL:INDX',
      id: 'v3-1@2025-10-02T14:00:00.250000000Z',
      type: 'orebound.shipment.milestone-reported.v1',
      time: '2025-10-02T14:00:00.25Z',
      data: {
        milestone: 'discharged',
        classifier: 'ACT',
        at: '2025-10-02T09:40:00-04:00',
        place: { unlocode: 'USORF', name: 'Norfolk', facility: 'NIT' },
        containers: ['CSQU3054383'],
        seals: [{ number: 'SEAL-1', container: 'CSQU3054383' }],
        revision: { of: 'v3-1', at: '2025-10-02T14:00:00.25Z' },
        transport: { mode: 'vessel', vesselName: 'Indus Star', vesselImo: '9176187', voyage: '2103N' },
      },
    });
  });

  it('is the same in codes and in words', () => {
    const [codes, words] = [translated('3.0.0', v3()), translated('3.0.0', v3InWords())];
    expect(withoutExtensions(words.events[0]!)).toEqual(withoutExtensions(codes.events[0]!));
    expect(words.references).toEqual(codes.references);
    expect(words.references).toEqual([
      { type: 'booking', value: 'BKG-77' },
      { type: 'transport-document', value: 'BOL-88' },
      { type: 'purchase-order', value: 'PO-5' },
      { type: 'container', value: 'CSQU3054383' },
      { type: 'seal', value: 'SEAL-1' },
    ]);
  });

  it('has the same id however the instant of its update is written', () => {
    const elsewhere = v3({}, { eventUpdatedDateTime: '2025-10-02T19:00:00.250+05:00' });
    expect(eventOf('3.0.0', elsewhere).id).toBe(eventOf('3.0.0', v3()).id);
  });

  it('that was never updated is its first word', () => {
    const { eventUpdatedDateTime: _, ...first } = v3();
    expect(eventOf('3.0.0', first).data).toMatchObject({
      revision: { of: 'v3-1', at: '1970-01-01T00:00:00Z' },
    });
    expect(eventOf('3.0.0', first).time).toBeUndefined();
  });

  it('of several parties is of the same source in whatever order they are named', () => {
    const [a, b] = [{ partyCode: 'A B', codeListProvider: 'ZZZ' }, { partyCode: 'C' }];
    const by = (...originatingParties: Json[]) => v3({}, { eventRouting: { originatingParties } });
    expect(eventOf('3.0.0', by(a, b)).source).toBe('/dcsa/C,ZZZ:A%20B');
    expect(eventOf('3.0.0', by(b, a)).source).toBe('/dcsa/C,ZZZ:A%20B');
  });

  it('is withdrawn up to its update, whatever else it says', () => {
    const event = {
      ...v3(),
      isRetracted: true,
      eventDateTime: 5,
      eventClassification: 'none',
      shipmentDetails: 7,
    };
    const { events, references } = translated('3.0.0', event);
    expect(events).toEqual([
      {
        source: '/dcsa/SMDG:LCL:INDX',
        id: 'v3-1@2025-10-02T14:00:00.250000000Z/retraction',
        type: 'orebound.shipment.event-retracted.v1',
        time: '2025-10-02T14:00:00.25Z',
        data: { eventId: 'v3-1', upTo: '2025-10-02T14:00:00.25Z' },
      },
    ]);
    expect(references).toContainEqual({ type: 'container', value: 'CSQU3054383' });
  });

  it('is withdrawn for good where it does not say when', () => {
    expect(eventOf('3.0.0', { eventID: 'v3-1', isRetracted: true })).toEqual({
      source: '/dcsa',
      id: 'v3-1/retraction',
      type: 'orebound.shipment.event-retracted.v1',
      data: { eventId: 'v3-1' },
    });
  });

  it('of a reefer is an observation with what was measured, not with what was set', () => {
    const data = eventOf('3.0.0', reefer()).data as ObservationReported;
    expect(data.kind).toBe('MEAS');
    expect(data.measurements).toEqual([
      { type: 'temperature', name: 'probe 1', value: '-19.8', unit: 'CEL' },
      { type: 'other', name: 'ambient temperature', value: '18.5', unit: 'CEL' },
      { type: 'humidity', value: '84.2', unit: 'P1' },
      { type: 'other', name: 'oxygen', value: '20.6', unit: 'P1' },
    ]);
  });

  it('of a reefer has the air that goes in and comes back, by the last text of 3.0.0 and by the first', () => {
    const measuredIn = (reeferDetails: object): unknown => {
      const event = { ...reefer(), reeferDetails: { temperatureUnit: 'CEL', ...reeferDetails } };
      return (eventOf('3.0.0', event).data as ObservationReported).measurements;
    };
    const sensorReadings = [{ temperatureValue: -12.1, sensorLabel: 'P16' }, { temperatureValue: -12.5 }];
    expect(
      measuredIn({
        supplyAirTemperatureMeasurement: { temperatureValue: -12.3, sensorReadings },
        returnAirTemperatureMeasurement: { measuredTemperatureValue: -11 },
      }),
    ).toEqual([
      { type: 'temperature', name: 'supply air', value: '-12.3', unit: 'CEL' },
      { type: 'temperature', name: 'supply air P16', value: '-12.1', unit: 'CEL' },
      { type: 'temperature', name: 'supply air 2', value: '-12.5', unit: 'CEL' },
      { type: 'temperature', name: 'return air', value: '-11', unit: 'CEL' },
    ]);
  });

  it('of 3.0.0 says why it is late', () => {
    const late = { transportDetails: { changeRemark: 'Bad weather', delayReasonCodes: ['WEA', 7, 'STR'] } };
    expect(eventOf('3.0.0', v3({}, late)).data).toMatchObject({ remarks: 'Bad weather; WEA; STR' });
    const wrong = { transportDetails: { delayReasonCodes: 'WEA' } };
    expect(eventOf('3.0.0', v3({}, wrong)).data).not.toHaveProperty('remarks');
  });

  it.each([
    ['SHIPMENT', 'VOIDED', 'VOID'],
    ['EQUIPMENT', 'STUFFED', 'STUF'],
    ['EQUIPMENT', 'AVAILABLE_FOR_PICKUP', 'AVAILABLE_FOR_PICKUP'],
    ['REEFER', 'MEASURED', 'MEAS'],
  ])('of a %s that is %s has the code %s, where there is one', (eventType, word, kind) => {
    const classification = {
      eventType,
      eventClassifier: 'ACTUAL',
      [`${eventType.toLowerCase()}EventType`]: word,
    };
    expect(eventOf('3.0.0', v3({}, { eventClassification: classification })).data).toMatchObject({ kind });
  });
});

describe('an event of the beta', () => {
  it('passes a milestone, as its publisher says', () => {
    const { events, references } = translated('3.0.0-beta', beta());
    expect(withoutExtensions(events[0]!)).toEqual({
      source: '/dcsa/SMDG:INDX',
      id: 'beta-1',
      type: 'orebound.shipment.milestone-reported.v1',
      time: '2025-09-20T09:25:00+04:00',
      data: {
        milestone: 'transshipped',
        classifier: 'ACT',
        at: '2025-09-20T07:41:00+04:00',
        place: { unlocode: 'OMSLL', name: 'Salalah' },
        containers: ['CSQU3054383'],
        seals: [{ number: 'SEAL-1', container: 'CSQU3054383' }],
        transport: { mode: 'vessel', vesselName: 'Indus Star', vesselImo: '9176187', voyage: '2104S' },
      },
    });
    expect(references.map(({ value }) => value)).toEqual(['CSQU3054383', 'BKG-77', 'SEAL-1']);
  });

  it('takes back another event of its publisher', () => {
    const event = eventOf('3.0.0-beta', betaRetraction());
    expect([event.source, event.id]).toEqual(['/dcsa/SMDG:INDX', 'beta-2']);
    expect((event.data as EventRetracted).eventId).toBe('beta-1');
  });
});

describe('which milestone it is', () => {
  const customs = { documentTypeCode: 'CUS', documentID: 'C-1' };
  it.each<[string, Json]>([
    ['booked', v2Shipment()],
    ['observed CONF', v2Shipment({ documentTypeCode: 'SHI' })],
    ['observed DRFT', v2Shipment({ shipmentEventTypeCode: 'DRFT' })],
    ['customs-held', v2Shipment({ shipmentEventTypeCode: 'HOLD', ...customs })],
    ['customs-released', v2Shipment({ shipmentEventTypeCode: 'RELS', ...customs })],
    ['observed HOLD', v2Shipment({ shipmentEventTypeCode: 'HOLD' })],
    ['observed PENA', v2Shipment({ shipmentEventTypeCode: 'PENA', ...customs })],
    ['departed', v2Transport({ transportEventTypeCode: 'DEPA' })],
    ['arrived', v2Transport()],
    ['observed ARRI', v2Transport({ transportCall: { ...V2_CALL, UNLocationCode: undefined } })],
    ['observed ARRI', v2Transport({ transportCall: { ...V2_CALL, UNLocationCode: 'NORFOLK' } })],
    ['loaded', v2Equipment()],
    ['discharged', v2Equipment({ equipmentEventTypeCode: 'DISC' })],
    ['gate-in', v2Equipment({ equipmentEventTypeCode: 'GTIN' })],
    ['gate-out', v2Equipment({ equipmentEventTypeCode: 'GTOT' })],
    ['delivered', v2Equipment({ equipmentEventTypeCode: 'DROP' })],
    ['observed GTOT', v2Equipment({ equipmentEventTypeCode: 'GTOT', emptyIndicatorCode: 'EMPTY' })],
    ['observed INSP', v2Equipment({ equipmentEventTypeCode: 'INSP' })],
    ['observed STUF', v2Equipment({ equipmentEventTypeCode: 'STUF' })],
  ])('%s, of 2.2', (milestone, event) => {
    expect(comesTo('2.2', event)).toBe(milestone);
  });

  const moved = (code: string, phase: string, location?: string): Json =>
    v3(
      { equipmentEventTypeCode: code },
      {
        equipmentDetails: { equipmentReference: 'CSQU3054383', transportPhase: phase },
        ...(location && { shipmentDetails: { shipmentLocationType: location } }),
      },
    );
  it.each<[string, Json]>([
    ['gate-in', moved('GTIN', 'EXPORT')],
    ['observed GTIN', moved('GTIN', 'IMPORT')],
    ['transshipped', moved('LOAD', 'TRANSSHIPMENT')],
    ['observed DISC', moved('DISC', 'TRANSSHIPMENT')],
    ['gate-out', moved('GTOT', 'IMPORT')],
    ['observed GTOT', moved('GTOT', 'EXPORT')],
    ['delivered', moved('GTOT', 'IMPORT', 'PLACE_OF_DELIVERY')],
    ['delivered', moved('DROP', 'IMPORT')],
    ['observed DROP', moved('DROP', '', 'FCD')],
    ['customs-held', moved('CUSS', 'IMPORT')],
    ['customs-held', moved('CUSTOMS_SELECTED_FOR_INSPECTION', 'IMPORT')],
    ['customs-released', moved('CUSR', 'IMPORT')],
    ['observed AVPU', moved('AVPU', 'IMPORT')],
    ['observed BRAND_NEW', moved('BRAND_NEW', 'IMPORT')],
    ['observed DETC', v3({ eventTypeCode: 'IOT', iotEventTypeCode: 'DETC' })],
    ['observed APPROACHING', v3({ eventTypeCode: 'TRANSPORT', transportEventTypeCode: 'APPROACHING' })],
  ])('%s, of 3.0.0', (milestone, event) => {
    expect(comesTo('3.0.0', event)).toBe(milestone);
  });

  it.each([
    ['ACTUAL', 'ACT'],
    ['ESTIMATED', 'EST'],
    ['PLANNED', 'PLN'],
  ])('%s is %s', (eventClassifier, classifier) => {
    expect(eventOf('3.0.0', v3({ eventClassifier })).data).toMatchObject({ classifier });
  });
});

describe('what is questionable', () => {
  const warned = (event: Json): string[] =>
    translated('2.2', event).warnings!.map(({ pointer, code }) => `${pointer} ${code}`);

  it('is nothing in a sound event', () => {
    expect(warned(v2Equipment())).toEqual([]);
  });

  it('is a check digit: the number is taken, and the place of it told', () => {
    const event = v2Transport({
      equipmentReference: 'CSQU3054384',
      transportCall: { ...V2_CALL, vessel: { vesselIMONumber: '9176186' } },
    });
    expect(warned(event)).toEqual([
      '/equipmentReference check-digit',
      '/transportCall/vessel/vesselIMONumber check-digit',
    ]);
    expect(eventOf('2.2', event).data).toMatchObject({
      containers: ['CSQU3054384', 'CSQU3054383'],
      transport: { vesselImo: '9176186' },
    });
  });

  it('is what has not the form of what it should be: the event is taken without it, and keeps it', () => {
    const event = v2Equipment({
      equipmentReference: 'PACKED-IN-CRATES',
      eventLocation: { UNLocationCode: 'Karachi' },
      transportCall: { vessel: { vesselIMONumber: 9176187 } },
    });
    expect(warned(event)).toEqual([
      '/equipmentReference not-understood',
      '/eventLocation/UNLocationCode not-understood',
      '/transportCall/vessel/vesselIMONumber not-understood',
    ]);
    expect(translated('2.2', event).references[0]).toEqual({ type: 'container', value: 'PACKED-IN-CRATES' });
    expect(eventOf('2.2', event).data).toMatchObject({ extensions: { dcsa: event } });
  });

  it('is not how a number is written', () => {
    const event = v2Equipment({
      equipmentReference: ' csqu 305438-3',
      eventLocation: { UNLocationCode: 'pk khi' },
    });
    expect(warned(event)).toEqual([]);
    expect(eventOf('2.2', event).data).toMatchObject({
      containers: ['CSQU3054383'],
      place: { unlocode: 'PKKHI' },
    });
  });
});

describe('what is refused', () => {
  it.each<[string, DcsaVersion, unknown, string[]]>([
    ['no object', '2.2', [v2Transport()], [' malformed']],
    ['nothing', '3.0.0', null, [' required']],
    [
      'an event of 2.2 that says nothing',
      '2.2',
      {},
      [
        '/eventCreatedDateTime required',
        '/eventDateTime required',
        '/eventClassifierCode required',
        '/eventType required',
      ],
    ],
    [
      'a code that 2.2 does not have',
      '2.2',
      v2Transport({ transportEventTypeCode: 'SAIL' }),
      ['/transportEventTypeCode not-allowed'],
    ],
    [
      'a transport that calls nowhere',
      '2.2',
      v2Transport({ transportCall: null }),
      ['/transportCall required'],
    ],
    [
      'a document without its type and number',
      '2.2',
      v2Shipment({ documentTypeCode: '', documentID: undefined }),
      ['/documentTypeCode required', '/documentID required'],
    ],
    [
      'neither empty nor laden',
      '2.2',
      v2Equipment({ emptyIndicatorCode: undefined }),
      ['/emptyIndicatorCode required'],
    ],
    [
      'a time without an offset',
      '2.2',
      v2Transport({ eventDateTime: '2025-10-02T09:40:00' }),
      ['/eventDateTime malformed'],
    ],
    ['an eventID that is no text', '2.2', v2Transport({ eventID: 7 }), ['/eventID malformed']],
    ['an eventID that cannot be said', '3.0.0', v3({}, { eventID: 'a\u0000b' }), ['/eventID malformed']],
    ['an eventID of half a character', '3.0.0', v3({}, { eventID: 'a\ud800' }), ['/eventID malformed']],
    ['an eventID that is blank', '3.0.0', v3({}, { eventID: '  ' }), ['/eventID malformed']],
    ['an eventID that is too long', '3.0.0', v3({}, { eventID: 'x'.repeat(501) }), ['/eventID too-long']],
    [
      'an event of 3.0.0 that says nothing',
      '3.0.0',
      {},
      ['/eventID required', '/eventDateTime required', '/eventClassification required'],
    ],
    [
      'an event of 3.0.0 without its kind',
      '3.0.0',
      v3({}, { eventClassification: {} }),
      ['/eventClassification/eventTypeCode required', '/eventClassification/eventClassifierCode required'],
    ],
    ['a withdrawal of nothing', '3.0.0', { isRetracted: true }, ['/eventID required']],
    [
      'a list that is none',
      '3.0.0',
      v3({}, { shipmentDetails: { shipmentReferences: 'PO-5' } }),
      ['/shipmentDetails/shipmentReferences malformed'],
    ],
    [
      'a list with something else in it',
      '2.2',
      v2Transport({ references: [5] }),
      ['/references/0 malformed'],
    ],
    ['too long a list', '2.2', v2Transport({ seals: Array(201).fill({}) }), ['/seals too-many']],
    [
      'a publisher with too long a name',
      '3.0.0-beta',
      beta({}, { publisher: { partyName: '港'.repeat(120) } }),
      ['/metadata/publisher too-long'],
    ],
    [
      'an event of the beta without payload',
      '3.0.0-beta',
      { ...beta(), payload: undefined },
      ['/payload required'],
    ],
    ['what is too large', '2.2', v2Transport({ changeRemark: 'x'.repeat(70_000) }), [' too-large']],
  ])('%s', (_, version, event, faults) => {
    expect(faultsOf(version, event)).toEqual(faults);
  });

  it('what is nested without end', () => {
    const deep = JSON.parse('{"a":'.repeat(30_000) + '1' + '}'.repeat(30_000)) as Json;
    expect(faultsOf('2.2', v2Transport({ deep }))).toEqual([' malformed']);
  });

  it('does not take what every object has for what was sent', () => {
    const event = v2Transport({ eventType: 'constructor', __proto__: { eventType: 'TRANSPORT' } });
    expect(faultsOf('2.2', event)).toEqual(['/eventType not-allowed']);
  });
});
