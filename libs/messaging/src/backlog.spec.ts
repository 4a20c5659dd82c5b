import fc from 'fast-check';
import { Backlog, Backlogs } from './backlog.js';
import { FetchedMessage } from './fetched-message.js';
import { bodyOf } from './kafkajs-records.js';
import { expectWholeSubjects } from './testing/whole-subjects.js';

function messageOf(body: Parameters<typeof bodyOf>[0], offset: number, timestamp: number): FetchedMessage {
  const bytes = bodyOf(body);
  return new FetchedMessage({ bytes, from: 0, to: bytes.length }, offset, timestamp);
}

const text = fc.string({ unit: 'binary', maxLength: 40 });
const anyMessage = fc.record({
  subject: fc.option(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'), { nil: undefined }),
  key: fc.option(text, { nil: null }),
  value: fc.option(text, { nil: null }),
  /** Of some, so much behind their value that a piece is full, or more than full by one of them. */
  more: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 80_000 })),
  timestamp: fc.integer({ min: -8.64e15, max: 8.64e15 }),
  gap: fc.integer({ min: 0, max: 3 }),
});
const anyLog = fc.array(anyMessage, { minLength: 1, maxLength: 120 }).map((all) => {
  let offset = 0;
  return all.map(({ subject, key, value, more, timestamp, gap }) => {
    offset += 1 + gap;
    const headers = {
      'content-type': 'application/json',
      ...(subject !== undefined && { ce_subject: subject }),
    };
    return messageOf({ key, value: value && value + 'x'.repeat(more), headers }, offset, timestamp);
  });
});

const message = (offset: number): FetchedMessage =>
  messageOf({ key: null, value: 'a value', headers: {} }, offset, 0);
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
      messageOf({ key: null, value: 'x'.repeat(1_000_000), headers: {} }, offset, 0);

    backlog.add([large(0), large(1), large(2)]);
    expect(backlog.isFull).toBe(false);
    backlog.add([large(3)]);
    expect(backlog.isFull).toBe(true);
    expect(backlog.bytes).toBeLessThan(100_000);
  });
});

