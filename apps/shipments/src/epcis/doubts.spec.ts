import { arriving, booking, CONTAINER, json, packing, SAINT_LOUIS, smelting, VESSEL } from './epcis.story.js';
import { doubtsOf } from './doubts.js';
import type { EpcisEvent } from './epcis-event.js';

const told = (event: unknown): string[] =>
  doubtsOf(json(event) as unknown as EpcisEvent).map(({ pointer, code }) => `${code} ${pointer}`);

const MISTYPED = 'urn:epc:id:bic:CSQU3054384';
const link = (path: string): string => `https://id.gs1.org/${path}`;

describe('what is questionable in an EPCIS event', () => {
  it('is nothing where all is as it was issued', () => {
    for (const event of [arriving({ epcList: [CONTAINER, VESSEL] }), packing(), booking(), smelting()])
      expect(told(event)).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    ['a container', arriving({ epcList: [CONTAINER, MISTYPED] }), ['check-digit /epcList/1']],
    ['a vessel', arriving({ epcList: ['urn:epc:id:imovn:9176186'] }), ['check-digit /epcList/0']],
    ['what things are packed into', packing({ parentID: MISTYPED }), ['check-digit /parentID']],
    [
      'a class of goods',
      smelting({
        outputQuantityList: [{ epcClass: link('01/09521321123459/10/SB'), quantity: 1, uom: 'TNE' }],
      }),
      ['check-digit /outputQuantityList/0/epcClass'],
    ],
    [
      'a place',
      arriving({ readPoint: { id: link('414/9521321000019'), 'ore:unlocode': 'USSTL' } }),
      ['check-digit /readPoint/id'],
    ],
    [
      'a party',
      arriving({ sourceList: [{ type: 'owning_party', source: link('417/9521321000019') }] }),
      ['check-digit /sourceList/0/source'],
    ],
    [
      'a consignment behind a transaction',
      booking({ bizTransactionList: [{ bizTransaction: link('402/95213210000000002') }] }),
      ['check-digit /bizTransactionList/0/bizTransaction'],
    ],
  ])('is a check digit of %s that is not its own', (_, event, doubts) => {
    expect(told(event)).toEqual(doubts);
  });

  it('says which digit it would be', () => {
    const [doubt] = doubtsOf(arriving({ epcList: [MISTYPED] }) as unknown as EpcisEvent);
    expect(doubt!.message).toContain('its check digit would be 3');
  });

  it.each([
    ['00', '395213210000000019', '395213210000000010'],
    ['01', '09521321123458', '09521321123459'],
    ['253', '9521321000018DOC', '9521321000019DOC'],
    ['402', '95213210000000001', '95213210000000002'],
    ['414', '9521321000018', '9521321000019'],
    ['8003', '09521321000018S1', '09521321000019S1'],
    ['8018', '952132100000000007', '952132100000000008'],
  ])('is found in keys of type %s, in a Digital Link', (type, right, wrong) => {
    const rightly = told(arriving({ epcList: [link(`${type}/${right}`)] }));
    const wrongly = told(arriving({ epcList: [link(`${type}/${wrong}`)] }));
    expect([type, rightly, wrongly]).toEqual([type, [], ['check-digit /epcList/0']]);
  });

  it('is a place whose UN/LOCODE is none, or is of no country', () => {
    const at = (unlocode: string) => arriving({ readPoint: { ...SAINT_LOUIS, 'ore:unlocode': unlocode } });
    expect(told(at('Saint Louis'))).toEqual(['not-understood /readPoint']);
    expect(told(at('XXABC'))).toEqual(['unknown-code /readPoint']);
    expect(told(arriving({ bizLocation: { id: 'urn:orebound:unlocode:XXABC' } }))).toEqual([
      'unknown-code /bizLocation',
    ]);
  });

  it('is not looked for in what senders add: it is their own', () => {
    const own = { 'ore:box': MISTYPED, 'ore:boxes': [{ 'ore:box': MISTYPED }] };
    expect(told(arriving({ ...own, readPoint: { ...SAINT_LOUIS, ...own } }))).toEqual([]);
  });

  it('is told of the first fifty, however many there are', () => {
    expect(told(arriving({ epcList: Array(10_000).fill(MISTYPED) }))).toHaveLength(50);
  });
});
