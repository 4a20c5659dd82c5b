import { jest } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { lastValueFrom, NEVER, of } from 'rxjs';
import { AnswerInTime } from './answer-in-time.js';

const asking = (method: string): ExecutionContext =>
  ({ switchToHttp: () => ({ getRequest: () => ({ method }) }) }) as ExecutionContext;
const answer = (method: string, given: typeof NEVER): Promise<unknown> =>
  lastValueFrom(new AnswerInTime().intercept(asking(method), { handle: () => given }));

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it.each(['GET', 'HEAD'])('answers a %s that waits for ever with a problem', async (method) => {
  const refused = expect(answer(method, NEVER)).rejects.toMatchObject({ code: 'database-away' });
  jest.runAllTimers();
  await refused;
});

it('leaves a door its own time, which Kafka has', () => {
  new AnswerInTime().intercept(asking('POST'), { handle: () => NEVER }).subscribe();
  expect(jest.getTimerCount()).toBe(0);
});

it('passes on what is answered in time', async () => {
  expect(await answer('GET', of('it') as never)).toBe('it');
});
