import { getPriority } from 'node:os';
import { putV8ThreadsBehind, v8Threads } from './v8-threads.js';

it("in Linux, V8's threads give way to the main one, however often that is asked", () => {
  const before = getPriority();
  putV8ThreadsBehind();
  putV8ThreadsBehind();
  expect(v8Threads().length > 0).toBe(process.platform === 'linux');
  for (const thread of v8Threads()) expect(getPriority(thread)).toBe(before + 3);
  expect(getPriority()).toBe(before);
});
