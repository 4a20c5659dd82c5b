import fc from 'fast-check';
import { Backlog, Backlogs } from './backlog.js';
import { FetchedMessage } from './fetched-message.js';
import { bodyOf } from './kafkajs-records.js';
import { expectWholeSubjects } from './testing/whole-subjects.js';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const anyMessage = fc.record({
  subject: fc.option(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'), { nil: undefined }),
  key: fc.option(text, { nil: null }),
  value: fc.option(text, { nil: null }),
  timestamp: fc.integer({ min: -8.64e15, max: 8.64e15 }),
  gap: fc.integer({ min: 0, max: 3 }),
});
const anyLog = fc.array(anyMessage, { minLength: 1, maxLength: 120 }).map((all) => {
  let offset = 0;
  return all.map(({ subject, key, value, timestamp, gap }) => {
    offset += 1 + gap;
    const headers = {
      'content-type': 'application/json',
      ...(subject !== undefined && { ce_subject: subject }),
    };
    return FetchedMessage.of(bodyOf({ key, value, headers }), offset, timestamp);
  });
});

const message = (offset: number): FetchedMessage =>
  FetchedMessage.of(bodyOf({ key: null, value: 'a value', headers: {} }), offset, 0);
const messages = (...offsets: number[]): FetchedMessage[] => offsets.map(message);
const fetched = (
  offsets: readonly number[],
  endOffset = 1_000,
  partition = 0,
): Parameters<Backlogs['gather']>[0] => ({
  topic: 'topic',
  partition,
  messages: messages(...offsets),
  endOffset,
});
const offsetsOf = (backlog: unknown): number[] =>
  [...(backlog as Backlog).slices(100)].flat(2).map(({ offset }) => offset);

const shown = ({ offset, key, value, headers, timestamp, subject }: FetchedMessage): object => ({
  offset,
  key: key?.toString('latin1'),
  value: value?.toString('latin1'),
  headers: { ...headers },
  timestamp: timestamp.getTime(),
  subject,
});

describe('a backlog', () => {
  it('gives every message back as it came, all of a subject in one slice, in the order of the log', () => {
    fc.assert(
      fc.property(anyLog, fc.array(fc.nat(120)), fc.integer({ min: 1, max: 50 }), (log, cuts, most) => {
        const backlog = new Backlog(log[0]!.offset);
        const ends = [...cuts.filter((cut) => cut > 0 && cut < log.length), log.length].sort((a, b) => a - b);
        let from = 0;
        for (const end of ends) {
          backlog.add(log.slice(Math.max(0, from - 1), end)); // the last one is fetched once more
          from = end;
        }

        const slices = [...backlog.slices(most)];

        const all = slices.flat(2).sort((a, b) => a.offset - b.offset);
        expect(all.map(shown)).toEqual(log.map(shown));
        expectWholeSubjects(slices);
        expect(backlog).toMatchObject({
          firstOffset: log[0]!.offset,
          lastOffset: log.at(-1)!.offset,
          count: log.length,
        });
      }),
    );
  });

  it('is full when what is held of one subject is as much as is to be read at once', () => {
    const backlog = new Backlog(0);
    const large = (offset: number): FetchedMessage =>
      FetchedMessage.of(bodyOf({ key: null, value: 'x'.repeat(1_000_000), headers: {} }), offset, 0);

    backlog.add([large(0), large(1), large(2)]);
    expect(backlog.isFull).toBe(false);
    backlog.add([large(3)]);
    expect(backlog.isFull).toBe(true);
    expect(backlog.bytes).toBeLessThan(100_000);
  });
});

describe('what is fetched of a partition', () => {
  it('is taken by itself where it reaches the end, or is enough', () => {
    const backlogs = new Backlogs();
    expect(backlogs.gather(fetched([7, 8, 9], 10), 100)).toBeUndefined();
    expect(backlogs.gather(fetched([7, 8, 9]), 3)).toBeUndefined();
  });

  it('waits for what lies behind it, until that is enough or the end, and is then taken with it', () => {
    const backlogs = new Backlogs();
    expect(backlogs.gather(fetched([1, 2, 3]), 5)).toBe('waits');
    expect(offsetsOf(backlogs.gather(fetched([3, 4, 5, 6]), 5))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(backlogs.gather(fetched([7, 8]), 5)).toBe('waits');
    expect(offsetsOf(backlogs.gather(fetched([8, 9], 10), 5))).toEqual([7, 8, 9]);
  });

  it('is taken where nothing lies behind the last message but what is no message', () => {
    const backlogs = new Backlogs();
    expect(backlogs.gather(fetched([1, 2, 3]), 100)).toBe('waits');
    expect(offsetsOf(backlogs.gather(fetched([3]), 100))).toEqual([1, 2, 3]);
  });

  it('takes the place of what waited where it begins before the end of that: it is fetched anew', () => {
    const backlogs = new Backlogs();
    expect(backlogs.gather(fetched([1, 2, 3]), 100)).toBe('waits');
    expect(backlogs.gather(fetched([1, 2]), 100)).toBe('waits');
    expect(offsetsOf(backlogs.gather(fetched([2, 3, 4], 5), 100))).toEqual([1, 2, 3, 4]);
  });

  it('is of its own partition alone, and forgotten when all is', () => {
    const backlogs = new Backlogs();
    expect(backlogs.gather(fetched([1, 2], 1_000, 0), 100)).toBe('waits');
    expect(backlogs.gather(fetched([5, 6], 7, 1), 100)).toBeUndefined();
    backlogs.clear();
    expect(backlogs.gather(fetched([2, 3], 4, 0), 100)).toBeUndefined();
  });
});
