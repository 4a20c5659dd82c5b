import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { cached, cacheFolder, fetchIntoCache } from './cache.js';

describe('where the cache is', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/x', HOME: '/home/a' }, '/x/orebound'],
    [{ HOME: '/home/a' }, '/home/a/.cache/orebound'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/home/a' }, '/home/a/.cache/orebound'],
    [{}, join(homedir(), '.cache', 'orebound')],
  ])('%j gives %s', (env, folder) => {
    expect(cacheFolder(env)).toBe(folder);
  });
});

describe('fetching into the cache', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'orebound-cache-spec-'));
  });
  afterEach(() => rm(cache, { recursive: true }));

  it('keeps what was filled, under its name', async () => {
    const folder = await fetchIntoCache(cache, 'thing-1', (folder) =>
      writeFile(join(folder, 'file'), 'whole'),
    );
    expect(folder).toBe(cached(cache, 'thing-1'));
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('whole');
    expect(await readdir(cache)).toEqual(['thing-1']);
  });

  it('keeps nothing of a fetch that broke off', async () => {
    const broken = fetchIntoCache(cache, 'thing-1', async (folder) => {
      await writeFile(join(folder, 'file'), 'ha');
      throw new Error('connection lost');
    });
    await expect(broken).rejects.toThrow('connection lost');
    expect(cached(cache, 'thing-1')).toBeUndefined();
    expect(await readdir(cache)).toEqual([]);
  });

  it('shows nothing under the name while it is being filled', async () => {
    await fetchIntoCache(cache, 'thing-1', async (folder) => {
      await writeFile(join(folder, 'file'), 'ha');
      expect(cached(cache, 'thing-1')).toBeUndefined();
    });
  });

  it('gives two that fetch at once the same whole folder', async () => {
    const bothStarted = Promise.withResolvers<void>();
    let started = 0;
    const fill = async (folder: string) => {
      if (++started === 2) bothStarted.resolve();
      await bothStarted.promise;
      await writeFile(join(folder, 'file'), 'whole');
    };
    const folders = await Promise.all([
      fetchIntoCache(cache, 'thing-1', fill),
      fetchIntoCache(cache, 'thing-1', fill),
    ]);
    expect(new Set(folders)).toEqual(new Set([join(cache, 'thing-1')]));
    expect(await readFile(join(cache, 'thing-1', 'file'), 'utf8')).toBe('whole');
    expect(await readdir(cache)).toEqual(['thing-1']);
  });

  it('removes what a killed process has left, and nothing of one that lives', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    await mkdir(join(cache, `.${dead}-0011aabb`));
    await mkdir(join(cache, `.${process.ppid}-0011aabb`));
    await fetchIntoCache(cache, 'thing-1', async () => undefined);
    expect(existsSync(join(cache, `.${dead}-0011aabb`))).toBe(false);
    expect(existsSync(join(cache, `.${process.ppid}-0011aabb`))).toBe(true);
  });
});
