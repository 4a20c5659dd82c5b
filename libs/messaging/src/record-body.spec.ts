import fc from 'fast-check';
import { bodyOf } from './kafkajs-records.js';
import { RecordBody } from './record-body.js';

const text = fc.string({ unit: 'binary', maxLength: 80 });
const field = fc.option(text, { nil: null });
const record = fc.record({
  key: field,
  value: field,
  headers: fc.dictionary(text, fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })), {
    maxKeys: 6,
  }),
});
const bytes = fc.uint8Array({ maxLength: 40 });
const whole = (body: Buffer): RecordBody => new RecordBody(body, 0, body.length);

/** The texts that it says, in the order of its headers. */
const said = (body: RecordBody): object => ({
  key: body.key?.toString(),
  value: body.value?.toString(),
  headers: Object.entries(body.headers).map(([name, values]) => [name, [values].flat().map(String)]),
});

describe('the body of a record', () => {
  it('is read as it was written, whatever lies before and behind it', () => {
    fc.assert(
      fc.property(record, bytes, bytes, ({ key, value, headers }, before, behind) => {
        const body = bodyOf({ key, value, headers });
        const among = Buffer.concat([before, body, behind]);

        const read = new RecordBody(among, before.length, before.length + body.length);

        expect(said(read)).toEqual({
          key: key ?? undefined,
          value: value ?? undefined,
          headers: Object.entries(headers).map(([name, values]) => [name, [values].flat()]),
        });
      }),
    );
  });

  it('ends where it ends, whatever sizes it speaks of: nothing of the next one is read', () => {
    fc.assert(
      fc.property(record, fc.nat(), ({ key, value, headers }, cut) => {
        const body = bodyOf({ key, value, headers });
        const end = cut % (body.length + 1);
        const among = Buffer.concat([body.subarray(0, end), Buffer.alloc(200, 'x')]);

        const [read, alone] = [new RecordBody(among, 0, end), whole(Buffer.from(body.subarray(0, end)))];

        expect(said(read)).toEqual(said(alone));
      }),
    );
  });

  it('may say that it has very many headers, and is read at once all the same', () => {
    const noKeyNoValue = [1, 1];
    const twoThousandMillion = [0xfe, 0xff, 0xff, 0xff, 0x0f];
    expect(whole(Buffer.from([...noKeyNoValue, ...twoThousandMillion])).headers).toEqual({});
  });

  it('cannot be read any more when its memory has been given back', () => {
    const body = Buffer.alloc(3, 1); // neither key nor value nor headers
    const given = whole(body);
    expect(given.key).toBeNull();
    (body.buffer as ArrayBuffer).transfer(0);
    for (const read of [() => given.key, () => given.value, () => given.headers, () => given.header('x')])
      expect(read).toThrow(TypeError);
  });
});
