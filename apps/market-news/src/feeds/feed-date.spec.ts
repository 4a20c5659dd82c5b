import fc from 'fast-check';
import { isTimestamp } from '#contracts/time.js';
import { timestampOf } from './feed-date.js';

describe('a feed’s date', () => {
  it.each([
    ['2025-08-26T10:00:00+02:00', '2025-08-26T10:00:00+02:00'],
    ['Tue, 26 Aug 2025 10:00:00 GMT', '2025-08-26T10:00:00Z'],
    ['Tue, 26 Aug 2025 10:00:00 -0500', '2025-08-26T10:00:00-05:00'],
    ['6 August 25 9:05 EDT', '2025-08-06T09:05:00-04:00'],
    ['2025-08-26', '2025-08-26T00:00:00Z'],
    ['2025-08-26 10:00:30', '2025-08-26T10:00:30Z'],
    ['2025-08-26T10:00+0200', '2025-08-26T10:00:00+02:00'],
  ])('%s is %s', (text, timestamp) => expect(timestampOf(text)).toBe(timestamp));

  it.each([
    undefined,
    '',
    'yesterday',
    '31 Feb 2025 10:00:00 GMT',
    '26 Foo 2025 10:00 GMT',
    '26 Aug 2025 10:00 XYZ',
    '2025-13-01',
  ])('%s is no moment', (text) => expect(timestampOf(text)).toBeUndefined());

  it('is a timestamp or nothing, whatever it is made of, and keeps every instant', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        (text) => {
          const timestamp = timestampOf(text);
          expect(timestamp === undefined || isTimestamp(timestamp)).toBe(true);
        },
      ),
    );
    const days = fc.date({ min: new Date('1970-01-01'), max: new Date('2068-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (date) => {
        expect(Date.parse(timestampOf(date.toUTCString())!)).toBe(Math.floor(date.getTime() / 1000) * 1000);
      }),
    );
  });
});
