import { arriving, booking, CONTEXT, json, packing, smelting } from './epcis.story.js';
import type { EpcisEvent } from './epcis-event.js';
import { hashIdOf, preHashOf } from './event-hash.js';

const event = (value: unknown): EpcisEvent => value as EpcisEvent;
const hashed = (value: unknown): string => hashIdOf(event(value), [json(CONTEXT)]);
const preHash = (value: unknown): string => preHashOf(event(value), [json(CONTEXT)]);

describe('an event hash ID', () => {
  /** The worked examples of the algorithm's reference implementation (RalphTro/epcis-event-hash-generator, MIT). */
  describe('is what the reference implementation publishes for CBV 2.0', () => {
    const context = [{ example: 'https://ns.example.com/epcis/' }];

    it('of extensions', () => {
      const departing = {
        type: 'ObjectEvent',
        eventTime: '2020-03-04T11:00:30.000+01:00',
        eventTimeZoneOffset: '+01:00',
        recordTime: '2020-03-04T11:00:30.999+01:00',
        epcList: [3, 1, 2].map((n) => `urn:epc:id:sscc:4012345.0000000${n}${n}${n}`),
        action: 'OBSERVE',
        bizStep: 'departing',
        readPoint: { id: 'urn:epc:id:sgln:4012345.00011.987' },
        'example:myField1': { 'example:mySubField1': '2', 'example:mySubField2': '5' },
        'example:myField2': '0',
        'example:myField3': { 'example:mySubField3': ['3', '1'] },
      };
      expect(hashIdOf(event(departing), [context])).toBe(
        'ni:///sha-256;6ae96341e0acc6d7a261364751f60e68278a81cdf51da0abb6b4e617014e39d7?ver=CBV2.0',
      );
    });

    it('of what sensors report', () => {
      const inspecting = {
        type: 'ObjectEvent',
        eventTime: '2020-04-01T15:00:00+01:00',
        eventTimeZoneOffset: '+01:00',
        epcList: ['urn:epc:id:sgtin:4012345.011111.9876'],
        action: 'OBSERVE',
        bizStep: 'inspecting',
        readPoint: { id: 'urn:epc:id:sgln:4012345.00005.0' },
        sensorElementList: [
          {
            sensorMetadata: {
              deviceID: 'urn:epc:id:giai:4000001.111',
              deviceMetadata: 'https://id.gs1.org/8004/4000001111',
            },
            sensorReport: [
              { type: 'Temperature', value: 26, sDev: 0.1, uom: 'CEL' },
              { type: 'AbsoluteHumidity', value: 12.1, uom: 'A93' },
              {
                type: 'Dimensionless',
                microorganism: 'https://www.ncbi.nlm.nih.gov/taxonomy/1126011',
                value: 0.05,
                uom: 'C35',
              },
              {
                type: 'Dimensionless',
                chemicalSubstance: 'https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N',
                value: 0.18,
                uom: 'C35',
              },
            ],
          },
        ],
      };
      expect(hashIdOf(event(inspecting), [context])).toBe(
        'ni:///sha-256;271565c346ae2fb28c4583c4dca4ab4772d465eb4e0b6e548d77d8b49377d95c?ver=CBV2.0',
      );
    });

    it('of transactions, parties, and an extension of a place', () => {
      const departing = {
        type: 'ObjectEvent',
        eventTime: '2020-03-04T11:00:30+01:00',
        eventTimeZoneOffset: '+01:00',
        epcList: ['urn:epc:id:sgtin:0614141.011111.987'],
        action: 'OBSERVE',
        bizStep: 'departing',
        disposition: 'in_transit',
        readPoint: { id: 'urn:epc:id:sgln:4012345.00011.0', 'example:myField1': 'AB-12' },
        bizTransactionList: [{ type: 'po', bizTransaction: 'urn:epc:id:gdti:4012345.11111.123' }],
        sourceList: [{ type: 'owning_party', source: 'urn:epc:id:pgln:4012345.00000' }],
        destinationList: [{ type: 'owning_party', destination: 'urn:epc:id:pgln:0614141.00000' }],
        'example:userExt': 'CD-34',
      };
      expect(hashIdOf(event(departing), [context])).toBe(
        'ni:///sha-256;3ae14c02c4bdc220cc31942cf804f6845eb8dec96ba6483391c92a9b165f9329?ver=CBV2.0',
      );
    });
  });

  /** Told by the reference implementation too, release 1.9.3, of events of our own. */
  it('has identifiers in their canonical form, lists sorted, and numbers without zeros that say nothing', () => {
    const moment = { eventTime: '2025-10-02T09:40:00Z', eventTimeZoneOffset: '+05:00' };
    const keys = [
      'urn:epc:id:bic:CSQU3054383',
      'https://id.example.com/gtin/614141073464/lot/ABC-1/ser/400?linkType=x',
      'urn:epc:id:ginc:9521321.XY-7',
      'urn:epc:id:gsin:9521321.000000001',
      'urn:epc:id:grai:9521321.00001.7',
      'urn:epc:id:giai:9521321.A.B',
    ];
    const place = { id: 'urn:epc:id:sgln:9521321.00004.0' };
    const bizLocation = { id: 'https://id.gs1.org/414/9521321000048/254/dock' };
    const seen = { eventTime: '2025-10-02T09:40:00.5-05:00', eventTimeZoneOffset: '-05:00' };
    expect(hashed(arriving({ ...seen, epcList: keys, readPoint: place, bizLocation }))).toBe(
      'ni:///sha-256;fa43d7f680b9619af3d7b62de98e3766cea020768724090f6f4042da787f420a?ver=CBV2.0',
    );
    const aggregation = packing({
      ...moment,
      parentID: 'urn:epc:id:sscc:9521321.0000000007',
      childEPCs: ['urn:epc:id:sgtin:9521321.012345.B', 'urn:epc:id:sgtin:9521321.012345.A'],
      childQuantityList: [
        { uom: 'KGM', quantity: 12.5, epcClass: 'urn:epc:class:lgtin:9521321.012345.LOT7' },
        { epcClass: 'urn:epc:idpat:sgtin:9521321.012345.*', quantity: 200 },
      ],
      disposition: undefined,
      persistentDisposition: { unset: ['completeness_inferred'], set: ['container_closed', 'conformant'] },
    });
    expect(hashed(json(aggregation))).toBe(
      'ni:///sha-256;8d7a88a9ac4eff502b777bf4616e5dbadb38fafe9c735381b1621eabdadaee7f?ver=CBV2.0',
    );
    const transformation = smelting({
      ...moment,
      inputQuantityList: [{ epcClass: 'urn:epc:class:lgtin:9521321.012345.ORE', quantity: 1000, uom: 'TNE' }],
      outputEPCList: ['urn:epc:id:sgtin:9521321.012345.C'],
      outputQuantityList: [
        { epcClass: 'urn:epc:class:lgtin:9521321.012345.CONC', quantity: 14.25, uom: 'TNE' },
      ],
      transformationID: 'urn:epc:id:gdti:9521321.00001.77',
      disposition: 'active',
      ilmd: { 'ore:grade': '61.50', 'ore:origin': { 'ore:mine': 'Chagai' } },
      'ore:furnace': ['2', '1'],
    });
    expect(hashed(transformation)).toBe(
      'ni:///sha-256;49027c312b4c2d828f9c7349882f23d6ec4bee52f5d1075cffde48b3ca799149?ver=CBV2.0',
    );
  });

  it('is the same in whichever way the same thing is said', () => {
    const said = hashed(arriving());
    expect(hashed(arriving({ eventTime: '2025-10-02T14:40:00Z' }))).toBe(said);
    expect(hashed(arriving({ bizStep: 'https://ref.gs1.org/cbv/BizStep-arriving' }))).toBe(said);
    expect(hashed(arriving({ bizStep: 'cbv:BizStep-arriving' }))).toBe(said);
    expect(
      hashed(
        arriving({ readPoint: { 'ore:unlocode': 'USSTL', id: 'https://id.example/gln/9521321000025' } }),
      ),
    ).toBe(said);
    const named = {
      eventID: 'urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8',
      recordTime: '2025-10-02T15:00:00Z',
    };
    expect(hashed(arriving(named))).toBe(said);
  });

  it.each([
    ['the place', { readPoint: { id: 'urn:epc:id:sgln:9521321.00009.0' } }],
    ['the moment', { eventTime: '2025-10-02T09:40:00.001-05:00' }],
    ['the offset', { eventTimeZoneOffset: '-06:00' }],
    ['an extension', { 'ore:berth': '4' }],
  ])('is another where %s is another', (_, fields) => {
    expect(hashed(arriving(fields))).not.toBe(hashed(arriving()));
  });

  it.each([
    ['2025-10-02T09:40:00.1415Z', '2025-10-02T09:40:00.142Z'],
    ['2025-10-02T09:40:00.1414999Z', '2025-10-02T09:40:00.141Z'],
    ['2025-12-31T23:59:59.9995Z', '2026-01-01T00:00:00.000Z'],
  ])('has %s as %s', (eventTime, written) => {
    expect(preHash(arriving({ eventTime }))).toContain(`eventTime=${written}`);
  });

  it('has no name for a prefix that no context explains', () => {
    expect(preHash(booking({ 'who:knows': 7 }))).toContain('who:knows=7');
  });

  it('has what GS1 abbreviates written out, and what others do as it stands', () => {
    const said = preHash(smelting({ ilmd: { 'cbvmda:lotNumber': 'L1' }, 'ore:kiln': 'ore:rotary' }));
    expect(said).toContain('{urn:epcglobal:cbv:mda}lotNumber=L1');
    expect(said).toContain('{https://ore.example/epcis/}kiln=ore:rotary');
    expect(preHash(booking({ 'ore:measured': 'gs1:Mass' }))).toContain(
      'measured=https://ref.gs1.org/voc/Mass',
    );
  });

  it.each([
    ['cpi:4012345.ABC.*', '8010/4012345ABC'],
    ['itip:4012345.012345.01.02.*', '8006/040123451234560102'],
    ['sgtin:4012345.012345.*', '01/04012345123456'],
    ['gdti:4012345.55555.*', '253/4012345555554'],
  ])('has the pattern %s as the class that it is of', (pattern, key) => {
    const inputQuantityList = [{ epcClass: `urn:epc:idpat:${pattern}`, quantity: 1 }];
    expect(preHash(smelting({ inputQuantityList }))).toContain(
      `epcClass=https://id.gs1.org/${key}quantity=1`,
    );
  });
});
