import fc from 'fast-check';
import { Responses } from './kafkajs-responses.js';

const sized = (response: Uint8Array): Buffer => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(response.length);
  return Buffer.concat([size, response]);
};

const taken = (pieces: readonly Buffer[]): Buffer[] => {
  const responses: Buffer[] = [];
  const taking = new Responses((response) => responses.push(response));
  const read = Buffer.alloc(100_000);
  for (const piece of pieces) {
    read.set(piece); // as a socket does, over and over
    taking.take(read.subarray(0, piece.length));
  }
  return responses;
};

describe('what comes over a connection', () => {
  it('is the responses that were sent, wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 4, maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.nat(2_500), { maxLength: 12 }),
        (sent, cuts) => {
          const bytes = Buffer.concat(sent.map(sized));
          const ends = [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
          const pieces = ends.map((end, nth) => bytes.subarray(ends[nth - 1] ?? 0, end));

          expect(taken(pieces).map((one) => [...one])).toEqual(sent.map((one) => [...one]));
        },
      ),
    );
  });

  it('keeps no memory but its own with a response', () => {
    const [first, second] = taken([sized(Buffer.from('first')), sized(Buffer.from('second'))]);
    expect(first!.buffer.byteLength).toBe(5);
    expect(second!.buffer.byteLength).toBe(6);
  });

  it.each([
    ['a server of HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['a port of TLS, that alerts', Buffer.from([0x15, 3, 3, 0, 2, 2, 80])],
    ['what has less than a number', Buffer.alloc(8)],
    ['what has less than nothing', Buffer.alloc(4, 0xff)],
  ])('is refused where it comes of %s', (_, bytes) => {
    expect(() => taken([bytes])).toThrow(
      /^no Kafka broker answers at this port, which tells of a response of -?\d+ bytes/,
    );
  });
});
