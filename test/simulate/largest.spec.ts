/**
 * The largest bodies, whatever is in them, are answered by a process that has little memory. It ends within a limit that
 * is far from what it needs, and that what takes time by the square of a body's size would miss by hours.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HOSTILE_FORMATS } from './hostile.js';
import type { Tally } from './largest.js';

/** Mebibytes of heap. Some 90 are needed; 150 were, when all errors of a body were told whatever their number. */
const HEAP = 144;
const LIMIT_MS = 280_000;

const run = (...args: string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(
    process.execPath,
    [`--max-old-space-size=${HEAP}`, join(import.meta.dirname, 'largest.js'), ...args],
    { timeout: LIMIT_MS },
  );

it(
  'the largest bodies are answered, each with few words, within a bounded heap',
  async () => {
    const tallies = JSON.parse((await run()).stdout) as Tally[];
    expect(tallies).toHaveLength(HOSTILE_FORMATS.length);
    for (const { bodies, taken, refused, longestAnswer } of tallies) {
      expect(taken + refused).toBe(bodies);
      expect(refused).toBeGreaterThan(50);
      expect(longestAnswer).toBeLessThan(20_000);
    }
  },
  LIMIT_MS + 10_000,
);

it(
  'that heap does not hold them all, so what is kept of them would be noticed',
  async () => {
    await expect(run('keep')).rejects.toMatchObject({
      stderr: expect.stringContaining('JavaScript heap out of memory') as string,
    });
  },
  LIMIT_MS + 10_000,
);
