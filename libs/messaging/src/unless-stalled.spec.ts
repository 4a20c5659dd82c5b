import { jest } from '@jest/globals';
import { type GoesOn, Stalled, unlessStalled } from './unless-stalled.js';

describe('work that may stand still', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('comes to what it comes to, and to its own error', async () => {
    await expect(unlessStalled(1_000, () => Promise.resolve('done'))).resolves.toBe('done');
    await expect(unlessStalled(1_000, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is given up when it has stood still for the limit, and is told so when it would go on', async () => {
    let goesOn!: GoesOn;
    const stalled = expect(
      unlessStalled(1_000, (tell) => {
        goesOn = tell;
        return new Promise(() => undefined);
      }),
    ).rejects.toThrow(new Stalled(1_000));
    jest.advanceTimersByTime(999);
    goesOn();
    jest.advanceTimersByTime(999);
    goesOn();
    jest.advanceTimersByTime(1_000);
    await stalled;
    expect(goesOn).toThrow(Stalled);
  });
});