describe('what is fetched of a partition', () => {
  it('is taken by itself where it reaches the end, or is enough', () => {
    const { gather, calls } = given();
    expect(gather([7, 8, 9], { endOffset: 10 })).toBeUndefined();
    expect(gather([7, 8, 9], { most: 3 })).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it('waits for what lies behind it, until that is enough or the end, and is then taken with it', () => {
    const { gather, end } = given();
    expect(gather([1, 2, 3], { most: 5 })).toBe('later');
    const enough = gather([3, 4, 5, 6], { most: 5 });
    expect(offsetsOf(enough)).toEqual([1, 2, 3, 4, 5, 6]);
    end(enough);
    expect(gather([7, 8], { most: 5 })).toBe('later');
    expect(offsetsOf(gather([8, 9], { endOffset: 10 }))).toEqual([7, 8, 9]);
  });

  it('is taken where nothing lies behind the last message but what is no message', () => {
    const { gather } = given();
    expect(gather([1, 2, 3])).toBe('later');
    expect(offsetsOf(gather([3]))).toEqual([1, 2, 3]);
  });

  it('takes the place of what waited where it begins before the end of that: it is fetched anew', () => {
    const { gather } = given();
    expect(gather([1, 2, 3])).toBe('later');
    expect(gather([1, 2])).toBe('later');
    expect(offsetsOf(gather([2, 3, 4], { endOffset: 5 }))).toEqual([1, 2, 3, 4]);
  });

  it('is fetched on from its last message, and no other partition meanwhile, until all that waited is done', () => {
    const { gather, end, calls } = given();
    gather([1, 2, 3]);
    expect(calls).toEqual(['0 alone', '0 from 3']);
    const all = gather([3, 4], { endOffset: 5 });
    expect(calls).toHaveLength(2);
    end(all);
    expect(calls.slice(2)).toEqual(['0 no longer alone']);
  });

  it('is fetched again later where another partition has its turn, but for what reaches the end', () => {
    const { gather, end } = given();
    expect(gather([1, 2])).toBe('later');
    expect(gather([5, 6], { partition: 1 })).toBe('later');
    expect(gather([5, 6], { partition: 1, endOffset: 7 })).toBeUndefined();
    const first = gather([2, 3], { endOffset: 4 });
    expect(offsetsOf(first)).toEqual([1, 2, 3]);
    expect(gather([5, 6], { partition: 1 })).toBe('later');
    end(first);
    expect(gather([5, 6], { partition: 1 })).toBe('later');
    expect(offsetsOf(gather([6, 7], { partition: 1, endOffset: 8 }))).toEqual([5, 6, 7]);
  });

  it('lets the others on when it is taken by itself after all', () => {
    const { gather, calls } = given();
    gather([1, 2, 3]);
    expect(gather([1, 2, 3], { endOffset: 4 })).toBeUndefined();
    expect(calls.slice(2)).toEqual(['0 no longer alone']);
  });

  it('is forgotten when all is, and what is put down later ends no other turn', () => {
    const { backlogs, gather, end, calls } = given();
    gather([1, 2]);
    const before = gather([2, 3], { endOffset: 4 });
    backlogs.clear();
    gather([5, 6], { partition: 1 });
    end(before);
    expect(calls).not.toContain('1 no longer alone');
    expect(offsetsOf(gather([6, 7], { partition: 1, endOffset: 8 }))).toEqual([5, 6, 7]);
  });

  it('waits for 5 s at most, and is then fetched again from its first message', () => {
    const { backlogs, gather, calls, pass } = given();
    gather([1, 2]);
    gather([2, 3]);
    pass(4_999);
    backlogs.giveUp();
    expect(calls).not.toContain('0 no longer alone');
    pass(1);
    backlogs.giveUp();
    expect(calls.slice(-2)).toEqual(['0 from 1', '0 no longer alone']);
    expect(gather([5, 6], { partition: 1 })).toBe('later');
  });

  it('is taken by itself once where it has waited in vain, so that it gets on however slowly it comes', () => {
    const { backlogs, gather, pass } = given();
    gather([1, 2]);
    pass(5_000);
    backlogs.giveUp();
    expect(gather([1, 2])).toBeUndefined();
    expect(gather([3, 4])).toBe('later');
  });

  it('is not given up while it is taken through, however long that is', () => {
    const { backlogs, gather, calls, pass } = given();
    gather([1, 2]);
    gather([2, 3], { endOffset: 4 });
    pass(3_600_000);
    backlogs.giveUp();
    expect(calls).not.toContain('0 no longer alone');
  });
});

function given(): {
  backlogs: Backlogs;
  gather: (
    offsets: readonly number[],
    of?: { partition?: number; endOffset?: number; most?: number },
  ) => ReturnType<Backlogs['gather']>;
  end: (backlog: ReturnType<Backlogs['gather']>) => void;
  /** What its partitions were told. */
  calls: string[];
  pass: (ms: number) => void;
} {
  let now = 0;
  const calls: string[] = [];
  const backlogs = new Backlogs(() => now);
  return {
    backlogs,
    calls,
    gather: (offsets, { partition = 0, endOffset = 1_000, most = 100 } = {}) =>
      backlogs.gather(
        {
          topic: 'topic',
          partition,
          messages: offsets.map(message),
          endOffset,
          fetchFrom: (offset) => calls.push(`${partition} from ${offset}`),
          fetchAlone: () => {
            calls.push(`${partition} alone`);
            return () => calls.push(`${partition} no longer alone`);
          },
        },
        most,
      ),
    end: (backlog) => backlogs.end(backlog as Backlog),
    pass: (ms) => (now += ms),
  };
}
