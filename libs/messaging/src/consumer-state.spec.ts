import { ConsumerState, SILENT_AFTER_MS, STALLED_AFTER_MS } from './consumer-state.js';

/** A clock that is set, and a state that reads it. */
const given = () => {
  let now = 1_000_000_000;
  const state = new ConsumerState(() => now);
  /** Lets time go by with Kafka answering every two seconds, or not at all. */
  const pass = (ms: number, kafka: 'answers' | 'is away'): void => {
    const end = now + ms;
    while (now < end) {
      now = Math.min(end, now + 2_000);
      if (kafka === 'answers') state.kafkaAnswered();
    }
  };
  state.kafkaAnswered();
  return { state, pass };
};
const LONG = SILENT_AFTER_MS + 5_000;

describe('a consumer is taken for dead', () => {
  it('when it has not polled for 45 s in which Kafka answered', () => {
    const { state, pass } = given();
    pass(SILENT_AFTER_MS - 2_000, 'answers');
    expect(state.silent).toBe(false);
    pass(6_000, 'answers');
    expect(state.silent).toBe(true);
    state.signOfLife();
    expect(state.silent).toBe(false);
  });

  it('not while Kafka is away', () => {
    const { state, pass } = given();
    pass(10 * LONG, 'is away');
    expect(state.silent).toBe(false);
  });

  it('not at once when Kafka is back, but 45 s after', () => {
    const { state, pass } = given();
    pass(10 * LONG, 'is away');
    pass(SILENT_AFTER_MS - 4_000, 'answers');
    expect(state.silent).toBe(false);
    pass(10_000, 'answers');
    expect(state.silent).toBe(true);
  });

  it('not while it waits for a dependency, however long', () => {
    const { state, pass } = given();
    state.awaits('t/0', 'mongodb');
    pass(10 * LONG, 'answers');
    expect(state.silent).toBe(false);
    state.goesOn('t/0');
    expect(state.silent).toBe(true);
  });
});

describe('a partition is stalled', () => {
  const at = (committed: number, end: number) => [{ topic: 't', partition: 0, committed, end }];

  it('when it is behind and has not advanced for 30 s', () => {
    const { state, pass } = given();
    state.measured(at(5, 10));
    pass(STALLED_AFTER_MS + 2_000, 'answers');
    state.measured(at(5, 12));
    expect(state.stalled).toEqual(['t/0']);
    state.measured(at(6, 12));
    expect(state.stalled).toEqual([]);
  });

  it('not when what is in hand of it gets on, though it cannot be committed yet', () => {
    const { state, pass } = given();
    state.measured(at(5, 10));
    pass(STALLED_AFTER_MS - 1_000, 'answers');
    state.gotOn('t/0');
    pass(STALLED_AFTER_MS - 1_000, 'answers');
    state.gotOn('t/1');
    state.measured(at(5, 10));
    expect(state.stalled).toEqual([]);
    pass(2_000, 'answers');
    state.measured(at(5, 10));
    expect(state.stalled).toEqual(['t/0']);
  });

  it('not when it waits for its turn behind the backlog of another, as long as that gets on', () => {
    const { state, pass } = given();
    state.measured(at(5, 10));
    state.takesAlone('t/1');
    for (let nth = 0; nth < 4; nth++) {
      pass(STALLED_AFTER_MS - 1_000, 'answers');
      state.gotOn('t/1');
      state.measured(at(5, 10));
      expect(state.stalled).toEqual([]);
    }
    state.letsOthersOn('t/1');
    state.gotOn('t/1');
    pass(STALLED_AFTER_MS + 2_000, 'answers');
    state.gotOn('t/1');
    state.measured(at(5, 10));
    expect(state.stalled).toEqual(['t/0']);
  });

  it('not when it has nothing to do', () => {
    const { state, pass } = given();
    state.measured(at(10, 10));
    pass(10 * STALLED_AFTER_MS, 'answers');
    state.measured(at(10, 10));
    expect(state.stalled).toEqual([]);
  });

  it('not at once when something comes after a long quiet', () => {
    const { state, pass } = given();
    state.measured(at(10, 10));
    pass(10 * STALLED_AFTER_MS, 'answers');
    state.measured(at(10, 10));
    state.measured(at(10, 11));
    expect(state.stalled).toEqual([]);
  });
});

it('what has waited longest is what is told of', () => {
  const { state, pass } = given();
  state.awaits('t/0', 'mongodb');
  pass(1_000, 'answers');
  state.awaits('t/1', 'kafka');
  state.awaits('t/0', 'mongodb');
  expect(state.waiting?.on).toBe('mongodb');
  state.goesOn('t/0');
  expect(state.waiting?.on).toBe('kafka');
});

it('what a partition waits for is what failed last, and it has waited since the first failure', () => {
  const { state, pass } = given();
  state.awaits('t/0', 'handler');
  const since = state.waiting?.since;
  pass(1_000, 'answers');
  state.awaits('t/0', 'mongodb');
  expect(state.waiting).toEqual({ since, on: 'mongodb' });
});
