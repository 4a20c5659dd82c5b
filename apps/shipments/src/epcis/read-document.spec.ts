import { arriving, booking, CONTEXT, documentOf, json, packing, withdrawn } from './epcis.story.js';
import { type Item, readDocument } from './read-document.js';

const faultsOf = (sent: unknown): string[] => {
  const read = readDocument(json(sent));
  return 'faults' in read ? read.faults.map(({ pointer, code }) => `${code} ${pointer}`) : [];
};
const itemsOf = (sent: unknown): readonly Item[] => {
  const read = readDocument(json(sent));
  if ('faults' in read || read.refused.length > 0) throw new Error(JSON.stringify(read));
  return read.items;
};
const refusedOf = (sent: unknown): string[] => {
  const read = readDocument(json(sent));
  return 'faults' in read
    ? []
    : read.refused.flatMap(({ faults }) => faults.map(({ pointer, code }) => `${code} ${pointer}`));
};

describe('what is captured', () => {
  it('is a document with a list of events, each with its place', () => {
    expect(itemsOf(documentOf(arriving(), packing())).map(({ pointer }) => pointer)).toEqual([
      '/epcisBody/eventList/0',
      '/epcisBody/eventList/1',
    ]);
  });

  it('is a document with one event', () => {
    const [item] = itemsOf({ ...documentOf(), epcisBody: { event: arriving() } });
    expect(item!.pointer).toBe('/epcisBody/event');
  });

  it('is a document with an id, and with who sends it to whom', () => {
    const envelope = {
      id: '_:document1',
      sender: 'urn:epc:id:sgln:9521321.00001.0',
      instanceIdentifier: '7',
    };
    expect(itemsOf({ ...documentOf(arriving()), ...envelope })).toHaveLength(1);
  });

  it('is an event by itself, and then the same event', () => {
    const [bare] = itemsOf({ '@context': CONTEXT, ...arriving() });
    const [listed] = itemsOf(documentOf(arriving()));
    expect([bare!.pointer, bare!.identity]).toEqual(['', listed!.identity]);
  });

  it('is told what is questionable in it, with the place in what was sent', () => {
    const [, item] = itemsOf(documentOf(arriving(), packing({ parentID: 'urn:epc:id:bic:CSQU3054384' })));
    expect(item!.translation.warnings).toEqual([
      { pointer: '/epcisBody/eventList/1/parentID', code: 'check-digit', message: expect.any(String) },
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['is no object', [], ['malformed ']],
    ['has no type', {}, ['required /type']],
    ['is the answer to a query', { ...documentOf(), type: 'EPCISQueryDocument' }, ['not-allowed /type']],
    ['is an event without a context', arriving(), ['required /@context']],
    [
      'lacks what a document must have',
      { type: 'EPCISDocument' },
      ['required /@context', 'required /schemaVersion', 'required /creationDate', 'required /epcisBody'],
    ],
    [
      'has a version as a number',
      { ...documentOf(arriving()), schemaVersion: 2 },
      ['malformed /schemaVersion'],
    ],
    ['is EPCIS 1.2', { ...documentOf(arriving()), schemaVersion: '1.2' }, ['malformed /schemaVersion']],
    ['has neither events nor event', { ...documentOf(), epcisBody: {} }, ['required /epcisBody/eventList']],
    [
      'has both',
      { ...documentOf(), epcisBody: { event: arriving(), eventList: [arriving()] } },
      ['not-allowed /epcisBody/event'],
    ],
    ['has an empty list', documentOf(), ['too-few /epcisBody/eventList']],
    ['has too many events', documentOf(...Array<number>(1001).fill(0)), ['too-many /epcisBody/eventList']],
  ])('is refused as a whole where it %s', (_, sent, faults) => {
    expect(faultsOf(sent)).toEqual(faults);
  });
});

describe('an event of a document is refused alone', () => {
  it('with pointers that lead from the document', () => {
    const sent = documentOf(arriving(), arriving({ bizStep: 'sailing' }), 7);
    expect(refusedOf(sent)).toEqual([
      'not-allowed /epcisBody/eventList/1/bizStep',
      'malformed /epcisBody/eventList/2',
    ]);
  });

  it('where it is larger than an event may be', () => {
    const large = arriving({ 'ore:log': 'x'.repeat(230_000) });
    expect(refusedOf(documentOf(large))).toEqual(['too-large /epcisBody/eventList/0']);
  });

  it('where another has its eventID and says something else', () => {
    const eventID = 'urn:uuid:1';
    const [first, again, other] = [arriving({ eventID }), arriving({ eventID }), booking({ eventID })];
    expect(refusedOf(documentOf(first, again, withdrawn(first), other))).toEqual([
      'repeated /epcisBody/eventList/3/eventID',
    ]);
  });
});
