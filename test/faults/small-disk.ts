import { execFile } from 'node:child_process';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A file system of its own in memory, small enough to be filled. */
export interface SmallDisk {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Holds mongod's journal and some hundred megabytes more. */
const SIZE = '1500m';
const execute = promisify(execFile);

/** Mounts one. @returns undefined where that is not allowed: it takes Linux and root */
export async function smallDisk(): Promise<SmallDisk | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'orebound-disk-'));
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]);
  } catch {
    // Root in a container, which may not.
    await rmdir(folder);
    return undefined;
  }
  return {
    folder,
    remove: async () => {
      await execute('umount', ['--lazy', folder]);
      await rmdir(folder);
    },
  };
}
