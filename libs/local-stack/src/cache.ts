import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where this user's fetched servers are kept: `$XDG_CACHE_HOME/orebound`, or `~/.cache/orebound`. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  // The XDG rules: a relative path is to be ignored.
  const base = env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : undefined;
  return join(base ?? join(env.HOME || homedir(), '.cache'), 'orebound');
}

/** The kept folder of this name, or undefined when it has not been fetched. */
export function cached(cache: string, name: string): string | undefined {
  const folder = join(cache, name);
  return existsSync(folder) ? folder : undefined;
}

/**
 * Fills a temporary folder and only then gives it its name, in one rename: whoever sees the name sees all of it, after
 * a crash in the middle too. When two do this at once, both fetch, and the second takes what the first has kept.
 * @returns the kept folder
 * @throws whatever `fill` throws; nothing is kept then
 */
export async function fetchIntoCache(
  cache: string,
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const temporary = join(cache, `.${process.pid}-${randomBytes(4).toString('hex')}`);
  const removeWithUs = () => rmSync(temporary, { recursive: true, force: true });
  process.once('exit', removeWithUs);
  try {
    await mkdir(temporary);
    await fill(temporary);
    try {
      await rename(temporary, join(cache, name));
    } catch (error) {
      if (!cached(cache, name)) throw error;
    }
    return join(cache, name);
  } finally {
    await rm(temporary, { recursive: true, force: true });
    process.off('exit', removeWithUs);
  }
}

/** Temporary folders of processes that were killed while they fetched. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const pid = /^\.(\d+)-[0-9a-f]{8}$/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(cache, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A cache that is shared over users: the process is there, but not ours to signal.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
