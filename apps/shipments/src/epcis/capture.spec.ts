import { v7 as uuidV7 } from 'uuid';
import { checkData } from '#contracts/check-data.js';
import { EpcisCaptureFinished } from '#contracts/epcis.js';
import { MOST_BYTES_AN_EVENT } from '#messaging/read-batch.js';
import { begunAt, finishedCapture, takenOf } from './capture.js';
import { jobOf } from './capture-view.js';
import { arriving, documentOf, json } from './epcis.story.js';
import { readDocument } from './read-document.js';

const AT = new Date('2025-10-02T15:00:00Z');
const read = (...events: unknown[]) => readDocument(json(documentOf(...events)));

describe('the end of a capture', () => {
  it('fits into one message, however much is wrong', () => {
    const long = `\u0007${'é'.repeat(190)}`;
    const wrong = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${long}${n}`, 1]));
    const document = takenOf(read(arriving(), ...Array<unknown>(999).fill(arriving(wrong))), 'proceed');
    const { data } = finishedCapture('capture', AT, 'proceed', document, AT);
    expect(() => checkData(EpcisCaptureFinished, 'open', data)).not.toThrow();
    expect([data.captured, data.refused, data.errors!.length]).toEqual([1, 999, 300]);
    expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(MOST_BYTES_AN_EVENT);
  });

  it('tells all faults where there are few', () => {
    const document = takenOf(read(arriving(), arriving({ a: 1, b: 2, c: 3 })), 'proceed');
    const { errors } = finishedCapture('capture', AT, 'proceed', document, AT).data;
    expect(errors!.map(({ faults }) => faults.length)).toEqual([3]);
  });
});

describe('a capture job', () => {
  const minutesLater = (minutes: number): Date => new Date(AT.getTime() + minutes * 60_000);
  const id = uuidV7({ msecs: AT.getTime() });

  it('begins when its id says', () => {
    expect(begunAt(id)).toEqual(AT);
    expect(begunAt('4f1b8e0e-6a6c-4a53-9c0e-2b8a3f2b7f10')).toBeUndefined();
  });

  it('is running while it can be on its way, and then unknown', () => {
    expect(jobOf(id, undefined, minutesLater(9))).toMatchObject({
      running: true,
      createdAt: AT.toISOString(),
    });
    expect(jobOf(id, undefined, minutesLater(11))).toBeUndefined();
  });
});
