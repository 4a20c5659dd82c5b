import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderSize, megabytes, withProgress } from './progress.js';

it('says what was fetched, and how much, when it is done', async () => {
  const lines: string[] = [];
  const result = await withProgress(
    (line) => lines.push(line),
    'a thing',
    () => 42_200_000,
    async () => 'here',
  );
  expect(result).toBe('here');
  expect(lines).toEqual([
    'Fetching a thing ...',
    expect.stringMatching(/^ {2}a thing: 42 MB, done in [\d.]+ s$/),
  ]);
});

it('says that it was not to be had, and leaves the reason to the error', async () => {
  const lines: string[] = [];
  const fetched = withProgress(
    (line) => lines.push(line),
    'a thing',
    () => 0,
    () => Promise.reject(new Error('no route')),
  );
  await expect(fetched).rejects.toThrow('no route');
  expect(lines.at(-1)).toBe('  a thing: not to be had');
});

it.each([
  [0, '0.0 MB'],
  [1_440_000, '1.4 MB'],
  [140_783_984, '141 MB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(megabytes(bytes)).toBe(text);
});

it('adds up the files of a folder and those below it; one that is not there has none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orebound-size-spec-'));
  await mkdir(join(folder, 'below'));
  await writeFile(join(folder, 'a'), 'x'.repeat(10));
  await writeFile(join(folder, 'below', 'b'), 'x'.repeat(5));
  expect(await folderSize(folder)).toBe(15);
  await rm(folder, { recursive: true });
  expect(await folderSize(folder)).toBe(0);
});
